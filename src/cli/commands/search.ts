// vantage search <index>: one query by features, words, a picture or a stored item, answered as a table or JSON.
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { Engine } from "../../core/runtime/index.js";
import { readVariables } from "../../data/formats/index.js";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";
import { searchedBits } from "../../search/index/index-folder.js";
import { SearchIndex, type SearchQuery } from "../../search/index/search-index.js";
import { type Hit, searchModes } from "../../search/stores/store.js";
import { textTable } from "../../text-table.js";
import { several } from "../arguments.js";
import { printResult, say } from "../output/output.js";
import { engineOptions, wholeNumber } from "../settings.js";

interface Flags {
  readonly encoder?: readonly string[];
  readonly view?: string;
  readonly query?: string;
  readonly id?: string;
  readonly words?: string;
  readonly image?: string;
  readonly target?: string;
  readonly distinct?: boolean;
  readonly excludeSelf?: boolean;
  readonly k: string;
  readonly mode: string;
  readonly rerank?: string;
  readonly threads?: string;
}

export function addSearchCommand(root: Command): void {
  root
    .command("search <index>")
    .description("find the items nearest to one query: features or a vector, words, a picture, or a stored item")
    .option("--view <name>", "view of the query (optional if only one view accepts it)")
    .option(
      "--query <file|list>",
      "raw features, or a vector: a .npy or .csv file with one row, or comma-separated numbers",
    )
    .option("--id <id>", "search by a stored item")
    .option("--words <text>", "search by words, if the index has an encoder for them")
    .option("--image <file>", "search by a picture, if the index has an encoder for it")
    .option(
      "--encoder <spec>",
      "use an encoder of words or pictures that the index does not contain: onnx:FILE, transformers:MODEL or http:URL, as named in the index; may be repeated",
      several,
    )
    .option("--target <view>", "search the items of this view only (default: all)")
    .option("--distinct", "return each id once, by its nearest view")
    .option("--exclude-self", "with --id: leave out the item itself; with --distinct, its other views too")
    .option("--k <n>", "number of hits", "10")
    .option(`--mode <${searchModes.join("|")}>`, "compare with every item, or use a graph", "exact")
    .option(
      "--rerank <n>",
      "candidates to re-rank by cosine (default: 0 for hash codes, else enough to find the nearest)",
    )
    .option("--threads <n>", "threads for matrix products and kernels")
    .action(search);
}

async function search(folder: string, flags: Flags): Promise<void> {
  const query = await queryOf(flags);
  const engine = await Engine.open(engineOptions(flags));
  try {
    const index = await SearchIndex.open(folder, engine, {
      onNote: (note) => say(`  note: ${note}`),
      encoders: flags.encoder,
      readOnly: true,
    });
    try {
      const started = performance.now();
      const view = query.id === undefined ? query.view : await viewOfItem(index, query.id, query.view);
      const hits = await hitsOf(index, { ...query, view }, flags.excludeSelf ?? false);
      const seconds = Number(((performance.now() - started) / 1000).toFixed(6));
      const { name } = index.index.manifest;
      const bits = searchedBits(index.index.manifest);
      printResult({ index: name, bits, view, hits, seconds }, formatHits(hits, bits));
    } finally {
      await index.close();
    }
  } finally {
    await engine.close();
  }
}

/** The view of a stored item that is searched by; where it is in several and none was given, the first one, which is said. */
async function viewOfItem(index: SearchIndex, id: string, view: string | undefined): Promise<string | undefined> {
  if (view !== undefined) return view;
  const views = (await index.get(id)).map((item) => item.view);
  if (views.length > 1)
    say(`  note: item ${id} is in views ${views.join(", ")}: searched by ${views[0]}; --view chooses`);
  return views[0];
}

/** @param isWithoutSelf the item that is searched by is no hit, and where each id stands once its id is none. */
async function hitsOf(index: SearchIndex, query: SearchQuery, isWithoutSelf: boolean): Promise<Hit[]> {
  const { id, view, distinct, k = 10 } = query;
  if (!isWithoutSelf) return index.search(query);
  const hits = await index.search({ ...query, k: k + 1 });
  return hits.filter((hit) => hit.id !== id || (!distinct && hit.view !== view)).slice(0, k);
}

