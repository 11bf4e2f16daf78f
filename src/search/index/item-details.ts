// What an index keeps of an item beside its code: id, label, title, picture, and what the user says of it.
import { extname } from "node:path";
import { type Info, parse } from "csv-parse";

import type { MultiViewDataset } from "../../data/dataset.js";
import { emojiList, emojiSvgs, emojiTexts, type Language, type Maker } from "../../data/sets/emoji/index.js";
import { UserError } from "../../errors.js";
import { makeFolder, readText, syncFolder, writeFileAtomic } from "../../files.js";
import { inside } from "../../inside.js";
import { alteredNumber, idFault, metadataFault } from "../stores/item-rules.js";
import type { Metadata } from "../stores/store.js";
import { type IndexView, thumbnailsFolder } from "./index-folder.js";

/** Of a sample's item in a view. */
export type Details = (row: number, view: string) => Metadata;

/** Data set's id of a sample, or its row number. */
export function sampleId(data: MultiViewDataset, row: number): string {
  return data.ids?.[row] ?? String(row);
}

/** The class of a sample, or its classes, as `label`. */
export function labelDetails({ labels }: MultiViewDataset): Details {
  if (labels === undefined) return () => ({});
  const { names } = labels;
  if (labels.kind === "single") {
    return (row) => (labels.values[row]! < 0 ? {} : { label: names[labels.values[row]!]! });
  }
  return (row) => ({ label: names.filter((_, c) => labels.matrix[row * names.length + c] === 1) });
}

/**
 * Titles, characters, keywords and pictures of the emoji; the pictures are written into the index folder as SVG files.
 * @throws UserError where the folder cannot be written.
 */
export async function emojiDetails(folder: string, views: readonly IndexView[], rows: Int32Array): Promise<Details> {
  const list = await emojiList();
  const parts = new Map<string, (row: number) => Metadata>();
  for (const { name, features } of views) {
    if (features === undefined || !features.encoder.startsWith("emoji:")) continue;
    const part = features.encoder.replace(/^emoji:/, "");
    if (features.material === "pictures") {
      const maker = part as Maker;
      const file = (row: number) => `${maker}/${list[row]!.code.toLowerCase()}.svg`;
      writeThumbnails(folder, maker, await emojiSvgs(maker), rows, file);
      parts.set(name, (row) => ({ thumbnail: file(row) }));
    } else {
      const texts = await emojiTexts(part as Language);
      parts.set(name, (row) => ({ text: texts[row]! }));
    }
  }
  // Every item shows a picture, whichever view it is found in.
  const picture = [...parts.values()].find((of) => rows.length > 0 && "thumbnail" in of(rows[0]!));
  return (row, view) => ({
    title: list[row]!.name,
    character: list[row]!.text,
    ...picture?.(row),
    ...parts.get(view)?.(row),
  });
}

/** They can be made again at any time, and there are thousands: none is synced by itself. */
function writeThumbnails(
  folder: string,
  part: string,
  pictures: readonly string[],
  rows: Int32Array,
  file: (row: number) => string,
): void {
  const root = thumbnailsFolder(folder);
  const own = inside(root, part);
  makeFolder(own);
  for (const row of rows) writeFileAtomic(inside(root, file(row)), pictures[row]!, { synced: false });
  syncFolder(own);
}

/**
 * Fields by id from a user's file: CSV with a column `id`, or JSON lines with a key `id`.
 * @throws UserError that names the file and the line.
 */
export async function readUserDetails(path: string): Promise<ReadonlyMap<string, Metadata>> {
  const format = extname(path).toLowerCase();
  if (format !== ".csv" && format !== ".jsonl") {
    throw new UserError(`--metadata ${path}: expected a name that ends in .csv or .jsonl`);
  }
  const text = readText(path);
  const records = format === ".csv" ? await csvRecords(path, text) : jsonRecords(path, text);
  const found = new Map<string, Metadata>();
  for (const { line, record } of records) {
    const { id: given, ...fields } = record;
    const id = String(given);
    const fault = found.has(id) ? "the file has it before" : metadataFault(fields);
    if (fault !== undefined) throw new UserError(`${path}, line ${line}: id ${JSON.stringify(id)}: ${fault}`);
    found.set(id, fields);
  }
  return found;
}

