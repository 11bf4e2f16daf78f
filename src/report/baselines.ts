// Baselines as the report has them: beside the headline, as rows of a table, and clusters without labels.
import type { Baselines, ClusterSummary, RunResult } from "../runs/result.js";
import { type FlatMetric, flatten, written } from "./metric-names.js";
import { type Html, html } from "./pages/html.js";

/** A simple method with its measures. */
export interface BaselineRow {
  readonly name: string;
  readonly measures: readonly FlatMetric[];
}

/** The baselines of a run that the report shows. */
export function baselineRows(baselines: Baselines | undefined): BaselineRow[] {
  const { joined, bestView, cca } = baselines ?? {};
  const how = joined?.accuracy === undefined ? "k-means" : "linear SVM";
  const rows: BaselineRow[] = [];
  if (joined !== undefined) rows.push({ name: `${how}, joined views`, measures: flatten(joined) });
  if (bestView !== undefined) {
    const { name, ...measures } = bestView;
    const numbers = Object.entries(measures).filter((each): each is [string, number] => typeof each[1] === "number");
    rows.push({
      name: `${how}, best view by the labels (${name})`,
      measures: flatten(Object.fromEntries(numbers)),
    });
  }
  if (cca !== undefined) rows.push({ name: "plain CCA", measures: flatten(cca) });
  return rows;
}

/** What the baselines reach of a measure, a line each; one that does better stands out. */
export function baselineLines({ path, value }: FlatMetric, baselines: Baselines | undefined): Html[] {
  const key = path.join("\n");
  return baselineRows(baselines).flatMap(({ name, measures }) => {
    const found = measures.find((each) => each.path.join("\n") === key);
    if (found === undefined) return [];
    const isBetter = key.startsWith("medianRank") ? found.value < value : found.value > value;
    return [
      html`<small${isBetter && html` class="better"`}>${name} ${written(found.value)}${isBetter && " (better)"}</small>`,
    ];
  });
}

/** Cards for clusters of samples without labels. */
export function clusterCards({ clusters }: RunResult): Html | undefined {
  if (clusters === undefined) return undefined;
  const { sizes, silhouette, stability } = clusters as ClusterSummary;
  return html`<li class="card"><span class="name">Clusters</span><span class="value">${sizes.length}</span>
<small>of ${Math.min(...sizes)} to ${Math.max(...sizes)} samples</small></li>
${silhouette !== undefined && html`<li class="card"><span class="name">Silhouette</span><span class="value">${written(silhouette)}</span><small>in the joined views, without labels</small></li>`}
${stability !== undefined && html`<li class="card"><span class="name">Stability</span><span class="value">${written(stability)}</span><small>mean ARI of clusterings of random 80% subsets</small></li>`}`;
}
