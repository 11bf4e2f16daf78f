// Training the same method with several seeds, and the table of means and deviations.
import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { findCard } from "../data/cards/index.js";
import { MultiViewDataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import { parseOptions } from "../methods/options.js";
import type { Metrics } from "../methods/training.js";
import { runName } from "../runs/run-folder.js";
import { isPictureFolder } from "../train/open-pictures.js";
import type { TrainingSummary } from "../train/summary.js";
import { type TrainingRequest, trainRun } from "../train/train-run.js";
import { printResult } from "./output/output.js";
import { seedsTable } from "./output/seeds-table.js";
import { shorterBy } from "./presets.js";
import { joinRuns } from "./several-runs.js";
import { withTraining } from "./training.js";

/** At most so many seeds: one that is mistyped must not train for days. */
const MOST = 1000;

/**
 * The seeds of `--seeds`: a range with both ends, or a list.
 * @example parseSeeds("0..2") // [0, 1, 2]
 * @throws UserError where it is neither, or a seed is repeated.
 */
export function parseSeeds(text: string): number[] {
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first !== undefined && count >= 1 && count <= MOST) {
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  }
  const seeds = text.split(",").map(Number);
  const isList = /^\d+(,\d+)*$/.test(text) && seeds.every(Number.isSafeInteger) && seeds.length <= MOST;
  if (!isList) throw new UserError(`--seeds ${text}: expected a range such as 0..4, or a list such as 0,1,2`);
  if (new Set(seeds).size < seeds.length) throw new UserError(`--seeds ${text}: a seed is repeated`);
  return seeds;
}

/** Trains one run per seed, in folders `seed-N` of one folder, with a report of all of them. */
export async function trainSeeds(request: TrainingRequest, seeds: readonly number[]): Promise<void> {
  const { method, options } = request;
  for (const seed of seeds) parseOptions(method.name, method.options, { ...options, seed });
  const tail = `seeds-${seeds[0]}-${seeds.at(-1)}`;
  const folder = request.out ?? unusedFolder(join("runs", runName(method.name, dataName(request.data), tail)));
  const summaries: TrainingSummary[] = [];
  for (const seed of seeds) {
    const one = { ...request, out: join(folder, `seed-${seed}`), options: { ...options, seed } };
    summaries.push((await withTraining((hooks) => trainRun(one, hooks), shorterBy(method, request.preset))).summary);
  }
  const { runs, report } = joinRuns(summaries, folder);
  const metricsBySeed = Object.fromEntries(seeds.map((seed, i) => [seed, summaries[i]!.metrics]));
  const { mean, deviation } = statistics(summaries.map(({ metrics }) => metrics));
  const [{ metrics: _, run: __, seed: ___, ...shared }] = summaries as [TrainingSummary];
  const result = { ...shared, seeds, metrics: mean, deviation, metricsBySeed, run: folder, runs };
  printResult(result, [...seedsTable(method.name, seeds.length, mean, deviation), "", ...report]);
}

/** As a single run calls its data, before it is opened. */
function dataName(data: TrainingRequest["data"]): string {
  if (data instanceof MultiViewDataset) return data.name;
  const names = [data].flat().map((source: string) => {
    const isPictures: boolean = isPictureFolder(source);
    if (isPictures) return basename(resolve(source));
    const card = findCard(source)?.card.name;
    return card ?? (existsSync(source) ? basename(source, extname(source)) : source.split(":")[0]!);
  });
  return names.join("+");
}

/** The folder, or the first of `-2`, `-3` … that is not there: no run is overwritten. */
function unusedFolder(folder: string): string {
  let path = folder;
  for (let i = 2; existsSync(path); i++) path = `${folder}-${i}`;
  return path;
}

/** Mean and standard deviation (n − 1) of each measure that all results have. @param results at least one. */
export function statistics(results: readonly Metrics[]): { readonly mean: Metrics; readonly deviation: Metrics } {
  const mean: Record<string, number | Metrics> = {};
  const deviation: Record<string, number | Metrics> = {};
  for (const [name, first] of Object.entries(results[0]!)) {
    const values = results.map((result) => result[name]);
    if (typeof first !== "number") {
      if (!values.every((value): value is Metrics => typeof value === "object")) continue;
      const parts = statistics(values);
      mean[name] = parts.mean;
      deviation[name] = parts.deviation;
    } else if (values.every((value): value is number => typeof value === "number")) {
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
      mean[name] = average;
      deviation[name] = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
    }
  }
  return { mean, deviation };
}
