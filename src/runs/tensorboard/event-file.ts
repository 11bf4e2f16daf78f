// TensorBoard event files of a run: written while it trains, or of a run that is there. A run has one at a time.
import { closeSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileError, makeFolder, writeFileAtomic } from "../../files.js";
import type { MetricLine } from "../metrics-log.js";
import type { RunResult } from "../result.js";
import type { SavedRun } from "../run-folder.js";
import { endRecords, headRecords, lineRecords, type StartedRun } from "./run-events.js";

/** Where event files go: into `tensorboard` of the run folder, or into a folder of the run's name in another one. */
export type EventPlace = true | string;

/** The log of a run that trains. */
export interface EventLog {
  /** An epoch. */
  add(line: MetricLine): void;
  finish(result: Pick<RunResult, "epochs" | "seconds" | "metrics">): void;
  close(): void;
}

const ending = ".vantage";

/** The folder of a run's event files. */
export function eventFolder(run: string, place: EventPlace): string {
  if (place === true) return join(run, "tensorboard");
  const path = resolve(run);
  // Runs of several seeds or lengths are called alike everywhere: the folder that holds them tells them apart.
  const isOneOfSeveral = /^(seed|bits)-\d+$/.test(basename(path));
  return join(place, ...(isOneOfSeveral ? [basename(dirname(path))] : []), basename(path));
}

/**
 * Opens a new event file, which begins with what the run has logged so far. It replaces the files of earlier sessions, so that a
 * resumed run has each epoch once.
 * @throws UserError where the folder cannot be written.
 */
export function openEventLog(
  run: StartedRun & { readonly folder: string },
  place: EventPlace,
  lines: readonly MetricLine[],
): EventLog {
  const folder = eventFolder(run.folder, place);
  const name = fileName(Date.now() / 1000, `${hostname()}.${process.pid}`);
  const path = join(folder, name);
  const append = (file: number, bytes: Uint8Array) => {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    } catch (error) {
      throw fileError(error, path, "written");
    }
  };
  makeFolder(folder);
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    throw fileError(error, path, "written");
  }
  append(file, Buffer.concat([headRecords(run), ...lines.map((line) => lineRecords(run, line))]));
  removeOthers(folder, name);
  return {
    add: (line) => append(file, lineRecords(run, line)),
    finish: (result) => append(file, endRecords(run, result)),
    close: () => closeSync(file),
  };
}

/**
 * Writes the event file of a run that is there, finished or not.
 * @returns its folder.
 * @throws UserError where it cannot be written.
 */
export function writeEvents(run: SavedRun, folder: string): string {
  const parts = [headRecords(run), ...run.metrics.map((line) => lineRecords(run, line))];
  if (run.result) parts.push(endRecords(run, run.result));
  const name = fileName(Date.parse(run.environment.started) / 1000 || 0, "export");
  makeFolder(folder);
  writeFileAtomic(join(folder, name), Buffer.concat(parts));
  removeOthers(folder, name);
  return folder;
}

/** TensorBoard reads what has "tfevents" in its name, in the order of the names. */
function fileName(seconds: number, source: string): string {
  return `events.out.tfevents.${Math.floor(seconds).toString().padStart(10, "0")}.${source}${ending}`;
}

function removeOthers(folder: string, name: string): void {
  const others = readdirSync(folder).filter(
    (each) => each.startsWith("events.out.tfevents.") && each.endsWith(ending) && each !== name,
  );
  for (const each of others) rmSync(join(folder, each), { force: true });
}
