// DJSRH's training: both networks in one step, SGD with a rate of its own for each.

import { type Engine, type ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { batches } from "../../data/batches.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { feedViews } from "../feeding.js";
import type { HashingNetwork } from "../hashing/network.js";
import type { EpochResult, State } from "../training.js";
import { djsrhObjective } from "./objective.js";
import type { DjsrhOptions } from "./options.js";

export interface DjsrhTrainingParts {
  readonly engine: Engine;
  readonly networks: readonly [HashingNetwork, HashingNetwork];
  readonly store: ParameterStore;
  /** Two views, in the networks' order. */
  readonly data: MultiViewDataset;
  /** Rows that train: both views present. */
  readonly rows: Int32Array;
  readonly options: DjsrhOptions;
}

export class DjsrhTraining {
  private constructor(
    private readonly parts: DjsrhTrainingParts,
    private readonly step: TrainingStep,
  ) {}

  static async compile(parts: DjsrhTrainingParts): Promise<DjsrhTraining> {
    const { engine, networks, store, options } = parts;
    const { momentum, weightDecay, lr } = options;
    const rates = typeof lr === "number" ? [lr, lr] : lr;
    const { total, report } = djsrhObjective(networks, options, options.batch);
    const step = await TrainingStep.compile(engine, {
      name: "djsrh",
      store,
      loss: total,
      report,
      groups: networks.map(({ parameters }, v) => ({
        parameters: parameters.learned(),
        optimizer: { kind: "sgd", lr: rates[v]!, momentum, weightDecay },
      })),
      seed: options.seed,
    });
    return new DjsrhTraining(parts, step);
  }

  async epoch(epoch: number): Promise<EpochResult> {
    const { data, rows, options } = this.parts;
    this.setAlpha(epoch);
    const order = batches(rows, options.batch, { seed: options.seed, epoch }, { dropLast: true });
    const sums: Record<string, number> = {};
    const run = this.step.at();
    for (const batch of order) {
      feedViews(run, data, batch);
      const { loss, ...losses } = await this.step.run(run);
      for (const [name, value] of Object.entries({ total: loss!, ...losses })) sums[name] = (sums[name] ?? 0) + value;
    }
    return { losses: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / order.length])) };
  }

  /** α = √(epoch + 1), epoch from 0, or the fixed value. */
  setAlpha(epoch: number): void {
    const { networks, store, options } = this.parts;
    const alpha = options.alpha === "growing" ? Math.sqrt(epoch + 1) : options.alpha;
    for (const { view } of networks) store.values(`${view.name}.alpha`)[0] = alpha;
  }

  state(): State {
    return { tensors: this.step.state(), json: { steps: this.step.steps } };
  }

  restore({ tensors, json }: State): void {
    this.step.restore(json.steps as number, tensors);
  }
}
