// The HDF5 library (h5wasm) as the reading thread uses it: attributes, places of datasets, blocks of values, messages kept.
import { workerData } from "node:worker_threads";
import { type Dataset, Group, type Metadata, type Reference, ready } from "h5wasm/node";
import { type StoredType, storedBytes } from "./decode.js";
import type { DatasetPlace, Hdf5Task } from "./hdf5-tree.js";
import { deflateLimit } from "./inflate.js";
import { count } from "./variables.js";

/** A problem that can be put into words for the user. */
export class Problem extends Error {}

export const task = workerData as Hdf5Task;
const progress = new Int32Array(task.progress);
const module = await ready;
let complaints = "";
silence();

/** Classes of HDF5's data types (H5T_class_t). */
export const hdf5Classes = {
  integer: 0,
  float: 1,
  string: 3,
  bitfield: 4,
  compound: 6,
  reference: 7,
  enumeration: 8,
} as const;

/** Tells the caller of this thread that it is alive. */
export function tick(): void {
  Atomics.add(progress, 0, 1);
}

/** HDF5 prints its error stack to standard error; here it is kept to explain what went wrong. */
function silence(): void {
  const system = module.FS as unknown as {
    write(stream: { fd: number }, bytes: ArrayBufferView, offset: number, length: number, at?: number): number;
  };
  const write = system.write.bind(system);
  system.write = (stream, bytes, offset, length, at) => {
    if (stream.fd !== 1 && stream.fd !== 2) return write(stream, bytes, offset, length, at);
    if (complaints.length < 20000)
      complaints += Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length).toString();
    return length;
  };
}

/** Forgets what HDF5 has printed. */
export function clearComplaints(): void {
  complaints = "";
}

/** The innermost reason that HDF5 has printed since. */
export function lastComplaint(): string | undefined {
  return [...complaints.matchAll(/#\d+: .* line \d+ in (?:\w+)\(\): (.*)/g)].at(-1)?.[1];
}

/** The attributes by which MATLAB says what an object is, where they are one number or text. */
export function matlabAttributes(object: Group | Dataset): ReadonlyMap<string, string | number> {
  const { file_id: file, path } = object;
  const found = new Map<string, string | number>();
  for (const name of module.get_attribute_names(file, path) as string[]) {
    if (!/^MATLAB_(class|sparse|empty|object_decode)$/.test(name)) continue;
    tick();
    const metadata = module.get_attribute_metadata(file, path, name);
    if (metadata.size > 4096 || metadata.total_size !== 1) continue;
    const value = object.get_attribute(name, true);
    if (typeof value === "number" || typeof value === "string") found.set(name, value);
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
      referredPaths.set(key(module.create_object_reference(root.file_id, path)), path);
    }
  }
  const path = referredPaths.get(key(reference.ref_data));
  return path === undefined ? root.dereference(reference) : root.get(path);
}

/** Where the numbers of a dataset lie, undefined where they are of no type that is read here. */
export function placeOf(dataset: Dataset): DatasetPlace | undefined {
  const { metadata } = dataset;
  const type = storedType(metadata);
  if (!type || !metadata.shape) return undefined;
  const shape = metadata.shape.length === 0 ? [1] : metadata.shape;
  const bytes = count(shape) * storedBytes[type];
  const filtered = dataset.filters.length > 0;
  if (!(bytes <= task.size * (filtered ? deflateLimit : 1))) {
    throw new Problem(`${dataset.path} claims ${shape.join("×")} values, more than ${task.size} bytes can hold`);
  }
  return { path: dataset.path, shape: [...shape], type };
}

function storedType(metadata: Metadata): StoredType | undefined {
  const type = metadata.type === hdf5Classes.enumeration ? metadata.enum_type?.type : metadata.type;
  const bits = metadata.size * 8;
  if (type === hdf5Classes.float) return ({ 16: "half", 32: "single", 64: "double" } as const)[bits];
  if (type !== hdf5Classes.integer && type !== hdf5Classes.bitfield) return undefined;
  if (![8, 16, 32, 64].includes(bits)) return undefined;
  return `${metadata.signed ? "" : "u"}int${bits as 8 | 16 | 32 | 64}`;
}

/** All values of a small dataset. */
export function readNumbers(file: bigint, place: DatasetPlace): number[] {
  const bytes = readBytes(
    file,
    place,
    place.shape.map(() => 0),
    place.shape,
  );
  if (place.type === "uint64" || place.type === "int64")
    return Array.from(new BigUint64Array(bytes.buffer as ArrayBuffer), Number);
  const wide =
    place.type === "uint32" || place.type === "int32"
      ? Uint32Array
      : place.type === "uint16"
        ? Uint16Array
        : Uint8Array;
  return Array.from(new wide(bytes.buffer as ArrayBuffer));
}

/** Values of a block in a fresh buffer. HDF5's own check of status is the only sign of a failed read. */
export function readBytes(
  file: bigint,
  place: DatasetPlace,
  start: readonly number[],
  length: readonly number[],
): Uint8Array {
  tick();
  const bytes = count(length) * storedBytes[place.type];
  if (bytes === 0) return new Uint8Array(0);
  if (bytes > module.MAXIMUM_MEMORY / 2)
    throw new Problem(`${place.path}: a block of ${bytes} bytes is more than HDF5's memory here holds`);
  const pointer = (module as unknown as { _malloc(size: number): number })._malloc(bytes);
  if (pointer === 0) throw new Problem(`${place.path}: no memory for a block of ${bytes} bytes`);
  try {
    const big = (values: readonly number[]) => values.map(BigInt);
    const status = module.get_dataset_data(
      file,
      place.path,
      big(length),
      big(start),
      length.map(() => 1n),
      BigInt(pointer),
    );
    if (status < 0) throw new Error(`${place.path} cannot be read`);
    return module.HEAPU8.slice(pointer, pointer + bytes);
  } finally {
    (module as unknown as { _free(pointer: number): void })._free(pointer);
    tick();
  }
}
