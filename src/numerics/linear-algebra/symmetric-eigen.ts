// Eigenvalues and eigenvectors of a real symmetric matrix, in float64.

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** n × n; row i is the unit eigenvector of values[i]. */
  readonly vectors: Float64Array;
}

/**
 * Householder's reduction to tridiagonal form, then the QL method with implicit shifts (Wilkinson and Reinsch, Handbook for
 * Automatic Computation II, contributions II/2 and II/4). Time O(n³): a few seconds for n = 1000.
 * @param matrix n × n, symmetric; only its lower triangle is read. It is overwritten.
 * @throws RangeError where it holds NaN or infinity.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  if (matrix.length !== n * n) throw new RangeError(`symmetricEigen: ${matrix.length} values for ${n} × ${n}`);
  let scale = 0;
  for (const value of matrix) scale = Math.max(scale, Math.abs(value));
  if (!Number.isFinite(scale)) throw new RangeError("symmetricEigen: the matrix holds NaN or infinity");
  if (scale > 0) for (let e = 0; e < matrix.length; e++) matrix[e]! /= scale;
  const { diagonal, side, basis } = tridiagonalize(matrix, n);
  diagonalize(diagonal, side, basis, n);
  const order = [...diagonal.keys()].sort((i, j) => diagonal[j]! - diagonal[i]!);
  const vectors = new Float64Array(n * n);
  for (const [i, from] of order.entries()) vectors.set(basis.subarray(from * n, (from + 1) * n), i * n);
  return { values: Float64Array.from(order, (i) => diagonal[i]! * scale), vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** side[i] stands between diagonal[i] and diagonal[i + 1]; the last is 0. */
  readonly side: Float64Array;
  /** Rows are the orthonormal basis in which the matrix is tridiagonal. */
  readonly basis: Float64Array;
}

function tridiagonalize(a: Float64Array, n: number): Tridiagonal {
  const side = new Float64Array(n);
  /** Householder vectors v, entries k+1 … n−1 of row k; the reflection is I − β v vᵀ. */
  const reflectors = new Float64Array(n * n);
  const betas = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    const v = reflectors.subarray(k * n, (k + 1) * n);
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k]!;
      square += v[i]! * v[i]!;
    }
    const first = v[k + 1]!;
    if (square === first * first) {
      side[k] = first;
      continue;
    }
    const length = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    side[k] = length;
    v[k + 1] = first - length;
    const beta = 1 / (square - first * length);
    betas[k] = beta;
    reflect(a, n, k + 1, v, beta, p);
  }
  if (n > 1) side[n - 2] = a[(n - 1) * n + n - 2]!;
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  return { diagonal, side, basis: accumulate(reflectors, betas, n) };
}

/** A ← (I − β v vᵀ) A (I − β v vᵀ) on rows and columns from `start`, lower triangle only. */
function reflect(a: Float64Array, n: number, start: number, v: Float64Array, beta: number, p: Float64Array): void {
  p.fill(0);
  for (let i = start; i < n; i++) {
    const row = i * n;
    const vi = v[i]!;
    let sum = a[row + i]! * vi;
    for (let j = start; j < i; j++) {
      sum += a[row + j]! * v[j]!;
      p[j]! += a[row + j]! * vi;
    }
    p[i]! += sum;
  }
  let product = 0;
  for (let i = start; i < n; i++) product += p[i]! * v[i]!;
  const half = (beta * beta * product) / 2;
  for (let i = start; i < n; i++) p[i] = beta * p[i]! - half * v[i]!;
  for (let i = start; i < n; i++) {
    const row = i * n;
    const vi = v[i]!;
    const pi = p[i]!;
    for (let j = start; j <= i; j++) a[row + j]! -= vi * p[j]! + pi * v[j]!;
  }
}

/** The rows of (H₀ H₁ …)ᵀ, from the last reflection to the first, which only touches rows and columns after its own. */
function accumulate(reflectors: Float64Array, betas: Float64Array, n: number): Float64Array {
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const beta = betas[k]!;
    if (beta === 0) continue;
    const v = reflectors.subarray(k * n, (k + 1) * n);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += basis[row + j]! * v[j]!;
      sum *= beta;
      for (let j = k + 1; j < n; j++) basis[row + j]! -= sum * v[j]!;
    }
  }
  return basis;
}

/** Turns the tridiagonal matrix into a diagonal one by plane rotations, which turn the rows of `basis` into eigenvectors. */
function diagonalize(diagonal: Float64Array, side: Float64Array, basis: Float64Array, n: number): void {
  for (let l = 0; l < n; l++) {
    for (;;) {
      let m = l;
      while (m + 1 < n) {
        const size = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(side[m]!) <= Number.EPSILON * size || Math.abs(side[m]!) < 1e-300) break;
        m++;
      }
      if (m === l) break;
      sweep(diagonal, side, basis, n, l, m);
    }
  }
}

/** One implicit QL step on the unreduced block l … m. */
function sweep(diagonal: Float64Array, side: Float64Array, basis: Float64Array, n: number, l: number, m: number): void {
  const ratio = (diagonal[l + 1]! - diagonal[l]!) / (2 * side[l]!);
  const root = Math.sqrt(ratio * ratio + 1);
  let g = diagonal[m]! - diagonal[l]! + side[l]! / (ratio + (ratio < 0 ? -root : root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * side[i]!;
    const b = cosine * side[i]!;
    const r = Math.sqrt(f * f + g * g);
    side[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1]! -= shift;
      side[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = diagonal[i + 1]! - shift;
    const t = (diagonal[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    diagonal[i + 1] = g + shift;
    g = cosine * t - b;
    rotate(basis, i * n, n, sine, cosine);
  }
  diagonal[l]! -= shift;
  side[l] = g;
  side[m] = 0;
}

/** Rotates the row at `start` and the one after it. */
function rotate(basis: Float64Array, start: number, n: number, sine: number, cosine: number): void {
  for (let e = start; e < start + n; e++) {
    const low = basis[e]!;
    const high = basis[e + n]!;
    basis[e + n] = sine * low + cosine * high;
    basis[e] = cosine * low - sine * high;
  }
}
