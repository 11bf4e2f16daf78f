// Training the same method at several code lengths, and the table of what each length reaches.

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../errors.js";
import { parseOptions } from "../methods/options.js";
import type { Metrics } from "../methods/training.js";
import { readConfig } from "../runs/config.js";
import { isRunFolder } from "../runs/run-folder.js";
import { textTable } from "../text-table.js";
import type { TrainingSummary } from "../train/summary.js";
import { type TrainingRequest, trainRun } from "../train/train-run.js";
import { printResult } from "./output/output.js";
import { shorterBy } from "./presets.js";
import { resumeByFlags } from "./resume.js";
import type { CommonFlags } from "./settings.js";
import { joinRuns } from "./several-runs.js";
import { withTraining } from "./training.js";

/**
 * Trains one run per length, in folders `bits-N` of one folder, with a report of all of them. With --resume, lengths that have
 * begun are gone on with.
 */
export async function trainLengths(
  request: TrainingRequest,
  lengths: readonly number[],
  flags: CommonFlags,
): Promise<void> {
  const { method, options } = request;
  if (new Set(lengths).size < lengths.length) throw new UserError(`--bits ${lengths.join(",")}: a length is repeated`);
  for (const bits of lengths) parseOptions(method.name, method.options, { ...options, bits });
  const out = typeof flags.resume === "string" ? flags.resume : request.out;
  const folder = out ?? join("runs", `${method.name}-bits-${lengths.join("-")}-${options.seed ?? 0}`);
  const summaries: TrainingSummary[] = [];
  for (const bits of lengths) {
    const one = { ...request, out: join(folder, `bits-${bits}`), options: { ...options, bits } };
    const isBegun = flags.resume !== undefined && isRunFolder(one.out);
    const { summary } = await (isBegun
      ? resumeLength(one, flags)
      : withTraining((hooks) => trainRun(one, hooks), shorterBy(method, flags.preset)));
    summaries.push(summary);
  }
  const { runs, report } = joinRuns(summaries, folder);
  const [{ metrics: _, run: __, ...shared }] = summaries as [TrainingSummary];
  const byBits = Object.fromEntries(lengths.map((bits, i) => [bits, summaries[i]!.metrics]));
  const result = {
    ...shared,
    bits: lengths,
    metricsByBits: byBits,
    run: folder,
    runs,
  };
  printResult(result, [...formatTable(lengths, summaries), ...report]);
}

/** @throws UserError where the run was begun with other options. */
function resumeLength({ method, options, out }: TrainingRequest & { out: string }, flags: CommonFlags) {
  const path = join(out, "config.yaml");
  const begun = readConfig(path).options;
  const requested = parseOptions(method.name, method.options, options);
  const other = Object.keys(requested).find((name) => !isDeepStrictEqual(requested[name], begun[name]));
  if (other !== undefined) {
    const [now, then] = [requested[other], begun[other]].map((value) => JSON.stringify(value));
    throw new UserError(`${out} was begun with ${other}=${then}, not ${now}: repeat the command as it was`);
  }
  return resumeByFlags(method.name, { ...flags, resume: out, epochs: undefined });
}

/** mAP by direction (rows) and length (columns). */
function formatTable(lengths: readonly number[], summaries: readonly TrainingSummary[]): string[] {
  const maps = summaries.map(({ metrics }) => (metrics.map ?? {}) as Metrics);
  const directions = Object.keys(maps[0]!);
  const rows = directions.map((direction) => [direction, ...maps.map((map) => (map[direction] as number).toFixed(4))]);
  return textTable([["mAP", ...lengths.map(String)], ...rows], "numbers");
}
