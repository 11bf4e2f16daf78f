// Training of one view's siamese network on pairs of neighbors and others.

import { Random } from "../../core/kernels/random.js";
import { Forward } from "../../core/nn/index.js";
import { type Engine, TrainingStep } from "../../core/runtime/index.js";
import { input, slice } from "../../core/tensor/index.js";
import { nearestOthers } from "../../numerics/neighbors/nearest-others.js";
import { allRows } from "../feeding.js";
import { stepTrainer, type Trainer } from "../shared/staged-training.js";
import { type EncodedView, feedSamples, scaledInput, scaledSamples } from "./encoded-view.js";
import type { MvlnetModel } from "./model.js";
import { pairDistance, siameseLoss } from "./objective.js";
import type { MvlnetOptions } from "./options.js";
import { neighborPairs } from "./pairs.js";
import { Plateau } from "./plateau.js";

/** Contrastive loss, RMSprop as Keras has it (rho .9, epsilon 1e-7 beside the root); incomplete batches are dropped. */
export async function siameseTrainer(
  engine: Engine,
  { networks, parameters, store }: MvlnetModel,
  view: number,
  encoded: EncodedView,
  options: MvlnetOptions,
): Promise<Trainer> {
  const { seed, pairNeighbours, siameseLr: lr } = options;
  const nearest = await nearestOthers(scaledSamples(encoded, allRows(encoded.rows.length)), pairNeighbours, engine);
  const pairs = neighborPairs(nearest, pairNeighbours, options.pairs, new Random(seed, "pairs", view));
  const count = pairs.same.length;
  const batch = Math.min(options.siameseBatch, count);
  // Both sides of the pairs in one pass: the first of all pairs, then the second of all.
  const raw = input("x", [2 * batch, encoded.matrix.columns]);
  const outputs = networks[view]!.siamese!(scaledInput(encoded, raw), new Forward(true));
  const distance = pairDistance(slice(outputs, 0, 0, batch), slice(outputs, 0, batch, 2 * batch));
  const step = await TrainingStep.compile(engine, {
    name: `siamese.${view}`,
    store,
    loss: siameseLoss(distance, input("same", [batch])),
    groups: [
      {
        parameters: parameters.learned(`siamese.${view}.`),
        optimizer: { kind: "rmsprop", lr, alpha: 0.9, eps: 1e-7 },
      },
    ],
    seed,
  });
  const [optimizer] = step.optimizers;
  const schedule = new Plateau(lr, options.patience);
  const run = step.at();
  const samples = new Int32Array(2 * batch);
  return stepTrainer(
    step,
    async (epoch, onStep) => {
      optimizer!.lr = schedule.rate;
      const order = new Random(seed, "siamese", view, epoch).permutation(count);
      const steps = Math.floor(count / batch);
      let total = 0;
      for (let s = 0; s < steps; s++) {
        for (let i = 0; i < batch; i++) {
          const pair = order[s * batch + i]!;
          samples[i] = pairs.left[pair]!;
          samples[batch + i] = pairs.right[pair]!;
          run.inputs.same![i] = pairs.same[pair]!;
        }
        feedSamples(encoded, samples, run.inputs.x!);
        total += (await step.run(run)).loss!;
        onStep?.(s + 1, steps);
      }
      const loss = total / steps;
      return { losses: { contrastive: loss }, done: schedule.update(loss) };
    },
    schedule,
  );
}
