// DJSRH's affinity and losses (Su, Zhong and Zhang, ICCV 2019), as the authors' code computes them.
import { Forward, meanSquaredError, weightedSum } from "../../core/nn/index.js";
import { add, div, input, matmul, mul, normalizeRows, size, sub, type Tensor } from "../../core/tensor/index.js";
import { scaleInGraph, viewInput } from "../feeding.js";
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
 * normalized rows. S is made of features alone, so no gradient flows through it; those of pictures are inputs `features.0` and
 * `features.1` [m, width].
 * @param batch m, the same in every step.
 * @param forward the pass that trains; by default one that does not, which is the same where there are no pictures.
 */
export function djsrhObjective(
  networks: readonly [HashingNetwork, HashingNetwork],
  weights: AffinityWeights & LossWeights,
  batch: number,
  forward = new Forward(false),
): Objective {
  const [x1, x2] = [viewInput("view.0", networks[0].view, batch), viewInput("view.1", networks[1].view, batch)];
  const [f1, f2] = [features(networks[0], x1, 0), features(networks[1], x2, 1)];
  const affinity = jointAffinity(f1, f2, weights);
  const codes = [codeOf(networks[0], x1, f1, forward), codeOf(networks[1], x2, f2, forward)] as const;
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

/** F of a view. */
function features({ scaler, trunk }: HashingNetwork, x: Tensor, place: number): Tensor {
  return trunk ? input(`features.${place}`, [x.shape[0]!, trunk.width]) : scaleInGraph(x, scaler);
}

/** The code of a view; where training leaves the whole backbone as it is, F is what it gives, and need not be computed twice. */
function codeOf({ trunk, code, head }: HashingNetwork, x: Tensor, f: Tensor, forward: Forward): Tensor {
  return trunk?.isFixed ? head(f, forward) : code(x, forward);
}
