// The contingency table of two labelings of the same samples: how many samples have label i in the one and j in the other.
import { UserError } from "../errors.js";

/** Counts of samples by their label (row) and their cluster (column). */
export interface Contingency {
  readonly samples: number;
  /** The distinct values of each labeling, ascending: row i stands for rowValues[i]. */
  readonly rowValues: Int32Array;
  readonly columnValues: Int32Array;
  /** rowValues.length × columnValues.length counts, row after row. */
  readonly counts: Int32Array;
  readonly rowSums: Int32Array;
  readonly columnSums: Int32Array;
}

const maxCells = 1e8;

/**
 * Counts every pair (labels[i], clusters[i]).
 * @throws RangeError where the two differ in length or are empty.
 * @throws UserError where the table would have over 10⁸ cells, as when each sample is a class of its own.
 */
export function contingency(labels: Int32Array, clusters: Int32Array): Contingency {
  if (labels.length !== clusters.length) {
    throw new RangeError(`contingency: ${labels.length} labels but ${clusters.length} clusters`);
  }
  if (labels.length === 0) throw new RangeError("contingency: no samples");
  const rowValues = distinct(labels);
  const columnValues = distinct(clusters);
  if (rowValues.length * columnValues.length > maxCells) {
    throw new UserError(
      `labels: ${rowValues.length} classes by ${columnValues.length} clusters are too many to compare (at most ${maxCells} pairs); are these sample ids?`,
    );
  }
  return count(labels, clusters, rowValues, columnValues);
}

/** The contingency table whose rows and columns are the given values, each of which ascends and covers its labeling. */
export function count(
  labels: Int32Array,
  clusters: Int32Array,
  rowValues: Int32Array,
  columnValues: Int32Array,
): Contingency {
  const columns = columnValues.length;
  const counts = new Int32Array(rowValues.length * columns);
  const rowSums = new Int32Array(rowValues.length);
  const columnSums = new Int32Array(columns);
  const rowOf = new Map(Array.from(rowValues, (value, i) => [value, i]));
  const columnOf = new Map(Array.from(columnValues, (value, i) => [value, i]));
  for (let i = 0; i < labels.length; i++) {
    const row = rowOf.get(labels[i]!)!;
    const column = columnOf.get(clusters[i]!)!;
    counts[row * columns + column]!++;
    rowSums[row]!++;
    columnSums[column]!++;
  }
  return { samples: labels.length, rowValues, columnValues, counts, rowSums, columnSums };
}

/** The distinct values of all given arrays, ascending. */
export function distinct(...arrays: readonly Int32Array[]): Int32Array {
  const seen = new Set<number>();
  for (const values of arrays) for (let i = 0; i < values.length; i++) seen.add(values[i]!);
  return Int32Array.from(seen).sort();
}
