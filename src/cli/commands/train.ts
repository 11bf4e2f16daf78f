// vantage train <method>: trains, evaluates, and leaves a run folder behind.
import type { Command } from "commander";
import { catalog } from "../../data/catalog.js";
import { UserError } from "../../errors.js";
import type { MethodDefinition } from "../../methods/define.js";
import { methods } from "../../methods/index.js";
import { settingsOf } from "../../train/data-source.js";
import { type TrainingRequest, trainRun } from "../../train/train-run.js";
import { trainLengths } from "../code-lengths.js";
import { commandLine } from "../command-line.js";
import { dataName, dataSettings } from "../data-flags.js";
import { printResult } from "../output/output.js";
import { resumeByFlags } from "../resume.js";
import {
  addCommonFlags,
  type CommonFlags,
  describeOptions,
  engineOptions,
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
    if (method.presets !== undefined) {
      command.option("--preset <name>", `the authors' settings: ${Object.keys(method.presets).join(", ")}`);
    }
    if ("bits" in method.options.shape)
      command.option("--bits <n,…>", "length of the codes; several are trained in turn");
    if ("queries" in method.options.shape) {
      command.option("--queries <first:N|last:N|random:N>", "which samples are queries; the others are the database");
    }
    if ("pretrainOnly" in method.options.shape) command.option("--pretrain-only", "end after pre-training");
    if ("reuse" in method.options.shape) {
      command.option("--reuse <run>", "take from another run what pre-training would learn");
    }
    addCommonFlags(command)
      .addHelpText("after", `\nOptions of ${method.name} (--set name=value):\n${describeOptions(method.options.shape)}`)
      .action((flags: CommonFlags, typed: Command) => trainMethod(method, flags, typed));
  }
}

async function trainMethod(
  method: MethodDefinition<Record<string, unknown>>,
  flags: CommonFlags,
  typed: Command,
): Promise<void> {
  const bits = flags.bits?.split(",").map((text) => wholeNumber("--bits", text.trim()));
  const isOne = bits === undefined || bits.length === 1;
  if (flags.resume !== undefined && isOne) {
    const outcome = await resumeByFlags(method.name, flags);
    printResult(flags.json, outcome.summary, formatOutcome(outcome));
    return;
  }
  const config = readConfigFile(flags.config);
  const options = methodOptions(flags, config, method.presets);
  const data = dataName(flags) ?? config.dataset?.data ?? ownData(flags.preset);
  if (data === undefined) throw new UserError("--data is missing: a data file, or a name from vantage datasets");
  const request: TrainingRequest = {
    method,
    options,
    data,
    settings: { ...settingsOf(config.dataset ?? {}), ...dataSettings(flags) },
    out: flags.out,
    engine: engineOptions(flags),
    command: commandLine(typed),
  };
  if (!isOne) return trainLengths(request, bits, flags);
  if (bits !== undefined) options.bits = bits[0];
  const outcome = await withTraining((hooks) => trainRun(request, hooks));
  printResult(flags.json, outcome.summary, formatOutcome(outcome));
}

/** The data set that a preset is for, where the catalog makes it. */
function ownData(preset: string | undefined): string | undefined {
  return catalog().find(({ name }) => name === preset)?.name;
}
