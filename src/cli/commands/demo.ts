// vantage demo: the shortest way to see everything work on real data, from training to a page to search on.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { Engine, type EngineOptions } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { findMethod } from "../../methods/index.js";
import { needPackages } from "../../optional.js";
import { indexRun } from "../../search/index/index-run.js";
import type { TrainingOutcome } from "../../train/summary.js";
import { trainRun } from "../../train/train-run.js";
import { commandLine } from "../command-line.js";
import { printResult, say } from "../output/output.js";
import { engineOptions } from "../settings.js";
import { formatOutcome, withTraining } from "../training.js";
import { formatIndex, withProgress } from "./index.js";
import { addServeFlags, checkServeFlags, type ServeFlags, serve } from "./serve.js";

const data = "emoji";
/** Unicode's subgroups, such as cat-face: the groups are too coarse to search by. */
const labels = "subgroup";
/** Wide and long enough for words to find their pictures, and short enough to wait for. */
const options = { task: "retrieval", bits: 64, hidden: 1024, lr: 1e-3, epochs: 15, evaluateEvery: 0 };

interface Flags extends ServeFlags {
  readonly out?: string;
  readonly index?: string;
  readonly serve?: boolean;
}

export function addDemoCommand(root: Command): void {
  addServeFlags(
    root
      .command("demo")
      .description(
        "train on emoji (two makers' pictures and the English words of each), without a download; write the report and an index; serve the page to search on",
      )
      .option("--out <folder>", "run folder (default: as train)")
      .option("--index <folder>", "index folder (default: index in the run folder)")
      .option("--serve", "serve the page at the end, also without a terminal")
      .option("--no-serve", "end after the index"),
  ).action(demo);
}

async function demo({ out, index, serve: wanted, ...flags }: Flags, typed: Command): Promise<void> {
  if (index !== undefined && existsSync(index)) throw new UserError(`--index ${index}: it is there already`);
  needPackages("the emoji data set", "reports");
  const isServed = wanted ?? (process.stdin.isTTY && process.stdout.isTTY);
  // Before the minutes of training.
  if (isServed) await checkServeFlags(flags);
  const engine = engineOptions(flags);
  say("1594 emoji in three views: Noto's picture, Twemoji's picture, the English name and keywords.");
  say(
    "DCHN learns codes of 64 bits for each, alike where Unicode puts them in one subgroup; a fifth is kept for testing.",
  );
  const method = findMethod("dchn");
  const command = commandLine(typed);
  const request = { method, options, data, settings: { labels }, out, engine, command };
  const outcome = await withTraining((hooks) => trainRun(request, hooks));
  const { run } = outcome.summary;
  const folder = index ?? join(run, "index");
  const summary = await indexEmoji(outcome, folder, engine);
  const report = `Open the report in a browser: ${run}/report.html`;
  printResult(false, summary, [...formatOutcome(outcome), ...formatIndex(summary), report]);
  if (isServed) {
    say("Open the address below in a browser to search; Ctrl-C ends it.");
    await serve([folder], flags);
  }
}

async function indexEmoji({ summary, data: emoji }: TrainingOutcome, out: string, options: EngineOptions) {
  const engine = await Engine.open(options);
  try {
    const about = { out, name: emoji.name, data: emoji, engine };
    return await withProgress((hooks) => indexRun(summary.run, { ...about, ...hooks }));
  } finally {
    await engine.close();
  }
}
