// What commands print: tables of measures for people, one JSON object for programs. All of it goes through here.
import { Presets, SingleBar } from "cli-progress";
import type { Metrics } from "../../methods/training.js";
import { withoutPassword } from "../../runs/command.js";
import type { Baselines, ClusterSummary } from "../../runs/result.js";
import { textTable } from "../../text-table.js";
import { shortened, visible, visibleJson } from "../../visible.js";

/** Characters of a line on stderr at most. */
const longestLine = 4000;

/** Measures side by side, nested groups on lines of their own. */
export function formatMetrics(metrics: Metrics, indent = "  "): string[] {
  const flat: string[] = [];
  const groups: string[] = [];
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") flat.push(`${name} ${value.toFixed(4)}`);
    else if (Object.keys(value).length > 0) groups.push(indent + name, ...formatMetrics(value, `${indent}  `));
  }
  const lines: string[] = [];
  for (let i = 0; i < flat.length; i += 6) lines.push(indent + flat.slice(i, i + 6).join("   "));
  return [...lines, ...groups];
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
  const lines = textTable(
    rows.map(([what, measures]) => {
      const numbers = Object.entries(measures).filter((each): each is [string, number] => typeof each[1] === "number");
      return [`  ${what}`, ` ${numbers.map(([name, value]) => `${name} ${value.toFixed(4)}`).join("   ")}`];
    }),
  );
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

/**
 * Prints the result: as the last line of stdout where requested, otherwise for people.
 * @param lines each is one line whatever the names in it hold.
 */
export function printResult(json: boolean | undefined, result: object, lines: readonly string[]): void {
  if (json) process.stdout.write(`${visibleJson(result)}\n`);
  else print(lines);
}

/** Lines on stdout. This file is the only one that writes to a terminal, so that none gets a character that it would act upon. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(""));
}

/** A line on stderr, so that stdout holds results only. */
export function say(line: string): void {
  process.stderr.write(`${shortened(withoutPassword(line), longestLine)}\n`);
}

/** A bar of progress on stderr. */
export function progressBar(format: string): SingleBar {
  const options = { format, stream: process.stderr, hideCursor: true, barsize: 24 };
  return new SingleBar(options, Presets.shades_classic);
}

/** Seconds as people say them. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}
