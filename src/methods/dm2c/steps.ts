// DM2C's three kinds of training step: an autoencoder's, the generator's, the discriminators'.
import { Forward } from "../../core/nn/index.js";
import { type Engine, type OptimizerSettings, TrainingStep } from "../../core/runtime/index.js";
import { input, type Tensor } from "../../core/tensor/index.js";
import type { Dm2cModel } from "./model.js";
import { codeWidth, orderedPairs, prefixes } from "./networks.js";
import { type Dm2cWeights, discriminatorObjective, generatorObjective, reconstructionLoss } from "./objective.js";

export interface AdversarialSettings extends Dm2cWeights {
  readonly lrAutoencoder: number;
  readonly lrMapping: number;
  readonly lrDiscriminator: number;
  readonly weightDecay: number;
  /** Discriminators' parameters are clipped to ± this (Wasserstein only). */
  readonly clip: number;
  readonly seed: number;
}

/** The name of the dimension that counts a modality's samples. */
export const countOf = (modality: number): string => `n${modality}`;

/** A modality's samples of a batch: as the data set has them, or reduced to principal components beforehand. */
function features({ shape, views, preprocessing }: Dm2cModel, m: number): Tensor {
  const { reduces, scale } = preprocessing[m]!;
  const x = input(`view.${m}`, [countOf(m), reduces ? shape.modalities[m]!.inputs : views[m]!.columns]);
  return reduces ? x : scale(x);
}

/** The published Adam, of pre-training and of the naive adversarial training. */
function adam(lr: number, weightDecay: number): OptimizerSettings {
  return { kind: "adam", lr, beta1: 0.5, beta2: 0.999, weightDecay };
}

function adversarialOptimizer({ gan, weightDecay }: AdversarialSettings, lr: number): OptimizerSettings {
  return gan === "naive" ? adam(lr, weightDecay) : { kind: "rmsprop", lr, weightDecay };
}

/** One autoencoder on its own modality; input `view.m`. */
export function pretrainingStep(
  engine: Engine,
  model: Dm2cModel,
  modality: number,
  { lr, weightDecay, seed }: { lr: number; weightDecay: number; seed: number },
): Promise<TrainingStep> {
  const { shape, networks, parameters, store } = model;
  const forward = new Forward(true);
  const loss = reconstructionLoss(networks, modality, features(model, modality), forward);
  const learned = parameters.learned(prefixes.autoencoder(shape.modalities[modality]!));
  return TrainingStep.compile(engine, {
    name: `pretraining.${modality}`,
    store,
    loss,
    groups: [{ parameters: learned, optimizer: adam(lr, weightDecay) }],
    updates: forward.updates,
    seed,
  });
}

/** Autoencoders and mappings; inputs `view.m`, outputs `own.m` and `mapped.p`, the codes as they are before the update. */
export function generatorStep(engine: Engine, model: Dm2cModel, settings: AdversarialSettings): Promise<TrainingStep> {
  const { shape, networks, parameters, store } = model;
  const { modalities } = shape;
  const forward = new Forward(true);
  const inputs = modalities.map((_, m) => features(model, m));
  const names = modalities.map(({ name }) => name);
  const { total, report, codes } = generatorObjective(networks, inputs, names, settings, forward);
  const autoencoders = modalities.map(prefixes.autoencoder);
  const mappings = orderedPairs(modalities.length).map(([a, b]) => prefixes.mapping(modalities[a]!, modalities[b]!));
  const group = (names: readonly string[], lr: number) => ({
    parameters: parameters.learned(...names),
    optimizer: adversarialOptimizer(settings, lr),
  });
  return TrainingStep.compile(engine, {
    name: "generator",
    store,
    loss: total,
    report,
    outputs: Object.fromEntries([...named("own", codes.own), ...named("mapped", codes.mapped)]),
    groups: [group(autoencoders, settings.lrAutoencoder), group(mappings, settings.lrMapping)],
    updates: forward.updates,
    seed: settings.seed,
  });
}

/** The discriminators; inputs `own.m` and `mapped.p`. */
export function discriminatorStep(
  engine: Engine,
  model: Dm2cModel,
  settings: AdversarialSettings,
): Promise<TrainingStep> {
  const { shape, networks, parameters, store } = model;
  const width = codeWidth(shape);
  const codes = {
    own: shape.modalities.map((_, m) => input(`own.${m}`, [countOf(m), width])),
    mapped: orderedPairs(shape.modalities.length).map(([from], p) => input(`mapped.${p}`, [countOf(from), width])),
  };
  return TrainingStep.compile(engine, {
    name: "discriminator",
    store,
    loss: discriminatorObjective(networks, codes, settings, new Forward(true)),
    groups: [
      {
        parameters: parameters.learned(...shape.modalities.map(prefixes.discriminator)),
        optimizer: adversarialOptimizer(settings, settings.lrDiscriminator),
      },
    ],
    clamp: settings.gan === "wasserstein" ? settings.clip : undefined,
    seed: settings.seed,
  });
}

const named = (name: string, tensors: readonly Tensor[]) =>
  tensors.map((tensor, i) => [`${name}.${i}`, tensor] as const);
