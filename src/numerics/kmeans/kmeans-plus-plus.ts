// Greedy k-means++ seeding of many k-means runs at once.
import type { Random } from "../../core/kernels/random.js";
import type { Engine } from "../../core/runtime/engine.js";
import { forEachProductBlock } from "../../metrics/product-blocks.js";
import { gatherPoints, type Points } from "../linear-algebra/points.js";

/**
 * Chooses `clusters` rows as first centers for each run. A row is drawn with a chance that grows with its squared distance
 * to the centers so far (Arthur and Vassilvitskii, SODA 2007, section 2.2); of 2 + ⌊log clusters⌋ draws the one is kept that
 * leaves the least sum of squared distances.
 * @param random the run's own stream of random numbers, one per run.
 */
export async function plusPlus(
  engine: Engine,
  points: Points,
  clusters: number,
  random: readonly Random[],
): Promise<Int32Array[]> {
  const { rows } = points;
  const runs = random.length;
  const trials = 2 + Math.floor(Math.log(clusters));
  const seeds = random.map(() => new Int32Array(clusters));
  /** Squared distance of each row to the nearest of the run's centers so far. */
  const closest = random.map(() => new Float64Array(rows).fill(Number.POSITIVE_INFINITY));
  const cumulative = new Float64Array(rows);
  let chosen = Int32Array.from(random, (stream) => stream.integer(rows));
  for (let c = 0; ; c++) {
    for (let r = 0; r < runs; r++) seeds[r]![c] = chosen[r]!;
    if (c === clusters - 1) return seeds;
    await forEachDistance(engine, points, chosen, (run, square, scores, offset, stride, first, count) => {
      const nearest = closest[run]!;
      for (let i = 0, e = offset; i < count; i++, e += stride) {
        const distance = points.squares[first + i]! + square - 2 * scores[e]!;
        if (distance < nearest[first + i]!) nearest[first + i] = Math.max(0, distance);
      }
    });
    const candidates = new Int32Array(runs * trials);
    for (let r = 0; r < runs; r++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) cumulative[i] = sum += closest[r]![i]!;
      for (let t = 0; t < trials; t++) candidates[r * trials + t] = firstAbove(cumulative, random[r]!.next() * sum);
    }
    const potentials = new Float64Array(candidates.length);
    await forEachDistance(engine, points, candidates, (candidate, square, scores, offset, stride, first, count) => {
      const nearest = closest[Math.floor(candidate / trials)]!;
      let sum = 0;
      for (let i = 0, e = offset; i < count; i++, e += stride) {
        const distance = Math.max(0, points.squares[first + i]! + square - 2 * scores[e]!);
        sum += Math.min(distance, nearest[first + i]!);
      }
      potentials[candidate]! += sum;
    });
    chosen = Int32Array.from(random, (_, r) => {
      let best = r * trials;
      for (let t = best + 1; t < (r + 1) * trials; t++) if (potentials[t]! < potentials[best]!) best = t;
      return candidates[best]!;
    });
  }
}

/** Visits, block by block, each center's products with the rows: scores[offset + i·stride] is that with row first + i. */
async function forEachDistance(
  engine: Engine,
  points: Points,
  centers: Int32Array,
  visit: (
    center: number,
    square: number,
    scores: Float32Array,
    offset: number,
    stride: number,
    first: number,
    count: number,
  ) => void,
): Promise<void> {
  const stride = centers.length;
  const shape = { rows: points.rows, columns: stride, k: points.columns };
  await forEachProductBlock(engine, points.data, gatherPoints(points, centers), shape, (scores, first, count) => {
    for (let c = 0; c < stride; c++) visit(c, points.squares[centers[c]!]!, scores, c, stride, first, count);
  });
}

/** The first place whose value is above the threshold, or the last place. */
function firstAbove(ascending: Float64Array, threshold: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > threshold) high = middle;
    else low = middle + 1;
  }
  return low;
}
