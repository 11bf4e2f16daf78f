// vantage demo: the shortest way to see everything work on real data.
import type { Command } from "commander";
import { findMethod } from "../methods/index.js";
import { printResult, say } from "./output.js";
import { engineOptions } from "./settings.js";
import { formatOutcome, startTraining } from "./training-run.js";

const data = "emoji";

export function addDemoCommand(root: Command): void {
  root
    .command("demo")
    .description(
      "train on emoji (two makers' pictures and the English words of each), without a download, and write the report",
    )
    .option("--out <folder>", "run folder")
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(async ({ out, threads }: { out?: string; threads?: string }) => {
      say("1594 emoji in three views: Noto's picture, Twemoji's picture, the English name and keywords.");
      say(
        "GMAE learns one representation of the three and tells their nine groups apart; a fifth is kept for testing.",
      );
      const options = { task: "classification", epochs: 40, evaluateEvery: 10, starts: 10 };
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
