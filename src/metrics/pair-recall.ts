// Retrieval of the pair itself: where a query's own counterpart in the other view ranks among all candidates.

import type { Engine } from "../core/runtime/engine.js";
import type { DenseMatrix } from "../data/matrix.js";
import { forEachQuery, type HammingTask } from "./hamming-blocks.js";
import { forEachProductBlock } from "./product-blocks.js";
import { unitRows } from "./unit-rows.js";

/** For each query, how many candidates are nearer than its pair, and how many are as near, the pair included. */
export interface PairRanks {
  readonly nearer: Int32Array;
  readonly equal: Int32Array;
}

/** Means over the queries, equally near candidates in random order. */
export interface PairMetrics {
  /** Share of queries whose pair is the first candidate, among the first 5, among the first 10. */
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** Median over the queries of the rank expected of the pair, from 1. */
  readonly medianRank: number;
}

/** What the ranks amount to. @throws RangeError where there is no query. */
export function pairMetrics({ nearer, equal }: PairRanks): PairMetrics {
  const queries = nearer.length;
  if (queries === 0) throw new RangeError("pair recall: there are no pairs");
  const recallAt = (k: number) => {
    let sum = 0;
    // Of `equal` candidates in random order, the pair stands at each of their places with the same chance.
    for (let q = 0; q < queries; q++) sum += Math.min(1, Math.max(0, (k - nearer[q]!) / equal[q]!));
    return sum / queries;
  };
  const ranks = Float64Array.from(nearer, (before, q) => before + (equal[q]! + 1) / 2).sort();
  const middle = Math.floor(queries / 2);
  const medianRank = queries % 2 === 1 ? ranks[middle]! : (ranks[middle - 1]! + ranks[middle]!) / 2;
  return { recallAt1: recallAt(1), recallAt5: recallAt(5), recallAt10: recallAt(10), medianRank };
}

/** Each measure keyed by direction; nothing where there is no direction. */
export function pairsByDirection(
  found: ReadonlyMap<string, PairMetrics>,
): Partial<Record<keyof PairMetrics, Record<string, number>>> {
  if (found.size === 0) return {};
  const each = (name: keyof PairMetrics) =>
    Object.fromEntries([...found].map(([direction, metrics]) => [direction, metrics[name]]));
  return {
    recallAt1: each("recallAt1"),
    recallAt5: each("recallAt5"),
    recallAt10: each("recallAt10"),
    medianRank: each("medianRank"),
  };
}

/** Ranks by Hamming distance; the pair of query q is candidate q. */
export async function hammingPairRanks(task: HammingTask): Promise<PairRanks> {
  const count = task.queries.length / task.bytes;
  const ranks = { nearer: new Int32Array(count), equal: new Int32Array(count) };
  await forEachQuery(task, (distances, q) => rank(distances, q, ranks));
  return ranks;
}

/** Ranks by cosine similarity; the pair of query q is candidate q. A row of zeros is equally near to everything. */
export async function cosinePairRanks(
  queries: DenseMatrix,
  candidates: DenseMatrix,
  { engine, signal }: { readonly engine: Engine; readonly signal?: AbortSignal },
): Promise<PairRanks> {
  const { rows, columns } = queries;
  const ranks = { nearer: new Int32Array(rows), equal: new Int32Array(rows) };
  const opposites = unitRows(queries, "queries").map((value) => -value);
  const shape = { rows, columns: rows, k: columns };
  await forEachProductBlock(engine, opposites, unitRows(candidates, "candidates"), shape, (block, first, count) => {
    signal?.throwIfAborted();
    for (let i = 0; i < count; i++) rank(block.subarray(i * rows, (i + 1) * rows), first + i, ranks);
  });
  return ranks;
}

function rank(distances: Uint16Array | Float32Array, pair: number, { nearer, equal }: PairRanks): void {
  const own = distances[pair]!;
  for (const distance of distances) {
    if (distance < own) nearer[pair]!++;
    else if (distance === own) equal[pair]!++;
  }
}
