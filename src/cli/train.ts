// vantage train <method>: trains, evaluates, and leaves a run folder behind.
import type { Command } from "commander";
import type { MethodDefinition } from "../methods/method.js";
import { methods } from "../methods/index.js";
import { addCommonFlags, type CommonFlags, describeOptions, engineOptions, methodOptions, readConfigFile } from "./settings.js";
import { printResult } from "./output.js";
import { formatOutcome, resumeTraining, startTraining } from "./training-run.js";

export function addTrainCommand(root: Command): void {
  const train = root
    .command("train")
    .description("train a method on a data set, evaluate it, and write a run folder")
    .usage("<method> [options]");
  for (const method of methods) {
    const tasks = method.tasks.join(", ");
    addCommonFlags(train.command(method.name).description(`${method.title} (${method.paper}); ${tasks}`))
      .addHelpText("after", `\nOptions of ${method.name} (--set name=value):\n${describeOptions(method.options.shape)}`)
      .action((flags: CommonFlags) => trainMethod(method, flags));
  }
}

async function trainMethod(method: MethodDefinition<Record<string, unknown>>, flags: CommonFlags): Promise<void> {
  const config = readConfigFile(flags.config);
  const outcome =
    flags.resume === undefined
      ? await startTraining({
          method,
          options: methodOptions(flags, config),
          data: flags.data ?? config.dataset?.data,
          views: flags.views ?? config.dataset?.views,
          labels: flags.labels ?? config.dataset?.labels,
          out: flags.out,
          engine: engineOptions(flags),
        })
      : await resumeTraining(method.name, flags);
  printResult(flags.json, outcome.summary, formatOutcome(outcome));
}
