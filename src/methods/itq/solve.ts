// Iterative quantization: the rotation after which the signs of points lose the least (Gong and Lazebnik, CVPR 2011, section 2.2).
import { Random } from "../../core/kernels/random.js";
import { type Engine, matmul } from "../../core/runtime/index.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { symmetricEigen } from "../../numerics/linear-algebra/symmetric-eigen.js";

export interface ItqSettings {
  /** The paper's are 50. */
  readonly iterations: number;
  /** Of the first rotation. */
  readonly seed: number;
}

export interface ItqSolution {
  /** R, bits × bits: codes are the signs of V R. */
  readonly rotation: Float32Array;
  /** Q(B, R) / n = ‖B − V R‖² / n before the first iteration and after each. */
  readonly losses: readonly number[];
}

/**
 * Turns and turns about: B = sgn(V R), then the R that brings V nearest to B, from the singular vectors of Vᵀ B (orthogonal Procrustes).
 * @param v V, n × bits: centered points along their principal directions.
 * @param start the first rotation, bits × bits; by default one that is random by the seed.
 */
export async function solveItq(
  engine: Engine,
  v: DenseMatrix,
  { iterations, seed }: ItqSettings,
  start: Float32Array = randomRotation(v.columns, seed),
): Promise<ItqSolution> {
  const { rows: n, columns: bits } = v;
  let rotation = start;
  const losses: number[] = [];
  for (let iteration = 0; ; iteration++) {
    const turned = await matmul(engine, v.data, rotation, { m: n, k: bits, n: bits });
    let loss = 0;
    for (let e = 0; e < turned.length; e++) {
      const sign = turned[e]! >= 0 ? 1 : -1;
      loss += (sign - turned[e]!) ** 2;
      turned[e] = sign;
    }
    losses.push(loss / n);
    if (iteration === iterations) return { rotation, losses };
    const product = await matmul(engine, v.data, turned, { m: bits, k: n, n: bits, transposeA: true });
    rotation = nearestRotation(engine, Float64Array.from(product), bits);
  }
}

/**
 * The orthogonal matrix nearest to M, U Wᵀ of M = U S Wᵀ: M (MᵀM)^(−1/2), by the eigenvectors of MᵀM. Directions that M has none of,
 * less than 1e-6 of its greatest, are filled with what is orthogonal to the others.
 */
function nearestRotation({ kernels }: Engine, m: Float64Array, size: number): Float32Array {
  const gram = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < size; i++) {
      const value = m[k * size + i]!;
      for (let j = 0; j <= i; j++) gram[i * size + j]! += value * m[k * size + j]!;
    }
  }
  const { values, vectors } = symmetricEigen(kernels, gram, size);
  const left = new Float64Array(size * size);
  for (let d = 0; d < size; d++) {
    const w = vectors.subarray(d * size, (d + 1) * size);
    const u = left.subarray(d * size, (d + 1) * size);
    if (values[d]! > 1e-12 * values[0]!) {
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += m[i * size + j]! * w[j]!;
        u[i] = sum;
      }
    }
    orthonormalize(left, d, size);
  }
  const rotation = new Float64Array(size * size);
  for (let d = 0; d < size; d++) {
    for (let i = 0; i < size; i++) {
      const value = left[d * size + i]!;
      for (let j = 0; j < size; j++) rotation[i * size + j]! += value * vectors[d * size + j]!;
    }
  }
  return Float32Array.from(rotation);
}

/** An orthogonal matrix of normal numbers by the seed, orthonormalized row after row. */
export function randomRotation(size: number, seed: number): Float32Array {
  const random = new Random(seed, "rotation");
  const rows = Float64Array.from({ length: size * size }, () => random.normal());
  for (let d = 0; d < size; d++) orthonormalize(rows, d, size);
  return Float32Array.from(rows);
}

/** Makes row d a unit vector that is orthogonal to those before it (Gram and Schmidt, twice); of one that is zero, a unit vector of the axes. */
function orthonormalize(rows: Float64Array, d: number, size: number): void {
  const own = rows.subarray(d * size, (d + 1) * size);
  for (let axis = -1; axis < size; axis++) {
    if (axis >= 0) own.fill(0)[axis] = 1;
    const before = Math.hypot(...own);
    for (let pass = 0; pass < 2; pass++) {
      for (let c = 0; c < d; c++) {
        const other = rows.subarray(c * size, (c + 1) * size);
        let dot = 0;
        for (let j = 0; j < size; j++) dot += own[j]! * other[j]!;
        for (let j = 0; j < size; j++) own[j]! -= dot * other[j]!;
      }
    }
    const length = Math.hypot(...own);
    if (length <= 1e-6 * before) continue;
    for (let j = 0; j < size; j++) own[j]! /= length;
    return;
  }
}
