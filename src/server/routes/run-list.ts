// Run folders as the runs page has them. What was read of a run is kept as long as its files are the same.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { inside } from "../../inside.js";
import { type RunConfig, readConfig } from "../../runs/config.js";
import { type Environment, readEnvironment } from "../../runs/environment.js";
import { hasWriter } from "../../runs/lock.js";
import { LogIndex } from "../../runs/log-index.js";
import { mostLogBytes, parseLine } from "../../runs/metrics-log.js";
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
    for (const each of [this.#known, this.#logs]) {
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
          return [this.#summary(name, join(this.folder, name))];
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

  #summary(name: string, folder: string): RunSummary {
    return {
      name,
      ...this.#about(name, folder),
      isRunning: hasWriter(folder),
      isFinished: isThere(folder, "result.json"),
      lines: this.#log(name, folder).count(),
      hasReport: isThere(folder, "report.html"),
    };
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