interface DetailRecord {
  readonly id: string | number;
  readonly [field: string]: unknown;
}

interface DetailLine {
  readonly line: number;
  readonly record: DetailRecord;
}

/**
 * Holds a user's details against the samples that they are for.
 * @throws UserError where none is of a sample; `onNote` receives how many are not, and how many samples have none.
 */
export function matchDetails(
  details: ReadonlyMap<string, Metadata>,
  data: MultiViewDataset,
  rows: Int32Array,
  onNote?: (note: string) => void,
): void {
  const known = new Set(Array.from({ length: data.samples }, (_, row) => sampleId(data, row)));
  const strange = [...details.keys()].filter((id) => !known.has(id));
  const ids = Array.from(rows, (row) => sampleId(data, row));
  const bare = ids.filter((id) => !details.has(id));
  const kind = data.ids === undefined ? "row numbers, as the data has no ids" : "ids";
  if (strange.length === details.size) {
    throw new UserError(
      `metadata: none of its ${details.size} ids${examples(strange)} is of a sample; those of ${data.name}${examples([...known])} are ${kind}`,
    );
  }
  if (strange.length > 0)
    onNote?.(`metadata: ${strange.length} of ${details.size} ids belong to no sample${examples(strange)}`);
  if (bare.length > 0) onNote?.(`metadata: ${bare.length} of ${ids.length} samples have none${examples(bare)}`);
}

function examples(ids: readonly string[]): string {
  if (ids.length === 0) return "";
  const shown = ids.slice(0, 3).map((id) => JSON.stringify(id.length > 40 ? `${id.slice(0, 39)}…` : id));
  return ` (${shown.join(", ")}${ids.length > 3 ? ", …" : ""})`;
}

/** @throws UserError that names the row, where a sample's id cannot be that of an item, or two have the same. */
export function checkSampleIds(data: MultiViewDataset, rows: Int32Array): void {
  const seen = new Map<string, number>();
  for (const row of rows) {
    const id = sampleId(data, row);
    const before = seen.get(id);
    const fault = before === undefined ? idFault(id) : `row ${before} has the same`;
    if (fault !== undefined)
      throw new UserError(`${data.name}, row ${row}: id ${JSON.stringify(id.slice(0, 60))}: ${fault}`);
    seen.set(id, row);
  }
}

async function csvRecords(path: string, text: string): Promise<DetailLine[]> {
  const columns = (names: string[]) => {
    if (names.includes("id") && !names.includes("__proto__")) return names;
    const what = names.includes("id") ? 'a column "__proto__" cannot be kept' : 'no column "id"';
    throw new UserError(`${path}: ${what}; it has ${names.join(", ")}`);
  };
  const parser = parse(text, { columns, bom: true, skip_empty_lines: true, info: true });
  const records: DetailLine[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Record<string, string>; info: Info }>) {
      const filled = Object.entries(record).filter(([name, value]) => name === "id" || value !== "");
      records.push({ line: info.lines, record: Object.fromEntries(filled) as unknown as DetailRecord });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not CSV: ${(error as Error).message}`);
  }
  return records;
}

function jsonRecords(path: string, text: string): DetailLine[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    let value: Partial<DetailRecord> | null;
    try {
      value = JSON.parse(line);
    } catch {
      throw new UserError(`${path}, line ${i + 1}: not JSON`);
    }
    if (typeof value?.id !== "string" && typeof value?.id !== "number") {
      throw new UserError(`${path}, line ${i + 1}: expected an object with an id`);
    }
    const altered = alteredNumber(line);
    if (altered !== undefined) {
      throw new UserError(
        `${path}, line ${i + 1}: ${altered} cannot be kept as a number: give it as text ("${altered}")`,
      );
    }
    return [{ line: i + 1, record: value as DetailRecord }];
  });
}
