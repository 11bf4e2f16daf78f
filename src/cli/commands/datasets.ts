// vantage datasets: what there is by name, what a file holds, building a set ahead of time.
import { statSync } from "node:fs";
import type { Command } from "commander";
import {
  type CardState,
  cardFiles,
  cardStates,
  isCardFolder,
  shippedCards,
  viewNames,
} from "../../data/cards/index.js";
import { catalog, openDataset } from "../../data/catalog.js";
import { describeDataset, formatDescription } from "../../data/describe.js";
import { writeLayout } from "../../data/layout/layout-file.js";
import { describeMedia, formatMedia } from "../../data/media/describe-media.js";
import type { MediaOptions } from "../../data/media/picture-folder.js";
import { readMedia } from "../../data/media/read-media.js";
import { AmbiguousDataError, UserError } from "../../errors.js";
import { writeFileAtomic } from "../../files.js";
import { textTable } from "../../text-table.js";
import { type DataSource, openData } from "../../train/data-source.js";
import { addDataFlags, type DataFlags, dataSettings, severalFiles } from "../data-flags.js";
import { addMediaFlags, type MediaFlags, mediaOptions } from "../media-flags.js";
import { printResult, say } from "../output/output.js";
import { itemProgress } from "../output/progress.js";
import { wholeNumber } from "../settings.js";
import { addCroissantCommand } from "./croissant.js";

interface Flags extends DataFlags {
  readonly seed: string;
}

export function addDatasetsCommand(root: Command): void {
  const datasets = root.command("datasets").description("list, describe and build data sets").action(list);
  datasets
    .command("list")
    .description("list data sets that need no download, and published ones with the files they need")
    .action(list);
  addDataFlags(
    datasets
      .command("describe <path>")
      .description(
        "show how a file is read, as a layout file for --layout; if that is ambiguous, show each possible reading",
      ),
  )
    .option("--seed <n>", "of data that is made up", "0")
    .option("--out <file.yaml>", "output file (default: standard output)")
    .action(describeLayout);
  addCroissantCommand(datasets);
  for (const [verb, text] of [
    ["info", "show what a file or data set holds: views, shapes, types, sparsity, classes, ranges, missing values"],
    ["build", "build a data set and keep it in the cache"],
  ] as const) {
    const command = addDataFlags(datasets.command(`${verb} <path|name>`).description(text))
      .option("--seed <n>", "of data that is made up", "0")
      .action(describe);
    if (verb === "info") addMediaFlags(command);
  }
}

function list(): void {
  const sets = catalog();
  const cards = cardStates();
  const builtIn = sets.map(({ name, samples, classes, views, description }) => {
    return [name, `${samples} samples, ${classes} classes, views ${views.join(", ")}: ${description}`];
  });
  const published = cards.map((state) => {
    const { card, folder, missing } = state;
    const where = missing.length === 0 ? `ready in ${folder}` : `missing: ${missing.join(", ")}`;
    return [card.name, `views ${cardViews(state).join(", ")}: ${card.title}; ${where}`];
  });
  const { VANTAGE_DATA } = process.env;
  const place = VANTAGE_DATA
    ? `${VANTAGE_DATA}/NAME, or NAME:FOLDER`
    : "$VANTAGE_DATA/NAME (not set), or open NAME:FOLDER";
  const rows = textTable([...builtIn, ...published]);
  const lines = [
    "Without a download:",
    ...rows.slice(0, builtIn.length),
    "",
    `Published data sets, with their files in ${place}:`,
    ...rows.slice(builtIn.length),
    "",
    "Any file of a supported format can be given by its path: .mat .h5 .npz .npy .csv .parquet",
  ];
  printResult([...sets, ...cards.map(listedCard)], lines);
}

/** As `--json` lists a published set: what its card says, and which files are not at hand. */
function listedCard(state: CardState): object {
  const { card, folder, missing } = state;
  const { samples, classes } = card.expect;
  const { name, title: description, source } = card;
  return {
    name,
    description,
    source,
    samples,
    views: cardViews(state),
    classes,
    files: cardFiles(card),
    folder,
    missing,
  };
}

