// DCHN's training of one view's network, alone: its randomness comes from the seed and the view's name.

import { Random } from "../../core/kernels/random.js";
import { Forward } from "../../core/nn/index.js";
import { type Engine, type NamedTensor, type ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { batches } from "../../data/batches.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { feedViews } from "../feeding.js";
import { type HashingNetwork, learnedParts } from "../shared/hashing-network.js";
import { rowsWith } from "../shared/rows.js";
import type { EpochResult, OnStep } from "../training.js";
import { forEachClass, labeledRows, requireLabels } from "./labels.js";
import type { Matrix64 } from "./matrices.js";
import { dchnObjective } from "./objective.js";
import type { DchnOptions } from "./options.js";
import { sgn } from "./sham.js";

/** Those of the training samples that have the view and a label. */
export function trainingRows(data: MultiViewDataset, view: string): Int32Array {
  return labeledRows(requireLabels(data), rowsWith(data.selectViews([view]).views[0]!, data.splits.train!));
}

export interface ViewTrainingParts {
  readonly engine: Engine;
  readonly network: HashingNetwork;
  readonly store: ParameterStore;
  /** The view alone, with labels in the classes of W. */
  readonly data: MultiViewDataset;
  /** Rows that train: those that have the view and a label. */
  readonly rows: Int32Array;
  /** W [classes, bits] of the Hamming space. */
  readonly w: Matrix64;
  readonly options: DchnOptions;
}

export class ViewTraining {
  readonly #seed: number;

  private constructor(
    private readonly parts: ViewTrainingParts,
    private readonly step: TrainingStep,
    /** Of each group of parameters, as a part of `lr`. */
    private readonly rates: readonly number[],
  ) {
    this.#seed = new Random(parts.options.seed, "view", parts.network.view.name).integer(2 ** 32);
  }

  static async compile(parts: ViewTrainingParts): Promise<ViewTraining> {
    const { engine, network, store, w, options } = parts;
    const forward = new Forward(true);
    const { total, report } = dchnObjective(network, w, options.alpha, forward);
    const { beta1, seed } = options;
    const { head, backbone } = learnedParts(network);
    const groups = [
      { parameters: head, rate: 1 },
      ...(backbone.length > 0 ? [{ parameters: backbone, rate: options.backboneRate }] : []),
    ];
    const step = await TrainingStep.compile(engine, {
      name: network.view.name,
      store,
      loss: total,
      report,
      dropout: forward.dropoutInputs,
      updates: forward.updates,
      groups: groups.map(({ parameters, rate }) => ({
        parameters,
        optimizer: { kind: "adam", lr: options.lr * rate, beta1, beta2: 0.999 },
      })),
      seed,
    });
    return new ViewTraining(
      parts,
      step,
      groups.map(({ rate }) => rate),
    );
  }

  async epoch(epoch: number, onStep?: OnStep): Promise<EpochResult> {
    const { data, rows, options } = this.parts;
    const lr = options.lr * 0.1 ** Math.floor(epoch / options.lrStep);
    this.rates.forEach((rate, i) => {
      this.step.optimizers[i]!.lr = lr * rate;
    });
    const augmented = options.augment ? { seed: this.#seed, epoch } : undefined;
    const sums: Record<string, number> = {};
    const order = batches(rows, options.batch, { seed: this.#seed, epoch });
    for (const [i, batch] of order.entries()) {
      const run = this.step.at({ n: batch.length });
      feedViews(run, data, batch, augmented);
      this.#feedLabels(run.inputs.labels!, run.inputs.target!, batch);
      const { loss, ...losses } = await this.step.run(run);
      for (const [name, value] of Object.entries({ total: loss!, ...losses })) {
        sums[name] = (sums[name] ?? 0) + (value * batch.length) / rows.length;
      }
      onStep?.(i + 1, order.length);
    }
    return { losses: sums };
  }

  /** y, and o = sgn(yW) summed class by class in float64: the same for a sample in any batch. */
  #feedLabels(labels: Float32Array, target: Float32Array, batch: Int32Array): void {
    const { data, w } = this.parts;
    const bits = w.columns;
    const sum = new Float64Array(bits);
    labels.fill(0);
    batch.forEach((row, i) => {
      sum.fill(0);
      forEachClass(requireLabels(data), row, (label) => {
        labels[i * w.rows + label] = 1;
        for (let j = 0; j < bits; j++) sum[j]! += w.data[label * bits + j]!;
      });
      for (let j = 0; j < bits; j++) target[i * bits + j] = sgn(sum[j]!);
    });
  }

  /** Updates made so far. */
  get steps(): number {
    return this.step.steps;
  }

  /** The optimizer's state, names beginning with the view's. */
  tensors(): Map<string, NamedTensor> {
    return this.step.state();
  }

  restore(steps: number, tensors: ReadonlyMap<string, NamedTensor>): void {
    this.step.restore(steps, tensors);
  }

  release(): Promise<void> {
    return this.step.release();
  }
}
