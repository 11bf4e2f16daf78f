// DJSRH's training: both networks in one step, SGD with a rate of its own for each.

import { Forward } from "../../core/nn/index.js";
import { type Engine, type ParameterStore, TrainingStep } from "../../core/runtime/index.js";
import type { Tensor } from "../../core/tensor/index.js";
import { batches } from "../../data/batches.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { feedViews } from "../feeding.js";
import { type HashingNetwork, learnedParts } from "../shared/hashing-network.js";
import { trainOn } from "../shared/losses.js";
import { stepTrainer, type Trainer } from "../shared/staged-training.js";
import { FixedFeatures } from "./fixed-features.js";
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
  const { momentum, weightDecay, lr, seed, batch, augment, backboneRate } = options;
  const rates = typeof lr === "number" ? [lr, lr] : lr;
  const forward = new Forward(true);
  const { total, report } = djsrhObjective(networks, options, batch, forward);
  const fixed: FixedFeatures[] = [];
  for (const [v, network] of networks.entries()) {
    if (network.trunk) fixed.push(await FixedFeatures.of(engine, { network, store }, batch, v));
  }
  const step = await TrainingStep.compile(engine, {
    name: "djsrh",
    store,
    loss: total,
    report,
    dropout: forward.dropoutInputs,
    updates: forward.updates,
    groups: networks.flatMap((network, v) => {
      const { head, backbone } = learnedParts(network);
      const group = (parameters: readonly Tensor[], rate: number) => ({
        parameters,
        optimizer: { kind: "sgd", lr: rate, momentum, weightDecay } as const,
      });
      return [group(head, rates[v]!), ...(backbone.length > 0 ? [group(backbone, rates[v]! * backboneRate)] : [])];
    }),
    seed,
  });
  const trainer = stepTrainer(step, async (epoch, onStep) => {
    // Pictures that are always seen whole have the same features in all epochs.
    if (!augment) for (const features of fixed) await features.remember(data, rows, batch);
    // α = √(epoch + 1), epoch from 0, or the fixed value.
    const alpha = options.alpha === "growing" ? Math.sqrt(epoch + 1) : options.alpha;
    for (const { view } of networks) store.values(`${view.name}.alpha`)[0] = alpha;
    const run = step.at();
    const order = batches(rows, batch, { seed, epoch }, { dropLast: true });
    const augmented = augment ? { seed, epoch } : undefined;
    const load = async (own: Int32Array) => {
      feedViews(run, data, own, augmented);
      for (const features of fixed) await features.fill(run, data, own, augmented);
      return run;
    };
    return { losses: await trainOn(step, order, load, onStep) };
  });
  const release = async () => {
    await trainer.release();
    for (const features of fixed) await features.release();
  };
  return { ...trainer, release };
}
