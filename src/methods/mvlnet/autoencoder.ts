// Training of one view's autoencoder, whose codes the other networks take.

import { Forward, meanSquaredError } from "../../core/nn/index.js";
import { type Engine, TrainingStep } from "../../core/runtime/index.js";
import { input } from "../../core/tensor/index.js";
import { batches } from "../../data/batches.js";
import { gatherRows, type Matrix } from "../../data/matrix.js";
import { scaleInGraph } from "../feeding.js";
import { Means } from "../shared/losses.js";
import { stepTrainer, type Trainer } from "../shared/staged-training.js";
import type { MvlnetModel } from "./model.js";
import type { MvlnetOptions } from "./options.js";

const LEARNING_RATE = 1e-3;

/** Mean squared error of the scaled features, Adam. */
export async function autoencoderTrainer(
  engine: Engine,
  { networks, scalers, parameters, store }: MvlnetModel,
  view: number,
  matrix: Matrix,
  rows: Int32Array,
  { seed, autoencoderBatch }: MvlnetOptions,
): Promise<Trainer> {
  const { encode, decode } = networks[view]!;
  const forward = new Forward(true);
  const x = scaleInGraph(input("x", ["n", matrix.columns]), scalers[view]!);
  const step = await TrainingStep.compile(engine, {
    name: `autoencoder.${view}`,
    store,
    loss: meanSquaredError(decode!(encode(x, forward), forward), x),
    groups: [
      { parameters: parameters.learned(`autoencoder.${view}.`), optimizer: { kind: "adam", lr: LEARNING_RATE } },
    ],
    seed,
  });
  return stepTrainer(step, async (epoch, onStep) => {
    const means = new Means();
    const order = batches(rows, autoencoderBatch, { seed, epoch });
    for (const [i, batch] of order.entries()) {
      const run = step.at({ n: batch.length });
      gatherRows(matrix, batch, run.inputs.x!);
      means.add({ reconstruction: (await step.run(run)).loss! }, batch.length);
      onStep?.(i + 1, order.length);
    }
    return { losses: means.values() };
  });
}
