// Checkpoints: the whole state of a training in one file, so that a new one replaces the old in one atomic switch.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { fileError, isUnfinished, makeFolder, syncFolder } from "../files.js";
import { inside } from "../inside.js";
import { parseJson } from "../json.js";
import { readTensors, type StoredTensor, writeTensors } from "./safetensors.js";

/** What a method needs to go on exactly where it was. */
export interface Checkpoint {
  /** Parameters, optimizer state, running statistics. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Anything else, as JSON: stage, epoch, random state. Its numbers are finite. */
  readonly json: unknown;
}

export interface LoadedCheckpoint extends Checkpoint {
  /** Lines of metrics.jsonl when it was made. */
  readonly metricLines: number;
}

const format = "vantage-checkpoint-1";
const fileName = /^state-(\d{1,15})\.safetensors$/;

/**
 * Writes checkpoint/state-<n>.safetensors under the next number, then removes the one before and what a killed writer left.
 * @throws RangeError where the JSON part holds a number that is not finite; UserError where it cannot be written.
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint, metricLines: number): void {
  const place = inside(folder, "checkpoint");
  makeFolder(place);
  const state = JSON.stringify(checkpoint.json ?? null, (key, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new RangeError(`saveCheckpoint: ${key} is ${value}, which JSON cannot hold`);
    }
    return value;
  });
  const old = readdirSync(place).filter((name) => fileName.test(name) || isUnfinished(name));
  const number = Math.max(0, ...numbers(old)) + 1;
  writeTensors(join(place, nameOf(number)), checkpoint.tensors, {
    format,
    state,
    metricLines: `${metricLines}`,
  });
  for (const name of old) rmSync(join(place, name), { force: true });
  syncFolder(place);
}

/**
 * The newest checkpoint of a run that is whole, undefined where it has none yet. Safe while the run writes new ones.
 * @throws UserError where there are checkpoints but none is whole.
 */
export function loadCheckpoint(folder: string): LoadedCheckpoint | undefined {
  const place = inside(folder, "checkpoint");
  for (let names = list(place), again: string[]; ; names = again) {
    let failure: unknown;
    for (const name of names) {
      try {
        return read(join(place, name));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failure ??= error;
      }
    }
    // a writer may have replaced the listed files in the meantime
    again = list(place);
    if (again.join() === names.join()) {
      if (failure !== undefined) throw failure;
      return undefined;
    }
  }
}

function list(place: string): string[] {
  try {
    const names = readdirSync(place).filter((name) => fileName.test(name));
    return numbers(names)
      .sort((a, b) => b - a)
      .map(nameOf);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(error, place, "read");
  }
}

function read(path: string): LoadedCheckpoint {
  const { tensors, metadata } = readTensors(path);
  const metricLines = Number(metadata.metricLines);
  if (
    metadata.format !== format ||
    metadata.state === undefined ||
    !(Number.isSafeInteger(metricLines) && metricLines >= 0)
  ) {
    throw new UserError(`${path} is not a checkpoint: format ${metadata.format ?? "missing"}, expected ${format}`);
  }
  return { tensors, json: parseJson(metadata.state, `${path}: state`), metricLines };
}

function numbers(names: readonly string[]): number[] {
  return names.flatMap((name) => fileName.exec(name)?.[1] ?? []).map(Number);
}

function nameOf(number: number): string {
  return `state-${number}.safetensors`;
}
