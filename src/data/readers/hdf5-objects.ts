// HDF5 objects as variables: plain groups and datasets, and what MATLAB v7.3 makes of them (its attributes say which is what).
import { Dataset, Group, type Reference } from "h5wasm/node";
import {
  dereference,
  hdf5Classes,
  matlabAttributes,
  Problem,
  placeOf,
  readNumbers,
  task,
  tick,
} from "./hdf5-library.js";
import type { DatasetPlace, Node, OpenedFile } from "./hdf5-tree.js";
import { deflateLimit } from "./inflate.js";
import { count, type ElementClass, sparseIsHonest } from "./variables.js";

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
const deepest = 40;
const mostNodes = 1e6;
const longestText = 2 ** 26;
let nodes = 0;
/** Lists of references that are not marked as MATLAB cells. */
const bareReferences = new Set<Node>();

function step(depth: number): void {
  tick();
  if (depth > deepest) throw new Problem(`groups or cells nested more than ${deepest} deep`);
  if (++nodes > mostNodes) throw new Problem(`more than ${mostNodes} objects`);
}

/** Everything below the root; numbers stay in the file. */
export function readRoot(root: Group): OpenedFile {
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

function readGroup(group: Group, depth: number): Node {
  const attributes = matlabAttributes(group);
  const rows = attributes.get("MATLAB_sparse");
  const matlabClass = attributes.get("MATLAB_class");
  if (rows !== undefined) return readSparse(group, Number(rows), matlabClass === "logical" ? "logical" : "double");
  if (matlabClass !== undefined && matlabClass !== "struct")
    return { kind: "skipped", reason: `an object of class ${matlabClass}` };
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
  return { kind: "struct", shape: [...first.shape].reverse(), elements };
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
  if (
    !Number.isSafeInteger(rows) ||
    rows < 0 ||
    !sparseIsHonest(rows, count(offsets.shape), indices ? count(indices.shape) : 0)
  ) {
    throw new Problem(`a sparse matrix of ${rows} rows`);
  }
  return { kind: "sparse", element, rows, offsets, ...(indices && { indices }), ...(values && { values }) };
}

function readDataset(dataset: Dataset, depth: number): Node {
  const { metadata } = dataset;
  const attributes = matlabAttributes(dataset);
  const matlabClass = attributes.get("MATLAB_class");
  const matlab = matlabClass !== undefined;
  if (!metadata.shape) return { kind: "skipped", reason: "an empty dataset" };
  const shape = metadata.shape.length === 0 ? [1] : metadata.shape;
  if (attributes.get("MATLAB_empty")) return emptyArray(dataset, String(matlabClass));
  if (attributes.has("MATLAB_object_decode") && !matlabNumbers.has(String(matlabClass)) && matlabClass !== "char") {
    return { kind: "skipped", reason: `an object of class ${matlabClass}` };
  }
  if (metadata.type === hdf5Classes.reference) return readCell(dataset, shape, matlab, depth);
  if (metadata.type === hdf5Classes.string) return readStrings(dataset);
  if (metadata.type === hdf5Classes.compound) {
    const members = metadata.compound_type?.members.map((member) => member.name) ?? [];
    const complex = members.join() === "real,imag" || members.join() === "r,i";
    return {
      kind: "skipped",
      reason: complex
        ? `a ${shape.join("×")} complex array; only real numbers are supported`
        : "records of several fields",
    };
  }
  if (matlabClass === "char") return readCharacters(dataset, shape);
  const place = placeOf(dataset);
  if (!place)
    return {
      kind: "skipped",
      reason: `values of an unsupported HDF5 type (class ${metadata.type}, ${metadata.size} bytes)`,
    };
  if (matlab && !matlabNumbers.has(matlabClass as string) && matlabClass !== "logical") {
    return { kind: "skipped", reason: `an object of class ${matlabClass}` };
  }
  const isBoolean = Object.keys(metadata.enum_type?.members ?? {}).join() === "FALSE,TRUE";
  const element =
    matlabClass === "logical" || isBoolean ? "logical" : matlab ? (matlabClass as ElementClass) : place.type;
  return { kind: "numeric", place, element, matlab };
}

/** MATLAB writes an empty array as the list of its dimensions. */
function emptyArray(dataset: Dataset, matlabClass: string): Node {
  const place = placeOf(dataset);
  const shape = place && count(place.shape) <= 32 ? readNumbers(dataset.file_id, place) : [0, 0];
  if (matlabClass === "cell") return { kind: "cell", shape, items: [] };
  if (matlabClass === "char") return { kind: "text", lines: [""] };
  if (matlabClass === "struct") return { kind: "struct", shape, elements: [] };
  return { kind: "empty", element: matlabNumbers.has(matlabClass) ? (matlabClass as ElementClass) : "double", shape };
}

function readCell(dataset: Dataset, shape: readonly number[], matlab: boolean, depth: number): Node {
  if (dataset.metadata.ref_type !== "object") return { kind: "skipped", reason: "references to regions" };
  const items = count(shape);
  if (items * dataset.metadata.size > task.size * deflateLimit || items > mostNodes)
    throw new Problem(`${dataset.path} claims ${items} references`);
  const value = dataset.value;
  const references = (Array.isArray(value) ? value : [value]) as Reference[];
  const node: Node = {
    kind: "cell",
    shape: matlab ? [...shape].reverse() : shape,
    items: references.map((reference) => readObject(dereference(dataset.root, reference), depth + 1)),
  };
  if (!matlab) bareReferences.add(node);
  return node;
}

function readStrings(dataset: Dataset): Node {
  const { metadata } = dataset;
  if (!(metadata.total_size * metadata.size <= longestText))
    return { kind: "skipped", reason: "text of more than 64 MiB" };
  const value = dataset.value;
  const lines = (Array.isArray(value) ? value : [value]).map((each) => String(each ?? ""));
  return { kind: "text", lines };
}

/** MATLAB's char arrays are code units, one line per row. */
function readCharacters(dataset: Dataset, shape: readonly number[]): Node {
  const place = placeOf(dataset);
  if (!place || count(shape) * 2 > longestText) return { kind: "skipped", reason: "text that is too long" };
  const units = readNumbers(dataset.file_id, place);
  const rows = shape.at(-1)!;
  const lines = Array.from({ length: rows }, () => "");
  for (let i = 0; i < units.length; i++) lines[i % rows] += String.fromCharCode(units[i]!);
  return { kind: "text", lines: rows > 1 ? lines.map((line) => line.trimEnd()) : lines };
}
