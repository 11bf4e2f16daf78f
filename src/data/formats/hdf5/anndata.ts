// AnnData (.h5ad) and MuData (.h5mu): matrices of samples × features with the names of both, and columns about each.
import { Dataset, Group, type Reference } from "h5wasm/node";
import { decode, isWide, writtenIntegers } from "../decode.js";
import { type AxisNames, count, sparseIsHonest, type TextVariable } from "../variables.js";
import { attributes, dereference, Problem, placeOf, readAllBytes, readableType, readNumbers, task } from "./library.js";
import { plainDataset, readObject, step } from "./objects.js";
import type { Node, OpenedFile } from "./tree.js";
import { hdf5Classes } from "./types.js";

const mostWords = 2 ** 26;
/** Bytes of a data frame that is put together in memory. */
const largestFrame = 2 ** 28;

/** A data frame: the names of its rows, its columns in order. */
interface Frame {
  readonly index: readonly string[];
  readonly columns: ReadonlyMap<string, Node>;
}

/** Says whether the root is that of AnnData or MuData, of any version. */
export function isAnnData(root: Group): boolean {
  const encoding = attributes(root, /^encoding-type$/).get("encoding-type");
  if (encoding === "anndata" || encoding === "MuData") return true;
  const names = root.keys();
  const isMuData = names.includes("mod") && names.includes("obs") && names.includes("obsmap");
  // versions before 0.7.5 do not say so
  return isMuData || (names.includes("X") && names.includes("obs") && names.includes("var") && names.includes("uns"));
}

/**
 * X, its layers and the matrices about samples and features as variables with the names of their rows and columns; columns about
 * samples as "obs.column", about features as "var.column", the samples' names as "obs._index". The modalities of MuData come under
 * their own names: X of "rna" as "rna", the others as "rna.obs.column".
 */
export function readAnnData(root: Group): OpenedFile {
  const reading: Reading = { nodes: new Map(), notes: [] };
  const modalities = root.get("mod");
  if (modalities instanceof Group) {
    for (const name of modalityNames(modalities)) {
      const modality = modalities.get(name);
      if (modality instanceof Group) readOne(modality, { matrix: name, prefix: `${name}.` }, reading);
      else reading.nodes.set(name, readObject(modality, name, 0));
    }
    readOne(root, { matrix: undefined, prefix: "", masks: modalities.keys() }, reading);
    reading.notes.push("obsmap and varmap are left out: the names of the rows say which samples a modality has");
  } else readOne(root, { matrix: "X", prefix: "" }, reading);
  return { nodes: reading.nodes, format: "anndata", notes: reading.notes };
}

interface Reading {
  readonly nodes: Map<string, Node>;
  readonly notes: string[];
}

/** MuData keeps their order beside them. */
function modalityNames(group: Group): readonly string[] {
  const names = group.keys();
  const order = attributes(group, /^mod-order$/).get("mod-order");
  const ordered = (Array.isArray(order) ? order : []).map(String).filter((name) => names.includes(name));
  return [...ordered, ...names.filter((name) => !ordered.includes(name))];
}