async function queryOf({
  view,
  query,
  id,
  words,
  image,
  target,
  distinct,
  mode,
  ...flags
}: Flags): Promise<SearchQuery> {
  if (!(searchModes as readonly string[]).includes(mode)) {
    throw new UserError(`--mode ${mode}: expected ${searchModes.join(" or ")}`);
  }
  const given = Object.entries({ "--query": query, "--id": id, "--words": words, "--image": image });
  const [first, second] = given.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (first === undefined) throw new UserError("no query: give --query, --id, --words or --image");
  if (second !== undefined) throw new UserError(`${first} and ${second}: give one of them`);
  if (flags.excludeSelf && id === undefined)
    throw new UserError("--exclude-self goes with --id: there is no item to leave out");
  const k = wholeNumber("--k", flags.k);
  if (k < 1) throw new UserError(`--k ${k}: expected a whole number from 1`);
  return {
    view,
    id,
    words,
    target,
    distinct,
    k,
    mode: mode as SearchQuery["mode"],
    ...(query !== undefined && (await features(query))),
    onNote: (note) => say(`  note: ${note}`),
    image: image === undefined ? undefined : readImage(image),
    rerank: flags.rerank === undefined ? undefined : wholeNumber("--rerank", flags.rerank),
  };
}

/** Numbers as they are given, or the one row of a file; of a table with the names of its columns. */
async function features(text: string): Promise<Pick<SearchQuery, "features" | "names">> {
  if (!existsSync(text)) {
    const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (values.every((value) => Number.isFinite(value))) return { features: values };
    throw new UserError(`--query ${text.slice(0, 60)}: neither a file nor comma-separated numbers`);
  }
  const { variables } = await readVariables(text);
  const numbers = [...variables].flatMap(([name, variable]) =>
    variable.kind === "numeric" ? [{ name, variable }] : [],
  );
  const columns = numbers.map(({ variable }) => variable);
  const sizes = columns.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  // A table is a variable for each column.
  const isRow = sizes.length > 1 && sizes.every((size) => size === 1);
  if (columns.length === 0 || (columns.length > 1 && !isRow)) {
    throw new UserError(`${text}: expected one matrix of numbers, or a table of one row`);
  }
  if (!isRow && Math.max(...columns[0]!.shape) !== sizes[0]) {
    throw new UserError(`${text} holds ${columns[0]!.shape.join(" × ")} values, expected the features of one sample`);
  }
  const parts = await Promise.all(columns.map((column) => column.read()));
  const values = parts.flatMap((part) => Array.from(part as ArrayLike<number>));
  return { features: values, ...(isRow && { names: numbers.map(({ name }) => name) }) };
}

function readImage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/** @param bits 0 where no codes were compared, so that there is no distance to show. */
function formatHits(hits: readonly Hit[], bits: number): string[] {
  if (hits.length === 0) return ["no items"];
  const withSimilarity = hits.some(({ similarity }) => similarity !== undefined);
  const withDistance = bits > 0;
  const rows = hits.map(({ id, view, distance, similarity, metadata }) => [
    ...(withSimilarity ? [(similarity ?? 0).toFixed(4)] : []),
    ...(withDistance ? [String(distance)] : []),
    view,
    id,
    textOf(metadata?.title),
    textOf(metadata?.label),
  ]);
  const heads = [...(withSimilarity ? ["cosine"] : []), ...(withDistance ? ["distance"] : [])];
  const table = [[...heads, "view", "id", "title", "label"], ...rows];
  // columns in which nothing stands are left out
  const kept = table[0]!.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ""));
  return textTable(table.map((row) => kept.map((column) => row[column]!)));
}

/** A label or title as its item has it, which may be anything. */
function textOf(value: unknown): string {
  const texts = [value].flat().filter((each) => each !== undefined && each !== null && each !== "");
  return texts.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(", ");
}
