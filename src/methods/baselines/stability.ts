// Whether clusters are found again when a part of the samples is missing: what can be said of a clustering without labels.
import { Random } from "../../core/kernels/random.js";
import { type DenseMatrix, selectRows } from "../../data/matrix.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { kmeans } from "../../numerics/kmeans/kmeans.js";
import type { BaselineOptions } from "./index.js";

/** Pairs of subsamples, and the share of the samples in each. */
const [pairs, share] = [10, 0.8];
/** Starts of k-means. */
const starts = 3;

/**
 * Mean adjusted Rand index of the clusterings of two random subsamples, on the samples in both: 1 where every subsample gives the
 * same clusters, about 0 where they are arbitrary. Ten pairs of 80% of the samples, k-means (3 starts).
 * Source: A. Ben-Hur, A. Elisseeff and I. Guyon, A stability based method for discovering structure in clustered data, Pacific
 * Symposium on Biocomputing 7 (2002) 6-17, with the adjusted Rand index as similarity.
 * @param x the representation [samples, dimensions].
 * @returns undefined where there are too few samples for so many clusters.
 */
export async function clusterStability(
  x: DenseMatrix,
  clusters: number,
  { seed, ...options }: BaselineOptions,
): Promise<number | undefined> {
  const size = Math.floor(share * x.rows);
  if (clusters < 2 || size < 2 * clusters) return undefined;
  const random = new Random(seed, "stability");
  const clusteringOf = async (rows: Int32Array, start: number) => {
    const part = selectRows(x, rows) as DenseMatrix;
    const { labels } = await kmeans(part, { ...options, clusters, starts, seed: start });
    return new Map(Array.from(rows, (row, i) => [row, labels[i]!]));
  };
  let sum = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const [first, second] = [random.choice(x.rows, size).sort(), random.choice(x.rows, size).sort()];
    const [a, b] = [await clusteringOf(first, 2 * pair), await clusteringOf(second, 2 * pair + 1)];
    const both = first.filter((row) => b.has(row));
    sum += clusteringMetrics(
      both.map((row) => a.get(row)!),
      both.map((row) => b.get(row)!),
    ).ari;
  }
  return sum / pairs;
}