function readOne(
  group: Group,
  { matrix, prefix, masks = [] }: { matrix: string | undefined; prefix: string; masks?: readonly string[] },
  { nodes, notes }: Reading,
): void {
  const obs = readFrame(group.get("obs"));
  const features = readFrame(group.get("var"));
  const [rows, columns] = [obs?.index, features?.index];
  const add = (name: string, object: unknown, names: AxisNames) => {
    const node = named(readMatrix(object, name), names, name, notes);
    if (node) nodes.set(name, node);
  };
  const addAll = (folder: string, names: (key: string) => AxisNames) => {
    const parent = group.get(folder);
    if (parent instanceof Dataset) return addRecords(`${prefix}${folder}`, parent, nodes);
    if (!(parent instanceof Group)) return;
    for (const key of parent.keys()) {
      if (masks.includes(key)) continue;
      const object = parent.get(key);
      const frame = object instanceof Group && isFrame(object) ? readFrame(object) : undefined;
      const matrix = frame && frameMatrix(frame);
      if (matrix) nodes.set(`${prefix}${folder}.${key}`, matrix);
      else if (frame) addFrame(`${prefix}${folder}.${key}`, frame, nodes, false);
      else add(`${prefix}${folder}.${key}`, object, names(key));
    }
  };
  const axes = (first?: readonly string[], second?: readonly string[]): AxisNames => ({
    ...(first && { rows: first }),
    ...(second && { columns: second }),
  });
  if (matrix !== undefined && group.keys().includes("X")) add(matrix, group.get("X"), axes(rows, columns));
  const raw = group.get("raw");
  if (raw instanceof Group) {
    const rawFeatures = readFrame(raw.get("var"));
    add(`${prefix}raw.X`, raw.get("X"), axes(rows, rawFeatures?.index));
  }
  addAll("layers", () => axes(rows, columns));
  if (obs) addFrame(`${prefix}obs`, obs, nodes, true);
  if (features) addFrame(`${prefix}var`, features, nodes, true);
  addAll("obsm", () => axes(rows));
  addAll("varm", () => axes(columns));
  addAll("obsp", () => axes(rows, rows));
  addAll("varp", () => axes(columns, columns));
  const rest = group.get("uns");
  if (rest instanceof Group && rest.keys().length > 0) {
    notes.push(`${prefix}uns is left out, it is no table or matrix (${rest.keys().slice(0, 6).join(", ")})`);
  }
}

function addFrame(name: string, frame: Frame, nodes: Map<string, Node>, withIndex: boolean): void {
  if (withIndex) nodes.set(`${name}._index`, { kind: "text", lines: frame.index });
  for (const [column, node] of frame.columns) nodes.set(`${name}.${column}`, node);
}

/** Before version 0.7 the matrices about samples were members of records. */
function addRecords(name: string, dataset: Dataset, nodes: Map<string, Node>): void {
  const type = readableType(dataset);
  const node = typeof type === "string" ? undefined : plainDataset(dataset, type);
  if (node?.kind !== "struct") return;
  for (const [key, column] of node.elements[0]!) nodes.set(`${name}.${key}`, column);
}

/** A frame whose columns are all numbers as one matrix with their names; undefined for others, and for very large ones. */
function frameMatrix({ index, columns }: Frame): Node | undefined {
  const rows = index.length;
  const width = columns.size;
  if (width === 0 || rows * width * 8 > largestFrame) return undefined;
  const places = [...columns.values()].map((node) =>
    node.kind === "numeric" && count(node.place.shape) === rows ? node.place : undefined,
  );
  if (places.includes(undefined)) return undefined;
  const values = new Float64Array(rows * width);
  for (const [j, place] of places.entries()) {
    for (const [row, value] of readNumbers(place!).entries()) values[row * width + j] = value;
  }
  const names = { rows: index, columns: [...columns.keys()] };
  const bytes = new Uint8Array(values.buffer);
  return { kind: "values", element: "double", shape: [rows, width], order: "row", bytes, type: "double", names };
}

/** The node with the names of its rows and columns, where they are as many as it has. */
function named(node: Node | undefined, names: AxisNames, name: string, notes: string[]): Node | undefined {
  if (node?.kind !== "numeric" && node?.kind !== "sparse") return node;
  const shape = node.kind === "sparse" ? node.shape : node.place.shape;
  const fitting: { rows?: readonly string[]; columns?: readonly string[] } = {};
  for (const [axis, length] of [
    ["rows", shape[0]],
    ["columns", shape[1]],
  ] as const) {
    const list = names[axis];
    if (list && list.length === length) fitting[axis] = list;
    else if (list) notes.push(`${name} has ${length} ${axis} and ${list.length} names for them, which are left out`);
  }
  return { ...node, names: fitting };
}

