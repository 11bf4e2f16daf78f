// HDF5 objects as variables: plain groups and datasets, and what MATLAB v7.3 makes of them (its attributes say which is what).
import { Dataset, ExternalLink, Group, type Reference } from "h5wasm/node";
import { storedBytes } from "../decode.js";
import { deflateLimit } from "../inflate.js";
import { objectReason } from "../matlab/matlab-text.js";
import { count, type ElementClass, sparseIsHonest } from "../variables.js";
import {
  type Attribute,
  attributes,
  dereference,
  isDangling,
  Problem,
  placeOf,
  readableType,
  readNumbers,
  task,
  tick,
} from "./library.js";
import { numberType } from "./numbers.js";
import { isOctave, readOctave } from "./octave.js";
import { readRecords } from "./records.js";
import { isText, readLists, readStrings } from "./text.js";
import type { DatasetPlace, Node } from "./tree.js";
import { type Hdf5Type, hdf5Classes } from "./types.js";

const matlabNumbers = new Set([
  "double",
  "single",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
]);
const matlabAttributes = /^MATLAB_(class|sparse|empty|object_decode)$/;
const deepest = 40;
const mostNodes = 1e6;
const longestText = 2 ** 26;
let nodes = 0;
/** Lists of references that are not marked as MATLAB cells. */
const bareReferences = new Set<Node>();

/** One more object is read. @throws Problem where they are too many, or too deep. */
export function step(depth: number): void {
  tick();
  if (depth > deepest) throw new Problem(`groups or cells nested more than ${deepest} deep`);
  if (++nodes > mostNodes) throw new Problem(`more than ${mostNodes} objects`);
}

/** An object as a variable; its numbers stay in the file. */
export function readObject(object: unknown, name: string, depth: number): Node {
  step(depth);
  if ((object instanceof Group || object instanceof Dataset) && isDangling(object)) {
    return { kind: "skipped", reason: "a link that leads nowhere, or into another file, which is not read" };
  }
  if (object instanceof Group) return readGroup(object, name, depth);
  if (object instanceof Dataset) return readDataset(object, name, depth);
  if (object instanceof ExternalLink) {
    return { kind: "skipped", reason: `a link to another file (${object.filename}), which is not read` };
  }
  return { kind: "skipped", reason: "a link that leads nowhere, or a named data type" };
}

function readGroup(group: Group, name: string, depth: number): Node {
  if (isOctave(group)) return readOctave(group, name, (object, inner) => readObject(object, inner, depth + 1));
  const facts = attributes(group, matlabAttributes);
  const rows = facts.get("MATLAB_sparse");
  const matlabClass = facts.get("MATLAB_class");
  if (rows !== undefined) return readSparse(group, Number(rows), matlabClass === "logical" ? "logical" : "double");
  if (matlabClass !== undefined && matlabClass !== "struct")
    return { kind: "skipped", reason: objectReason(String(matlabClass), name) };
  const fields = new Map<string, Node>();
  for (const field of group.keys()) fields.set(field, readObject(group.get(field), `${name}.${field}`, depth + 1));
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
  return { kind: "struct", shape: [...first.shape].reverse(), elements };
}

function readSparse(group: Group, rows: number, element: ElementClass): Node {
  const place = (name: string): DatasetPlace | undefined => {
    const object = group.get(name);
    const found = object instanceof Dataset ? placeOf(object) : undefined;
    return typeof found === "string" ? undefined : found;
  };
  const offsets = place("jc");
  if (!offsets) return { kind: "skipped", reason: "a sparse matrix without column offsets" };
  const indices = place("ir");
  const values = place("data");
  const columns = Math.max(0, count(offsets.shape) - 1);
  if (!Number.isSafeInteger(rows) || rows < 0 || !sparseIsHonest(rows, columns, indices ? count(indices.shape) : 0)) {
    throw new Problem(`a sparse matrix of ${rows} rows`);
  }
  const parts = { offsets, ...(indices && { indices }), ...(values && { values }) };
  return { kind: "sparse", element, shape: [rows, columns], compressed: "columns", ...parts };
}

function readDataset(dataset: Dataset, name: string, depth: number): Node {
  const { metadata } = dataset;
  const facts = attributes(dataset, matlabAttributes);
  const matlabClass = facts.get("MATLAB_class");
  if (!metadata.shape) return { kind: "skipped", reason: "an empty dataset" };
  if (facts.get("MATLAB_empty")) return emptyArray(dataset, String(matlabClass));
  if (facts.has("MATLAB_object_decode") && !matlabNumbers.has(String(matlabClass)) && matlabClass !== "char") {
    return { kind: "skipped", reason: objectReason(String(matlabClass), name) };
  }
  const type = readableType(dataset);
  if (typeof type === "string") return { kind: "skipped", reason: type };
  if (type.class === hdf5Classes.reference) return readCell(dataset, name, matlabClass !== undefined, depth);
  return matlabClass === undefined ? plainDataset(dataset, type) : matlabDataset(dataset, type, matlabClass, name);
}

/** A dataset of numbers, text, categories, lists or records. */
export function plainDataset(dataset: Dataset, type: Hdf5Type): Node {
  const shape = dataset.metadata.shape!.length === 0 ? [1] : dataset.metadata.shape!;
  if (isText(type)) return { kind: "text", lines: readStrings(dataset, type) };
  if (type.class === hdf5Classes.compound || type.class === hdf5Classes.array) return readRecords(dataset, type);
  if (type.class === hdf5Classes.variableLength) return listCell(dataset, type);
  if (type.class === hdf5Classes.enumeration) return enumeration(dataset, type);
  const numbers = numberType(type);
  if (typeof numbers === "string") return { kind: "skipped", reason: numbers };
  const place = { path: dataset.path, shape, ...numbers };
  return { kind: "numeric", place, element: place.type, matlab: false };
}

