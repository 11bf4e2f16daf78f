// What the runs of a table have found so far: mean and deviation over the seeds, in every cell.
import type { Metrics } from "../runs/metrics-log.js";
import type { Definition } from "./definition.js";
import type { Cell } from "./grid.js";

/** A run as far as it has come. */
export type RunState =
  | { readonly state: "waiting" }
  | { readonly state: "finished"; readonly metrics: Metrics }
  | { readonly state: "failed"; readonly message: string };

export interface CellRuns {
  readonly cell: Cell;
  /** What is needed where the cell cannot run here. */
  readonly missing?: string;
  /** By seed. */
  readonly runs: ReadonlyMap<number, RunState>;
}

/** One measure of one cell. Figures are fractions or percent, as the definition says. */
export interface FilledValue {
  readonly measure: string;
  readonly mean?: number;
  /** Sample deviation over the seeds; undefined for one seed. */
  readonly deviation?: number;
  readonly published?: number;
}

export interface FilledCell {
  readonly cell: Cell;
  readonly values: readonly FilledValue[];
  /** Seeds that are finished. */
  readonly seeds: number;
  /** Seeds that are wanted; none where only published figures stand. */
  readonly wanted: number;
  readonly notes: readonly string[];
}

/** The mean, and the sample deviation √(Σ(x−mean)² / (n−1)). */
export function meanAndDeviation(values: readonly number[]): { mean?: number; deviation?: number } {
  const n = values.length;
  if (n === 0) return {};
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (n - 1)) };
}

/** A measure by its path, `map.image->text`; undefined where the result has none. */
export function measureAt(metrics: Metrics, path: string): number | undefined {
  let at: Metrics | number | undefined = metrics;
  for (const key of path.split(".")) at = typeof at === "object" ? at[key] : undefined;
  return typeof at === "number" ? at : undefined;
}

export function fillCell({ measures, unit }: Definition, { cell, missing, runs }: CellRuns): FilledCell {
  const scale = unit === "percent" ? 100 : 1;
  const finished = [...runs.values()].flatMap((run) => (run.state === "finished" ? [run.metrics] : []));
  const failed = [...runs].flatMap(([seed, run]) => (run.state === "failed" ? [`seed ${seed}: ${run.message}`] : []));
  const absent = new Set<string>();
  const values = measures.map(({ name }): FilledValue => {
    const found = finished.flatMap((metrics) => measureAt(metrics, name) ?? []);
    if (found.length < finished.length) absent.add(name);
    const published = cell.published[name];
    return { measure: name, ...meanAndDeviation(found.map((value) => scale * value)), published };
  });
  return {
    cell,
    values,
    seeds: finished.length,
    wanted: runs.size,
    notes: [
      ...cell.notes,
      ...(missing !== undefined && finished.length === 0 ? [`Not run: ${missing}.`] : []),
      ...failed.map((message) => `Failed: ${message}`),
      ...[...absent].map((name) => `The result has no measure ${name}.`),
    ],
  };
}
