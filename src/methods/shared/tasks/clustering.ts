// Clustering: k-means on a representation, measured against labels, and its centers for samples that come later.

import type { Engine } from "../../../core/runtime/index.js";
import type { Labels } from "../../../data/dataset.js";
import type { DenseMatrix } from "../../../data/matrix.js";
import { UserError } from "../../../errors.js";
import { clusteringMetrics } from "../../../metrics/clustering.js";
import { kmeans, nearestCenter } from "../../../numerics/kmeans/kmeans.js";
import { allRows } from "../../feeding.js";
import { classesOf, withLabel } from "../../matching/labeled.js";
import type { Metrics } from "../../training.js";

/** @throws UserError where there are fewer than two: no option says how many, and there are no classes to count. */
export function requireClusters(dataset: string, clusters: number): void {
  if (clusters >= 2) return;
  throw new UserError(`option clusters: ${dataset} has no classes to count; say how many to find (--clusters 10)`);
}

/**
 * Measures over those of the rows that have a label, where labels are one a sample; nothing where there are none.
 * @param clusterOf the cluster of a row of the data set.
 */
export function clusterMetrics(
  labels: Labels | undefined,
  rows: Int32Array,
  clusterOf: (row: number) => number,
): Metrics | undefined {
  if (labels?.kind !== "single") return undefined;
  const labeled = withLabel(labels, rows);
  if (labeled.length === 0) return undefined;
  return { ...clusteringMetrics(classesOf(labels, labeled), labeled.map(clusterOf)) };
}

/** k-means on the representation [samples, dimensions]; measures over the samples that have a label, where they have one each. */
export async function evaluateClusters(
  z: DenseMatrix,
  labels: Labels | undefined,
  options: { readonly clusters: number; readonly starts: number; readonly seed: number; readonly engine: Engine },
): Promise<{ metrics: Metrics; centers: DenseMatrix }> {
  const { labels: clusters, centers } = await kmeans(z, options);
  return { metrics: clusterMetrics(labels, allRows(z.rows), (row) => clusters[row]!) ?? {}, centers };
}

/** The nearest center of each row. @throws UserError where there are none yet. */
export function assignClusters(z: DenseMatrix, centers: DenseMatrix | undefined, engine: Engine): Promise<Int32Array> {
  if (centers === undefined) throw new UserError("this model has no clusters: its training was not finished");
  return nearestCenter(z, centers, engine);
}
