// The orthogonal layer's weights of a whole training set, in float64.
import type { DenseMatrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";

/** A direction that has less than this share of the largest column's squares is rounding noise. */
const LEAST_SHARE = 1e-10;

/**
 * Wₒ = √n (chol(YᵀY)⁻¹)ᵀ of all rows of Y [n, c], c × c row-major; float64 does without the ε of a training step.
 * @param view whose outputs they are, for the error.
 * @throws UserError where they do not span c dimensions.
 */
export function orthogonalWeightsOf(y: DenseMatrix, view: string): Float32Array {
  const c = y.columns;
  const factor = gram(y);
  let most = 0;
  for (let i = 0; i < c; i++) most = Math.max(most, factor[i * (c + 1)]!);
  // Cholesky–Banachiewicz, in place: row by row the lower triangle L.
  for (let i = 0; i < c; i++) {
    for (let j = 0; j <= i; j++) {
      let value = factor[i * c + j]!;
      for (let k = 0; k < j; k++) value -= factor[i * c + k]! * factor[j * c + k]!;
      if (i === j && !(value > LEAST_SHARE * most)) {
        throw new UserError(
          `view "${view}": the network's outputs for ${y.rows} training samples span ${i} of ${c} dimensions, so the orthogonal layer has no weights; lower option clusters or lr, or leave the view out`,
        );
      }
      factor[i * c + j] = i === j ? Math.sqrt(value) : value / factor[j * c + j]!;
    }
  }
  return scaledInverse(factor, c, Math.sqrt(y.rows));
}

/** YᵀY. */
function gram({ rows, columns: c, data }: DenseMatrix): Float64Array {
  const sums = new Float64Array(c * c);
  for (let row = 0; row < rows; row++) {
    for (let i = 0, at = row * c; i < c; i++) {
      const value = data[at + i]!;
      for (let j = 0; j < c; j++) sums[i * c + j]! += value * data[at + j]!;
    }
  }
  return sums;
}

/** scale · L⁻ᵀ of a lower triangle: column i of L⁻¹, by forward substitution, is row i. */
function scaledInverse(lower: Float64Array, c: number, scale: number): Float32Array {
  const result = new Float32Array(c * c);
  const column = new Float64Array(c);
  for (let i = 0; i < c; i++) {
    column.fill(0);
    for (let j = i; j < c; j++) {
      let value = j === i ? 1 : 0;
      for (let k = i; k < j; k++) value -= lower[j * c + k]! * column[k]!;
      column[j] = value / lower[j * c + j]!;
      result[i * c + j] = scale * column[j]!;
    }
  }
  return result;
}
