// What commands print: tables of measures for people, one JSON object for programs.
import type { Metrics } from "../methods/training.js";
import type { Baselines, ClusterSummary } from "../runs/result.js";

/** Measures side by side, nested groups on lines of their own. */
export function formatMetrics(metrics: Metrics, indent = "  "): string {
  const flat: string[] = [];
  const groups: string[] = [];
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") flat.push(`${name} ${value.toFixed(4)}`);
    else if (Object.keys(value).length > 0) groups.push(`${indent}${name}\n${formatMetrics(value, `${indent}  `)}`);
  }
  const lines: string[] = [];
  for (let i = 0; i < flat.length; i += 6) lines.push(indent + flat.slice(i, i + 6).join("   "));
  return [...lines, ...groups].join("\n");
}

/** A line for each baseline, and for clusters without labels, aligned. */
export function formatBaselines({ baselines = {}, clusters }: Found): string[] {
  const { joined, bestView, cca } = baselines;
  const rows: (readonly [what: string, measures: Readonly<Record<string, unknown>>])[] = [];
  const how = joined?.accuracy === undefined ? "k-means" : "linear SVM";
  if (joined !== undefined) rows.push([`${how}, joined views`, joined]);
  if (bestView !== undefined) rows.push([`${how}, best single view, chosen by the labels: ${bestView.name}`, bestView]);
  for (const direction of Object.keys(cca?.recallAt1 ?? cca?.map ?? {})) {
    const own = Object.entries(cca!).map(([name, by]) => [name, (by as Metrics)[direction]]);
    rows.push([`plain CCA, ${direction}`, Object.fromEntries(own)]);
  }
  const width = Math.max(0, ...rows.map(([what]) => what.length));
  const lines = rows.map(([what, measures]) => {
    const numbers = Object.entries(measures).filter((each): each is [string, number] => typeof each[1] === "number");
    return `  ${what.padEnd(width)}   ${numbers.map(([name, value]) => `${name} ${value.toFixed(4)}`).join("   ")}`;
  });
  if (clusters === undefined) return lines;
  const { sizes, silhouette, silhouetteSamples } = clusters;
  const of = silhouetteSamples === undefined ? "" : ` of ${silhouetteSamples} samples`;
  const value = silhouette === undefined ? "none, there is one cluster" : `${silhouette.toFixed(4)}${of}`;
  return [...lines, `  cluster sizes   ${sizes.join(" ")}`, `  silhouette in the joined views   ${value}`];
}

interface Found {
  readonly baselines?: Baselines;
  readonly clusters?: ClusterSummary;
}

/** Prints the result: as the last line of stdout where asked for, otherwise for people. */
export function printResult(json: boolean | undefined, result: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

/** A line on stderr, so that stdout holds results only. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Seconds as people say them. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}
