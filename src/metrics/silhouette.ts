// The silhouette of a clustering: how much nearer samples are to their own cluster than to the next one, without labels.
import { platform } from "#platform";
import type { DenseMatrix } from "../data/matrix.js";

/** The event loop has a turn at least this often, in milliseconds. */
const turn = 50;

/**
 * The mean silhouette (Rousseeuw 1987) by Euclidean distance, from −1 to 1: of each sample (b − a) / max(a, b), a its mean
 * distance to the others of its cluster, b the least mean distance to another cluster; 0 where its cluster has no other.
 * Quadratic in the samples.
 * @param clusters one per row, numbers from 0.
 * @returns undefined where there is one cluster only: nothing can be said.
 * @throws RangeError where rows and clusters differ in number.
 */
export async function silhouette(
  { rows, columns, data }: DenseMatrix,
  clusters: Int32Array,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (clusters.length !== rows) throw new RangeError(`silhouette: ${rows} rows, ${clusters.length} clusters`);
  const sizes = clusterSizes(clusters);
  if (sizes.filter((size) => size > 0).length < 2) return undefined;
  const sums = new Float64Array(sizes.length);
  let total = 0;
  let turned = performance.now();
  for (let i = 0; i < rows; i++) {
    if (performance.now() - turned > turn) {
      await platform.turn();
      turned = performance.now();
    }
    signal?.throwIfAborted();
    const own = clusters[i]!;
    if (sizes[own] === 1) continue;
    sums.fill(0);
    for (let j = 0; j < rows; j++) {
      let square = 0;
      for (let e = 0; e < columns; e++) square += (data[i * columns + e]! - data[j * columns + e]!) ** 2;
      sums[clusters[j]!]! += Math.sqrt(square);
    }
    const within = sums[own]! / (sizes[own]! - 1);
    let next = Number.POSITIVE_INFINITY;
    for (const [c, size] of sizes.entries()) if (c !== own && size > 0) next = Math.min(next, sums[c]! / size);
    if (next !== within) total += (next - within) / Math.max(next, within);
  }
  return total / rows;
}

/** Samples of each cluster, by its number. */
export function clusterSizes(clusters: Int32Array): number[] {
  const sizes = new Array<number>(clusters.reduce((most, cluster) => Math.max(most, cluster), -1) + 1).fill(0);
  for (const cluster of clusters) sizes[cluster]!++;
  return sizes;
}
