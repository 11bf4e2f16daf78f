// vantage index <run|file>: encodes samples of a data set with a trained run, or takes vectors as they are, and stores them to be searched.
import { statSync } from "node:fs";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { AccountEntry } from "../../data/layout/index.js";
import { UserError } from "../../errors.js";
import { InterruptedError } from "../../methods/training.js";
import { quoted } from "../../runs/command.js";
import { isRunFolder } from "../../runs/run-folder.js";
import { nameOfIndex } from "../../search/index/create-index.js";
import { itemColumns } from "../../search/index/file-columns.js";
import { type StoreKind, storeKinds, type VectorCodes, vectorCodes } from "../../search/index/index-folder.js";
import { indexRun } from "../../search/index/index-run.js";
import { indexVectors } from "../../search/index/index-vectors.js";
import { readUserDetails } from "../../search/index/item-details.js";
import type { IndexHooks, IndexSummary } from "../../search/index/store-items.js";
import { openData } from "../../train/data-source.js";
import { addDataFlags, type DataFlags, dataName, dataSettings } from "../data-flags.js";
import { interruption } from "../interruption.js";
import { Notes, openOtherData } from "../other-data.js";
import { LongWork } from "../output/long-work.js";
import { printResult, say } from "../output/output.js";
import { itemProgress } from "../output/progress.js";
import { addPictureFlags, type PictureFlags, pictureSettings } from "../picture-flags.js";
import { engineOptions } from "../settings.js";

interface Flags extends DataFlags, PictureFlags {
  readonly out: string;
  readonly name?: string;
  readonly codes?: string;
  readonly viewsToIndex?: string;
  readonly split?: string;
  readonly store?: string;
  readonly metadata?: string;
  readonly replace?: boolean;
  readonly threads?: string;
}

/** How the items of a file may be taken. */
const codeKinds = [...vectorCodes, "packed"] as const;

export function addIndexCommand(root: Command): void {
  const command = root
    .command("index <run|file>")
    .description(
      "build an index folder from samples encoded by a trained run, or from the vectors in a file; run again to add or replace items",
    );
  addPictureFlags(addDataFlags(command))
    .requiredOption("--out <folder>", "index folder, created if missing")
    .option(
      `--codes <${codeKinds.join("|")}>`,
      "for a file: the codes to scan before comparing vectors by cosine (default: signs); packed: the file holds packed codes, compared by Hamming distance",
    )
    .option("--views-to-index <a,b>", "for a run: views whose items are stored (default: all that the run encodes)")
    .option("--split <name>", "for a run: samples of one split only, such as database (default: all)")
    .option(
      `--store <${storeKinds.join("|")}>`,
      "where to store the items (default: folder); postgres reads DATABASE_URL",
    )
    .option("--metadata <file>", "item metadata: .csv with a column id, or .jsonl with a key id")
    .option(
      "--name <name>",
      "name of the index in requests (default: the folder's name; for a folder called index, that of the run or file)",
    )
    .option("--replace", "rebuild the index: delete the contents of the folder, or of the tables with its name")
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(makeIndex);
}

async function makeIndex(source: string, flags: Flags): Promise<void> {
  const state = statSync(source, { throwIfNoEntry: false });
  const isFile = state?.isFile() ?? false;
  if (state?.isDirectory() && !isRunFolder(source)) {
    throw new UserError(
      `${source} is not a run folder; a folder of pictures is made searchable by vantage open ${quoted(source)}`,
    );
  }
  const store = storeKind(flags.store);
  checkFlags(source, isFile, flags);
  const engine = await Engine.open(engineOptions(flags));
  try {
    const notes = new Notes();
    const metadata = flags.metadata === undefined ? undefined : await readUserDetails(flags.metadata);
    const summary = await withProgress((hooks) => {
      const onStage: IndexHooks["onStage"] = (stage) => {
        notes.say();
        hooks.onStage?.(stage);
      };
      const common = { ...hooks, onNote: notes.add, onStage };
      const about = { store, replaces: flags.replace };
      return isFile
        ? vectorsOfFile(source, flags, { ...about, details: metadata }, engine, common)
        : samplesOfRun(source, flags, { ...about, metadata, engine, ...common });
    });
    printResult(summary, formatIndex(summary));
  } finally {
    await engine.close();
  }
}

/** @throws UserError for a flag that says nothing of such a source. */
function checkFlags(source: string, isFile: boolean, flags: Flags): void {
  const refused = isFile
    ? { "--data": flags.data, "--views-to-index": flags.viewsToIndex, "--split": flags.split }
    : { "--codes": flags.codes };
  const [flag] = Object.entries(refused).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (flag === undefined) return;
  if (!isFile) throw new UserError(`${flag} is for a file of vectors: ${source} is none, and a run has its own codes`);
  const way = flag === "--split" ? "" : "; choose its views with --views name=variable,…";
  throw new UserError(`${flag} is for a run: ${source} is a file, whose vectors are indexed as they are${way}`);
}

function samplesOfRun(run: string, flags: Flags, options: Omit<Parameters<typeof indexRun>[1], "out">) {
  const data = dataName(flags);
  return indexRun(run, {
    ...options,
    out: flags.out,
    name: flags.name,
    views: flags.viewsToIndex?.split(",").map((view) => view.trim()),
    split: flags.split,
    ...(data !== undefined && {
      data: (config) =>
        openOtherData(
          run,
          config,
          { ...dataSettings(flags), ...pictureSettings(flags), data, guessesLabels: false },
          options.onNote!,
        ),
    }),
  });
}

