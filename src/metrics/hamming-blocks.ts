// Hamming distances of many queries to a whole database, block of queries by block of queries.
import { platform } from "#platform";
import { hammingDistances } from "../core/kernels/hamming.js";
import { MemoryScope } from "../core/kernels/memory.js";
import type { Engine } from "../core/runtime/engine.js";

/** Distances per block: small enough to stay in a processor's second-level cache until they are read. */
const blockValues = 1 << 18;

/** The event loop has a turn at least this often, in milliseconds. */
const turn = 50;

export interface HammingTask {
  readonly engine: Engine;
  /** Packed codes, `bytes` each, one after the other. */
  readonly queries: Uint8Array;
  readonly database: Uint8Array;
  readonly bytes: number;
  /** Ends it, rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `visit` with each query's distances to the codes of the database, in the order of the queries.
 * @param visit gets them in the kernels' memory, valid during the call only.
 */
export async function forEachQuery(
  { engine, queries, database, bytes, signal }: HammingTask,
  visit: (distances: Uint16Array, query: number) => void,
): Promise<void> {
  const { kernels } = engine;
  const memory = new MemoryScope(engine.memory);
  const [count, items] = [queries.length / bytes, database.length / bytes];
  const height = Math.min(count, Math.max(1, Math.floor(blockValues / Math.max(1, items))));
  const shared = (codes: Uint8Array) => {
    const copy = memory.uint8(codes.length);
    copy.set(codes);
    return copy;
  };
  try {
    const [from, to] = [shared(queries), shared(database)];
    const distances = memory.uint16(height * items);
    let turned = performance.now();
    for (let first = 0; first < count; first += height) {
      const size = Math.min(height, count - first);
      const block = from.subarray(first * bytes, (first + size) * bytes);
      hammingDistances(kernels, block, to, bytes, distances);
      for (let q = 0; q < size; q++) {
        if (performance.now() - turned > turn) {
          await platform.turn();
          turned = performance.now();
        }
        signal?.throwIfAborted();
        visit(distances.subarray(q * items, (q + 1) * items), first + q);
      }
    }
  } finally {
    memory.release();
  }
}
