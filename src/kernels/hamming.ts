// Hamming distances between packed codes, and ranking by them.
import type { Kernels } from "./kernels.js";

/** Rows of the database per unit (assembly/hamming.ts). */
const blockRows = 1024;

function rowCount(codes: Uint8Array, bytes: number, what: string): number {
  if (!Number.isInteger(bytes) || bytes < 1) throw new RangeError(`codes of ${bytes} bytes`);
  if (codes.length % bytes !== 0) throw new RangeError(`${what}: ${codes.length} bytes are no whole codes of ${bytes}`);
  return codes.length / bytes;
}

/**
 * Hamming distances of every query to every code of the database, into `target` (queries × rows, row-major).
 * @param queries packed codes, `bytes` each, one after the other; so `database`.
 * @throws RangeError where distances do not fit the target's type (more than 31 bytes need a Uint16Array) or length, or an
 * array lies outside the shared memory.
 */
export function hammingDistances(
  kernels: Kernels,
  queries: Uint8Array,
  database: Uint8Array,
  bytes: number,
  target: Uint8Array | Uint16Array,
): void {
  const count = rowCount(queries, bytes, "queries");
  const rows = rowCount(database, bytes, "database");
  if (8 * bytes >= 2 ** (8 * target.BYTES_PER_ELEMENT)) {
    throw new RangeError(`distances of up to ${8 * bytes} do not fit a ${target.constructor.name}`);
  }
  if (target.length < count * rows) {
    throw new RangeError(`${count} × ${rows} distances do not fit an array of ${target.length}`);
  }
  const [q, d, t] = [queries, database, target].map((view) => kernels.memory.address(view)) as [number, number, number];
  const units = count * Math.ceil(rows / blockRows);
  kernels.run("hammingDistances", units, 16, [q, d, bytes, rows, t, target.BYTES_PER_ELEMENT]);
}

/**
 * The k nearest codes of the database for each query, by Hamming distance, equal distances in database order: distances
 * and row numbers (queries × k each), nearest first. One pass over the database per query; candidates are kept only while
 * they can still be among the k, so that memory does not grow with queries × rows.
 * @throws RangeError where k is not from 1 to the database's rows, or an array is too short or outside the shared memory.
 */
export function hammingTopK(
  kernels: Kernels,
  queries: Uint8Array,
  database: Uint8Array,
  bytes: number,
  k: number,
  outDistances: Uint16Array,
  outRows: Int32Array,
): void {
  const count = rowCount(queries, bytes, "queries");
  const rows = rowCount(database, bytes, "database");
  if (!(Number.isInteger(k) && k >= 1 && k <= rows)) {
    throw new RangeError(`the ${k} nearest of ${rows} codes: expected 1 to ${rows}`);
  }
  if (bytes > 8191) throw new RangeError(`codes of ${bytes} bytes: distances must fit 16 bits`);
  if (outDistances.length < count * k || outRows.length < count * k) {
    throw new RangeError(
      `${count} × ${k} results do not fit arrays of ${outDistances.length} distances and ${outRows.length} rows`,
    );
  }
  const { memory } = kernels;
  const addresses = [queries, database, outDistances, outRows].map((view) => memory.address(view));
  const [q, d, distances, numbers] = addresses as [number, number, number, number];
  const capacity = Math.min(rows, 2 * k + blockRows);
  const scratchBytes = 4 * (8 * bytes + 1) + 8 * capacity;
  const scratch = memory.uint8(kernels.threads * scratchBytes);
  const args = [q, d, bytes, rows, k, distances, numbers, memory.address(scratch), scratchBytes, capacity];
  kernels.run("hammingTopK", count, 1, args);
  memory.free(scratch);
}