async function vectorsOfFile(
  path: string,
  flags: Flags,
  about: Pick<Parameters<typeof indexVectors>[0], "store" | "replaces" | "details">,
  engine: Engine,
  hooks: IndexHooks,
): Promise<IndexSummary> {
  const codes = codesOf(flags.codes);
  const notes: string[] = [];
  const data = await openData({ ...dataSettings(flags), data: path }, { onNote: (note) => notes.push(note) });
  const views = (data.account ?? []).filter(({ role }) => role === "view");
  const bytes = views.filter(({ what }) => / uint8$/.test(what));
  const others = views.filter(({ what }) => / (single|double)$/.test(what));
  if (flags.samples === undefined) checkRows(path, data, views);
  if (codes === undefined && bytes.length > 0) {
    throw new UserError(
      `${path}: ${bytes.map(({ detail, what }) => `view "${detail}" (${what})`).join(", ")} may be packed codes or vectors: give --codes packed or --codes signs`,
    );
  }
  if (codes === "packed" && others.length > 0) {
    throw new UserError(
      `${path}: view "${others[0]!.detail}" is ${others[0]!.what}; packed codes are uint8, 8 bits per byte, as from numpy.packbits(codes, axis=1)`,
    );
  }
  const columns = await itemColumns(path, data, dataSettings(flags).text);
  for (const note of notes) if (!isOfColumns(note, columns.names)) hooks.onNote?.(note);
  if (columns.names.length > 0) hooks.onNote?.(`kept as metadata of the items: ${columns.names.join(", ")}`);
  const name = flags.name ?? nameOfIndex(flags.out, path);
  const request = { ...about, data, source: path, folder: flags.out, name, codes, columns: columns.of };
  return indexVectors(request, engine, hooks);
}

/** @throws UserError where views have different numbers of rows, which was taken for features × samples as their columns agree. */
function checkRows(
  path: string,
  { views: [first, ...more], samples }: MultiViewDataset,
  account: readonly AccountEntry[],
) {
  const isTurned = ({ what }: AccountEntry) => !what.startsWith(`${samples}×`) && what.includes(`×${samples} `);
  if (!account.some(isTurned) || more.every(({ matrix }) => matrix.columns === first!.matrix.columns)) return;
  const found = account.map(({ detail, what }) => `"${detail}" (${what})`).join(" and ");
  throw new UserError(
    `${path}: views ${found} have different numbers of rows: row i of each must belong to the same sample; choose one view with --views, or give --samples columns if samples are columns`,
  );
}

/** Whether a note says of kept columns, and of nothing else, that they are not used. */
function isOfColumns(note: string, kept: readonly string[]): boolean {
  const [, names] = /^not used: (.+) \(/.exec(note) ?? [];
  return names?.split(", ").every((name) => kept.includes(name)) ?? false;
}

function codesOf(text: string | undefined): VectorCodes | "packed" | undefined {
  if (text === undefined || (codeKinds as readonly string[]).includes(text)) return text as VectorCodes | undefined;
  throw new UserError(`--codes ${text}: expected ${codeKinds.join(", ")}`);
}

/**
 * Shows how far it is; Ctrl-C ends it between two batches.
 * @param outcome what is there after that; by default what is stored stays.
 */
export async function withProgress<R>(
  work: (hooks: IndexHooks) => Promise<R>,
  outcome = "stored items are kept; run the same command again to resume",
): Promise<R> {
  const interrupt = interruption(`stopping; ${outcome}`);
  const progress = itemProgress();
  const long = new LongWork("if interrupted, stored items are kept");
  try {
    return await work({
      signal: interrupt.signal,
      onItems(done, total) {
        progress.update(done, total);
        const line = long.update(`${total} items`, done, total);
        if (line === undefined) return;
        progress.stop();
        say(line);
      },
      onStage(stage) {
        if (stage === "graphs" || stage === "map") progress.stop();
        if (stage === "graphs") say("building the graphs for approximate search …");
        if (stage === "map") say("placing the items on the map …");
      },
    });
  } catch (error) {
    if (interrupt.signal.aborted && error === interrupt.signal.reason) {
      throw new InterruptedError(`interrupted; ${outcome}`);
    }
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
  }
}

export function storeKind(text: string | undefined): StoreKind | undefined {
  if (text === undefined || (storeKinds as readonly string[]).includes(text)) return text as StoreKind | undefined;
  throw new UserError(`--store ${text}: expected ${storeKinds.join(", ")}`);
}

export function formatIndex({ index, added, items, bits, dimensions, store }: IndexSummary): string[] {
  const views = Object.entries(added).map(([view, count]) => `${view} ${count}`);
  const vectors = dimensions > 0 ? `vectors of ${dimensions} values` : "";
  const codes = bits > 0 ? `codes of ${bits} bits` : "";
  return [
    `index   ${index}: ${items} items, ${[codes, vectors].filter((each) => each !== "").join(", ")}, store ${store}`,
    `added   ${views.join(", ")}`,
    `search  vantage search ${index} --help`,
    `serve   vantage serve ${index}`,
  ];
}
