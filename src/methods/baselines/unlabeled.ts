// What can be said of clusters without labels: how many samples each has, and how well they stand apart in the data itself.
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, selectRows } from "../../data/matrix.js";
import { clusterSizes, silhouette } from "../../metrics/silhouette.js";
import type { ClusterSummary } from "../../runs/result.js";
import { sideBySide } from "../shared/side-by-side.js";
import type { BaselineOptions } from "./index.js";
import { affordable, scaledView, totalColumns } from "./scaled-views.js";
import { clusterStability } from "./stability.js";

/** Samples that the silhouette is of at most; more are drawn by the seed. */
const MOST_SAMPLES = 2000;
/** Samples² × columns that distances are worked out of in a few seconds. */
const MOST_WORK = 6e9;

/**
 * The sizes of the clusters, their silhouette in the joined views, features scaled to [0, 1], and the stability of k-means on the
 * representation.
 * @param representation [samples, dimensions].
 */
export async function describeClusters(
  data: MultiViewDataset,
  clusters: Int32Array,
  representation: DenseMatrix,
  options: BaselineOptions,
): Promise<ClusterSummary> {
  const { seed, signal } = options;
  const all = Int32Array.from(clusters.keys());
  const columns = totalColumns(data);
  const most = Math.min(MOST_SAMPLES, Math.floor(Math.sqrt(MOST_WORK / columns)));
  const rows = affordable(all, columns, most, seed);
  const x = sideBySide(data.views.map((view) => scaledView(view, rows, rows)));
  const separation = await silhouette(
    x,
    rows.map((row) => clusters[row]!),
    signal,
  );
  const sizes = clusterSizes(clusters);
  const own = affordable(all, representation.columns, MOST_SAMPLES, seed);
  const found = sizes.filter((size) => size > 0).length;
  const stability = await clusterStability(selectRows(representation, own) as DenseMatrix, found, options);
  return {
    sizes,
    ...(separation !== undefined && { silhouette: separation }),
    ...(stability !== undefined && { stability }),
    ...(rows.length < all.length && { silhouetteSamples: rows.length }),
  };
}
