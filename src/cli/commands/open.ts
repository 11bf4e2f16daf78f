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
      "make a folder of pictures with words, or a file of two kinds of vectors, searchable: features, the method that finds most held-out pairs, an index, the search page",
    )
    .option("--out <folder>", "output folder (default: the folder's name with -search, here)")
    .option("--image-encoder <spec>", "what makes features of pictures", "builtin:pictures")
    .option("--text-encoder <spec>", "what makes features of words", "builtin:words")
    .option("--seed <n>", "random seed of held-out pairs and training", "0")
    .option("--serve", "serve the page at the end, also without a terminal")
    .option("--no-serve", "end after the index");
  addServeFlags(addMediaFlags(addDataFlags(command))).action(open);
}

async function open(source: string, flags: Flags): Promise<void> {
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found) throw new UserError(`${source}: there is no such folder or file`);
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
    say("Open the address below in a browser to search; Ctrl-C ends it.");
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
