// The index folder: index.yaml says what an index holds; encoders, map, thumbnails and the embedded stores lie beside it.
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { fileError, isUnfinished, makeFolder, writeFileAtomic } from "../../files.js";
import { inside, readRegular } from "../../inside.js";
import { parseJson } from "../../json.js";
import { ownValue, recordOf } from "../../records.js";
import { isLock } from "../../runs/lock.js";
import { readTensors, writeTensors } from "../../runs/safetensors.js";
import { readYaml } from "../../yaml.js";
import { type Coder, coderFile, readCoder, writeCoder } from "./coder.js";
import { encodersFile, type LearnedStates, readStates, viewFeatures } from "./view-features.js";

const format = 1;
const manifestFile = "index.yaml";
const centerFile = "centre.safetensors";
const columnsFile = "columns.json";
/** A longer list of column names is not read. */
const mostBytes = 2 ** 28;

/** The stores that there are. */
export const storeKinds = ["folder", "pglite", "postgres"] as const;
/** Where an index keeps its items. */
export type StoreKind = (typeof storeKinds)[number];

const fileName = z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u, "expected a file name");

/** Buffers are made by it before a model is asked. */
const columnCount = z
  .int()
  .min(1)
  .max(2 ** 20);

const indexView = z.strictObject({
  name: z.string().min(1),
  /** Columns of its raw features, the inputs side by side. */
  columns: columnCount,
  /** File under model/; absent where items and queries are vectors or packed codes as they are. */
  model: fileName.optional(),
  /** The model's inputs, several where an item is made from all views of a sample. */
  inputs: z.array(z.strictObject({ name: z.string(), columns: columnCount })).min(1),
  /** The model's output that codes are made from. */
  output: z.string().optional(),
  /** How raw pictures or words become the view's features. */
  features: viewFeatures.optional(),
});
export type IndexView = z.output<typeof indexView>;
/** A view whose items an ONNX model encodes. */
export type ModelView = IndexView & { readonly model: string; readonly output: string };

export function hasModel(view: IndexView): view is ModelView {
  return view.model !== undefined && view.output !== undefined;
}

/** How the codes of vectors that are indexed as they are come about; none: their cosines are computed with all of them. */
export const vectorCodes = ["signs", "itq", "none"] as const;
/** One of `vectorCodes`. */
export type VectorCodes = (typeof vectorCodes)[number];

const manifest = z.strictObject({
  format: z.literal(format),
  name: z.string().regex(/^[\p{L}\p{N}_.-]{1,128}$/u, "expected 1 to 128 letters, digits, '_', '-' or '.'"),
  /** When the index was made, ISO 8601. */
  created: z.string(),
  method: z.string(),
  dataset: z.string(),
  /** The run folder, or the file of vectors, that it was made from, as it was given. */
  run: z.string(),
  bits: z
    .int()
    .positive()
    .max(2 ** 16)
    .multipleOf(8),
  /** Values of a vector; 0 in an index of packed codes. */
  dimensions: z
    .int()
    .min(0)
    .max(2 ** 16),
  /**
   * Of encoders, sign: the method's own hash code; centered: the sign of representation − mean, of methods that make no codes. Of vectors as
   * they are, see `vectorCodes`; packed: items are codes.
   */
  codes: z.enum(["sign", "centred", ...vectorCodes, "packed"]),
  views: z.array(indexView).min(1),
  store: z.enum(storeKinds),
  /** The id that the store bears too; written once the store was made (see identity.ts). */
  identity: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "expected 32 hexadecimal digits")
    .optional(),
});
export type Manifest = z.output<typeof manifest>;
export type IndexContent = Omit<Manifest, "format">;

/** Whether items are vectors as they are, compared by cosine. */
export function isOfVectors({ codes }: Pick<Manifest, "codes">): boolean {
  return (vectorCodes as readonly string[]).includes(codes);
}

/** Bits of the codes that items are searched by: 0 where vectors are compared themselves. */
export function searchedBits({ codes, bits }: Pick<Manifest, "codes" | "bits">): number {
  return codes === "none" ? 0 : bits;
}

/** Names of the raw features by view, for those views that have any: by them a query's are put in order. */
export type ColumnNames = Readonly<Record<string, readonly string[]>>;

export interface IndexFolder {
  readonly folder: string;
  readonly manifest: Manifest;
  /** What is subtracted before signs are taken, where codes are `centred`. */
  readonly center?: Float32Array;
  /** What makes codes of vectors that are indexed as they are. */
  readonly coder?: Coder;
  readonly columns: ColumnNames;
  /** What the encoders of pictures and words learned. */
  readonly states: LearnedStates;
}

export function isIndexFolder(folder: string): boolean {
  return existsSync(join(folder, manifestFile));
}

/** Whether a file may be what a process that was killed before it wrote the manifest has left. */
export function isOfStart(file: string): boolean {
  const ofStart = ["model", centerFile, coderFile, columnsFile, encodersFile, "store", "thumbnails"];
  return ofStart.includes(file) || isUnfinished(file) || isLock(file);
}

