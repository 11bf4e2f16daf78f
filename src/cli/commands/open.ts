// vantage open <folder>: from a folder of pictures and words to a page to search on.
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { readMedia } from "../../data/media/read-media.js";
import { UserError } from "../../errors.js";
import { InterruptedError } from "../../methods/training.js";
import { mediaCollection } from "../../open/media-collection.js";
import { type OpenSummary, openCollection } from "../../open/open-collection.js";
import { textTable } from "../../text-table.js";
import { interruption } from "../interruption.js";
import { addMediaFlags, type MediaFlags, mediaOptions } from "../media-flags.js";
import { printResult, say } from "../output/output.js";
import { taskProgress } from "../output/progress.js";
import { engineOptions, wholeNumber } from "../settings.js";
import { addServeFlags, checkServeFlags, type ServeFlags, serve } from "./serve.js";

interface Flags extends MediaFlags, ServeFlags {
  readonly out?: string;
  readonly imageEncoder: string;
  readonly textEncoder: string;
  readonly seed: string;
  readonly serve?: boolean;
  readonly json?: boolean;
}

export function addOpenCommand(root: Command): void {
  const command = root
    .command("open <folder>")
    .description(
      "make pictures with words searchable: features, the method that finds most held-out pairs, an index, the search page",
    )
    .option("--out <folder>", "where it is kept (default: <folder>-search beside where you are)")
    .option("--image-encoder <spec>", "what makes features of pictures", "builtin:pictures")
    .option("--text-encoder <spec>", "what makes features of words", "builtin:words")
    .option("--seed <n>", "random seed of the held-out pairs and of the trainings", "0")
    .option("--serve", "serve the page at the end, also without a terminal")
    .option("--no-serve", "end after the index")
    .option("--json", "last line of stdout: the result as one JSON object");
  addServeFlags(addMediaFlags(command)).action(open);
}

async function open(source: string, flags: Flags): Promise<void> {
  if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(
      existsSync(source)
        ? `${source} is a file: vantage index ${source} --out INDEX makes its vectors searchable`
        : `${source}: there is no such folder`,
    );
  }
  const seed = wholeNumber("--seed", flags.seed);
  const out = flags.out ?? `${basename(resolve(source))}-search`;
  const encoders = { image: flags.imageEncoder, text: flags.textEncoder };
  const isServed = flags.serve ?? (process.stdin.isTTY && process.stdout.isTTY && !flags.json);
  if (isServed) await checkServeFlags(flags);
  const interrupt = interruption("stopping; what is finished is kept, and the same command continues");
  const progress = taskProgress();
  const engine = await Engine.open(engineOptions(flags));
  let summary: OpenSummary;
  try {
    const hooks = {
      signal: interrupt.signal,
      onProgress: progress.update,
      onNote(note: string) {
        progress.stop();
        say(`  note: ${note}`);
      },
    };
    const media = await readMedia(source, {
      ...mediaOptions(flags),
      signal: interrupt.signal,
    });
    const count = (list: readonly unknown[] | undefined, has: (each: never) => boolean) =>
      (list ?? []).filter((each) => has(each as never)).length;
    const pictures = count(media.pictures, (path: string | undefined) => path !== undefined);
    const words = count(media.texts, (own: readonly string[]) => own.length > 0);
    say(`${media.name}: ${pictures} pictures, ${words} of ${media.ids.length} samples with words`);
    for (const note of media.notes) say(`  note: ${note}`);
    const collection = await mediaCollection(media, { encoders, seed, engine }, hooks);
    summary = await openCollection({ collection, out, seed, engine }, hooks);
  } catch (error) {
    if (interrupt.signal.aborted && (error === interrupt.signal.reason || error instanceof InterruptedError)) {
      throw new InterruptedError("interrupted; the same command continues");
    }
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
    await engine.close();
  }
  printResult(flags.json, summary, formatOpened(summary));
  if (isServed) {
    say("Open the address below in a browser to search; Ctrl-C ends it.");
    const encoder = [...Object.values(encoders), ...(flags.encoder ?? [])];
    await serve([summary.index], { ...flags, encoder, runs: join(out, "candidates") });
  }
}

/** What was compared, what was chosen, and how to go on, for people. */
function formatOpened({ pairs, heldOut, candidates, chosen, index, items, seconds }: OpenSummary): string[] {
  const directions = Object.keys(chosen.recall);
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const rows = candidates.map(({ method, recall, seconds: own, run }) => [
    method === chosen.method && run !== undefined ? `${method} (chosen)` : method,
    ...directions.flatMap((direction) => {
      const { at1, at5, at10 } = recall[direction]!;
      return [at1, at5, at10].map(percent);
    }),
    `${own.toFixed(1)} s`,
  ]);
  const head = ["", ...directions.flatMap((direction) => [`${direction} @1`, "@5", "@10"]), ""];
  return [
    `${pairs} pairs; recall on ${heldOut} that were held out (the pair found first, among 5, among 10 of them):`,
    "",
    ...textTable([head, ...rows], "numbers").map((line) => `  ${line}`),
    "",
    `index   ${index}: ${items} items, ready after ${seconds.toFixed(0)} s`,
    `search  vantage search ${index} --words WORDS`,
    `serve   vantage serve ${index}`,
  ];
}
