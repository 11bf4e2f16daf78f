// The HDF5 library (h5wasm) as the reading thread uses it: attributes, places of datasets, blocks of values, messages kept.
import { workerData } from "node:worker_threads";
import { type Dataset, File, Group, type Reference, ready } from "h5wasm/node";
import { decode, storedBytes } from "../decode.js";
import { deflateLimit } from "../inflate.js";
import { openSource } from "../source.js";
import { count } from "../variables.js";
import { confine, isFilterThere } from "./files.js";
import { numberType, unpackBits } from "./numbers.js";
import type { Block, DatasetPlace, Hdf5Task } from "./tree.js";
import { type Hdf5Type, HeaderError, HeaderReader } from "./types.js";

/** A problem that can be put into words for the user. */
export class Problem extends Error {
  override readonly name = "Problem";
}

export const task = workerData as Hdf5Task;
const progress = new Int32Array(task.progress);
export const module: Awaited<typeof ready> = await ready;
let file = 0n;
let complaints = "";
confine(module, task.path, (text) => {
  // HDF5 prints its error stack; it is kept to explain what went wrong
  if (complaints.length < 20000) complaints += text;
});
let headers: HeaderReader | undefined;

const memory = module as unknown as { _malloc(size: number): number; _free(pointer: number): void };
const longestAttribute = 2 ** 24;

/** Opens the one file that this thread reads. */
export function openFile(): Group {
  const opened = new File(task.path, "r");
  if (opened.file_id < 0n) throw new Error("it cannot be opened");
  file = opened.file_id;
  return opened;
}

/** Tells the caller of this thread that it is alive. */
export function tick(): void {
  Atomics.add(progress, 0, 1);
}

/** Forgets what HDF5 has printed. */
export function clearComplaints(): void {
  complaints = "";
}

