// Functions on matrices as users of the library call them: on the shared engine unless one is given.

import { type Engine, sharedEngine } from "./core/runtime/engine.js";
import type { DenseMatrix } from "./data/matrix.js";
import * as retrieval from "./metrics/hamming-retrieval.js";
import type { RetrievalMetrics } from "./metrics/retrieval.js";
import * as clustering from "./numerics/kmeans/kmeans.js";
import * as nearest from "./numerics/neighbors/knn.js";

async function onEngine<Options extends { readonly engine?: Engine }>(options: Options) {
  return { ...options, engine: options.engine ?? (await sharedEngine()) };
}

/**
 * Clusters the rows of x by k-means with scikit-learn's choices: greedy k-means++ seeding, Lloyd's iterations until no label
 * changes or the centers stand still, an emptied cluster given the row farthest from its center. The same seed gives the
 * same bits with any number of threads.
 * @throws UserError where there are fewer samples than clusters, or x holds NaN or infinity.
 * @example
 * ```ts
 * import { dense } from "vantage-ml/data";
 * import { kmeans } from "vantage-ml/metrics";
 *
 * const { labels, inertia } = await kmeans(dense([[0], [1], [10], [11]]), { clusters: 2, seed: 0 });
 * console.log(labels[0] === labels[1], labels[1] === labels[2], inertia); // true false 1
 * ```
 */
export async function kmeans(x: DenseMatrix, options: clustering.KMeansOptions): Promise<clustering.KMeansResult> {
  return clustering.kmeans(x, await onEngine(options));
}

/**
 * The number of the center nearest to each row of x (Euclidean; the first of equal centers).
 * @throws UserError where x holds NaN or infinity.
 * @example
 * ```ts
 * import { dense } from "vantage-ml/data";
 * import { nearestCenter } from "vantage-ml/metrics";
 *
 * console.log(await nearestCenter(dense([[1], [9]]), dense([[0], [10]]))); // Int32Array(2) [ 0, 1 ]
 * ```
 */
export async function nearestCenter(x: DenseMatrix, centers: DenseMatrix, engine?: Engine): Promise<Int32Array> {
  return clustering.nearestCenter(x, centers, engine ?? (await sharedEngine()));
}

/**
 * The k rows of x nearest to each query, exactly: float32 matrix products narrow each search down to what their rounding
 * cannot decide, float64 distances order the rest.
 * @throws UserError where k exceeds the rows of x, widths differ, or NaN or infinity is among the values.
 * @example
 * ```ts
 * import { dense } from "vantage-ml/data";
 * import { neighbors } from "vantage-ml/metrics";
 *
 * const { indices, distances } = await neighbors(dense([[0], [3], [10]]), dense([[2]]), 2);
 * console.log(indices, distances); // Int32Array(2) [ 1, 0 ] Float64Array(2) [ 1, 2 ]
 * ```
 */
export async function neighbors(
  x: DenseMatrix,
  queries: DenseMatrix,
  k: number,
  options: nearest.NeighborOptions = {},
): Promise<nearest.Neighbors> {
  return nearest.neighbors(x, queries, k, await onEngine(options));
}

/**
 * The commonest label among the k nearest training rows of each row; of equally common ones the smallest.
 * @throws UserError as `neighbors` does; RangeError where rows and labels differ in number.
 * @example
 * ```ts
 * import { dense } from "vantage-ml/data";
 * import { classifyByNeighbors } from "vantage-ml/metrics";
 *
 * const train = dense([[0], [1], [10]]);
 * console.log(await classifyByNeighbors(train, Int32Array.of(0, 0, 1), dense([[0.4], [9]]), { k: 1 }));
 * ```
 */
export async function classifyByNeighbors(
  train: DenseMatrix,
  labels: Int32Array,
  rows: DenseMatrix,
  options: nearest.KnnOptions = {},
): Promise<Int32Array> {
  return nearest.classifyByNeighbors(train, labels, rows, await onEngine(options));
}

/**
 * Ranks the database for every query by Hamming distance, ties in database order, and measures the rankings; an item is
 * relevant where it shares a label with the query.
 * @throws UserError where the labels of the two sides are of different kinds; RangeError where codes and labels differ in number.
 * @example
 * ```ts
 * import { retrievalMetrics } from "vantage-ml/metrics";
 *
 * const labels = (...values: number[]) => ({ kind: "single", values: Int32Array.from(values), names: ["cat", "dog"] }) as const;
 * const { map } = await retrievalMetrics({
 *   bytes: 1,
 *   queryCodes: Uint8Array.of(0b11110000),
 *   queryLabels: labels(0),
 *   databaseCodes: Uint8Array.of(0b11100000, 0b00001111),
 *   databaseLabels: labels(0, 1),
 * });
 * console.log(map); // 1
 * ```
 */
export async function retrievalMetrics(task: retrieval.HammingRetrieval): Promise<RetrievalMetrics> {
  return retrieval.retrievalMetrics(await onEngine(task));
}
