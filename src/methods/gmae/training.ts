// GMAE's training step over a data set: the whole set as one batch with neighbors found once, or mini-batches.

import { Forward, type Parameters } from "../../core/nn/index.js";
import { type Engine, type Execution, type ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { batches } from "../../data/batches.js";
import type { Labels, MultiViewDataset, View } from "../../data/dataset.js";
import { selectRows, toDense } from "../../data/matrix.js";
import { applyScaler, type Scaler } from "../../data/scaling.js";
import { feedViews } from "../feeding.js";
import { stepLosses, trainOn } from "../shared/losses.js";
import type { Trainer } from "../shared/staged-training.js";
import type { EpochResult, OnStep, State } from "../training.js";
import { nearestRows } from "./nearest.js";
import {
  countNeighbors,
  dropLastRow,
  findHubs,
  type Hubs,
  type NeighborNumbers,
  neighborNumbers,
} from "./neighbors.js";
import type { GmaeNetworks } from "./networks.js";
import { gmaeObjective } from "./objective.js";
import type { GmaeOptions } from "./options.js";

/** Above this many samples n × n matrices are too much, and batches are taken. */
const WHOLE_SET = 6000;
const BATCH = 2048;

/** Above this concentration of the neighbors on a twentieth of the samples, there is a note. */
const MANY_HUBS = 0.5;
/** Up to this share of non-zeros a view counts as sparse: word counts have 2%, dense features 50% and more. */
const SPARSE = 0.25;
/** Numbers of clusters for which a greater kShare was measured to help (MNIST-4 and three of its digits, docs/gmae.md). */
const KSHARE_MEASURED = [3, 4];

export interface GmaeTrainingParts {
  readonly engine: Engine;
  readonly networks: GmaeNetworks;
  readonly parameters: Parameters;
  readonly store: ParameterStore;
  readonly data: MultiViewDataset;
  /** Rows that train. */
  readonly rows: Int32Array;
  /** Scaling still to be done, one per view; absent where the data is scaled. */
  readonly scalers?: readonly Scaler[];
  readonly options: GmaeOptions;
  /** Clusters that are wanted. */
  readonly clusters: number;
}

export class GmaeTraining implements Trainer {
  /** The execution that holds the whole set, once it is loaded. */
  #whole: Execution | undefined;
  /** Notes on the neighbors, from the first batch that gives any; undefined except in the run's first epoch. */
  #notes: string[] | undefined;

  private constructor(
    private readonly parts: GmaeTrainingParts,
    private readonly step: TrainingStep,
    private readonly batch: number,
  ) {}

  static async compile(parts: GmaeTrainingParts): Promise<GmaeTraining> {
    const { engine, networks, parameters, store, data, options, rows, scalers } = parts;
    const forward = new Forward(true);
    const objective = gmaeObjective(
      networks,
      {
        dimensions: data.dimensions,
        lambdaMa: options.lambdaMa,
        lambdaCon: options.lambdaCon,
        contrastive: options.contrastive,
        masked: data.views.some((view) => view.present !== undefined),
        maskLosses: options.maskMissing,
        classify: options.task === "classification",
        scalers,
      },
      forward,
    );
    const step = await TrainingStep.compile(engine, {
      name: "gmae",
      store,
      loss: objective.total,
      report: objective.report,
      groups: [{ parameters: parameters.learned(), optimizer: { kind: "adam", lr: options.lr } }],
      dropout: forward.dropoutInputs,
      seed: options.seed,
    });
    const batch = options.batch > 0 ? options.batch : rows.length <= WHOLE_SET ? rows.length : BATCH;
    if (options.contrastive) neighborNumbers(Math.min(batch, rows.length), options.posNum, options.kShare);
    return new GmaeTraining(parts, step, batch);
  }

  async epoch(epoch: number, onStep?: OnStep): Promise<EpochResult> {
    // A resumed run has reported them before it stopped.
    const notes: string[] | undefined = epoch === 0 ? [] : undefined;
    this.#notes = notes;
    const losses = await this.#trainOnce(epoch, onStep);
    if (notes !== undefined) this.#noteSizes(notes, notes.length > 0);
    return notes?.length ? { losses, notes } : { losses };
  }

  async #trainOnce(epoch: number, onStep?: OnStep): Promise<EpochResult["losses"]> {
    const { rows, options } = this.parts;
    if (this.batch >= rows.length) {
      this.#whole ??= await this.#load(rows);
      return stepLosses(this.step, this.#whole);
    }
    const order = batches(rows, this.batch, { seed: options.seed, epoch }, { dropLast: true });
    return trainOn(this.step, order, (batch) => this.#load(batch), onStep);
  }

  /** Puts a batch into the step's inputs and finds its neighbors. */
  async #load(rows: Int32Array): Promise<Execution> {
    const { data, options } = this.parts;
    const run = this.step.at({ n: rows.length });
    feedViews(run, data, rows);
    if (run.indices.classes !== undefined) {
      const { values } = data.labels as Extract<Labels, { kind: "single" }>;
      for (let i = 0; i < rows.length; i++) run.indices.classes[i] = BigInt(values[rows[i]!]!);
    }
    if (options.contrastive) await this.#findNeighbors(run, rows);
    return run;
  }

  async #findNeighbors(run: Execution, rows: Int32Array): Promise<void> {
    const { data, scalers, options, engine } = this.parts;
    const counts = { positive: run.inputs.positive!, negative: run.inputs.negative! };
    counts.positive.fill(0);
    counts.negative.fill(0);
    const first = this.#notes?.length === 0;
    for (const [v, view] of data.views.entries()) {
      const places = view.present && options.maskMissing ? placesOfPresent(rows, view.present) : undefined;
      const own = places === undefined ? rows : places.map((place) => rows[place]!);
      const numbers = this.#numbers(own.length);
      if (numbers === undefined) continue;
      const x = scaledRows(view, own, scalers?.[v]);
      const ranked = await nearestRows(engine, x, own.length, view.matrix.columns, numbers.nearest, options.distance);
      countNeighbors(ranked, numbers, rows.length, counts, places);
      if (first) this.#noteHubs(view.name, findHubs(ranked, numbers), own.length, x);
    }
    dropLastRow(rows.length, counts);
  }

  /** Advice only where it was measured to help: cosine on sparse views. */
  #noteHubs(view: string, { count, share, concentration }: Hubs, samples: number, x: Float32Array): void {
    if (concentration <= MANY_HUBS) return;
    const isSparse = x.reduce((sum, value) => sum + Number(value !== 0), 0) <= SPARSE * x.length;
    const { distance } = this.parts.options;
    const advice = isSparse && distance === "euclidean" ? "; --set distance=cosine is usual for sparse features" : "";
    const who = samples >= 200 ? "5% of the samples" : `${count} of ${samples} samples`;
    this.#notes!.push(
      `view "${view}": ${who} are ${Math.round(100 * share)}% of all nearest neighbors, which says little about the others${advice}`,
    );
  }

  /** How the numbers of neighbors fit the size of a cluster. @param hubs whether some view's neighbors are mostly hubs. */
  #noteSizes(notes: string[], hubs: boolean): void {
    const { options, clusters, rows } = this.parts;
    if (!options.contrastive || options.task !== "clustering") return;
    const samples = Math.min(this.batch, rows.length);
    const { nearest, positives } = neighborNumbers(samples, options.posNum, options.kShare);
    if (positives < options.posNum - 1) {
      notes.push(
        `option posNum: ${options.posNum} is too many for ${samples} samples; ${positives} neighbors count as positive`,
      );
    }
    const size = samples / clusters;
    if (positives + 1 > size) {
      notes.push(
        `${positives} neighbors of a sample count as positive (option posNum), and one of ${clusters} clusters has ${Math.round(size)} of ${samples} samples on average, so that some are of other clusters; --set posNum=${Math.max(2, Math.round(size / 2))} stays inside`,
      );
    } else if (nearest <= size) {
      // Negatives are then of the sample's own cluster. Where hubs fill the lists, longer ones say no more.
      const advice =
        KSHARE_MEASURED.includes(clusters) && !hubs ? `; --set kShare=${(3 / clusters).toFixed(2)} looks beyond` : "";
      notes.push(
        `the nearest ${options.kShare} of the samples, whose further half are negatives (option kShare), are no more than one of ${clusters} clusters has${advice}`,
      );
    }
  }

  /** Undefined where so few samples of the batch have the view that it has no neighbors to give. */
  #numbers(samples: number): NeighborNumbers | undefined {
    if (samples < this.batch && samples < 16) return undefined;
    const { posNum, kShare } = this.parts.options;
    return neighborNumbers(samples, posNum, kShare);
  }

  state(): State {
    return { tensors: this.step.state(), json: { steps: this.step.steps } };
  }

  restore({ tensors, json }: State): void {
    this.step.restore(json.steps as number, tensors);
  }

  release(): Promise<void> {
    return this.step.release();
  }
}

function placesOfPresent(rows: Int32Array, present: Uint8Array): Int32Array {
  const places: number[] = [];
  rows.forEach((row, i) => {
    if (present[row] === 1) places.push(i);
  });
  return Int32Array.from(places);
}

/** Rows of a view as the networks see them: scaled, and zero where the sample lacks the view. */
function scaledRows({ matrix, present }: View, rows: Int32Array, scaler: Scaler | undefined): Float32Array {
  const { columns } = matrix;
  const chosen = scaler === undefined ? selectRows(matrix, rows) : applyScaler(scaler, matrix, rows);
  const { data } = toDense(chosen);
  for (let i = 0; present !== undefined && i < rows.length; i++) {
    if (present[rows[i]!] === 0) data.fill(0, i * columns, (i + 1) * columns);
  }
  return data;
}
