// vantage train <method>: trains, evaluates, and leaves a run folder behind.
import type { Command } from "commander";
import { catalog } from "../../data/catalog.js";
import { UserError } from "../../errors.js";
import type { MethodDefinition } from "../../methods/define.js";
import { methods } from "../../methods/index.js";
import { quoted } from "../../runs/command.js";
import { settingsOf } from "../../train/data-source.js";
import { type TrainingRequest, trainRun } from "../../train/train-run.js";
import { trainLengths } from "../code-lengths.js";
import { commandLine } from "../command-line.js";
import { dataName, dataSettings } from "../data-flags.js";
import { addMethodFlags, methodFlags } from "../method-flags.js";
import { printResult } from "../output/output.js";
import { addPictureFlags, type PictureFlags, pictureSettings } from "../picture-flags.js";
import { givenPresets, presetNames, presetNote, shorterBy } from "../presets.js";
import { checkResumeFlags, resumeByFlags, withResumeCommand } from "../resume.js";
import { parseSeeds, trainSeeds } from "../seeds.js";
import {
  addCommonFlags,
  type CommonFlags,
  engineOptions,
  eventPlace,
  methodOptions,
  readConfigFile,
  wholeNumber,
} from "../settings.js";
import { formatOutcome, withTraining } from "../training.js";

export function addTrainCommand(root: Command): void {
  const train = root
    .command("train")
    .description("train a method on a data set, evaluate it, and write a run folder")
    .usage("<method> [options]");
  for (const method of methods) {
    const tasks = method.tasks.join(", ");
    const command = train.command(method.name).description(`${method.title} (${method.paper}); ${tasks}`);
    const presets = presetNames(method);
    if (presets.length > 0) command.option(`--preset <${presets.join("|")}>`, describePresets(presets));
    if ("bits" in method.options.shape)
      command.option("--bits <n,…>", "code length in bits; several are trained in turn");
    if ("queries" in method.options.shape) {
      command.option("--queries <first:N|last:N|random:N>", "query samples; the others are the database");
    }
    if ("pretrainOnly" in method.options.shape) command.option("--pretrain-only", "end after pre-training");
    if ("reuse" in method.options.shape) {
      command.option("--reuse <run>", "reuse the pre-training of another run");
    }
    addMethodFlags(addPictureFlags(addCommonFlags(command, method)), method).action(
      (flags: CommonFlags & PictureFlags, typed: Command) => trainMethod(method, flags, typed),
    );
  }
}

async function trainMethod(
  method: MethodDefinition<Record<string, unknown>>,
  flags: CommonFlags & PictureFlags,
  typed: Command,
): Promise<void> {
  const bits = flags.bits?.split(",").map((text) => wholeNumber("--bits", text.trim()));
  const isOne = bits === undefined || bits.length === 1;
  const log = flags.log === undefined ? "" : ` --log ${quoted(flags.log)}`;
  const resumed = (run: string) => `vantage train ${method.name} --resume ${quoted(run)}${log}`;
  if (flags.resume !== undefined && isOne) {
    checkResumeFlags(typed);
    const outcome = await withResumeCommand(resumeByFlags(method.name, flags), resumed);
    printResult(outcome.summary, formatOutcome(outcome));
    return;
  }
  const config = readConfigFile(flags.config);
  const options = methodOptions(flags, config, method, methodFlags(typed));
  const data = dataName(flags) ?? config.dataset?.data ?? ownData(flags.preset);
  if (data === undefined)
    throw new UserError("--data is missing: a data file, a folder of pictures, or a name from vantage datasets");
  const request: TrainingRequest = {
    method,
    options,
    data,
    settings: { ...settingsOf(config.dataset ?? {}), ...dataSettings(flags), ...pictureSettings(flags) },
    out: flags.out,
    engine: engineOptions(flags),
    command: commandLine(typed),
    preset: flags.preset,
    notes: [presetNote(flags.preset) ?? []].flat(),
    tensorboard: eventPlace(flags),
  };
  if (flags.seeds !== undefined) {
    if (!isOne || flags.seed !== undefined) {
      throw new UserError(`--seeds and ${isOne ? "--seed" : "several --bits"}: give one of them`);
    }
    if (bits !== undefined) options.bits = bits[0];
    return trainSeeds(request, parseSeeds(flags.seeds));
  }
  if (!isOne) return trainLengths(request, bits, flags);
  if (bits !== undefined) options.bits = bits[0];
  const outcome = await withResumeCommand(
    withTraining((hooks) => trainRun(request, hooks), shorterBy(method, flags.preset)),
    resumed,
  );
  printResult(outcome.summary, formatOutcome(outcome));
}

/** The data set that a preset is for, where the catalog makes it. */
function ownData(preset: string | undefined): string | undefined {
  const presets = givenPresets(preset);
  return catalog().find(({ name }) => presets.includes(name))?.name;
}

function describePresets(names: readonly string[]): string {
  const ofAuthors = names.filter((name) => name !== "quick");
  const parts = ofAuthors.length === 0 ? [] : ["the authors' settings for a data set"];
  if (names.includes("quick"))
    parts.push("quick: within a minute for a few thousand samples, not the published setting");
  return `${parts.join("; ")} (two with a comma: the later one takes precedence)`;
}
