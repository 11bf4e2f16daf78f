// vantage demo: the shortest way to see everything work on real data.
import type { Command } from "commander";
import { findMethod } from "../methods/index.js";
import { printResult, say } from "./output.js";
import { engineOptions } from "./settings.js";
import { formatOutcome, startTraining } from "./training-run.js";

/** Enough of MNIST for ten clear clusters, little enough for two slow cores. */
const data = "noisy-mnist-10k";

export function addDemoCommand(root: Command): void {
  root
    .command("demo")
    .description("train GMAE on two views of handwritten digits, without a download, and write the report")
    .option("--out <folder>", "run folder")
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(async ({ out, threads }: { out?: string; threads?: string }) => {
      say(`Two views of handwritten digits (${data}): turned, and another one of the same class under noise.`);
      const options = { epochs: 40, evaluateEvery: 10, starts: 10 };
      const outcome = await startTraining({
        method: findMethod("gmae"),
        options,
        data,
        out,
        engine: engineOptions({ threads, set: [] }),
      });
      printResult(
        false,
        outcome.summary,
        `${formatOutcome(outcome)}\nOpen the report in a browser: ${outcome.summary.run}/report.html`,
      );
    });
}
