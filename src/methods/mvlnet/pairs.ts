// Pairs of samples for a siamese network: neighbors, and as many that are none.
import type { Random } from "../../core/kernels/random.js";

export interface Pairs {
  /** Samples of each pair. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 for a pair of neighbors, otherwise 0. */
  readonly same: Float32Array;
}

/**
 * Per sample min(k, ⌊total/2n⌋), at least one, pairs with a random choice of its k nearest samples and as many with random
 * others, sample after sample.
 * @param nearest n × k sample numbers, k < n − 1.
 */
export function neighborPairs(nearest: Int32Array, k: number, total: number, random: Random): Pairs {
  const n = nearest.length / k;
  const each = Math.max(1, Math.min(k, Math.floor(total / (2 * n))));
  const count = 2 * each * n;
  const pairs: Pairs = { left: new Int32Array(count), right: new Int32Array(count), same: new Float32Array(count) };
  const own = new Int32Array(k);
  for (let i = 0, at = 0; i < n; i++) {
    own.set(nearest.subarray(i * k, (i + 1) * k));
    random.shuffle(own);
    for (let e = 0; e < 2 * each; e++, at++) {
      pairs.left[at] = i;
      pairs.right[at] = e < each ? own[e]! : otherThan(i, own, n, random);
      pairs.same[at] = e < each ? 1 : 0;
    }
  }
  return pairs;
}

function otherThan(sample: number, near: Int32Array, n: number, random: Random): number {
  let other: number;
  do other = random.integer(n);
  while (other === sample || near.includes(other));
  return other;
}
