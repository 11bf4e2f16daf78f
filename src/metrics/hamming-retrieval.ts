// Retrieval measures of binary codes ranked by Hamming distance.
import { setImmediate } from "node:timers/promises";
import type { Labels } from "../data/dataset.js";
import { popcount32, popcount64 } from "./popcount.js";
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
  /** Ends it, rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The event loop has a turn at least this often, in milliseconds. */
const turn = 50;

/**
 * Ranks the database for every query by Hamming distance, ties in database order, and measures the rankings; an item is
 * relevant where it shares a label with the query. Each ranking is a counting sort over the distances, so time is linear in
 * queries × items and memory linear in the database.
 * @throws RangeError where codes and labels differ in number.
 */
export async function retrievalMetrics(task: HammingRetrieval): Promise<RetrievalMetrics> {
  const relevant = relevance(task.queryLabels, task.databaseLabels);
  const { queries, items } = relevant;
  const { bytes } = task;
  checkCodes("queries", task.queryCodes.length, queries, bytes);
  checkCodes("database items", task.databaseCodes.length, items, bytes);
  const radii = bytes * 8 + 1;
  const accumulator = retrievalAccumulator(items, relevant.maxShared, radii, task);

  const words = Math.ceil(bytes / 4);
  const queryWords = toWords(task.queryCodes, bytes, words);
  const databaseWords = toWords(task.databaseCodes, bytes, words);
  const distances = new Uint16Array(items);
  const shared = new Uint8Array(items);
  const ranked = new Uint8Array(items);
  const next = new Int32Array(radii);
  let turned = performance.now();
  for (let q = 0; q < queries; q++) {
    if (performance.now() - turned > turn) {
      await setImmediate();
      turned = performance.now();
    }
    task.signal?.throwIfAborted();
    hammingDistances(queryWords.subarray(q * words, (q + 1) * words), databaseWords, distances);
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
  }
  return accumulator.result();
}

/** Codes as 32-bit words, zero bits in what is left of the last word. */
export function toWords(codes: Uint8Array, bytes: number, words: number): Int32Array {
  const count = codes.length / bytes;
  const packed = new Uint8Array(count * words * 4);
  for (let i = 0; i < count; i++) packed.set(codes.subarray(i * bytes, (i + 1) * bytes), i * words * 4);
  return new Int32Array(packed.buffer);
}

/** Writes the number of bits in which the query differs from each code. */
export function hammingDistances(query: Int32Array, codes: Int32Array, distances: Uint16Array): void {
  const words = query.length;
  const paired = words & ~1;
  for (let i = 0, e = 0; i < distances.length; i++) {
    let distance = 0;
    for (let w = 0; w < paired; w += 2, e += 2) {
      distance += popcount64(query[w]! ^ codes[e]!, query[w + 1]! ^ codes[e + 1]!);
    }
    if (paired < words) distance += popcount32(query[paired]! ^ codes[e++]!);
    distances[i] = distance;
  }
}

function checkCodes(what: string, length: number, rows: number, bytes: number): void {
  if (length !== rows * bytes) {
    throw new RangeError(`retrieval: ${length} bytes of codes for ${rows} labelled ${what} of ${bytes} bytes each`);
  }
}
