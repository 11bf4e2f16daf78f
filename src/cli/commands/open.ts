// vantage open <folder>: from a folder of pictures and words to a page to search on.
import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import type { MediaSet } from "../../data/media/media-set.js";
import { readMedia } from "../../data/media/read-media.js";
import { UserError } from "../../errors.js";
import { fileCollection } from "../../open/file-collection.js";
import { mediaCollection } from "../../open/media-collection.js";
import { openCollection } from "../../open/open-collection.js";
import { checkOutFolder } from "../../open/out-folder.js";
import { addDataFlags, type DataFlags, dataSettings } from "../data-flags.js";
import { addMediaFlags, type MediaFlags, mediaOptions } from "../media-flags.js";
import { formatOpened, withOpening } from "../opening.js";
import { isJson, printResult, say } from "../output/output.js";
import { wholeNumber } from "../settings.js";
import { addServeFlags, checkServing, type ServeFlags, serve } from "./serve.js";

interface Flags extends DataFlags, MediaFlags, ServeFlags {
  readonly out?: string;
  readonly imageEncoder: string;
  readonly textEncoder: string;
  readonly seed: string;
  readonly serve?: boolean;
}

export function addOpenCommand(root: Command): void {
  const command = root
    .command("open <folder|file>")
    .description(
      "make a folder of captioned pictures, or a file with two views of vectors, searchable: compute features, choose the best method on held-out pairs, build an index, serve the page",
    )
    .option("--out <folder>", "output folder (default: the folder's name with -search, in the current folder)")
    .option("--image-encoder <spec>", "encoder of pictures", "builtin:pictures")
    .option("--text-encoder <spec>", "encoder of words", "builtin:words")
    .option("--seed <n>", "random seed for held-out pairs and training", "0")
    .option("--serve", "serve the page at the end, even without a terminal")
    .option("--no-serve", "stop after the index");
  addServeFlags(addMediaFlags(addDataFlags(command))).action(open);
}

async function open(source: string, flags: Flags): Promise<void> {
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found) throw new UserError(`${source}: no such folder or file`);
  const seed = wholeNumber("--seed", flags.seed);
  const name = basename(resolve(source));
  const out = flags.out ?? `${found.isDirectory() ? name : name.replace(/\.[^.]+$/, "")}-search`;
  const encoders = { image: flags.imageEncoder, text: flags.textEncoder };
  const isServed = flags.serve ?? (process.stdin.isTTY && process.stdout.isTTY && !isJson());
  checkOutFolder(out, source);
  if (isServed) await checkServing(flags);
  const summary = await withOpening(flags, async (engine, hooks) => {
    if (!found.isDirectory()) {
      const more = { data: [source, ...(flags.data ?? [])], ...dataSettings(flags) };
      return openCollection({ collection: await fileCollection(more, seed, hooks), out, seed, engine }, hooks);
    }
    const media = await readMedia(source, { ...mediaOptions(flags), signal: hooks.signal });
    describe(media);
    const collection = await mediaCollection(media, { encoders, seed, engine }, hooks);
    return openCollection({ collection, out, seed, engine }, hooks);
  });
  printResult(summary, formatOpened(summary));
  if (isServed) {
    say("Open the address below in a browser to search; Ctrl-C stops the server.");
    const encoder = [...Object.values(encoders), ...(flags.encoder ?? [])];
    await serve([summary.index], { ...flags, encoder, runs: flags.runs ?? out });
  }
}

/** Says what was found. */
function describe({ name, ids, pictures = [], texts = [], notes }: MediaSet): void {
  const withPicture = pictures.filter((path) => path !== undefined).length;
  const withWords = texts.filter((own) => own.length > 0).length;
  say(`${name}: ${ids.length} samples, ${withPicture} with a picture, ${withWords} with words`);
  for (const note of notes) say(`  note: ${note}`);
}
