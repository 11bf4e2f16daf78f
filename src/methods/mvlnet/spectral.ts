// The spectral training: the embedding networks of all views in one step, with affinities and the orthogonal layer.
import { Random } from "../../core/kernels/random.js";
import { Forward } from "../../core/nn/index.js";
import { DivergenceError, type Engine, type Execution, TrainingStep } from "../../core/runtime/index.js";
import { input, slice } from "../../core/tensor/index.js";
import { Means, stepLosses } from "../shared/losses.js";
import { stepTrainer, type Trainer } from "../shared/staged-training.js";
import { type AffinitySpace, affinitySpace } from "./affinity-space.js";
import { applyNetwork, type EncodedView, feedSamples, scaledInput } from "./encoded-view.js";
import type { MvlnetModel } from "./model.js";
import { type Affinity, fullAffinity, mvlnetObjective, neighborAffinity, orthogonalOutputs } from "./objective.js";
import type { MvlnetOptions } from "./options.js";
import { orthogonalWeightsOf } from "./orthogonal.js";
import { Plateau } from "./plateau.js";

/** Samples per step: what the option says, or all where there are fewer. */
export function batchSize({ batch }: Pick<MvlnetOptions, "batch">, samples: number): number {
  return Math.min(batch, samples);
}

/**
 * @param encoded training samples of every view, paired.
 * @throws UserError where a view's samples have no scale of distances, or its network's outputs too few dimensions.
 */
export async function spectralTrainer(
  engine: Engine,
  model: MvlnetModel,
  encoded: readonly EncodedView[],
  options: MvlnetOptions,
): Promise<Trainer> {
  const { networks, parameters, store } = model;
  const { seed, steps, lr } = options;
  const samples = encoded[0]!.rows.length;
  const m = batchSize(options, samples);
  const spaces: AffinitySpace[] = [];
  for (const [v, view] of encoded.entries()) {
    const batch = new Random(seed, "scale", v).choice(samples, m);
    spaces.push(await affinitySpace(engine, model, v, view, batch, options.scaleNeighbour));
    const some = { ...view, rows: batch.map((sample) => view.rows[sample]!) };
    orthogonalWeightsOf(await applyNetwork(engine, store, networks[v]!.embed, some), model.views[v]!.name);
  }
  const views = encoded.map((view, v) => scaledInput(view, input(`view.${v}`, [2 * m, view.matrix.columns])));
  const affinities = views.map((x, v): Affinity => {
    const { outputs, sigma } = spaces[v]!;
    const points = outputs === undefined ? slice(x, 0, 0, m) : input(`affinity.${v}`, [m, outputs.matrix.columns]);
    if (options.affinity === "full") return fullAffinity(points, sigma);
    return neighborAffinity(points, options.neighbours, sigma);
  });
  const outputs = views.map((x, v) => orthogonalOutputs(networks[v]!.embed(x, new Forward(true))));
  const { total, report } = mvlnetObjective(
    outputs.map(({ output }) => output),
    affinities,
    options.lambda,
  );
  const step = await TrainingStep.compile(engine, {
    name: "spectral",
    store,
    loss: total,
    report,
    groups: [{ parameters: parameters.learned("view."), optimizer: { kind: "rmsprop-tensorflow", lr } }],
    updates: outputs.map(({ weights }, v) => ({ parameter: networks[v]!.orthogonal, value: weights })),
    seed,
  });
  const [optimizer] = step.optimizers;
  const schedule = new Plateau(lr, options.patience);
  const run = step.at();
  return stepTrainer(
    step,
    async (epoch, onStep) => {
      optimizer!.lr = schedule.rate;
      const means = new Means();
      for (let s = 0; s < steps; s++) {
        loadBatches(run, encoded, spaces, drawBatches(seed, epoch * steps + s, samples, m), m);
        means.add(await explainSingular(() => stepLosses(step, run), model));
        onStep?.(s + 1, steps);
      }
      const losses = means.values();
      return { losses, done: schedule.update(losses.total!) };
    },
    schedule,
  );
}

/** Two independent batches of m different samples, one after the other. */
function drawBatches(seed: number, step: number, samples: number, m: number): Int32Array {
  const random = new Random(seed, "spectral", step);
  return Int32Array.from([...random.choice(samples, m), ...random.choice(samples, m)]);
}

function loadBatches(
  run: Execution,
  encoded: readonly EncodedView[],
  spaces: readonly AffinitySpace[],
  batches: Int32Array,
  m: number,
): void {
  const first = batches.subarray(0, m);
  encoded.forEach((view, v) => {
    feedSamples(view, batches, run.inputs[`view.${v}`]!);
    const { outputs } = spaces[v]!;
    if (outputs !== undefined) feedSamples(outputs, first, run.inputs[`affinity.${v}`]!);
  });
}

/** Runs a step; a loss that is no number because a batch had no orthogonal weights is reported as that. */
async function explainSingular<T>(step: () => Promise<T>, { views, shape }: MvlnetModel): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    const singular = views.find((_, v) => error.lost.includes(`orthogonal.${v}`));
    if (singular === undefined) throw error;
    throw new DivergenceError(
      `view "${singular.name}": the orthogonal layer has no weights, since the network's outputs for a batch are no numbers or do not span ${shape.clusters} dimensions; a lower learning rate (lr) or fewer clusters may help`,
    );
  }
}
