// Run folders: made, written to by one process at a time, resumed, and read. docs/run-folder.md describes the files.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { fileError, makeFolder, removeUnfinished } from "../files.js";
import { inside } from "../inside.js";
import { type Checkpoint, type LoadedCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { type RunConfig, readConfig, writeConfig } from "./config.js";
import { type Environment, readEnvironment, writeEnvironment } from "./environment.js";
import { isLock, lockFolder } from "./lock.js";
import { type MetricLine, type MetricsLog, openMetricsLog, readMetrics } from "./metrics-log.js";
import { readResult } from "./result.js";

/** A run folder that this process writes to. */
export interface Run {
  readonly folder: string;
  readonly config: RunConfig;
  readonly environment: Environment;
  /** Appends a line to metrics.jsonl; it is on disk when this returns. */
  log(line: MetricLine): void;
  /** All lines of metrics.jsonl, those of earlier sessions too. */
  readLog(): MetricLine[];
  /** Replaces the checkpoint in one atomic switch; a resume starts here, with the lines logged so far. */
  saveCheckpoint(checkpoint: Checkpoint): void;
  /** Gives the folder back to other processes. May be called again. */
  close(): void;
}

/** What a run folder holds, finished or not. */
export interface SavedRun extends Partial<NonNullable<ReturnType<typeof readResult>>> {
  readonly folder: string;
  readonly config: RunConfig;
  readonly environment: Environment;
  readonly metrics: readonly MetricLine[];
}

const configFile = "config.yaml";
const environmentFile = "environment.json";
const metricsFile = "metrics.jsonl";

/** Whether a folder holds a run that has begun. */
export function isRunFolder(folder: string): boolean {
  return existsSync(join(folder, configFile));
}

/**
 * Makes a new run folder: the given one, which must be empty where it exists, or runs/<method>-<dataset>-<seed> with -2, -3 …
 * behind it where that is taken.
 * @throws UserError for a folder that is not empty, in use or not writable.
 */
export function createRun(folder: string | undefined, config: RunConfig, environment: Environment): Run {
  const { path, made } = folder === undefined ? defaultFolder("runs", config) : chosenFolder(folder);
  const release = lockFolder(path);
  try {
    removeUnfinished(path);
    // A run that was killed before it had its settings never began.
    if (readdirSync(path).some((name) => !isLock(name) && name !== environmentFile)) {
      const holds = isRunFolder(path) ? "already holds a run: resume it, or give" : "is not empty: give";
      throw new UserError(`${path} ${holds} another folder`);
    }
    writeEnvironment(inside(path, environmentFile), environment);
    writeConfig(inside(path, configFile), config);
    return writableRun(path, config, environment, openMetricsLog(inside(path, metricsFile), 0), release);
  } catch (error) {
    release();
    if (made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Opens a run to go on with it: metrics.jsonl is cut back to what it held at the checkpoint, or to nothing without one.
 * @throws UserError for a folder that is missing, not a run, damaged, in use or not writable.
 */
export function resumeRun(folder: string): { run: Run; checkpoint: LoadedCheckpoint | undefined } {
  checkFolder(folder);
  const release = lockFolder(folder);
  try {
    for (const part of [".", "model", "plots"]) removeUnfinished(inside(folder, part));
    const config = readConfig(inside(folder, configFile));
    const environment = readEnvironment(inside(folder, environmentFile));
    const checkpoint = loadCheckpoint(folder);
    const log = openMetricsLog(inside(folder, metricsFile), checkpoint?.metricLines ?? 0);
    return { run: writableRun(folder, config, environment, log, release), checkpoint };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Reads a run, finished or not, without taking it; `loadCheckpoint` reads its state.
 * @throws UserError for a folder that is missing, not a run, or damaged.
 */
export function openRun(folder: string): SavedRun {
  checkFolder(folder);
  const metrics = inside(folder, metricsFile);
  return {
    folder,
    config: readConfig(inside(folder, configFile)),
    environment: readEnvironment(inside(folder, environmentFile)),
    metrics: existsSync(metrics) ? readMetrics(metrics) : [],
    ...readResult(folder),
  };
}

function writableRun(
  folder: string,
  config: RunConfig,
  environment: Environment,
  log: MetricsLog,
  release: () => void,
): Run {
  let isOpen = true;
  return {
    folder,
    config,
    environment,
    log: (line) => log.append(line),
    readLog: () => readMetrics(inside(folder, metricsFile)),
    saveCheckpoint: (checkpoint) => saveCheckpoint(folder, checkpoint, log.lines),
    close() {
      if (!isOpen) return;
      isOpen = false;
      log.close();
      release();
    },
  };
}

function checkFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })) throw new UserError(`${folder}: there is no such run folder`);
  if (!isRunFolder(folder)) throw new UserError(`${folder} is not a run folder: it has no ${configFile}`);
}

interface Folder {
  readonly path: string;
  /** Whether it was not there before. */
  readonly made: boolean;
}

/** Takes the first free name: making a folder fails where it exists, so two processes never get the same. */
/**
 * What a run folder is called by default: letters and digits of any language, other signs as hyphens.
 * @param tail the seed, or what stands in its place.
 */
export function runName(method: string, dataset: string, tail: number | string): string {
  return `${method}-${dataset}-${tail}`.replaceAll(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-");
}

function defaultFolder(parent: string, { method, dataset, seed }: RunConfig): Folder {
  const base = join(parent, runName(method, dataset.name, seed));
  try {
    makeFolder(parent);
    for (let i = 1; ; i++) {
      const path = i === 1 ? base : `${base}-${i}`;
      try {
        mkdirSync(path);
        return { path, made: true };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  } catch (error) {
    throw fileError(error, base, "written");
  }
}

function chosenFolder(path: string): Folder {
  if (existsSync(path) && !statSync(path).isDirectory()) throw new UserError(`${path} is a file, not a folder`);
  return { path, made: makeFolder(path) };
}
