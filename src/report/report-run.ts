// A run as the report sees it: plain data, read from its folder.
import type { RunConfig } from "../runs/config.js";
import type { Environment } from "../runs/environment.js";
import { type RetrievalExamples, readExamples } from "../runs/examples.js";
import type { MetricLine, Metrics } from "../runs/metrics-log.js";
import type { EmbeddingMap, RunResult } from "../runs/result.js";
import { openRun } from "../runs/run-folder.js";
import { withShownNames } from "./shown-names.js";

export interface ReportRun {
  /** Folder of the run, as the user named it. */
  readonly folder: string;
  readonly config: RunConfig;
  readonly environment: Environment;
  readonly lines: readonly MetricLine[];
  /** Absent while the run is not finished. */
  readonly result?: RunResult;
  readonly map?: EmbeddingMap;
  /** Example queries of a retrieval run. */
  readonly examples?: RetrievalExamples;
}

/** A run among those of one report. */
export interface Entry {
  readonly run: ReportRun;
  /** Its folder. */
  readonly name: string;
  /** Place among the colors for lines: the same for runs that differ in the seed only. */
  readonly color: number;
}

/** Runs with the same settings but for the seed. */
export interface Group {
  readonly name: string;
  readonly color: number;
  readonly entries: readonly Entry[];
}

/** @throws UserError for a folder that is missing, not a run, or damaged. */
export function loadReportRun(folder: string): ReportRun {
  const { config, environment, metrics, result, map } = openRun(folder);
  return { folder, config, environment, lines: metrics, result, map, examples: readExamples(folder) };
}

/** Method names as people write them: those of a few letters are acronyms. */
export function methodName({ method }: RunConfig): string {
  return method === "mvlnet" ? "MvLNet" : method.toUpperCase();
}

/** The newest measures: the result's, or the last logged ones of a run that is not finished. */
export function latestMetrics({ result, lines }: ReportRun): Metrics {
  return result?.metrics ?? lines.findLast(({ metrics }) => Object.keys(metrics).length > 0)?.metrics ?? {};
}

/**
 * Groups runs by their settings, in order of first appearance. Runs are called by their folders, groups of several seeds by what the
 * names of their folders begin with.
 */
export function groupRuns(runs: readonly ReportRun[]): Group[] {
  const shown = withShownNames(runs);
  const names = folderNames(shown.map(({ folder }) => folder));
  const bySettings = new Map<string, Omit<Entry, "color">[]>();
  for (const [i, run] of shown.entries()) {
    const key = JSON.stringify([...settings(run.config)].sort());
    bySettings.set(key, [...(bySettings.get(key) ?? []), { run, name: names[i]! }]);
  }
  const groups = [...bySettings.values()];
  const groupNames = distinct(groups.map(groupName));
  return groups.map((members, color) => ({
    name: groupNames[color]!,
    color,
    entries: members.map((each) => ({ ...each, color })),
  }));
}

/** The last part of each path, with as many parts before it as tell it from the others. */
function folderNames(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => folder.split(/[\\/]+/).filter((part) => part !== "" && part !== "."));
  const end = (parts: readonly string[], length: number) => parts.slice(-length).join("/");
  const names = paths.map((parts, i) => {
    // vantage train --seeds calls its runs seed-0, seed-1, … in a folder of their own.
    let length = parts.length > 1 && /^seed-?\d+$/.test(parts.at(-1)!) ? 2 : 1;
    const isTaken = () => paths.some((other, j) => j !== i && end(other, length) === end(parts, length));
    while (length < parts.length && isTaken()) length++;
    return end(parts, length) || folders[i]!;
  });
  return distinct(names);
}

function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let i = 2; taken.has(own); i++) own = `${name} (${i})`;
    taken.add(own);
    return own;
  });
}

/** What the folders of several seeds have in common at their start, or else method and data set. */
function groupName(members: readonly Omit<Entry, "color">[]): string {
  const [first, ...others] = members as [Omit<Entry, "color">, ...Omit<Entry, "color">[]];
  if (others.length === 0) return first.name;
  let length = 0;
  while (length < first.name.length && others.every(({ name }) => name[length] === first.name[length])) length++;
  const common = first.name.slice(0, length).replace(/(^|[-_. /]+)(seed)?[-_]?\d*$/i, "");
  return common || `${methodName(first.run.config)} on ${first.run.config.dataset.name}`;
}

/** Settings of a run as text by dotted name, without seed and command. */
export function settings(config: RunConfig): Map<string, string> {
  const { command: _, seed: __, options, ...rest } = config;
  return new Map([...dotted(rest), ...dotted(options)]);
}

function dotted(value: object, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([key, each]): [string, string][] => {
    const name = prefix + key;
    if (key === "seed") return [];
    if (typeof each === "object" && each !== null && !Array.isArray(each)) return dotted(each, `${name}.`);
    if (Array.isArray(each) && each.every((item) => typeof item !== "object")) return [[name, each.join(", ")]];
    return [[name, typeof each === "string" ? each : JSON.stringify(each)]];
  });
}
