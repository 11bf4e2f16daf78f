// Baselines as the report has them: beside the headline, and clusters without labels.
import type { Baselines, ClusterSummary, RunResult } from "../runs/result.js";
import { type FlatMetric, written } from "./metric-names.js";
import { type Html, html } from "./pages/html.js";

/** What the baselines reach of a measure, a line each. */
export function baselinesOf({ path }: FlatMetric, baselines: Baselines | undefined): string[] {
  const { joined, bestView, cca } = baselines ?? {};
  const [key, direction, ...deeper] = path;
  if (key === undefined || deeper.length > 0) return [];
  if (direction !== undefined) {
    const plain = cca?.[key];
    const value = typeof plain === "object" ? plain[direction] : undefined;
    return typeof value === "number" ? [`plain CCA ${written(value)}`] : [];
  }
  const how = joined?.accuracy === undefined ? "k-means" : "linear SVM";
  const lines: string[] = [];
  if (joined?.[key] !== undefined) lines.push(`${how}, joined views ${written(joined[key])}`);
  const best = bestView?.[key];
  if (typeof best === "number") lines.push(`${how}, best view by the labels (${bestView!.name}) ${written(best)}`);
  return lines;
}

/** Cards for clusters of samples without labels. */
export function clusterCards({ clusters }: RunResult): Html | undefined {
  if (clusters === undefined) return undefined;
  const { sizes, silhouette, stability } = clusters as ClusterSummary;
  return html`<li class="card"><span class="name">Clusters</span><span class="value">${sizes.length}</span>
<small>of ${Math.min(...sizes)} to ${Math.max(...sizes)} samples</small></li>
${silhouette !== undefined && html`<li class="card"><span class="name">Silhouette</span><span class="value">${written(silhouette)}</span><small>in the joined views, without labels</small></li>`}
${stability !== undefined && html`<li class="card"><span class="name">Stability</span><span class="value">${written(stability)}</span><small>mean ARI of clusters of random 80% of the samples</small></li>`}`;
}
