// Eigenvalues and eigenvectors of a real symmetric matrix, in float64.
import type { Kernels } from "../../core/kernels/kernels.js";
import { type MemoryScope, temporarily } from "../../core/kernels/memory.js";
import { reflectStrips, rotateStrips, stripPlace, stripsOf, stripWidth } from "../../core/kernels/strips.js";

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** n × n; row i is the unit eigenvector of values[i]. */
  readonly vectors: Float64Array;
}

/**
 * Householder's reduction to tridiagonal form, then the QL method with implicit shifts (Wilkinson and Reinsch, Handbook for
 * Automatic Computation II, contributions II/2 and II/4). Time O(n³): about a second for n = 1000. The same bits with any number of threads.
 * @param kernels work on the eigenvectors.
 * @param matrix n × n, symmetric; only its lower triangle is read. It is overwritten.
 * @throws RangeError where it holds NaN or infinity.
 */
export function symmetricEigen(kernels: Kernels, matrix: Float64Array, n: number): SymmetricEigen {
  if (matrix.length !== n * n) throw new RangeError(`symmetricEigen: ${matrix.length} values for ${n} × ${n}`);
  let scale = 0;
  for (const value of matrix) scale = Math.max(scale, Math.abs(value));
  if (!Number.isFinite(scale)) throw new RangeError("symmetricEigen: the matrix holds NaN or infinity");
  if (scale > 0) for (let e = 0; e < matrix.length; e++) matrix[e]! /= scale;
  return temporarily(kernels.memory, (scope) => {
    const { diagonal, side, reflectors, betas } = tridiagonalize(matrix, n, scope);
    const basis = accumulate(kernels, { reflectors, betas, n }, scope);
    diagonalize(diagonal, side, new DelayedRotations(kernels, basis, n, scope));
    const order = [...diagonal.keys()].sort((i, j) => diagonal[j]! - diagonal[i]!);
    const vectors = new Float64Array(n * n);
    for (const [i, from] of order.entries()) {
      for (let e = 0; e < n; e++) vectors[i * n + e] = basis[stripPlace(from, e, n)]!;
    }
    return { values: Float64Array.from(order, (i) => diagonal[i]! * scale), vectors };
  });
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** side[i] stands between diagonal[i] and diagonal[i + 1]; the last is 0. */
  readonly side: Float64Array;
  /** Householder vectors v, entries k+1 … n−1 of row k; the reflection is I − β v vᵀ. */
  readonly reflectors: Float64Array;
  readonly betas: Float64Array;
}

function tridiagonalize(a: Float64Array, n: number, scope: MemoryScope): Tridiagonal {
  const side = new Float64Array(n);
  const reflectors = scope.float64(n * n);
  const betas = scope.float64(n);
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
  return { diagonal, side, reflectors, betas };
}

/** A ← (I − β v vᵀ) A (I − β v vᵀ) on rows and columns from `start`, lower triangle only. */
function reflect(a: Float64Array, n: number, start: number, v: Float64Array, beta: number, p: Float64Array): void {
  p.fill(0);
  let i = start;
  for (; i + 3 < n; i += 4) productOfFour(a, n, start, i, v, p);
  for (; i < n; i++) p[i]! += productOfRow(a, n, start, i, v, p, a[i * n + i]! * v[i]!);
  let product = 0;
  for (i = start; i < n; i++) product += p[i]! * v[i]!;
  const half = (beta * beta * product) / 2;
  for (i = start; i < n; i++) p[i] = beta * p[i]! - half * v[i]!;
  for (i = start; i < n; i++) {
    const row = i * n;
    const vi = v[i]!;
    const pi = p[i]!;
    for (let j = start; j <= i; j++) a[row + j]! -= vi * p[j]! + pi * v[j]!;
  }
}

/** Adds what row i of the lower triangle gives to p = A v, from column `from` on; gives the sum for p[i] itself. */
function productOfRow(
  a: Float64Array,
  n: number,
  from: number,
  i: number,
  v: Float64Array,
  p: Float64Array,
  sum: number,
): number {
  const row = i * n;
  const vi = v[i]!;
  for (let j = from; j < i; j++) {
    const value = a[row + j]!;
    sum += value * v[j]!;
    p[j]! += value * vi;
  }
  return sum;
}

