// Hamming distances between packed codes.
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
  const units = count * Math.ceil(rows / blockRows);
  kernels.run("hammingDistances", units, 16, {
    queries,
    database,
    bytes,
    rows,
    target,
    width: target.BYTES_PER_ELEMENT,
  });
}
