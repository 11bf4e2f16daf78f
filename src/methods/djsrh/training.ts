// DJSRH's training: both networks in one step, SGD with a rate of its own for each.

import { type Engine, type ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import { batches } from "../../data/batches.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { feedViews } from "../feeding.js";
import type { HashingNetwork } from "../shared/hashing-network.js";
import { trainOn } from "../shared/losses.js";
import { stepTrainer, type Trainer } from "../shared/staged-training.js";
import { djsrhObjective } from "./objective.js";
import type { DjsrhOptions } from "./options.js";

export interface DjsrhTrainingParts {
  readonly engine: Engine;
  readonly model: {
    readonly networks: readonly [HashingNetwork, HashingNetwork];
    readonly store: ParameterStore;
  };
  /** Two views, in the networks' order. */
  readonly data: MultiViewDataset;
  /** Rows that train: both views present. */
  readonly rows: Int32Array;
  readonly options: DjsrhOptions;
}

export async function djsrhTrainer({ engine, model, data, rows, options }: DjsrhTrainingParts): Promise<Trainer> {
  const { networks, store } = model;
  const { momentum, weightDecay, lr, seed, batch } = options;
  const rates = typeof lr === "number" ? [lr, lr] : lr;
  const { total, report } = djsrhObjective(networks, options, batch);
  const step = await TrainingStep.compile(engine, {
    name: "djsrh",
    store,
    loss: total,
    report,
    groups: networks.map(({ parameters }, v) => ({
      parameters: parameters.learned(),
      optimizer: { kind: "sgd", lr: rates[v]!, momentum, weightDecay },
    })),
    seed,
  });
  return stepTrainer(step, async (epoch) => {
    // α = √(epoch + 1), epoch from 0, or the fixed value.
    const alpha = options.alpha === "growing" ? Math.sqrt(epoch + 1) : options.alpha;
    for (const { view } of networks) store.values(`${view.name}.alpha`)[0] = alpha;
    const run = step.at();
    const order = batches(rows, batch, { seed, epoch }, { dropLast: true });
    return { losses: await trainOn(step, order, (own) => feedViews(run, data, own)) };
  });
}