/** A matrix: a dataset, or a group with the parts of a sparse one. */
function readMatrix(object: unknown, name: string): Node | undefined {
  if (!(object instanceof Group)) return object === null ? undefined : readObject(object, name, 1);
  step(1);
  const facts = attributes(object, /^(encoding-type|shape|h5sparse_format|h5sparse_shape)$/);
  const encoding = String(facts.get("encoding-type") ?? "");
  const format = facts.get("h5sparse_format") ?? /^(csr|csc)_matrix$/.exec(encoding)?.[1];
  if (encoding === "null") return undefined;
  if (format !== "csr" && format !== "csc") {
    return { kind: "skipped", reason: `a value of AnnData's kind "${encoding || "group"}", which is no matrix` };
  }
  return readSparse(object, format, facts.get("shape") ?? facts.get("h5sparse_shape"), name);
}

function readSparse(group: Group, format: "csr" | "csc", claimed: unknown, name: string): Node {
  const place = (part: string) => {
    const object = group.get(part);
    const found = object instanceof Dataset ? placeOf(object) : `a sparse matrix without ${part}`;
    return typeof found === "string" ? { kind: "skipped" as const, reason: found } : found;
  };
  const [offsets, indices, values] = [place("indptr"), place("indices"), place("data")];
  for (const part of [offsets, indices, values]) if ("kind" in part) return part;
  if ("kind" in offsets || "kind" in indices || "kind" in values) throw new Problem(`${name} is damaged`);
  const [rows, columns] = (Array.isArray(claimed) ? claimed : []) as number[];
  const shape = [Number(rows), Number(columns)] as const;
  const [outer, inner] = format === "csr" ? shape : [shape[1], shape[0]];
  const isShape = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!isShape || outer !== count(offsets.shape) - 1 || !sparseIsHonest(inner, outer, count(indices.shape))) {
    throw new Problem(`${name} is a sparse matrix of ${shape.join("×")} with ${count(offsets.shape)} offsets`);
  }
  const compressed = format === "csr" ? "rows" : "columns";
  const isTruth = group.get("data") instanceof Dataset && isBoolean(group.get("data") as Dataset);
  return { kind: "sparse", element: isTruth ? "logical" : values.type, shape, compressed, offsets, indices, values };
}

function isBoolean(dataset: Dataset): boolean {
  const type = readableType(dataset);
  return typeof type !== "string" && type.class === hdf5Classes.enumeration;
}

function isFrame(group: Group): boolean {
  return attributes(group, /^(encoding-type|_index)$/).has("_index");
}

/** A data frame: a group of columns, or before version 0.7 a compound dataset. */
function readFrame(object: unknown): Frame | undefined {
  step(1);
  if (object instanceof Dataset) return readRecordFrame(object);
  if (!(object instanceof Group)) return undefined;
  const facts = attributes(object, /^(_index|column-order)$/);
  const indexName = String(facts.get("_index") ?? "_index");
  const keys = object.keys().filter((key) => key !== "__categories");
  const order = facts.get("column-order");
  const listed = (Array.isArray(order) ? order : order === undefined ? [] : [order]).map(String);
  const names = [...listed.filter((key) => keys.includes(key)), ...keys.filter((key) => !listed.includes(key))];
  const columns = new Map<string, Node>();
  for (const name of names) {
    if (name !== indexName) columns.set(name, readColumn(object, object.get(name), name));
  }
  return { index: words(readColumn(object, object.get(indexName), indexName)) ?? [], columns };
}

function readRecordFrame(dataset: Dataset): Frame | undefined {
  const type = readableType(dataset);
  const node = typeof type === "string" ? undefined : plainDataset(dataset, type);
  if (node?.kind !== "struct") return undefined;
  const columns = new Map(node.elements[0]!);
  const indexName = ["index", "_index"].find((name) => columns.has(name));
  const index = indexName === undefined ? [] : (words(columns.get(indexName)!) ?? []);
  if (indexName !== undefined) columns.delete(indexName);
  return { index, columns };
}

/** Names of rows: text, or numbers as text. */
function words(node: Node): readonly string[] | undefined {
  if (node.kind === "text") return node.lines;
  if (node.kind === "numeric") return writtenValues(node.place);
  return undefined;
}