/** Names of a card's views; a layout that has no parts says them with the columns that it expects. */
function cardViews({ card }: CardState): string[] {
  const views = viewNames(card.parts);
  return views.length > 0 ? views : Object.keys(card.expect.columns ?? {});
}

async function describe(source: string, { seed, ...flags }: Flags & MediaFlags): Promise<void> {
  const media = mediaOptions(flags);
  if (isPictureFolder(source)) {
    const { text, ...others } = { data: flags.data, ...dataSettings(flags) };
    const stray = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
    if (stray !== undefined)
      throw new UserError(`--${stray} is for files of features; ${source} is a folder of pictures`);
    await describeFolder(source, { ...media, ...(text && { text }) });
    return;
  }
  if (Object.keys(media).length > 0)
    throw new UserError(`${source} is not a folder of pictures: it has no captions to choose`);
  const notes: string[] = [];
  let shown = -1;
  const names = [source, ...(flags.data ?? [])].flatMap(severalFiles);
  const name = names.length > 1 ? names : source;
  const request = { data: name, ...dataSettings(flags), seed: wholeNumber("--seed", seed), keepsMissing: true };
  const data = await openData(request, {
    onNote: (note) => notes.push(note),
    onProgress(share) {
      const percent = Math.floor(share * 10) * 10;
      if (percent > shown) say(`building ${source}: ${percent}%`);
      shown = Math.max(shown, percent);
    },
  });
  if (data.views.some(({ incomplete }) => incomplete))
    notes.push(
      "vantage train --impute mean (or median, knn) fills missing values; --drop-incomplete leaves such samples out",
    );
  const description = describeDataset(data, notes);
  printResult(description, formatDescription(description).split("\n"));
}

/** A folder that is no published set with a card of its own. */
function isPictureFolder(source: string): boolean {
  const isName = shippedCards().some(({ name }) => name === source.split(":")[0]);
  return !isName && statSync(source, { throwIfNoEntry: false })?.isDirectory() === true && !isCardFolder(source);
}

async function describeFolder(folder: string, options: MediaOptions): Promise<void> {
  const set = await readMedia(folder, options);
  const progress = itemProgress();
  try {
    const description = await describeMedia(set, { onProgress: progress.update });
    progress.stop();
    printResult(description, formatMedia(description));
  } finally {
    progress.stop();
  }
}

/** The layout file of a data file, or one for each way in which it can be understood. */
async function describeLayout(source: string, { seed, out, ...flags }: Flags & { out?: string }): Promise<void> {
  const request = { data: source, ...dataSettings(flags), seed: wholeNumber("--seed", seed) };
  const text = await layoutOf(source, request);
  if (out !== undefined) {
    writeFileAtomic(out, text);
    say(`${out} is written; --layout ${out} reads ${source} accordingly`);
  }
  printResult({ data: source, layout: text, out }, out === undefined ? text.trimEnd().split("\n") : []);
}

async function layoutOf(source: string, request: DataSource): Promise<string> {
  try {
    const { account } = await openData(request);
    if (!account) throw new UserError(`${source} is not a single file of arrays or columns: it has no layout file`);
    return writeLayout(source, account, request.text);
  } catch (error) {
    if (!(error instanceof AmbiguousDataError)) throw error;
    const parts = [`# ${error.message}`];
    for (const [i, { flags, meaning, options }] of error.choices.entries()) {
      const own = options && (await openDataset(source, { ...options }).catch(() => undefined));
      const text = own?.account ? writeLayout(source, own.account, request.text).replace(/^#.*\n/, "") : "";
      parts.push(`\n# ${i + 1}. ${flags} (${meaning})\n${text.replace(/^(?=.)/gm, "# ")}`);
    }
    return `${parts.join("\n")}\n`;
  }
}
