// A run as the report sees it: plain data, read from its folder.
import type { RunConfig } from "../runs/config.js";
import type { Environment } from "../runs/environment.js";
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
}

/** A run among those of one report. */
export interface Entry {
  readonly run: ReportRun;
  /** What tells it from the others. */
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
  return { folder, config, environment, lines: metrics, result, map };
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
 * Groups runs by their settings, in order of first appearance, and names each group by what tells it from the others: method,
 * data set, task, and the options that differ. The runs in it have their names as they can be shown.
 */
export function groupRuns(runs: readonly ReportRun[]): Group[] {
  const bySettings = new Map<string, ReportRun[]>();
  for (const run of withShownNames(runs)) {
    const key = JSON.stringify([...settings(run.config)].sort());
    bySettings.set(key, [...(bySettings.get(key) ?? []), run]);
  }
  const groups = [...bySettings.values()];
  const names = groupNames(groups.map((members) => members[0]!.config));
  return groups.map((members, color) => {
    const name = names[color]!;
    const entries = members.map((run) => {
      const several = members.length > 1;
      return { run, color, name: several ? `${name} seed ${run.config.seed}` : name };
    });
    return { name, color, entries };
  });
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

function groupNames(configs: readonly RunConfig[]): string[] {
  const all = configs.map(settings);
  const differing = [...new Set(all.flatMap((each) => [...each.keys()]))].filter((name) =>
    all.some((each) => each.get(name) !== all[0]!.get(name)),
  );
  return configs.map((config, i) => {
    const own = differing
      .filter((name) => name !== "method" && !name.startsWith("dataset.") && all[i]!.has(name))
      .slice(0, 3)
      .map((name) => (name === "task" ? all[i]!.get(name)! : `${name} ${all[i]!.get(name)}`));
    const head = [
      ...(differing.includes("method") || own.length === 0 ? [methodName(config)] : []),
      ...(differing.includes("dataset.name") ? [config.dataset.name] : []),
    ];
    return [...head, ...own].join(" · ");
  });
}
