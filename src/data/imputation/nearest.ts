// Missing values of one sample from the samples nearest to it, as scikit-learn's KNNImputer with its defaults.
import type { DenseMatrix } from "../matrix.js";

/** Samples whose mean fills a value: KNNImputer's `n_neighbors`. */
const neighbors = 5;

/**
 * Fills the NaN of a sample in place: each by the mean over the 5 nearest samples that have the column (fewer where there are
 * no more), nearest by the Euclidean distance over the columns that both have, times √(columns / columns in common)
 * (`nan_euclidean`, uniform weights). Of equally near ones the first counts. Where the sample has nothing in common with any of
 * them, the column's mean fills it.
 * Source: O. Troyanskaya et al., Missing value estimation methods for DNA microarrays, Bioinformatics 17 (2001) 520-525.
 * @param values the sample, [columns].
 * @param reference the samples that were fitted, NaN where they lack a value.
 * @param means of the columns.
 */
export function fillFromNeighbors(values: Float32Array, reference: DenseMatrix, means: Float32Array): void {
  const { rows, columns, data } = reference;
  const known = Int32Array.from(values.keys()).filter((j) => !Number.isNaN(values[j]!));
  const distances = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let [sum, common] = [0, 0];
    for (const j of known) {
      const difference = data[i * columns + j]! - values[j]!;
      if (Number.isNaN(difference)) continue;
      sum += difference * difference;
      common++;
    }
    distances[i] = common === 0 ? Number.NaN : (sum * columns) / common;
  }
  // Stable, so that of equally near samples the first comes first.
  const nearest = Array.from(distances.keys())
    .filter((i) => !Number.isNaN(distances[i]!))
    .sort((a, b) => distances[a]! - distances[b]!);
  const filled = Float32Array.from(values);
  for (let j = 0; j < columns; j++) {
    if (!Number.isNaN(values[j]!)) continue;
    let [sum, count] = [0, 0];
    for (const i of nearest) {
      const value = data[i * columns + j]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      if (++count === neighbors) break;
    }
    filled[j] = count === 0 ? means[j]! : sum / count;
  }
  values.set(filled);
}
