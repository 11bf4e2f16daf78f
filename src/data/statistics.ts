// Per-column statistics of matrices, accumulated in float64.
import { denseParts, type Matrix } from "./matrix.js";

/** One entry per column, over its values that are not missing (NaN). Where there is none: min = +∞, max = -∞, mean = NaN. */
export interface ColumnStatistics {
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly mean: Float64Array;
  /** Entries that are not zero, over all columns. */
  readonly nonZero: number;
}

/**
 * Minimum, maximum and mean of every column; the implicit zeros of a sparse matrix count as values.
 * @param rows the rows to look at; all of them where it is left out.
 */
export function columnStatistics(matrix: Matrix, rows?: ArrayLike<number>): ColumnStatistics {
  const { columns } = matrix;
  const count = rows?.length ?? matrix.rows;
  const min = new Float32Array(columns).fill(Number.POSITIVE_INFINITY);
  const max = new Float32Array(columns).fill(Number.NEGATIVE_INFINITY);
  const mean = new Float64Array(columns);
  const missing = new Uint32Array(columns);
  let nonZero = 0;
  if (matrix.kind !== "sparse") {
    for (const { part, rows: own } of denseParts(matrix, rows)) {
      const { data } = part;
      for (let i = 0; i < (own?.length ?? part.rows); i++) {
        const from = (own ? own[i]! : i) * columns;
        for (let j = 0; j < columns; j++) {
          const value = data[from + j]!;
          if (Number.isNaN(value)) {
            missing[j]!++;
            continue;
          }
          if (value < min[j]!) min[j] = value;
          if (value > max[j]!) max[j] = value;
          if (value !== 0) nonZero++;
          mean[j]! += value;
        }
      }
    }
  } else {
    const { offsets, indices, values } = matrix;
    const stored = new Uint32Array(columns);
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i;
      for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
        const j = indices[e]!;
        const value = values[e]!;
        if (value < min[j]!) min[j] = value;
        if (value > max[j]!) max[j] = value;
        if (value !== 0) nonZero++;
        mean[j]! += value;
        stored[j]!++;
      }
    }
    for (let j = 0; j < columns; j++) {
      if (stored[j]! === count) continue;
      if (min[j]! > 0) min[j] = 0;
      if (max[j]! < 0) max[j] = 0;
    }
  }
  for (let j = 0; j < columns; j++) mean[j]! /= count - missing[j]!;
  return { min, max, mean, nonZero };
}

/** Variance (divided by the number of rows) of every column about the given means: the second of two passes. */
export function columnVariance(matrix: Matrix, mean: Float64Array, rows?: ArrayLike<number>): Float64Array {
  const { columns } = matrix;
  const count = rows?.length ?? matrix.rows;
  const variance = new Float64Array(columns);
  if (matrix.kind !== "sparse") {
    for (const { part, rows: own } of denseParts(matrix, rows)) {
      for (let i = 0; i < (own?.length ?? part.rows); i++) {
        const from = (own ? own[i]! : i) * columns;
        for (let j = 0; j < columns; j++) variance[j]! += (part.data[from + j]! - mean[j]!) ** 2;
      }
    }
  } else {
    const { offsets, indices, values } = matrix;
    const stored = new Uint32Array(columns);
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i;
      for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
        variance[indices[e]!]! += (values[e]! - mean[indices[e]!]!) ** 2;
        stored[indices[e]!]!++;
      }
    }
    for (let j = 0; j < columns; j++) variance[j]! += (count - stored[j]!) * mean[j]! ** 2;
  }
  for (let j = 0; j < columns; j++) variance[j]! /= count;
  return variance;
}

/** Columns that hold one value in every row. */
export function constantColumns({ min, max }: ColumnStatistics): Int32Array {
  const constant: number[] = [];
  for (let j = 0; j < min.length; j++) if (min[j]! === max[j]!) constant.push(j);
  return Int32Array.from(constant);
}
