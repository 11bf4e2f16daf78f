// Batches: chosen rows of a dense or sparse matrix, copied by all threads.
import type { Kernels } from "./kernels.js";

/** Bytes to copy per chunk, about. */
const chunkBytes = 131072;

const grainFor = (columns: number) => Math.max(1, Math.ceil(chunkBytes / (4 * Math.max(1, columns))));

function checkRows(rows: Int32Array, available: number, columns: number, target: Float32Array): void {
  for (const row of rows) {
    if (row < 0 || row >= available) throw new RangeError(`row ${row} of a matrix of ${available} rows`);
  }
  if (target.length < rows.length * columns) {
    throw new RangeError(`${rows.length} rows of ${columns} columns do not fit an array of ${target.length}`);
  }
}

/** Calls `body` with the rows' address, copied into the shared memory where they are not in it. */
function withRows(kernels: Kernels, rows: Int32Array, body: (address: number) => void): void {
  const { memory } = kernels;
  if (memory.holds(rows)) {
    body(memory.address(rows));
    return;
  }
  const copy = memory.int32(rows.length);
  copy.set(rows);
  body(memory.address(copy));
  memory.free(copy);
}

/**
 * Copies rows of a dense row-major matrix to the front of `target`, in the given order and as often as named. Works on all
 * threads where source and target lie in the shared memory, otherwise on the calling one.
 * @throws RangeError where a row does not exist or the target is too short.
 */
export function gatherRows(
  kernels: Kernels,
  source: Float32Array,
  columns: number,
  rows: Int32Array,
  target: Float32Array,
): void {
  const { memory } = kernels;
  checkRows(rows, Math.floor(source.length / Math.max(1, columns)), columns, target);
  if (!memory.holds(source) || !memory.holds(target)) {
    for (let i = 0; i < rows.length; i++) {
      target.set(source.subarray(rows[i]! * columns, (rows[i]! + 1) * columns), i * columns);
    }
    return;
  }
  withRows(kernels, rows, (address) => {
    const args = [memory.address(source), columns, address, memory.address(target)];
    kernels.run("gatherRows", rows.length, grainFor(columns), args);
  });
}

/**
 * Copies rows of a sparse matrix (CSR: row i has entries offsets[i] … offsets[i+1]-1) to the front of `target` as dense
 * rows. Works on all threads where all arrays but `rows` lie in the shared memory, otherwise on the calling one.
 * @throws RangeError where a row does not exist, an index is no column, or the target is too short.
 */
export function gatherSparseRows(
  kernels: Kernels,
  offsets: Uint32Array,
  indices: Uint32Array,
  values: Float32Array,
  columns: number,
  rows: Int32Array,
  target: Float32Array,
): void {
  const { memory } = kernels;
  checkRows(rows, offsets.length - 1, columns, target);
  const entries = Math.min(indices.length, values.length);
  for (const row of rows) {
    if (offsets[row + 1]! > entries) throw new RangeError(`row ${row} ends at entry ${offsets[row + 1]} of ${entries}`);
  }
  const wrongIndex = () => new RangeError(`a column index is not below ${columns}`);
  if (![offsets, indices, values, target].every((view) => memory.holds(view))) {
    target.fill(0, 0, rows.length * columns);
    for (let i = 0; i < rows.length; i++) {
      for (let entry = offsets[rows[i]!]!; entry < offsets[rows[i]! + 1]!; entry++) {
        if (indices[entry]! >= columns) throw wrongIndex();
        target[i * columns + indices[entry]!] = values[entry]!;
      }
    }
    return;
  }
  withRows(kernels, rows, (address) => {
    const matrix = [offsets, indices, values].map((view) => memory.address(view));
    kernels.run("gatherSparseRows", rows.length, grainFor(columns), [
      ...matrix,
      columns,
      address,
      memory.address(target),
      0,
    ]);
  });
  if (kernels.result(6) !== 0) throw wrongIndex();
}
