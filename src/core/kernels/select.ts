// Nearest neighbours from a matrix of distances: the k smallest values of each row.
import type { Kernels } from "./kernels.js";
import { temporarily } from "./memory.js";

/** Bytes of a thread's counters, beside five arrays of n words (assembly/select.ts). */
const counterBytes = 4 * (2048 + 256);

/**
 * For each row of `distances` (rows × n, row-major), the indices of its k smallest values in ascending order into
 * `outIndices` (rows × k). Equal values come by lower index first, NaN after everything. O(n) per row.
 * @throws RangeError where k is not from 1 to n, or an array is too short or outside the shared memory.
 */
export function smallestK(
  kernels: Kernels,
  distances: Float32Array,
  rows: number,
  n: number,
  k: number,
  outIndices: Int32Array,
): void {
  if (!(Number.isInteger(k) && k >= 1 && k <= n)) throw new RangeError(`the ${k} smallest of ${n}: expected 1 to ${n}`);
  if (distances.length < rows * n || outIndices.length < rows * k) {
    throw new RangeError(`${rows} rows of ${n}: ${distances.length} distances, room for ${outIndices.length} indices`);
  }
  const { memory } = kernels;
  const threadBytes = counterBytes + 20 * n;
  const grain = Math.max(1, Math.floor(16384 / n));
  temporarily(memory, (scope) => {
    const scratch = scope.uint8(kernels.threads * threadBytes);
    kernels.run("smallestK", rows, grain, { distances, n, k, indices: outIndices, scratch, threadBytes });
  });
}
