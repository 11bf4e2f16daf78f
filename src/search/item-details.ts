// What an index keeps of an item beside its code: id, label, title, picture, and what the user says of it.
import { extname } from "node:path";
import { parse } from "csv-parse";

import type { MultiViewDataset } from "../data/dataset.js";
import { emojiList, emojiSvgs, emojiTexts, type Language, type Maker, makers } from "../data/emoji/index.js";
import { UserError } from "../errors.js";
import { makeFolder, readText, syncFolder, writeFileAtomic } from "../files.js";
import { inside } from "../inside.js";
import { type IndexView, thumbnailsFolder } from "./index-folder.js";
import type { Metadata } from "./store.js";

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
    if (features === undefined) continue;
    if ((makers as readonly string[]).includes(features.emoji)) {
      const maker = features.emoji as Maker;
      const file = (row: number) => `${maker}/${list[row]!.code.toLowerCase()}.svg`;
      writeThumbnails(folder, maker, await emojiSvgs(maker), rows, file);
      parts.set(name, (row) => ({ thumbnail: file(row) }));
    } else {
      const texts = await emojiTexts(features.emoji as Language);
      parts.set(name, (row) => ({ text: texts[row]! }));
    }
  }
  return (row, view) => ({ title: list[row]!.name, character: list[row]!.text, ...parts.get(view)?.(row) });
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
  for (const { id, ...fields } of records) found.set(String(id), fields);
  return found;
}

interface DetailRecord {
  readonly id: string | number;
  readonly [field: string]: unknown;
}

async function csvRecords(path: string, text: string): Promise<DetailRecord[]> {
  const parser = parse(text, { columns: true, bom: true, skip_empty_lines: true });
  const records: DetailRecord[] = [];
  try {
    for await (const record of parser) {
      const { id, ...fields } = record as Record<string, string>;
      if (id === undefined) throw new UserError(`${path}: no column "id"; it has ${Object.keys(fields).join(", ")}`);
      records.push({ id, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "")) });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not CSV: ${(error as Error).message}`);
  }
  return records;
}

function jsonRecords(path: string, text: string): DetailRecord[] {
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
    return [value as DetailRecord];
  });
}
