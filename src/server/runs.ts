// The runs page's data: run folders under one folder, also while they are written.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { inside } from "../inside.js";
import { hasWriter } from "../runs/lock.js";
import { openRun, type SavedRun } from "../runs/run-folder.js";
import { MissingError } from "../search/search-index.js";
import type { RunReply, RunSummary } from "./api.js";

/** Run folders, and those one folder further down, such as `bits-64` of a training at several lengths. */
export function listRuns(folder: string): RunSummary[] {
  return runNames(folder)
    .flatMap((name) => {
      const run = readable(join(folder, name));
      return run === undefined ? [] : [summaryOf(name, run)];
    })
    .sort((a, b) => (a.started < b.started ? 1 : -1));
}

/** @throws MissingError where there is no such run. */
export function describeRun(folder: string, name: string, after: number): RunReply {
  const run = openRun(runFolder(folder, name));
  return { run: summaryOf(name, run), metrics: run.metrics.slice(after) as unknown as RunReply["metrics"] };
}

/** @throws MissingError where there is no such run, or it has no report yet. */
export function reportOf(folder: string, name: string): string {
  const report = inside(runFolder(folder, name), "report.html");
  if (!existsSync(report)) throw new MissingError(`run "${name}" has no report yet`);
  return report;
}

/** Only names that a listing finds become paths. */
function runFolder(folder: string, name: string): string {
  if (!runNames(folder).includes(name)) throw new MissingError(`there is no run "${name}"`);
  return join(folder, name);
}

function runNames(folder: string): string[] {
  return subfolders(folder).flatMap((name) => {
    if (isRun(join(folder, name))) return [name];
    return subfolders(join(folder, name))
      .map((inner) => `${name}/${inner}`)
      .filter((inner) => isRun(join(folder, inner)));
  });
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  } catch {
    return [];
  }
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, "config.yaml"));
}

/** A damaged run is left out of the list; asked for by name it says what is wrong. */
function readable(folder: string): SavedRun | undefined {
  try {
    return openRun(folder);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function summaryOf(name: string, { folder, config, environment, metrics, result }: SavedRun): RunSummary {
  return {
    name,
    method: config.method,
    task: config.task ?? "",
    dataset: config.dataset.name,
    seed: config.seed,
    started: environment.started,
    isRunning: hasWriter(folder),
    isFinished: result !== undefined,
    lines: metrics.length,
    hasReport: existsSync(join(folder, "report.html")),
  };
}