function matlabDataset(dataset: Dataset, type: Hdf5Type, matlabClass: Attribute, name: string): Node {
  const shape = dataset.metadata.shape!.length === 0 ? [1] : dataset.metadata.shape!;
  if (type.class === hdf5Classes.compound) {
    return {
      kind: "skipped",
      reason: `a ${[...shape].reverse().join("×")} complex array; only real numbers are supported`,
    };
  }
  const numbers = numberType(type);
  if (typeof numbers === "string") return { kind: "skipped", reason: numbers };
  const place = { path: dataset.path, shape, ...numbers };
  if (matlabClass === "char") return readCharacters(place);
  if (matlabClass === "logical") return { kind: "numeric", place, element: "logical", matlab: true };
  if (!matlabNumbers.has(String(matlabClass)))
    return { kind: "skipped", reason: objectReason(String(matlabClass), name) };
  return { kind: "numeric", place, element: matlabClass as ElementClass, matlab: true };
}

/** Truth values, as h5py writes them, or codes of categories, which become their names. */
function enumeration(dataset: Dataset, type: Hdf5Type): Node {
  const numbers = numberType(type);
  if (typeof numbers === "string") return { kind: "skipped", reason: numbers };
  const shape = dataset.metadata.shape!.length === 0 ? [1] : dataset.metadata.shape!;
  const place = { path: dataset.path, shape, ...numbers };
  const names = type.members.map((member) => member.name);
  if (names.join().toUpperCase() === "FALSE,TRUE") return { kind: "numeric", place, element: "logical", matlab: false };
  if (count(shape) * 8 > longestText)
    return { kind: "skipped", reason: "an enumeration of more than 8 million values" };
  const values = type.values.map(Number);
  const lines = readNumbers(place).map((code) => names[values.indexOf(code)] ?? String(code));
  return { kind: "text", lines, categories: names };
}

function listCell(dataset: Dataset, type: Hdf5Type): Node {
  const items = count(dataset.metadata.shape!);
  if (items > mostNodes) return { kind: "skipped", reason: `${items} lists of numbers` };
  const base = type.base!;
  const lists = readLists(dataset, base);
  const numbers = numberType(base);
  if (typeof lists === "string" || typeof numbers === "string") {
    return { kind: "skipped", reason: `lists of ${typeof lists === "string" ? lists : numbers}` };
  }
  const nodesOf = lists.map((bytes): Node => {
    const shape = [bytes.length / storedBytes[numbers.type]];
    return { kind: "values", element: numbers.type, shape, order: "row", bytes, type: numbers.type };
  });
  return { kind: "cell", shape: dataset.metadata.shape!, items: nodesOf };
}

/** MATLAB writes an empty array as the list of its dimensions. */
function emptyArray(dataset: Dataset, matlabClass: string): Node {
  const place = placeOf(dataset);
  const shape = typeof place !== "string" && count(place.shape) <= 32 ? readNumbers(place) : [0, 0];
  if (matlabClass === "cell") return { kind: "cell", shape, items: [] };
  if (matlabClass === "char") return { kind: "text", lines: [""] };
  if (matlabClass === "struct") return { kind: "struct", shape, elements: [] };
  const element = matlabNumbers.has(matlabClass) ? (matlabClass as ElementClass) : "double";
  return { kind: "values", element, shape, order: "column", bytes: new Uint8Array(0), type: "double" };
}

function readCell(dataset: Dataset, name: string, matlab: boolean, depth: number): Node {
  const { metadata } = dataset;
  if (metadata.ref_type !== "object") return { kind: "skipped", reason: "references to regions" };
  const shape = metadata.shape!.length === 0 ? [1] : metadata.shape!;
  const items = count(shape);
  if (items * metadata.size > task.size * deflateLimit || items > mostNodes)
    throw new Problem(`${dataset.path} claims ${items} references`);
  const value = dataset.value;
  const references = (Array.isArray(value) ? value : [value]) as Reference[];
  const node: Node = {
    kind: "cell",
    shape: matlab ? [...shape].reverse() : shape,
    items: references.map((reference, i) =>
      readObject(dereference(dataset.root, reference), `${name}{${i + 1}}`, depth + 1),
    ),
  };
  if (!matlab) bareReferences.add(node);
  return node;
}

/** MATLAB's char arrays are code units, one line per row. */
function readCharacters(place: DatasetPlace): Node {
  const { shape } = place;
  if (count(shape) * 2 > longestText) return { kind: "skipped", reason: "text that is too long" };
  const units = readNumbers(place);
  const rows = shape.at(-1)!;
  if (rows > mostNodes) return { kind: "skipped", reason: `${rows} lines of text` };
  const lines = Array.from({ length: rows }, () => "");
  for (let i = 0; i < units.length; i++) {
    // more than 16 bits only where others than MATLAB wrote the file
    lines[i % rows] +=
      units[i]! > 0xffff && units[i]! <= 0x10ffff ? String.fromCodePoint(units[i]!) : String.fromCharCode(units[i]!);
  }
  return { kind: "text", lines: rows > 1 ? lines.map((line) => line.trimEnd()) : lines };
}
