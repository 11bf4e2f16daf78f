// Run folders as the runs page has them. What was read of a run is kept as long as its files are the same.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { inside } from "../../inside.js";
import { byImportance, type FlatMetric, flatten } from "../../report/metric-names.js";
import { type RunConfig, readConfig } from "../../runs/config.js";
import { type Environment, readEnvironment } from "../../runs/environment.js";
import { hasWriter } from "../../runs/lock.js";
import { LogIndex } from "../../runs/log-index.js";
import { type Metrics, mostLogBytes, parseLine } from "../../runs/metrics-log.js";
import type { RunSummary } from "../api.js";
import { runFolder, runNames } from "./run-names.js";

/** Lines of one reply are no more than these bytes, and one; the rest is there with the next `after`. */
const replyBytes = 4 << 20;
/** Milliseconds for which one list reads runs that it does not know yet; those left over come with the next one. */
const mostReading = 5000;

interface Known {
  /** What the files were like that this was read from. */
  readonly state: string;
  readonly about?: Pick<RunSummary, "method" | "task" | "dataset" | "seed" | "started">;
  /** What is wrong with them. */
  readonly error?: unknown;
}

/** The runs below one folder. */
export class RunList {
  readonly #known = new Map<string, Known>();
  readonly #logs = new Map<string, LogIndex>();
  /** Of the lines that were read: each measure at its highest. */
  readonly #highest = new Map<string, { lines: number; readonly values: Map<string, FlatMetric> }>();

  constructor(
    readonly folder: string,
    private readonly patience = mostReading,
  ) {}

  /**
   * All runs, newest first. One that cannot be read is left out; requested by name it says what is wrong. Where there are many that are
   * new, or slow to read, some come with one of the next calls.
   */
  list(): RunSummary[] {
    const names = runNames(this.folder);
    const there = new Set(names);
    for (const each of [this.#known, this.#logs, this.#highest]) {
      for (const name of each.keys()) if (!there.has(name)) each.delete(name);
    }
    const end = performance.now() + this.patience;
    let isAnyRead = false;
    return names
      .flatMap((name) => {
        const isNew = !this.#known.has(name);
        if (isNew && isAnyRead && performance.now() > end) return [];
        isAnyRead ||= isNew;
        try {
          return [this.#summary(name, join(this.folder, name), end)];
        } catch (error) {
          // Known all the same, so that it does not take the time of others again and again.
          if (isNew && !this.#known.has(name)) this.#known.set(name, { state: "", error });
          return [];
        }
      })
      .sort((a, b) => (a.started < b.started ? 1 : -1));
  }

  /**
   * A run and lines of its log; undefined where there is no such run.
   * @throws UserError where a file or one of the lines is not as it should be.
   */
  describe(name: string, after: number): { run: RunSummary; metrics: unknown[] } | undefined {
    const folder = runFolder(this.folder, name);
    if (folder === undefined) return undefined;
    const run = this.#summary(name, folder);
    const log = this.#log(name, folder);
    const { lines, count } = log.read(after, replyBytes);
    const metrics = lines.map((line, i) => parseLine(line, `${log.path}, line ${after + i + 1}`));
    return { run: { ...run, lines: count }, metrics };
  }

  /** What config.yaml says; undefined where there is no such run. @throws UserError where it is not as it should be. */
  settings(name: string): { settings: RunConfig } | undefined {
    const folder = runFolder(this.folder, name);
    return folder === undefined ? undefined : { settings: readConfig(inside(folder, "config.yaml")) };
  }

  #summary(name: string, folder: string, end = Number.POSITIVE_INFINITY): RunSummary {
    const best = this.#best(name, folder, end);
    return {
      name,
      ...this.#about(name, folder),
      isRunning: hasWriter(folder),
      isFinished: isThere(folder, "result.json"),
      lines: this.#log(name, folder).count(),
      hasReport: isThere(folder, "report.html"),
      ...(best !== undefined && { best: { path: [...best.path], value: best.value } }),
    };
  }

  /** The measure that says most, at its highest; of a long log it is known once all of it was read, which may take several calls. */
  #best(name: string, folder: string, end: number): FlatMetric | undefined {
    const log = this.#log(name, folder);
    const count = log.count();
    let known = this.#highest.get(name);
    if (known === undefined || known.lines > count) {
      known = { lines: 0, values: new Map() };
      this.#highest.set(name, known);
    }
    while (known.lines < count && performance.now() < end) {
      const { lines } = log.read(known.lines, replyBytes);
      if (lines.length === 0) break;
      for (const line of lines) {
        for (const metric of flatten(metricsOf(line))) {
          const key = metric.path.join("\n");
          const before = known.values.get(key);
          if (before === undefined || before.value < metric.value) known.values.set(key, metric);
        }
      }
      known.lines += lines.length;
    }
    return known.lines < count ? undefined : byImportance([...known.values.values()])[0];
  }

  #about(name: string, folder: string): NonNullable<Known["about"]> {
    const paths = ["config.yaml", "environment.json"].map((file) => inside(folder, file));
    const state = paths.map(stateOf).join();
    let known = this.#known.get(name);
    if (known?.state !== state) {
      try {
        known = { state, about: aboutOf(readConfig(paths[0]!), readEnvironment(paths[1]!)) };
      } catch (error) {
        known = { state, error };
      }
      this.#known.set(name, known);
    }
    if (known.about === undefined) throw known.error;
    return known.about;
  }

  #log(name: string, folder: string): LogIndex {
    const path = inside(folder, "metrics.jsonl");
    const log = this.#logs.get(name) ?? new LogIndex(path, mostLogBytes);
    this.#logs.set(name, log);
    return log;
  }
}

/** The finite measures of a line; none of one that is damaged, of which a request for the run says what is wrong. */
function metricsOf(line: string): Metrics {
  try {
    return finite(parseLine(line, "").metrics);
  } catch {
    return {};
  }
}

function finite(metrics: Metrics): Metrics {
  const kept = Object.entries(metrics).flatMap(([key, value]): [string, number | Metrics][] =>
    typeof value !== "number" ? [[key, finite(value)]] : Number.isFinite(value) ? [[key, value]] : [],
  );
  return Object.fromEntries(kept);
}

/** A link counts as nothing. */
function isThere(folder: string, file: string): boolean {
  return lstatSync(join(folder, file), { throwIfNoEntry: false })?.isFile() ?? false;
}

function aboutOf(
  { method, task = "", dataset, seed }: RunConfig,
  { started }: Environment,
): NonNullable<Known["about"]> {
  return { method, task, dataset: dataset.name, seed, started };
}

function stateOf(path: string): string {
  const { ino, size, mtimeMs, ctimeMs } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
