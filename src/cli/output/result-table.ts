// A result for people: one table with the method, its directions of search and the baselines as rows, the main measures as columns.
import type { Metrics } from "../../methods/training.js";
import type { Baselines, ClusterSummary } from "../../runs/result.js";
import { textTable } from "../../text-table.js";

/** What a result holds beside its measures. */
export interface FoundBeside {
  readonly baselines?: Baselines;
  readonly clusters?: ClusterSummary;
}

/** The measures that a table shows where a result has them, in their order, with the heads of their columns. */
const shown = [
  ["acc", "ACC"],
  ["nmi", "NMI"],
  ["ari", "ARI"],
  ["purity", "purity"],
  ["accuracy", "accuracy"],
  ["f1Macro", "F1 (macro)"],
  ["map", "mAP"],
  ["mapAt50", "mAP@50"],
  ["recallAt1", "R@1"],
  ["recallAt5", "R@5"],
  ["recallAt10", "R@10"],
  ["medianRank", "median rank"],
] as const;
/** Clustering's F1 is that of the matched labels, which the table leaves to --verbose. */
const ofClassification = new Set(["f1Macro"]);

/** What a row is of, and its measures. */
export type Row = readonly [what: string, measures: Readonly<Record<string, unknown>>];

/**
 * The table as lines; nothing where there is nothing to show.
 * @param method names the first row, or each direction of search.
 */
export function resultTable(method: string, metrics: Metrics, { baselines = {}, clusters }: FoundBeside): string[] {
  const rows = [...measureRows(method, metrics), ...baselineRows(baselines)];
  const columns = shownMeasures(rows);
  const lines =
    columns.length === 0
      ? []
      : textTable(
          [
            ["", ...columns.map(([, head]) => head)],
            ...rows.map(([what, measures]) => [what, ...columns.map(([name]) => writtenMeasure(name, measures[name]))]),
          ],
          "numbers",
        );
  return [...lines, ...clusterLines(clusters)].map((line) => `  ${line}`);
}

/** Those of the main measures that rows have, with the heads of their columns. */
export function shownMeasures(rows: readonly Row[]): (readonly [name: string, head: string])[] {
  const isClassification = rows.some(([, measures]) => "accuracy" in measures);
  return shown.filter(
    ([name]) =>
      (isClassification || !ofClassification.has(name)) &&
      rows.some(([, measures]) => typeof measures[name] === "number"),
  );
}

/** The method's own row, or one for each direction of search. */
export function measureRows(method: string, metrics: Metrics): Row[] {
  const directions = [
    ...new Set(Object.values(metrics).flatMap((value) => (typeof value === "number" ? [] : ownKeys(value)))),
  ];
  const single: Row[] = Object.values(metrics).some((value) => typeof value === "number") ? [[method, metrics]] : [];
  const byDirection = directions.map((direction): Row => [`${method}, ${direction}`, ofDirection(metrics, direction)]);
  const isShown = ([, measures]: Row) => shown.some(([name]) => typeof measures[name] === "number");
  return [...single, ...byDirection].filter(isShown);
}

/** The keys of a group of measures that are directions. */
function ownKeys(group: Metrics): string[] {
  return Object.keys(group).filter((key) => key.includes("->"));
}

function ofDirection(metrics: Metrics, direction: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, typeof value === "number" ? undefined : value[direction]]),
  );
}

function baselineRows({ joined, bestView, cca }: Baselines): Row[] {
  const how = joined?.accuracy === undefined ? "k-means" : "linear SVM";
  const rows: Row[] = [];
  if (joined !== undefined) rows.push([`${how}, joined views`, joined]);
  if (bestView !== undefined) rows.push([`${how}, best view by the labels: ${bestView.name}`, bestView]);
  for (const direction of ownKeys((cca?.recallAt1 ?? cca?.map ?? {}) as Metrics)) {
    rows.push([`plain CCA, ${direction}`, ofDirection(cca!, direction)]);
  }
  return rows;
}

/** A measure as the table writes it. */
export function writtenMeasure(name: string, value: unknown): string {
  if (typeof value !== "number") return "–";
  return name === "medianRank" ? String(value) : value.toFixed(4);
}

function clusterLines(clusters: ClusterSummary | undefined): string[] {
  if (clusters === undefined) return [];
  const { sizes, silhouette, silhouetteSamples, stability } = clusters;
  const of = silhouetteSamples === undefined ? "" : ` of ${silhouetteSamples} samples`;
  const value = silhouette === undefined ? "none, there is one cluster" : `${silhouette.toFixed(4)}${of}`;
  const again = "stability (mean ARI of clusterings of random 80% subsets)";
  return [
    `cluster sizes   ${sizes.join(" ")}`,
    `silhouette in the joined views   ${value}`,
    ...(stability === undefined ? [] : [`${again}   ${stability.toFixed(4)}`]),
  ];
}
