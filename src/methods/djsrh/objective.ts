// DJSRH's affinity and losses (Su, Zhong and Zhang, ICCV 2019), as the authors' code computes them.
import { meanSquaredError, weightedSum } from "../../core/nn/index.js";
import { add, div, input, matmul, mul, normalizeRows, size, sub, type Tensor } from "../../core/tensor/index.js";
import { scaleInGraph } from "../feeding.js";
import type { HashingNetwork } from "../shared/hashing-network.js";

export interface AffinityWeights {
  readonly beta: number;
  readonly eta: number;
  readonly mu: number;
}

export interface LossWeights {
  readonly lambda1: number;
  readonly lambda2: number;
}

/** 2 F̂ F̂ᵀ − 1 of features F [m, d] with normalized rows. */
function cosineAffinity(features: Tensor): Tensor {
  const unit = normalizeRows(features);
  return sub(mul(matmul(unit, unit, { transposeB: true }), 2), 1);
}

/** The joint-semantics affinity S = μ [(1−η) S̃ + η S̃ S̃ᵀ / m], S̃ = β S₁ + (1−β) S₂ [m, m]. */
function jointAffinity(first: Tensor, second: Tensor, { beta, eta, mu }: AffinityWeights): Tensor {
  const mixed = add(mul(cosineAffinity(first), beta), mul(cosineAffinity(second), 1 - beta));
  const secondOrder = div(matmul(mixed, mixed, { transposeB: true }), size(first, 0));
  return mul(add(mul(mixed, 1 - eta), mul(secondOrder, eta)), mu);
}

export interface Objective {
  readonly total: Tensor;
  readonly report: { readonly first: Tensor; readonly inter: Tensor; readonly second: Tensor };
  readonly affinity: Tensor;
  /** Codes of both views [m, bits]. */
  readonly codes: readonly [Tensor, Tensor];
}

/**
 * λ₁ MSE(B₁B₁ᵀ, S) + MSE(B₁B₂ᵀ, S) + λ₂ MSE(B₂B₂ᵀ, S) over inputs `view.0` and `view.1` [m, d], with B the codes with
 * normalized rows. S is made of features alone, so no gradient flows through it.
 * @param batch m, the same in every step.
 */
export function djsrhObjective(
  networks: readonly [HashingNetwork, HashingNetwork],
  weights: AffinityWeights & LossWeights,
  batch: number,
): Objective {
  const [x1, x2] = [feature(networks[0], 0, batch), feature(networks[1], 1, batch)];
  const affinity = jointAffinity(scaleInGraph(x1, networks[0].scaler), scaleInGraph(x2, networks[1].scaler), weights);
  const codes = [networks[0].code(x1), networks[1].code(x2)] as const;
  const [b1, b2] = [normalizeRows(codes[0]), normalizeRows(codes[1])];
  const loss = (a: Tensor, b: Tensor) => meanSquaredError(matmul(a, b, { transposeB: true }), affinity);
  const report = { first: loss(b1, b1), inter: loss(b1, b2), second: loss(b2, b2) };
  const total = weightedSum([
    [weights.lambda1, report.first],
    [1, report.inter],
    [weights.lambda2, report.second],
  ]);
  return { total, report, affinity, codes };
}

function feature({ view }: HashingNetwork, place: number, batch: number): Tensor {
  return input(`view.${place}`, [batch, view.columns]);
}