/** The same for four rows: their sums do not wait for each other, and each is added up in the same order. */
function productOfFour(a: Float64Array, n: number, start: number, i: number, v: Float64Array, p: Float64Array): void {
  const [row0, row1, row2, row3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
  const [v0, v1, v2, v3] = [v[i]!, v[i + 1]!, v[i + 2]!, v[i + 3]!];
  let s0 = a[row0 + i]! * v0;
  let s1 = a[row1 + i + 1]! * v1;
  let s2 = a[row2 + i + 2]! * v2;
  let s3 = a[row3 + i + 3]! * v3;
  for (let j = start; j < i; j++) {
    const vj = v[j]!;
    const a0 = a[row0 + j]!;
    const a1 = a[row1 + j]!;
    const a2 = a[row2 + j]!;
    const a3 = a[row3 + j]!;
    s0 += a0 * vj;
    s1 += a1 * vj;
    s2 += a2 * vj;
    s3 += a3 * vj;
    p[j] = p[j]! + a0 * v0 + a1 * v1 + a2 * v2 + a3 * v3;
  }
  p[i]! += s0;
  p[i + 1]! += productOfRow(a, n, i, i + 1, v, p, s1);
  p[i + 2]! += productOfRow(a, n, i, i + 2, v, p, s2);
  p[i + 3]! += productOfRow(a, n, i, i + 3, v, p, s3);
}

/** (H₀ H₁ …)ᵀ in strips: the orthonormal basis, in rows, in which the matrix is tridiagonal. */
function accumulate(
  kernels: Kernels,
  { reflectors, betas, n }: { readonly reflectors: Float64Array; readonly betas: Float64Array; readonly n: number },
  scope: MemoryScope,
): Float64Array {
  const length = stripsOf(n) * stripWidth * n;
  const [columns, rows] = [scope.float64(length), scope.float64(length)];
  for (let i = 0; i < n; i++) columns[stripPlace(i, i, n)] = 1;
  reflectStrips(kernels, { basis: columns, reflectors, betas, n });
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) rows[stripPlace(i, j, n)] = columns[stripPlace(j, i, n)]!;
  return rows;
}

/** Rotations that are kept until there are many: each strip of the basis is then read once for all of them. */
class DelayedRotations {
  readonly #most: number;
  readonly #places: Uint32Array;
  readonly #turns: Float64Array;
  #count = 0;

  constructor(
    private readonly kernels: Kernels,
    private readonly basis: Float64Array,
    readonly n: number,
    scope: MemoryScope,
  ) {
    this.#most = Math.min(2 ** 16, 2 * n * n + 1);
    this.#places = scope.uint32(this.#most);
    this.#turns = scope.float64(2 * this.#most);
  }

  /** Rotates a row and the one after it. */
  add(row: number, sine: number, cosine: number): void {
    this.#places[this.#count] = row;
    this.#turns[2 * this.#count] = sine;
    this.#turns[2 * this.#count + 1] = cosine;
    if (++this.#count === this.#most) this.apply();
  }

  apply(): void {
    const { basis, n } = this;
    const rotations = { basis, places: this.#places, turns: this.#turns, rotations: this.#count, n };
    if (this.#count > 0) rotateStrips(this.kernels, rotations);
    this.#count = 0;
  }
}

/** Turns the tridiagonal matrix into a diagonal one by plane rotations, which turn the rows of the basis into eigenvectors. */
function diagonalize(diagonal: Float64Array, side: Float64Array, rotations: DelayedRotations): void {
  const { n } = rotations;
  for (let l = 0; l < n; l++) {
    for (;;) {
      let m = l;
      while (m + 1 < n) {
        const size = Math.abs(diagonal[m]!) + Math.abs(diagonal[m + 1]!);
        if (Math.abs(side[m]!) <= Number.EPSILON * size || Math.abs(side[m]!) < 1e-300) break;
        m++;
      }
      if (m === l) break;
      sweep(diagonal, side, rotations, l, m);
    }
  }
  rotations.apply();
}

/** One implicit QL step on the unreduced block l … m. */
function sweep(diagonal: Float64Array, side: Float64Array, rotations: DelayedRotations, l: number, m: number): void {
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
    rotations.add(i, sine, cosine);
  }
  diagonal[l]! -= shift;
  side[l] = g;
  side[m] = 0;
}
