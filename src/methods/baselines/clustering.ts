// What clustering is measured against: k-means on the joined views, and on each view alone.
import { type Labels, labeledRows, type MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { kmeans, nearestCenter } from "../../numerics/kmeans/kmeans.js";
import type { BaselineMetrics, Baselines } from "../../runs/result.js";
import type { Protocol } from "../protocol.js";
import { sideBySide } from "../shared/side-by-side.js";
import { best, sampleNote } from "./best.js";
import type { BaselineOptions } from "./index.js";
import { affordable, scaledView, totalColumns } from "./scaled-views.js";

/** Samples × columns × clusters that ten starts get through in about 15 seconds on two cores. */
const MOST_WORK = 1.5e8;

/**
 * k-means (10 starts) on features scaled to [0, 1]: of all views side by side, and of every view that no sample lacks, of which
 * the best is chosen by the labels. Where the method's clusters come from training samples, so do these.
 */
export async function clusteringBaselines(protocol: Protocol, options: BaselineOptions): Promise<Baselines> {
  const { data, clusters = 0 } = protocol;
  const { labels } = data;
  if (labels?.kind !== "single") return {};
  const columns = totalColumns(data);
  const most = MOST_WORK / (columns * clusters);
  const fit = affordable(protocol.train ?? protocol.test, columns, most, options.seed);
  const test = protocol.train === undefined ? fit : affordable(protocol.test, columns, most, options.seed);
  const measured = labeledPlaces(labels, test);
  if (fit.length < clusters || measured.length === 0) {
    return { notes: [`no baseline: ${fit.length} samples, ${measured.length} of them with a label, are too few`] };
  }
  const cluster = async (of: (rows: Int32Array) => DenseMatrix): Promise<BaselineMetrics> => {
    const found = await kmeans(of(fit), { ...options, clusters, starts: 10 });
    const own = test === fit ? found.labels : await nearestCenter(of(test), found.centers, options.engine);
    const { acc, nmi, ari, purity } = clusteringMetrics(
      measured.map((place) => labels.values[test[place]!]!),
      measured.map((place) => own[place]!),
    );
    return { acc, nmi, ari, purity };
  };
  const joined = await cluster((rows) => sideBySide(data.views.map((view) => scaledView(view, fit, rows))));
  const views = new Map<string, BaselineMetrics>();
  for (const view of completeViews(data, test))
    views.set(view.name, await cluster((rows) => scaledView(view, fit, rows)));
  const notes = sampleNote(protocol, fit, test);
  if (views.size === 0) notes.push("no single-view baseline: each view lacks some samples");
  return { joined, ...best(views, "acc"), ...(notes.length > 0 && { notes }) };
}

/** Places in `rows` of the samples that have a label. */
function labeledPlaces(labels: Labels, rows: Int32Array): Int32Array {
  const labeled = new Set(labeledRows(labels));
  return Int32Array.from(rows.keys()).filter((place) => labeled.has(rows[place]!));
}

/** The views that every one of the samples has. */
export function completeViews({ views }: MultiViewDataset, rows: Int32Array) {
  return views.filter(({ present }) => present === undefined || rows.every((row) => present[row] === 1));
}
