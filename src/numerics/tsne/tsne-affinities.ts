// How strongly neighbors attract each other in t-SNE.
import type { Neighbors } from "../neighbors/knn.js";

/** Entry e says that points from[e] and to[e] attract each other with p[e]; all p sum to 1, each pair stands both ways. */
export interface Affinities {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly p: Float64Array;
}

/** p_ij = (p_j|i + p_i|j) / 2n over the neighbors, each p_·|i Gaussian with the given perplexity. */
export function symmetricAffinities(
  { indices, distances }: Neighbors,
  n: number,
  k: number,
  perplexity: number,
): Affinities {
  const pairs = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const found: { j: number; square: number }[] = [];
    for (let e = i * (k + 1); e < (i + 1) * (k + 1) && found.length < k; e++) {
      if (indices[e] !== i) found.push({ j: indices[e]!, square: distances[e]! ** 2 });
    }
    const weights = gaussianWeights(
      found.map(({ square }) => square),
      perplexity,
    );
    for (const [r, { j }] of found.entries()) {
      const p = weights[r]! / (2 * n);
      pairs.set(i * n + j, (pairs.get(i * n + j) ?? 0) + p);
      pairs.set(j * n + i, (pairs.get(j * n + i) ?? 0) + p);
    }
  }
  const keys = [...pairs.keys()];
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / n)),
    to: Int32Array.from(keys, (key) => key % n),
    p: Float64Array.from(pairs.values()),
  };
}

/** exp(−β d²) / Σ, β such that the entropy is log(perplexity), found by bisection. */
function gaussianWeights(squares: readonly number[], perplexity: number): number[] {
  const nearest = Math.min(...squares);
  const spread = squares.reduce((sum, square) => sum + square - nearest, 0) / squares.length;
  if (spread === 0) return squares.map(() => 1 / squares.length);
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  let beta = 1 / spread;
  for (let step = 0; ; step++) {
    const raw = squares.map((square) => Math.exp(-beta * (square - nearest)));
    const sum = raw.reduce((a, b) => a + b, 0);
    const mean = raw.reduce((a, w, i) => a + w * (squares[i]! - nearest), 0) / sum;
    const excess = Math.log(sum) + beta * mean - Math.log(perplexity);
    if (Math.abs(excess) < 1e-5 || step === 100) return raw.map((w) => w / sum);
    if (excess > 0) low = beta;
    else high = beta;
    beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (low + high) / 2;
  }
}
