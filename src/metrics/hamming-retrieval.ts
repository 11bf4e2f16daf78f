// Retrieval measures of binary codes ranked by Hamming distance.

import type { Engine, OnEngine } from "../core/runtime/engine.js";
import type { Labels } from "../data/dataset.js";
import { forEachQuery } from "./hamming-blocks.js";
import { relevance } from "./relevance.js";
import { type RetrievalMetrics, type RetrievalOptions, retrievalAccumulator } from "./retrieval.js";

/** Codes and labels of the queries and of the database. */
export interface HammingRetrieval extends RetrievalOptions {
  /** queries × bytes and database items × bytes; bit 1 = positive value, the first bit of a byte is its most significant. */
  readonly queryCodes: Uint8Array;
  readonly databaseCodes: Uint8Array;
  /** Bytes per code. */
  readonly bytes: number;
  readonly queryLabels: Labels;
  readonly databaseLabels: Labels;
  readonly engine?: Engine;
  /** Ends it, rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Ranks the database for every query by Hamming distance, ties in database order, and measures the rankings; an item is
 * relevant where it shares a label with the query. Each ranking is a counting sort over the distances, so time is linear in
 * queries × items and memory linear in the database.
 * @throws RangeError where codes and labels differ in number.
 */
export async function retrievalMetrics(task: OnEngine<HammingRetrieval>): Promise<RetrievalMetrics> {
  const relevant = relevance(task.queryLabels, task.databaseLabels);
  const { queries, items } = relevant;
  const { bytes } = task;
  checkCodes("queries", task.queryCodes.length, queries, bytes);
  checkCodes("database items", task.databaseCodes.length, items, bytes);
  const radii = bytes * 8 + 1;
  const accumulator = retrievalAccumulator(items, relevant.maxShared, radii, task);

  const shared = new Uint8Array(items);
  const ranked = new Uint8Array(items);
  const next = new Int32Array(radii);
  const codes = { queries: task.queryCodes, database: task.databaseCodes };
  await forEachQuery({ ...codes, bytes, engine: task.engine, signal: task.signal }, (distances, q) => {
    relevant.shared(q, shared);
    next.fill(0);
    for (let i = 0; i < items; i++) next[distances[i]!]!++;
    let start = 0;
    for (let d = 0; d < radii; d++) {
      const size = next[d]!;
      next[d] = start;
      start += size;
    }
    for (let i = 0; i < items; i++) ranked[next[distances[i]!]!++] = shared[i]!;
    // each distance's next place has moved to the end of its group
    accumulator.add(ranked, next, radii);
  });
  return accumulator.result();
}

function checkCodes(what: string, length: number, rows: number, bytes: number): void {
  if (length !== rows * bytes) {
    throw new RangeError(`retrieval: ${length} bytes of codes for ${rows} labeled ${what} of ${bytes} bytes each`);
  }
}
