// DM2C's training: each autoencoder on its own modality, then generator and discriminators on mixed batches.

import { type Engine, Program, type Sizes, type TrainingStep } from "../../core/runtime/index.js";
import { input } from "../../core/tensor/index.js";
import { batches } from "../../data/batches.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { gatherRows, type Matrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { outputRows } from "../feeding.js";
import { Means, stepLosses } from "../shared/losses.js";
import type { EpochResult, OnStep, State } from "../training.js";
import type { Dm2cModel } from "./model.js";
import type { Dm2cOptions } from "./options.js";
import { countOf, discriminatorStep, generatorStep, pretrainingStep } from "./steps.js";

export interface Dm2cTrainingParts {
  readonly engine: Engine;
  readonly model: Dm2cModel;
  /** Mixed-modal, its views in the model's order. */
  readonly data: MultiViewDataset;
  /** Training rows of each modality. */
  readonly rows: readonly Int32Array[];
  readonly options: Dm2cOptions;
}

/** Where the features of a modality's training samples are taken from: row `place[i]` for row i of the data set. */
interface Source {
  readonly matrix: Matrix;
  readonly place: (row: number) => number;
}

/** What is trained at a time, with its steps: only these take memory, and only their state belongs into a checkpoint. */
interface Phase {
  readonly name: string;
  readonly steps: readonly TrainingStep[];
}

export class Dm2cTraining {
  #phase: Phase | undefined;
  /** State of a checkpoint, until the phase that it belongs to begins. */
  #saved: State | undefined;
  readonly #sources = new Map<number, Source>();

  constructor(private readonly parts: Dm2cTrainingParts) {}

  /** One pass over the training samples of one modality. */
  async pretrain(modality: number, epoch: number, onStep?: OnStep): Promise<EpochResult> {
    const { engine, model, options, rows } = this.parts;
    const { seed, weightDecay, batch } = options;
    const lr = rateOf(options.pretrainLr, modality);
    const [step] = await this.#enter(`pretraining.${modality}`, async () => [
      await pretrainingStep(engine, model, modality, { lr, weightDecay, seed }),
    ]);
    const losses = new Means();
    const order = batches(rows[modality]!, batch, { seed, epoch });
    for (const [i, own] of order.entries()) {
      onStep?.(i, order.length);
      if (own.length < 2) continue;
      const run = step!.at({ [countOf(modality)]: own.length });
      await this.#feed(run.inputs, modality, own);
      losses.add({ reconstruction: (await step!.run(run)).loss! });
    }
    return { losses: losses.values() };
  }

  /**
   * One pass over all training samples. A batch with fewer than two samples of a modality, which batch normalization cannot
   * take, is left out. The discriminators' losses are means over their own updates.
   * @throws UserError where that leaves out every batch.
   */
  async train(epoch: number, onStep?: OnStep): Promise<EpochResult> {
    const { engine, model, data, options, rows } = this.parts;
    const { seed, batch, discriminatorEvery } = options;
    const [generator, discriminator] = await this.#enter("adversarial", async () => {
      const steps = [await generatorStep(engine, model, options), await discriminatorStep(engine, model, options)];
      // Room for the largest batch at once: bindings of the sizes to come are then never made twice.
      const largest = sizesOf(rows.map((own) => own.subarray(0, batch)));
      for (const step of steps) step.at(largest);
      return steps;
    });
    const losses = new Means();
    const modality = modalityOfRows(data.samples, rows);
    const all = Int32Array.from(rows.flatMap((own) => [...own])).sort();
    const order = batches(all, batch, { seed, epoch });
    for (const [i, mixed] of order.entries()) {
      onStep?.(i, order.length);
      const own = rows.map((_, m) => mixed.filter((row) => modality[row] === m));
      if (own.some(({ length }) => length < 2)) continue;
      const run = generator!.at(sizesOf(own));
      for (const [m, each] of own.entries()) await this.#feed(run.inputs, m, each);
      losses.add(await stepLosses(generator!, run));
      if (generator!.steps % discriminatorEvery !== 0) continue;
      const compared = discriminator!.at(sizesOf(own));
      for (const [name, codes] of Object.entries(compared.inputs)) codes.set(run.outputs[name]!);
      losses.add({ discriminator: (await discriminator!.run(compared)).loss! });
    }
    if (losses.empty) {
      const counts = model.views.map(({ name }, m) => `${name} ${rows[m]!.length}`).join(", ");
      throw new UserError(
        `${data.name}: no batch of ${batch} has two samples of every modality (training samples: ${counts}): raise option batch`,
      );
    }
    return { losses: losses.values() };
  }

  /** The steps of a phase, made when it begins; those of the one before are given up. */
  async #enter(name: string, make: () => Promise<TrainingStep[]>): Promise<readonly TrainingStep[]> {
    if (this.#phase?.name === name) return this.#phase.steps;
    for (const step of this.#phase?.steps ?? []) await step.release();
    const steps = await make();
    const saved = this.#saved;
    if (saved?.json.phase === name) {
      const counts = saved.json.steps as number[];
      steps.forEach((step, i) => {
        step.restore(counts[i]!, saved.tensors);
      });
    }
    this.#saved = undefined;
    this.#phase = { name, steps };
    return steps;
  }

  async #feed(inputs: Readonly<Record<string, Float32Array>>, modality: number, rows: Int32Array): Promise<void> {
    const { matrix, place } = await this.#source(modality);
    gatherRows(matrix, rows.map(place), inputs[`view.${modality}`]!);
  }

  async #source(modality: number): Promise<Source> {
    const known = this.#sources.get(modality);
    if (known !== undefined) return known;
    const { model, data } = this.parts;
    const reduced = model.preprocessing[modality]!.reduces;
    const source = reduced
      ? await this.#reduce(modality)
      : { matrix: data.views[modality]!.matrix, place: (row: number) => row };
    this.#sources.set(modality, source);
    return source;
  }

  /** Principal components of the training samples of a modality, found once. */
  async #reduce(modality: number): Promise<Source> {
    const { engine, model, data, rows } = this.parts;
    const { matrix } = data.views[modality]!;
    const { scale, reduce } = model.preprocessing[modality]!;
    const outputs = { reduced: reduce(scale(input("x", ["n", matrix.columns]))) };
    const program = await Program.compile(engine, { name: "dm2c-pca", outputs, store: model.store });
    const own = rows[modality]!;
    const result = await outputRows(program, "reduced", model.shape.modalities[modality]!.inputs, matrix, own);
    await program.release();
    const places = new Int32Array(data.samples).fill(-1);
    own.forEach((row, i) => {
      places[row] = i;
    });
    return { matrix: result, place: (row) => places[row]! };
  }

  state(): State {
    const { name, steps } = this.#phase!;
    const tensors = steps.flatMap((step) => [...step.state()]);
    return { tensors: new Map(tensors), json: { phase: name, steps: steps.map((step) => step.steps) } };
  }

  restore(state: State): void {
    this.#saved = state;
  }
}

/** A modality's rate: the number for all, or the list's entry, its last one for all that follow. */
function rateOf(rates: number | readonly number[], modality: number): number {
  return typeof rates === "number" ? rates : rates[Math.min(modality, rates.length - 1)]!;
}

function sizesOf(rows: readonly Int32Array[]): Sizes {
  return Object.fromEntries(rows.map(({ length }, m) => [countOf(m), length]));
}

function modalityOfRows(samples: number, rows: readonly Int32Array[]): Int8Array {
  const modality = new Int8Array(samples).fill(-1);
  rows.forEach((own, m) => {
    for (const row of own) modality[row] = m;
  });
  return modality;
}
