// metrics.jsonl: one JSON object a line, each on disk before training goes on.
import { closeSync, constants, fsyncSync, ftruncateSync, readFileSync, writeSync } from "node:fs";
import { UserError } from "../errors.js";
import { fileError } from "../files.js";
import { openRegular, readRegular } from "../inside.js";

/** A longer log is not read: some million lines. */
export const mostLogBytes: number = 2 ** 28;
/** Measures by direction and cut-off are two deep. */
const deepest = 8;
/** Names of stages hold names of views, which may be long. */
const longestStage = 1000;

/** Named measures; nested where they are keyed by direction or cut-off, as in { map: { "image->text": 0.3 } }. */
export interface Metrics {
  readonly [name: string]: number | Metrics;
}

/** What is known after an epoch. */
export interface MetricLine {
  /** Part of the training: "train", "pretrain". */
  readonly stage: string;
  /** Epochs of the stage that are done, from 1 (0: before training). */
  readonly epoch: number;
  /** Seconds of work since the run began, evaluation included, pauses between a stop and a resume not. */
  readonly seconds: number;
  /** Seconds of this epoch alone, evaluation apart; absent in runs of older versions. */
  readonly epochSeconds?: number;
  /** Means over the epoch's batches; "total" is what was minimized. */
  readonly losses: Readonly<Record<string, number>>;
  /** Empty where the epoch was not evaluated. */
  readonly metrics: Metrics;
  /** Notes after this epoch. */
  readonly notes?: readonly string[];
}

/** Appends to metrics.jsonl. */
export interface MetricsLog {
  /** Lines in the file. */
  readonly lines: number;
  /** The line is on disk when this returns. */
  append(line: MetricLine): void;
  close(): void;
}

/**
 * Opens the log to append to it, with only its first `keep` lines; the file is made where missing.
 * @throws UserError where it has fewer whole lines, or cannot be written.
 */
export function openMetricsLog(path: string, keep: number): MetricsLog {
  let lines = keep;
  try {
    const file = openRegular(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
    let length: number;
    try {
      length = endOfLine(readFileSync(file), keep, path);
      ftruncateSync(file, length);
      fsyncSync(file);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    return {
      get lines() {
        return lines;
      },
      append(line) {
        const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
        try {
          for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
          fsyncSync(file);
        } catch (error) {
          ftruncateSync(file, length);
          throw fileError(error, path, "written");
        }
        length += bytes.length;
        lines++;
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    throw fileError(error, path, "written");
  }
}

/**
 * The lines of a log, of a run in progress too: a last line without its end is dropped. A number that was not finite is NaN.
 * @throws UserError where the file cannot be read or a line is not one of ours.
 */
export function readMetrics(path: string): MetricLine[] {
  const lines = readRegular(path, mostLogBytes).toString("utf8").split("\n").slice(0, -1);
  return lines.map((line, i) => parseLine(line, `${path}, line ${i + 1}`));
}

function endOfLine(bytes: Buffer, lines: number, path: string): number {
  let end = 0;
  for (let i = 0; i < lines; i++) {
    const newline = bytes.indexOf(10, end);
    if (newline < 0) throw new UserError(`${path} has ${i} lines, its checkpoint was made after ${lines}`);
    end = newline + 1;
  }
  return end;
}

/** A line of the log. @throws UserError where it is not one of ours. */
export function parseLine(text: string, place: string): MetricLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    throw new UserError(`${place}: not JSON`);
  }
  const { stage, epoch, seconds, epochSeconds, losses, metrics, notes } = (line ?? {}) as Record<string, unknown>;
  const isStage = typeof stage === "string" && stage.length > 0 && stage.length <= longestStage;
  if (!isStage || typeof epoch !== "number" || typeof seconds !== "number") {
    throw new UserError(`${place}: expected an object with stage, epoch, seconds, losses and metrics`);
  }
  const numbers = parseMetrics(losses, `${place}, losses`);
  const nested = Object.keys(numbers).find((name) => typeof numbers[name] !== "number");
  if (nested !== undefined) throw new UserError(`${place}, losses: ${nested} is not a number`);
  if (notes !== undefined && !(Array.isArray(notes) && notes.every((note) => typeof note === "string"))) {
    throw new UserError(`${place}: notes: expected a list of texts`);
  }
  return {
    stage,
    epoch,
    seconds,
    ...(typeof epochSeconds === "number" && { epochSeconds }),
    losses: numbers as Record<string, number>,
    metrics: parseMetrics(metrics, `${place}, metrics`),
    ...(notes !== undefined && { notes }),
  };
}

/**
 * Metrics as they come out of JSON, where null stands for a number that was not finite.
 * @param place what to name in the error.
 * @throws UserError where anything in them is not a number.
 */
export function parseMetrics(value: unknown, place: string, depth = 0): Metrics {
  if (depth > deepest) throw new UserError(`${place.slice(0, 100)}…: nested more than ${deepest} deep`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${place}: expected an object of numbers`);
  }
  const parsed = Object.entries(value).map(([name, each]): [string, number | Metrics] => {
    if (each === null) return [name, Number.NaN];
    if (typeof each === "object") return [name, parseMetrics(each, `${place}, ${name}`, depth + 1)];
    if (typeof each !== "number") throw new UserError(`${place}: ${name} is not a number`);
    return [name, each];
  });
  return Object.fromEntries(parsed);
}