/** @throws UserError where the folder is missing, no index, of a later format, or damaged. */
export function readIndexFolder(folder: string): IndexFolder {
  if (!statSync(folder, { throwIfNoEntry: false })) throw new UserError(`${folder}: no such index folder`);
  const path = inside(folder, manifestFile);
  if (!existsSync(path)) throw new UserError(`${folder} is not an index folder: it has no ${manifestFile}`);
  const content = readYaml(path, { follow: false });
  const found = (content as { format?: unknown } | null)?.format;
  if (found !== format) {
    throw new UserError(`${path}: index format ${found ?? "missing"}, this version of vantage knows ${format}`);
  }
  const result = manifest.safeParse(content);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new UserError(`${path}: ${issue.path.join(".") || "the file"}: ${issue.message}`);
  }
  return {
    folder,
    manifest: result.data,
    center: readCenter(folder, result.data),
    coder: readCoder(folder, result.data),
    columns: readColumns(folder, result.data),
    states: readStates(folder),
  };
}

/** None in an index of an older version. */
function readColumns(folder: string, { views }: Manifest): ColumnNames {
  const path = inside(folder, columnsFile);
  if (!existsSync(path)) return {};
  const found = recordOf(z.array(z.string())).safeParse(parseJson(readRegular(path, mostBytes).toString("utf8"), path));
  if (!found.success) throw new UserError(`${path}: expected lists of column names by view`);
  for (const { name, columns } of views) {
    const names = ownValue(found.data, name);
    if (names !== undefined && names.length !== columns) {
      throw new UserError(`${path}: ${names.length} names for the ${columns} columns of view "${name}"`);
    }
  }
  return found.data;
}

function readCenter(folder: string, { codes, dimensions }: Manifest): Float32Array | undefined {
  if (codes !== "centred") return undefined;
  const path = inside(folder, centerFile);
  const center = readTensors(path).tensors.get("centre")?.data;
  if (!(center instanceof Float32Array) || center.length !== dimensions) {
    throw new UserError(`${path}: expected ${dimensions} values of type F32 for "centre"`);
  }
  return center;
}

/**
 * Makes an index folder, the manifest last: a folder with index.yaml is whole.
 * @param models bytes of the ONNX files by their names under model/.
 * @throws UserError where the folder holds anything else, or cannot be written.
 */
export function createIndexFolder(
  folder: string,
  content: IndexContent,
  models: ReadonlyMap<string, Uint8Array>,
  {
    columns = {},
    states = {},
    center,
    coder,
  }: Partial<Pick<IndexFolder, "columns" | "states" | "center" | "coder">> = {},
): IndexFolder {
  const checked = manifest.safeParse({ format, ...content });
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    throw new UserError(`index ${issue.path.join(".")}: ${issue.message}`);
  }
  makeFolder(folder);
  for (const [name, bytes] of models) writeFileAtomic(inside(folder, "model", name), bytes);
  if (center) {
    writeTensors(inside(folder, centerFile), new Map([["centre", { shape: [center.length], data: center }]]));
  }
  if (coder) writeCoder(folder, coder);
  if (Object.keys(columns).length > 0) writeFileAtomic(inside(folder, columnsFile), `${JSON.stringify(columns)}\n`);
  if (Object.keys(states).length > 0) writeFileAtomic(inside(folder, encodersFile), `${JSON.stringify(states)}\n`);
  writeFileAtomic(inside(folder, manifestFile), stringify(checked.data));
  return { folder, manifest: checked.data, center, coder, columns, states };
}

/** Notes the id of the store, for which the items are known from now on. @throws StorageError where the folder cannot be written. */
export function writeIdentity(folder: string, identity: string): void {
  // as it is now: another process may have added views
  const { manifest } = readIndexFolder(folder);
  writeFileAtomic(join(folder, manifestFile), stringify({ ...manifest, identity }));
}

/** Takes what makes a folder an index away, the manifest first: its store, thumbnails and unknown files stay. */
export function clearIndexFolder(folder: string): void {
  for (const file of [manifestFile, centerFile, coderFile, columnsFile, encodersFile, "model", "map.safetensors"]) {
    try {
      rmSync(join(folder, file), { recursive: true, force: true });
    } catch (error) {
      throw fileError(error, join(folder, file), "written");
    }
  }
}

/** Takes away what was begun of an index whose store cannot be opened; what the store holds stays. */
export function removeStart(folder: string): void {
  clearIndexFolder(folder);
  const store = storeFolder(folder);
  if (existsSync(store)) {
    if (readdirSync(store).length > 0) return;
    rmdirSync(store);
  }
  rmSync(thumbnailsFolder(folder), { recursive: true, force: true });
}

export function modelPath(folder: string, view: ModelView): string {
  return inside(folder, "model", view.model);
}

export function thumbnailsFolder(folder: string): string {
  return inside(folder, "thumbnails");
}

/** Where the embedded stores keep their files. */
export function storeFolder(folder: string): string {
  return inside(folder, "store");
}
