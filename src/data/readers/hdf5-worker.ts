// The thread that reads one HDF5 file through h5wasm: damaged files make that library trap or loop for ever, and here they can.
import { parentPort, workerData } from "node:worker_threads";
import { Dataset, File, Group, type Metadata, type Reference, ready } from "h5wasm/node";
import type { StoredType } from "./decode.js";
import { storedBytes } from "./decode.js";
import type { Answer, DatasetPlace, Hdf5Task, Node, OpenedFile, ReadRequest } from "./hdf5-tree.js";
import { deflateLimit } from "./inflate.js";
import { count, type ElementClass, sparseIsHonest } from "./variables.js";

/** A problem that can be put into words for the user. */
class Problem extends Error {}

const task = workerData as Hdf5Task;
const progress = new Int32Array(task.progress);
const module = await ready;
let complaints = "";
silence();

const hdf5Classes = { integer: 0, float: 1, string: 3, bitfield: 4, compound: 6, reference: 7, enumeration: 8 } as const;
const matlabNumbers = new Set(["double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]);
const deepest = 40;
const mostNodes = 1e6;
const longestText = 2 ** 26;
let nodes = 0;
/** Lists of references that are not marked as MATLAB cells. */
const bareReferences = new Set<Node>();

const file = answer(0, () => {
  const opened = new File(task.path, "r");
  if (opened.file_id < 0n) throw new Error("it cannot be opened");
  return opened;
});
if (file) {
  answer(0, () => send({ id: 0, opened: readRoot(file) }));
  parentPort!.on("message", (request: ReadRequest) => {
    answer(request.id, () => {
      const bytes = readBytes(request.place, request.start, request.count);
      parentPort!.postMessage({ id: request.id, bytes } satisfies Answer, [bytes.buffer as ArrayBuffer]);
    });
  });
}

function send(message: Answer): void {
  parentPort!.postMessage(message);
}

function answer<T>(id: number, work: () => T): T | undefined {
  complaints = "";
  try {
    return work();
  } catch (error) {
    const innermost = [...complaints.matchAll(/#\d+: .* line \d+ in (?:\w+)\(\): (.*)/g)].at(-1)?.[1];
    const message = error instanceof Problem || !innermost ? (error as Error).message : innermost;
    send({ id, problem: message.split("\n", 1)[0]! });
    return undefined;
  }
}

/** HDF5 prints its error stack to standard error; here it is kept to explain what went wrong. */
function silence(): void {
  const system = module.FS as unknown as {
    write(stream: { fd: number }, bytes: ArrayBufferView, offset: number, length: number, at?: number): number;
  };
  const write = system.write.bind(system);
  system.write = (stream, bytes, offset, length, at) => {
    if (stream.fd !== 1 && stream.fd !== 2) return write(stream, bytes, offset, length, at);
    if (complaints.length < 20000) complaints += Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + offset, length).toString();
    return length;
  };
}

function step(depth: number): void {
  Atomics.add(progress, 0, 1);
  if (depth > deepest) throw new Problem(`groups or cells nested more than ${deepest} deep`);
  if (++nodes > mostNodes) throw new Problem(`more than ${mostNodes} objects`);
}

function readRoot(root: Group): OpenedFile {
  const found = new Map<string, Node>();
  let matlab = false;
  for (const name of root.keys()) {
    if (name === "#refs#" || name === "#subsystem#") {
      matlab = true;
      continue;
    }
    const node = readObject(root.get(name), 0);
    matlab ||= node.kind === "numeric" && node.matlab;
    found.set(name, node);
  }
  return { nodes: found, matlab };
}

function readObject(object: unknown, depth: number): Node {
  step(depth);
  if (object instanceof Group) return readGroup(object, depth);
  if (object instanceof Dataset) return readDataset(object, depth);
  return { kind: "skipped", reason: "a link that leads nowhere, or a named data type" };
}

/** Text or number in a small attribute, undefined where there is none. */
function attribute(object: Group | Dataset, name: string): string | number | undefined {
  Atomics.add(progress, 0, 1);
  const names = module.get_attribute_names(object.file_id, object.path);
  if (!names.includes(name)) return undefined;
  const metadata = module.get_attribute_metadata(object.file_id, object.path, name);
  if (metadata.size > 4096 || metadata.total_size !== 1) return undefined;
  const value = object.get_attribute(name, true);
  return typeof value === "number" || typeof value === "string" ? value : undefined;
}

function readGroup(group: Group, depth: number): Node {
  const rows = attribute(group, "MATLAB_sparse");
  const matlabClass = attribute(group, "MATLAB_class");
  if (rows !== undefined) return readSparse(group, Number(rows), matlabClass === "logical" ? "logical" : "double");
  if (matlabClass !== undefined && matlabClass !== "struct") return { kind: "skipped", reason: `an object of class ${matlabClass}` };
  const fields = new Map<string, Node>();
  for (const name of group.keys()) fields.set(name, readObject(group.get(name), depth + 1));
  return matlabClass === "struct" ? structArray(fields) : { kind: "struct", shape: [1], elements: [fields] };
}

/** In a struct array each field is a list of references; in a single struct it is the value itself. */
function structArray(fields: Map<string, Node>): Node {
  const values = [...fields.values()];
  const first = values[0];
  const isArray = first?.kind === "cell" && values.every((node) => node.kind === "cell" && bareReferences.has(node));
  if (!isArray) return { kind: "struct", shape: [1, 1], elements: [fields] };
  const elements = first.items.map((_, i) => {
    const element = new Map<string, Node>();
    for (const [name, node] of fields) {
      const item = node.kind === "cell" ? node.items[i] : undefined;
      if (item) element.set(name, item);
    }
    return element;
  });
  return { kind: "struct", shape: first.shape, elements };
}

function readSparse(group: Group, rows: number, element: ElementClass): Node {
  const place = (name: string): DatasetPlace | undefined => {
    const object = group.get(name);
    return object instanceof Dataset ? placeOf(object) : undefined;
  };
  const offsets = place("jc");
  if (!offsets) return { kind: "skipped", reason: "a sparse matrix without column offsets" };
  const indices = place("ir");
  const values = place("data");
  if (!Number.isSafeInteger(rows) || rows < 0 || !sparseIsHonest(rows, count(offsets.shape), indices ? count(indices.shape) : 0)) {
    throw new Problem(`a sparse matrix of ${rows} rows`);
  }
  return { kind: "sparse", element, rows, offsets, ...(indices && { indices }), ...(values && { values }) };
}

function readDataset(dataset: Dataset, depth: number): Node {
  const { metadata } = dataset;
  const matlabClass = attribute(dataset, "MATLAB_class");
  const matlab = matlabClass !== undefined;
  if (!metadata.shape) return { kind: "skipped", reason: "an empty dataset" };
  const shape = metadata.shape.length === 0 ? [1] : metadata.shape;
  if (attribute(dataset, "MATLAB_empty")) return emptyArray(dataset, String(matlabClass));
  if (attribute(dataset, "MATLAB_object_decode") !== undefined && !matlabNumbers.has(String(matlabClass)) && matlabClass !== "char") {
    return { kind: "skipped", reason: `an object of class ${matlabClass}` };
  }
  if (metadata.type === hdf5Classes.reference) return readCell(dataset, shape, matlab, depth);
  if (metadata.type === hdf5Classes.string) return readStrings(dataset);
  if (metadata.type === hdf5Classes.compound) {
    const members = metadata.compound_type?.members.map((member) => member.name) ?? [];
    const complex = members.join() === "real,imag" || members.join() === "r,i";
    return {
      kind: "skipped",
      reason: complex ? `a ${shape.join("×")} complex array; only real numbers are supported` : "records of several fields",
    };
  }
  if (matlabClass === "char") return readCharacters(dataset, shape);
  const place = placeOf(dataset);
  if (!place) return { kind: "skipped", reason: `values of an unsupported HDF5 type (class ${metadata.type}, ${metadata.size} bytes)` };
  if (matlab && !matlabNumbers.has(matlabClass as string) && matlabClass !== "logical") {
    return { kind: "skipped", reason: `an object of class ${matlabClass}` };
  }
  const isBoolean = Object.keys(metadata.enum_type?.members ?? {}).join() === "FALSE,TRUE";
  const element = matlabClass === "logical" || isBoolean ? "logical" : matlab ? (matlabClass as ElementClass) : place.type;
  return { kind: "numeric", place, element, matlab };
}

function placeOf(dataset: Dataset): DatasetPlace | undefined {
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

/** MATLAB writes an empty array as the list of its dimensions. */
function emptyArray(dataset: Dataset, matlabClass: string): Node {
  const place = placeOf(dataset);
  const shape = place && count(place.shape) <= 32 ? readNumbers(place) : [0, 0];
  if (matlabClass === "cell") return { kind: "cell", shape, items: [] };
  if (matlabClass === "char") return { kind: "text", lines: [""] };
  if (matlabClass === "struct") return { kind: "struct", shape, elements: [] };
  return { kind: "empty", element: matlabNumbers.has(matlabClass) ? (matlabClass as ElementClass) : "double", shape };
}

function readNumbers(place: DatasetPlace): number[] {
  const bytes = readBytes(place, place.shape.map(() => 0), place.shape);
  if (place.type === "uint64" || place.type === "int64") return Array.from(new BigUint64Array(bytes.buffer as ArrayBuffer), Number);
  const wide = place.type === "uint32" || place.type === "int32" ? Uint32Array : place.type === "uint16" ? Uint16Array : Uint8Array;
  return Array.from(new wide(bytes.buffer as ArrayBuffer));
}

function readCell(dataset: Dataset, shape: readonly number[], matlab: boolean, depth: number): Node {
  if (dataset.metadata.ref_type !== "object") return { kind: "skipped", reason: "references to regions" };
  const items = count(shape);
  if (items * dataset.metadata.size > task.size * deflateLimit || items > mostNodes) throw new Problem(`${dataset.path} claims ${items} references`);
  const value = dataset.value;
  const references = (Array.isArray(value) ? value : [value]) as Reference[];
  const node: Node = {
    kind: "cell",
    shape: matlab ? [...shape].reverse() : shape,
    items: references.map((reference) => readObject(dataset.dereference(reference), depth + 1)),
  };
  if (!matlab) bareReferences.add(node);
  return node;
}

function readStrings(dataset: Dataset): Node {
  const { metadata } = dataset;
  if (!(metadata.total_size * metadata.size <= longestText)) return { kind: "skipped", reason: "text of more than 64 MiB" };
  const value = dataset.value;
  const lines = (Array.isArray(value) ? value : [value]).map((each) => String(each ?? ""));
  return { kind: "text", lines };
}

/** MATLAB's char arrays are code units, one line per row. */
function readCharacters(dataset: Dataset, shape: readonly number[]): Node {
  const place = placeOf(dataset);
  if (!place || count(shape) * 2 > longestText) return { kind: "skipped", reason: "text that is too long" };
  const units = readNumbers(place);
  const rows = shape.at(-1)!;
  const lines = Array.from({ length: rows }, () => "");
  for (let i = 0; i < units.length; i++) lines[i % rows] += String.fromCharCode(units[i]!);
  return { kind: "text", lines: rows > 1 ? lines.map((line) => line.trimEnd()) : lines };
}

/** Values of a block in a fresh buffer. HDF5's own check of status is the only sign of a failed read. */
function readBytes(place: DatasetPlace, start: readonly number[], length: readonly number[]): Uint8Array {
  Atomics.add(progress, 0, 1);
  const bytes = count(length) * storedBytes[place.type];
  if (bytes === 0) return new Uint8Array(0);
  if (bytes > module.MAXIMUM_MEMORY / 2) throw new Problem(`${place.path}: a block of ${bytes} bytes is more than HDF5's memory here holds`);
  const pointer = (module as unknown as { _malloc(size: number): number })._malloc(bytes);
  if (pointer === 0) throw new Problem(`${place.path}: no memory for a block of ${bytes} bytes`);
  try {
    const big = (values: readonly number[]) => values.map(BigInt);
    const status = module.get_dataset_data(file!.file_id, place.path, big(length), big(start), length.map(() => 1n), BigInt(pointer));
    if (status < 0) throw new Error(`${place.path} cannot be read`);
    return module.HEAPU8.slice(pointer, pointer + bytes);
  } finally {
    (module as unknown as { _free(pointer: number): void })._free(pointer);
    Atomics.add(progress, 0, 1);
  }
}
