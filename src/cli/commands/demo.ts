// vantage demo: the shortest way to see everything work on real data, from training to a page to search on.
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../../errors.js";
import { emojiCollection } from "../../open/emoji-collection.js";
import { openCollection } from "../../open/open-collection.js";
import { checkOutFolder } from "../../open/out-folder.js";
import { needPackages } from "../../optional.js";
import { formatOpened, withOpening } from "../opening.js";
import { isJson, printResult, say } from "../output/output.js";
import { addServeFlags, checkServing, type ServeFlags, serve } from "./serve.js";

/** What is tried; MvLNet would take longer than the others together. */
const tried = ["cca", "djsrh", "dchn"];

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
        "search emoji (pictures and English words) without a download: compare methods, write a report and an index, serve the page",
      )
      .option("--out <folder>", "folder for the run, the index and the compared methods (default: runs/demo)")
      .option("--index <folder>", "index folder (default: index in that folder)")
      .option("--serve", "serve the page at the end, even without a terminal")
      .option("--no-serve", "stop after the index"),
  ).action(demo);
}

async function demo({ out = "runs/demo", index, serve: wanted, ...flags }: Flags): Promise<void> {
  if (index !== undefined && existsSync(index)) throw new UserError(`--index ${index}: already exists`);
  needPackages("the emoji data set", "reports");
  const isServed = wanted ?? (process.stdin.isTTY && process.stdout.isTTY && !isJson());
  // Before the minute of training.
  checkOutFolder(out);
  if (isServed) await checkServing(flags);
  say("1594 emoji, each with Noto's picture and its English name and keywords; a tenth of the pairs is held out.");
  const summary = await withOpening(flags, async (engine, hooks) =>
    openCollection({ collection: await emojiCollection(0), out, index, seed: 0, methods: tried, engine }, hooks),
  );
  printResult(summary, [...formatOpened(summary), `report  ${summary.run}/report.html (open it in a browser)`]);
  if (isServed) {
    say("Open the address below in a browser to search; Ctrl-C stops the server.");
    await serve([summary.index], { ...flags, runs: flags.runs ?? out });
  }
}
