// DM2C's losses (Jiang et al. 2019), as the authors' code computes them.
import { binaryCrossEntropyWithLogits, type Forward, meanSquaredError, weightedSum } from "../../core/nn/index.js";
import {
  abs,
  add,
  addAll,
  mean,
  mul,
  neg,
  slice,
  square,
  stackRows,
  sub,
  sum,
  type Tensor,
  unstackRows,
} from "../../core/tensor/index.js";
import { type Dm2cNetworks, orderedPairs } from "./networks.js";

export const ganKinds = ["wasserstein", "naive"] as const;
export type GanKind = (typeof ganKinds)[number];

export interface Dm2cWeights {
  /** λ₁, of the cycle consistency of codes. */
  readonly lambda1: number;
  /** λ₃, of the adversarial losses. */
  readonly lambda3: number;
  readonly gan: GanKind;
}

/** Codes of one batch, what the discriminators tell apart. */
export interface Dm2cCodes {
  /** By modality: codes of its own samples [n_m, z]. */
  readonly own: readonly Tensor[];
  /** By ordered pair, as `orderedPairs` lists them: codes of the one modality carried to the other [n_from, z]. */
  readonly mapped: readonly Tensor[];
}

export interface GeneratorObjective {
  readonly total: Tensor;
  readonly report: Readonly<Record<string, Tensor>>;
  readonly codes: Dm2cCodes;
}

/** MSE between the features of one modality and what its autoencoder makes of them: the loss of pre-training. */
export function reconstructionLoss(networks: Dm2cNetworks, modality: number, x: Tensor, forward: Forward): Tensor {
  return meanSquaredError(networks.decode(modality, networks.encode(modality, x, forward), forward), x);
}

/**
 * Σ_m MSE(D_m(z_m), x_m) + Σ_{a≠b} [ λ₁ L1(z_a, back_ba(there_ab(z_a))) + MSE(x_a, D_a(back_ba(there_ab(z_a)))) ] + λ₃ adv, with
 * adv = −Σ_{a≠b} mean D_b(there_ab(z_a)), or for `naive` the cross-entropy of D_b's logits against 1. The published loss is
 * that of two modalities. Batch normalization sees the passes in the order of the terms: codes, there, back, decoding.
 * @param features x_m, [n_m, inputs] by modality.
 * @param names of the modalities, for the report.
 */
export function generatorObjective(
  networks: Dm2cNetworks,
  features: readonly Tensor[],
  names: readonly string[],
  { lambda1, lambda3, gan }: Dm2cWeights,
  forward: Forward,
): GeneratorObjective {
  const pairs = orderedPairs(features.length);
  const own = features.map((x, m) => networks.encode(m, x, forward));
  const mapped = pairs.map(([from, to]) => networks.map(from, to, own[from]!, forward));
  const back = pairs.map(([from, to], p) => networks.map(to, from, mapped[p]!, forward));
  const cycle = pairs.map(([from], p) => mean(abs(sub(own[from]!, back[p]!))));
  // One pass through a modality's decoder for its own codes and those that came back: its weights are read once.
  const decoded = features.map((x, m) => {
    const codes = [own[m]!, ...back.filter((_, p) => pairs[p]![0] === m)];
    const features = networks.decode(m, stackRows(codes), forward.stacked(codes.length));
    return mean(square(sub(unstackRows(features, codes.length), x)), [1, 2]);
  });
  const reconstruction = decoded.map((errors) => sum(slice(errors, 0, 0, 1)));
  const cycleReconstruction = decoded.map((errors) => sum(slice(errors, 0, 1)));
  const adversarial = addAll(
    pairs.map(([, to], p) =>
      gan === "naive"
        ? binaryCrossEntropyWithLogits(networks.discriminate(to, mapped[p]!, forward), 1)
        : neg(networks.meanScore(to, mapped[p]!, forward)),
    ),
  );
  const report: Record<string, Tensor> = {};
  names.forEach((name, m) => {
    const ofModality = (terms: readonly Tensor[]) => addAll(terms.filter((_, p) => pairs[p]![0] === m));
    report[`${name} reconstruction`] = reconstruction[m]!;
    report[`${name} cycle`] = ofModality(cycle);
    report[`${name} cycle reconstruction`] = cycleReconstruction[m]!;
  });
  report.adversarial = adversarial;
  const total = weightedSum([
    [1, addAll(reconstruction)],
    [lambda1, addAll(cycle)],
    [1, addAll(cycleReconstruction)],
    [lambda3, adversarial],
  ]);
  return { total, report, codes: { own, mapped } };
}

/**
 * λ₃ Σ_{a≠b} mean D_b(there_ab(z_a)) − mean D_b(z_b), or for `naive` half the cross-entropies against 0 and 1, as published.
 * @param codes of the pass before the generator's update, as constants.
 */
export function discriminatorObjective(
  networks: Dm2cNetworks,
  { own, mapped }: Dm2cCodes,
  { lambda3, gan }: Dm2cWeights,
  forward: Forward,
): Tensor {
  const terms = orderedPairs(own.length).map(([, to], p) => {
    if (gan === "wasserstein") {
      return sub(networks.meanScore(to, mapped[p]!, forward), networks.meanScore(to, own[to]!, forward));
    }
    const real = binaryCrossEntropyWithLogits(networks.discriminate(to, own[to]!, forward), 1);
    const carried = binaryCrossEntropyWithLogits(networks.discriminate(to, mapped[p]!, forward), 0);
    return mul(add(real, carried), 0.5);
  });
  return mul(addAll(terms), lambda3);
}
