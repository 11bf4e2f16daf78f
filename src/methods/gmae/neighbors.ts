// GMAE's neighbors: which samples of a batch count as positive and which as negative to each other.
import { UserError } from "../../errors.js";

export interface NeighborNumbers {
  /** Nearest samples looked up, the sample itself included (k = ⌊share·n⌋). */
  readonly nearest: number;
  /** Positives: ranks 1 … positives of the nearest, the sample itself being rank 0. */
  readonly positives: number;
  /** Negatives: the last ones of the nearest. */
  readonly negatives: number;
}

/** The smallest batch in which a sample has a positive and a negative neighbor. */
const smallestBatch = 16;
/** The sample itself, a positive, one between and a negative. */
const fewestNearest = 4;

/**
 * The numbers for n samples: k = ⌊share·n⌋, published with a share of 1/4, positives posNum − 1, negatives
 * ⌊(k − posNum − 1)/2⌋. Where that leaves no negative (for a quarter, n below about 4·posNum + 12), half of the k nearest are
 * positive and half of the others negative.
 * @throws UserError where n < 16 or the share leaves fewer than 4 of them.
 */
export function neighborNumbers(n: number, posNum: number, share: number): NeighborNumbers {
  if (n < smallestBatch) {
    throw new UserError(
      `GMAE's contrastive loss needs at least ${smallestBatch} samples in a batch, got ${n}; --set contrastive=false trains without it`,
    );
  }
  const nearest = Math.floor(n * share);
  if (nearest < fewestNearest) {
    throw new UserError(
      `kShare: ${share} of ${n} samples are ${nearest} nearest neighbors, the contrastive loss needs ${fewestNearest} or more`,
    );
  }
  const negatives = Math.floor((nearest - posNum - 1) / 2);
  if (negatives >= 1) return { nearest, positives: posNum - 1, negatives };
  const positives = Math.floor(nearest / 2) - 1;
  return {
    nearest,
    positives: Math.max(1, positives),
    negatives: Math.max(1, Math.floor((nearest - positives - 1) / 2)),
  };
}

/** The samples that are most often among the positives of others. */
export interface Hubs {
  /** How many are counted: 5% of the samples, one at least. */
  readonly count: number;
  /** Share of all places among the positives that they hold; about 0.1 where everything is somebody's neighbor. */
  readonly share: number;
  /** How far from even (0) to the most that so few samples can hold (1): each can stand once in a list. */
  readonly concentration: number;
}

/**
 * How far a view's positives are the same few samples (hubs).
 * @param ranked as `countNeighbors` takes them.
 */
export function findHubs(ranked: Int32Array, { nearest, positives }: NeighborNumbers): Hubs {
  const samples = ranked.length / nearest;
  const count = Math.max(1, Math.floor(samples / 20));
  const chosen = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    for (let rank = 1; rank <= positives; rank++) chosen[ranked[i * nearest + rank]!]!++;
  }
  const hubs = chosen.sort().subarray(samples - count);
  const share = hubs.reduce((a, b) => a + b, 0) / (samples * positives);
  const [even, most] = [count / samples, Math.min(1, count / positives)];
  return { count, share, concentration: most > even ? (share - even) / (most - even) : 0 };
}

/**
 * Adds one view's neighbors to the counts P and N (n × n, row-major).
 * @param ranked for each sample its `numbers.nearest` nearest in order; the sample itself is passed over wherever it stands
 *   among equals.
 * @param rows samples of the batch that have the view, by which `ranked` counts; undefined: all n.
 */
export function countNeighbors(
  ranked: Int32Array,
  numbers: NeighborNumbers,
  n: number,
  counts: { positive: Float32Array; negative: Float32Array },
  rows?: Int32Array,
): void {
  const { nearest, positives, negatives } = numbers;
  const own = rows?.length ?? n;
  const place = (i: number) => (rows === undefined ? i : rows[i]!);
  for (let i = 0; i < own; i++) {
    const row = place(i) * n;
    const list = ranked.subarray(i * nearest, (i + 1) * nearest);
    for (let rank = 0, taken = 0; taken < positives; rank++) {
      if (list[rank] === i) continue;
      counts.positive[row + place(list[rank]!)]!++;
      taken++;
    }
    for (let rank = nearest - negatives; rank < nearest; rank++) counts.negative[row + place(list[rank]!)]!++;
  }
}

/** Leaves the last sample of the batch out of the contrastive loss, as the published code does. */
export function dropLastRow(n: number, counts: { positive: Float32Array; negative: Float32Array }): void {
  counts.positive.fill(0, (n - 1) * n, n * n);
  counts.negative.fill(0, (n - 1) * n, n * n);
}
