// vantage index <run>: encodes samples of a data set and stores them, to be searched.
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { parseViewSelection } from "../../data/layout/index.js";
import { UserError } from "../../errors.js";
import { allRows } from "../../methods/feeding.js";
import { InterruptedError } from "../../methods/training.js";
import { ownValue } from "../../records.js";
import { buildIndex, type IndexSummary } from "../../search/index/build-index.js";
import { isIndexFolder, readIndexFolder, type StoreKind, storeKinds } from "../../search/index/index-folder.js";
import { readUserDetails } from "../../search/index/item-details.js";
import { dataSource, openModel } from "../../train/saved-model.js";
import { addDataFlags, type DataFlags, dataName, dataSettings } from "../data-flags.js";
import { interruption } from "../interruption.js";
import { Notes, openOtherData } from "../other-data.js";
import { printResult, say } from "../output/output.js";
import { itemProgress } from "../output/progress.js";
import { engineOptions } from "../settings.js";

interface Flags extends DataFlags {
  readonly out: string;
  readonly name?: string;
  readonly viewsToIndex?: string;
  readonly split?: string;
  readonly store?: string;
  readonly metadata?: string;
  readonly replace?: boolean;
  readonly threads?: string;
  readonly json?: boolean;
}

export function addIndexCommand(root: Command): void {
  addDataFlags(
    root
      .command("index <run>")
      .description(
        "encode samples by a trained run and store them in an index folder; run again to add or replace items",
      ),
  )
    .requiredOption("--out <folder>", "index folder, made where it is not there")
    .option("--views-to-index <a,b>", "views whose items are stored (default: all that the run encodes)")
    .option("--split <name>", "samples of a split only, such as database (default: all)")
    .option("--store <kind>", `${storeKinds.join(", ")}; postgres takes its address from DATABASE_URL`)
    .option("--metadata <file>", "more about the items: .csv with a column id, or .jsonl with a key id")
    .option("--name <name>", "what requests call the index (default: the folder's name)")
    .option("--replace", "make the index anew: what the folder, or tables of its name, held is deleted")
    .option("--threads <n>", "threads for matrix products and kernels")
    .option("--json", "last line of stdout: the result as one JSON object")
    .action(indexRun);
}

async function indexRun(run: string, flags: Flags): Promise<void> {
  const store = storeKind(flags.store);
  const engine = await Engine.open(engineOptions(flags));
  try {
    const { method, config, ownData, restore } = openModel(run, engine);
    const { metadata, split } = flags;
    const path = dataName(flags);
    const details = metadata === undefined ? undefined : await readUserDetails(metadata);
    const notes = new Notes();
    const data =
      path === undefined
        ? await ownData()
        : await openOtherData(config, { ...dataSettings(flags), data: path }, notes.add);
    await restore();
    const summary = await withProgress((hooks) =>
      buildIndex(
        {
          run,
          method: config.method,
          trainedOn: config.dataset.name,
          folder: flags.out,
          name: flags.name ?? nameBefore(flags.out) ?? indexName(flags.out),
          store,
          data,
          shapes: method.views,
          variables: variablesOf(dataSource(config).views),
          rows: split === undefined ? allRows(data.samples) : splitRows(method.split(data), split),
          views: flags.viewsToIndex?.split(",").map((view) => view.trim()),
          details,
          replaces: flags.replace,
        },
        engine,
        {
          ...hooks,
          onNote: notes.add,
          onStage(stage) {
            notes.say();
            hooks.onStage?.(stage);
          },
        },
      ),
    );
    printResult(flags.json, summary, formatIndex(summary));
  } finally {
    await engine.close();
  }
}

type Hooks = NonNullable<Parameters<typeof buildIndex>[2]>;

/**
 * Shows how far it is; Ctrl-C ends it between two batches.
 * @param outcome what is there after that; by default what is stored stays.
 */
export async function withProgress<R>(
  work: (hooks: Hooks) => Promise<R>,
  outcome = "the items that are stored stay, run the same command again to go on",
): Promise<R> {
  const interrupt = interruption(`stopping; ${outcome}`);
  const progress = itemProgress();
  try {
    return await work({
      signal: interrupt.signal,
      onItems: (done, total) => progress.update(done, total),
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

/** What an index that is made anew was called. */
export function nameBefore(folder: string): string | undefined {
  return isIndexFolder(folder) ? readIndexFolder(folder).manifest.name : undefined;
}

export function indexName(folder: string): string {
  return (
    basename(resolve(folder))
      .replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-")
      .slice(0, 128) || "index"
  );
}

/** What each view is called in the data set, where --views of the training renamed it. */
function variablesOf(views: string | undefined): ReadonlyMap<string, string> {
  if (views === undefined) return new Map();
  return new Map(parseViewSelection(views).map(({ name, variable }) => [name, variable]));
}

function splitRows({ name, splits }: MultiViewDataset, split: string): Int32Array {
  const rows = ownValue(splits, split);
  if (rows !== undefined) return rows;
  throw new UserError(`--split ${split}: ${name} has ${Object.keys(splits).join(", ") || "no splits"}`);
}

export function storeKind(text: string | undefined): StoreKind | undefined {
  if (text === undefined || (storeKinds as readonly string[]).includes(text)) return text as StoreKind | undefined;
  throw new UserError(`--store ${text}: expected ${storeKinds.join(", ")}`);
}

export function formatIndex({ index, added, items, bits, dimensions, store }: IndexSummary): string[] {
  const views = Object.entries(added).map(([view, count]) => `${view} ${count}`);
  return [
    `index   ${index}: ${items} items, codes of ${bits} bits, vectors of ${dimensions} values, store ${store}`,
    `added   ${views.join(", ")}`,
    `search  vantage search ${index} --help`,
    `serve   vantage serve ${index}`,
  ];
}
