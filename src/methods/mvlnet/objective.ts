// MvLNet's affinities, orthogonal layer and losses (Huang et al., TIP 2021), as the authors' code computes them.

import { weightedSum } from "../../core/nn/index.js";
import {
  add,
  addAll,
  affine,
  cholesky,
  constant,
  div,
  exp,
  gather,
  inverse,
  matmul,
  maximum,
  mean,
  mul,
  size,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  topK,
  transpose,
  unsqueeze,
} from "../../core/tensor/index.js";

/** Margins of the siamese loss: neighbors may be this near for free, others have to be this far apart. */
const margins = { positive: 0.05, negative: 1 } as const;

/** Distance of two rows never counts less than the root of this, which keeps its gradient finite. */
const LEAST_SQUARED_DISTANCE = 1e-7;

/** ε in Y'ᵀY' + εI. */
const CHOLESKY_EPSILON = 1e-5;

/** √max(‖a−b‖², 1e-7), row by row: [n, d], [n, d] → [n]. */
export function pairDistance(a: Tensor, b: Tensor): Tensor {
  return sqrt(maximum(sum(square(sub(a, b)), 1), LEAST_SQUARED_DISTANCE));
}

/** mean[ s max(dist − .05, 0)² + (1 − s) max(1 − dist, 0)² ], s [n] 1 for a pair of neighbors and otherwise 0. */
export function siameseLoss(distance: Tensor, same: Tensor): Tensor {
  const near = square(maximum(sub(distance, margins.positive), 0));
  const far = square(maximum(sub(margins.negative, distance), 0));
  return mean(add(mul(same, near), mul(sub(1, same), far)));
}

/** W of a batch, constant to differentiation: for each sample its nearest ones with their weights, or all pairs. */
export type Affinity =
  | { readonly kind: "neighbors" /** [m, k] */; readonly indices: Tensor /** [m, k] */; readonly weights: Tensor }
  | { readonly kind: "full" /** [m, m] */; readonly matrix: Tensor };

/**
 * exp(−d²/2σ²) for the `count` nearest rows of each row of x [m, d], itself included. Making this symmetric, (W + Wᵀ)/2,
 * changes nothing in the loss, so it is left out.
 */
export function neighborAffinity(x: Tensor, count: number, sigma: number): Affinity {
  // ‖xⱼ‖² − 2 xᵢ·xⱼ orders the columns of a row as distances do; the distances themselves come from differences, since
  // siamese outputs lie so close together that the products would round them away.
  const centered = sub(x, mean(x, 0, true));
  const order = affine(centered, mul(centered, -2), sum(square(centered), 1));
  const { indices } = topK(order, count, { largest: false });
  const squared = sum(square(sub(gather(x, indices), unsqueeze(x, [1]))), 2);
  return { kind: "neighbors", indices, weights: exp(mul(squared, -1 / (2 * sigma ** 2))) };
}

/** exp(−d²/2σ²) for all pairs of rows of x [m, d]. */
export function fullAffinity(x: Tensor, sigma: number): Affinity {
  const centered = sub(x, mean(x, 0, true));
  const squares = sum(square(centered), 1);
  const squared = add(affine(centered, mul(centered, -2), squares), unsqueeze(squares, [1]));
  return { kind: "full", matrix: exp(mul(maximum(squared, 0), -1 / (2 * sigma ** 2))) };
}

/** Wₒ = √m (chol(YᵀY + 1e-5 I)⁻¹)ᵀ of a batch Y [m, c]: then YWₒ has orthonormal columns, (YWₒ)ᵀ(YWₒ) = m I. */
function orthogonalWeights(y: Tensor): Tensor {
  const width = y.shape[1] as number;
  const ridge = Float32Array.from({ length: width ** 2 }, (_, i) => (i % (width + 1) === 0 ? CHOLESKY_EPSILON : 0));
  const factor = cholesky(add(matmul(y, y, { transposeA: true }), constant(ridge, [width, width])));
  return mul(transpose(inverse(factor)), sqrt(size(y, 0)));
}

export interface Orthogonalized {
  /** Y Wₒ of the first half [m, c]. */
  readonly output: Tensor;
  /** Wₒ of the second half [c, c]; the gradient flows through it. */
  readonly weights: Tensor;
}

/** The orthogonal layer on two independent batches of m rows each, one above the other: embedded [2m, c]. */
export function orthogonalOutputs(embedded: Tensor): Orthogonalized {
  const m = (embedded.shape[0] as number) / 2;
  const weights = orthogonalWeights(slice(embedded, 0, m, 2 * m));
  return { output: matmul(slice(embedded, 0, 0, m), weights), weights };
}

/** Σ_ij W_ij ‖y_i − y_j‖² / m² of one view's outputs y [m, c]. */
export function spectralLoss(y: Tensor, affinity: Affinity): Tensor {
  const pairs = square(size(y, 0));
  if (affinity.kind === "neighbors") {
    const squared = sum(square(sub(gather(y, affinity.indices), unsqueeze(y, [1]))), 2);
    return div(sum(mul(affinity.weights, squared)), pairs);
  }
  // Σ_ij W_ij ‖y_i − y_j‖² = 2 Σ_i (Σ_j W_ij) ‖y_i‖² − 2 Σ_ij W_ij y_i·y_j
  const { matrix } = affinity;
  const own = sum(mul(sum(matrix, 1), sum(square(y), 1)));
  const mixed = sum(mul(y, matmul(matrix, y)));
  return div(mul(sub(own, mixed), 2), pairs);
}

/** Σ_{u≠v} ‖Y_u − Y_v‖² / m over ordered pairs of views. */
function multiViewLoss(outputs: readonly Tensor[]): Tensor {
  const m = size(outputs[0]!, 0);
  const terms = outputs.flatMap((y, u) => outputs.slice(0, u).map((other) => sum(square(sub(y, other)))));
  return terms.length === 0 ? constant(0) : div(mul(addAll(terms), 2), m);
}

export interface Objective {
  readonly total: Tensor;
  readonly report: { readonly spectral: Tensor; readonly multiView: Tensor };
}

/** (1−λ) (1/V) Σ_v spectral + λ (1/V²) multi-view, of the orthogonalized outputs of all views. */
export function mvlnetObjective(
  outputs: readonly Tensor[],
  affinities: readonly Affinity[],
  lambda: number,
): Objective {
  const views = outputs.length;
  const spectral = mul(addAll(outputs.map((y, v) => spectralLoss(y, affinities[v]!))), 1 / views);
  const multiView = multiViewLoss(outputs);
  const total = weightedSum([
    [1 - lambda, spectral],
    [lambda / views ** 2, multiView],
  ]);
  return { total, report: { spectral, multiView } };
}