/** The innermost reason that HDF5 has printed since. */
export function lastComplaint(): string | undefined {
  return [...complaints.matchAll(/#\d+: .* line \d+ in (?:\w+)\(\): (.*)/g)].at(-1)?.[1];
}

let lastNames: { readonly path: string; readonly names: readonly string[] } = { path: "", names: [] };

/** Names of an object's attributes; requested several times in a row, they are read once. */
function attributeNames(path: string): readonly string[] {
  if (lastNames.path !== path) lastNames = { path, names: module.get_attribute_names(file, path) };
  return lastNames.names;
}

/** Says whether the path to an object goes through a link that leads nowhere, or into another file. */
export function isDangling({ path }: Group | Dataset): boolean {
  try {
    attributeNames(path);
    return false;
  } catch (error) {
    if (!/link traversal failed/.test(complaints)) throw error;
    clearComplaints();
    return true;
  }
}

export type Attribute = string | number | readonly (string | number)[];

/** The attributes of an object that are numbers or text, or lists of them; those whose names the pattern matches. */
export function attributes(object: Group | Dataset, pattern: RegExp): ReadonlyMap<string, Attribute> {
  const { path } = object;
  const found = new Map<string, Attribute>();
  for (const name of attributeNames(path)) {
    if (!pattern.test(name)) continue;
    tick();
    const metadata = module.get_attribute_metadata(file, path, name);
    if (!(metadata.size * metadata.total_size <= longestAttribute)) continue;
    const read: unknown = object.get_attribute(name, true);
    // a bit field comes as its bytes: the truth values of PyTables
    const value = read instanceof Uint8Array && read.length === 1 ? read[0] : read;
    const list = Array.isArray(value) ? value : [value];
    if (list.every((item) => typeof item === "number" || typeof item === "string")) found.set(name, value as Attribute);
    else if (list.every((item) => typeof item === "boolean")) found.set(name, Number(list[0]));
  }
  return found;
}

const key = (reference: Uint8Array): string => reference.join();
const referredPaths = new Map<string, string>();

/**
 * What a reference leads to. MATLAB keeps all such objects in the group #refs#; they are looked up there once, because HDF5
 * searches the whole file for the name of each.
 */
export function dereference(root: Group, reference: Reference): unknown {
  if (referredPaths.size === 0 && root.keys().includes("#refs#")) {
    const refs = root.get("#refs#");
    for (const name of refs instanceof Group ? refs.keys() : []) {
      tick();
      const path = `/#refs#/${name}`;
      referredPaths.set(key(module.create_object_reference(file, path)), path);
    }
  }
  const path = referredPaths.get(key(reference.ref_data));
  return path === undefined ? root.dereference(reference) : root.get(path);
}

/**
 * The data type of a dataset whose values are in this file and can be read, or why they cannot.
 * @throws Problem where its shape claims more than the file can hold.
 */
export function readableType(dataset: Dataset): Hdf5Type | string {
  const { metadata, filters, path } = dataset;
  if (metadata.virtual_sources) return "a virtual dataset, made of datasets in other files, which are not read";
  const missing = filters.find(({ id }) => !isFilterThere(id));
  if (missing) {
    const name = missing.name.split(/[\s;:,(]/, 1)[0]!;
    return `its values are compressed with the HDF5 filter ${name ? `${name} (${missing.id})` : missing.id}, which is not available; write it again with gzip`;
  }
  const bytes = metadata.total_size * metadata.size;
  if (!(bytes <= task.size * (filters.length > 0 ? deflateLimit : 1))) {
    throw new Problem(`${path} claims ${metadata.shape?.join("×")} values, more than ${task.size} bytes can hold`);
  }
  try {
    headers ??= new HeaderReader(openSource(task.path).read, task.size);
    const address = Buffer.from(module.create_object_reference(file, path)).readBigUInt64LE();
    const { type, isExternal } = headers.read(Number(address));
    return isExternal ? "its values lie in another file, which is not read" : type;
  } catch (error) {
    if (error instanceof HeaderError) return `its data type cannot be understood (${error.message})`;
    throw error;
  }
}

/** Where the numbers of a dataset lie, or why they are not read. */
export function placeOf(dataset: Dataset): DatasetPlace | string {
  const { metadata, path } = dataset;
  if (!metadata.shape) return "an empty dataset";
  const type = readableType(dataset);
  const numbers = typeof type === "string" ? type : numberType(type);
  if (typeof numbers === "string") return numbers;
  return { path, shape: metadata.shape.length === 0 ? [1] : metadata.shape, ...numbers };
}

/** All values of a dataset, little-endian. */
export function readAllBytes(place: DatasetPlace): Uint8Array {
  return readBlock({ place, start: place.shape.map(() => 0), count: place.shape });
}

/** All values of a small dataset. @throws UserError for 64-bit integers that a double cannot hold. */
export function readNumbers(place: DatasetPlace): number[] {
  return Array.from(decode(readAllBytes(place), place.type, true, task.path, place.path));
}

/** Values of a block, or its records, in a fresh buffer. */
export function readBlock({ place, start, count: length }: Block): Uint8Array {
  if (!("type" in place))
    return withBlock(place.path, start, length, place.size, place.isVariable, (bytes) => bytes.slice());
  const { bits, type, path } = place;
  const size = bits?.size ?? storedBytes[type];
  return withBlock(path, start, length, size, false, (bytes) => (bits ? unpackBits(bytes, bits, type) : bytes.slice()));
}

/**
 * Reads a block into HDF5's memory and gives it to `use` there; text and lists of any length lie elsewhere in that memory, until
 * they are freed at the end. HDF5's own check of status is the only sign of a failed read.
 */
export function withBlock<T>(
  path: string,
  start: readonly number[],
  length: readonly number[],
  size: number,
  isVariable: boolean,
  use: (bytes: Uint8Array) => T,
): T {
  tick();
  const bytes = count(length) * size;
  if (bytes === 0) return use(new Uint8Array(0));
  if (bytes > module.MAXIMUM_MEMORY / 2)
    throw new Problem(`${path}: a block of ${bytes} bytes is more than HDF5's memory here holds`);
  const pointer = memory._malloc(bytes);
  if (pointer === 0) throw new Problem(`${path}: no memory for a block of ${bytes} bytes`);
  const big = (values: readonly number[]) => values.map(BigInt);
  try {
    const strides = length.map(() => 1n);
    const status = module.get_dataset_data(file, path, big(length), big(start), strides, BigInt(pointer));
    if (status < 0) throw new Error(`${path} cannot be read`);
    try {
      return use(module.HEAPU8.subarray(pointer, pointer + bytes));
    } finally {
      if (isVariable) module.reclaim_vlen_memory_count(file, path, "", BigInt(pointer), big(length));
    }
  } finally {
    memory._free(pointer);
    tick();
  }
}