function writtenValues(place: Extract<Node, { kind: "numeric" }>["place"]): string[] {
  if (count(place.shape) > mostWords) throw new Problem(`${place.path} holds ${count(place.shape)} names`);
  const bytes = readAllBytes(place);
  if (isWide(place.type)) return writtenIntegers(bytes, place.type, true);
  return Array.from(decode(bytes, place.type, true, task.path, place.path), String);
}

/** A column of a frame: numbers, text, truth values, categories, values of which some are missing. */
function readColumn(frame: Group, object: unknown, name: string): Node {
  step(2);
  if (object instanceof Dataset) {
    return legacyCategories(frame, object, name) ?? readObject(object, name, 2);
  }
  if (!(object instanceof Group)) return readObject(object, name, 2);
  const encoding = attributes(object, /^encoding-type$/).get("encoding-type");
  const parts = new Map(object.keys().map((key) => [key, object.get(key)]));
  const [codes, categories, values, mask] = ["codes", "categories", "values", "mask"].map((key) => parts.get(key));
  if (codes instanceof Dataset && categories !== undefined)
    return categorical(codes, readColumn(object, categories, name));
  if (values instanceof Dataset && mask instanceof Dataset) return masked(values, mask, name);
  return { kind: "skipped", reason: `a column of AnnData's kind "${String(encoding ?? "group")}"` };
}

/** Before version 0.8 the categories of a column were in the frame's __categories. */
function legacyCategories(frame: Group, codes: Dataset, name: string): Node | undefined {
  if (!Object.keys(codes.attrs).includes("categories")) return undefined;
  const reference: unknown = codes.get_attribute("categories", false);
  const kept = frame.keys().includes("__categories") ? frame.get("__categories") : undefined;
  const found = kept instanceof Group ? kept.get(name) : dereference(codes.root, reference as Reference);
  return found instanceof Dataset ? categorical(codes, readColumn(frame, found, name)) : undefined;
}

/** Categories by their names; code -1 is a missing value. */
function categorical(codes: Dataset, categories: Node): Node {
  const place = placeOf(codes);
  const names = words(categories);
  if (typeof place === "string" || !names) return { kind: "skipped", reason: "categories that cannot be read" };
  if (count(place.shape) > mostWords) throw new Problem(`${place.path} holds ${count(place.shape)} codes`);
  const signed = readNumbers(place);
  const missing = Uint8Array.from(signed, (code) => (code < 0 ? 1 : 0));
  const lines = signed.map((code) => (code < 0 ? "" : names[code]));
  const wrong = signed.find((code) => code >= names.length);
  if (wrong !== undefined) throw new Problem(`${codes.path}: code ${wrong} where there are ${names.length} categories`);
  const text: TextVariable = { kind: "text", lines: lines as string[], categories: names };
  return missing.includes(1) ? { ...text, missing } : text;
}

/** Values with a mask of those that are missing: text, whole numbers, truth values. */
function masked(values: Dataset, mask: Dataset, name: string): Node {
  const place = placeOf(mask);
  if (typeof place === "string") return { kind: "skipped", reason: place };
  const missing = Uint8Array.from(readNumbers(place), (value) => (value === 0 ? 0 : 1));
  const type = readableType(values);
  const node: Node = typeof type === "string" ? { kind: "skipped", reason: type } : plainDataset(values, type);
  if (!missing.includes(1)) return node;
  if (node.kind === "text")
    return { kind: "text", lines: node.lines.map((line, i) => (missing[i] ? "" : line)), missing };
  if (node.kind !== "numeric") return { kind: "skipped", reason: `values of ${name} with a mask` };
  const written = writtenValues(node.place);
  const numbers = Float64Array.from(written, (value, i) => (missing[i] ? Number.NaN : Number(value)));
  if (numbers.some((value) => !Number.isNaN(value) && Number.isInteger(value) && !Number.isSafeInteger(value))) {
    return { kind: "text", lines: written.map((line, i) => (missing[i] ? "" : line)), missing };
  }
  const bytes = new Uint8Array(numbers.buffer);
  return { kind: "values", element: "double", shape: [numbers.length], order: "row", bytes, type: "double" };
}
