// Tables that pandas wrote with to_hdf, in both of its forms: "fixed" (a matrix for each type of column) and "table" (records).
import { Dataset, Group } from "h5wasm/node";
import { decode, storedBytes } from "../decode.js";
import { isoDatetime64 } from "../iso-date.js";
import { PickleError, PythonArray, PythonDictionary, type PythonValue, readPickle } from "../pickle.js";
import { pythonVariable } from "../python-values.js";
import { pickColumn } from "../record-columns.js";
import { count, type TextVariable } from "../variables.js";
import { attributes, Problem, readAllBytes, readableType, readBlock, tick } from "./library.js";
import { numberType } from "./numbers.js";
import { plainDataset, readObject } from "./objects.js";
import { type Member, memberColumn, membersOf, memberText } from "./records.js";
import { isText, readLists, readStrings } from "./text.js";
import type { Node, OpenedFile, RecordsPlace } from "./tree.js";
import { hdf5Classes } from "./types.js";

const deepest = 16;

/** A group that holds one table: its key, as it was given to to_hdf. */
interface Found {
  readonly key: string;
  readonly group: Group;
  readonly type: string;
}

/** A table: the columns of its index, then those of the frame. */
interface Frame {
  readonly index: readonly string[];
  readonly columns: Map<string, Node>;
}

/** All groups that pandas has marked as its own. */
export function findFrames(root: Group): Found[] {
  const found: Found[] = [];
  const visit = (group: Group, key: string, depth: number) => {
    tick();
    const type = attributes(group, /^pandas_type$/).get("pandas_type");
    if (type !== undefined) found.push({ key, group, type: String(type) });
    else if (depth < deepest) {
      for (const name of group.keys()) {
        const child = group.get(name);
        if (child instanceof Group) visit(child, key === "" ? name : `${key}/${name}`, depth + 1);
      }
    }
  };
  // PyTables signs its files
  if (attributes(root, /^PYTABLES_FORMAT_VERSION$/).size > 0) visit(root, "", 0);
  return found;
}

/** One table as its columns; several as a struct of columns each. What else is in the file is read as it stands. */
export function readFrames(root: Group, frames: readonly Found[]): OpenedFile {
  const others = root.keys().filter((name) => !frames.some(({ key }) => key === name || key.startsWith(`${name}/`)));
  const [only] = frames;
  if (frames.length === 1 && others.length === 0 && only) {
    const frame = readFrame(only);
    if ("kind" in frame) return { nodes: new Map([[only.key, frame]]), format: "hdf5", notes: [] };
    return { nodes: frame.columns, format: "hdf5", table: { index: frame.index, hasHeader: true }, notes: [] };
  }
  const nodes = new Map<string, Node>();
  for (const found of frames) {
    const frame = readFrame(found);
    nodes.set(found.key, "kind" in frame ? frame : { kind: "struct", shape: [1], elements: [frame.columns] });
  }
  for (const name of others) nodes.set(name, readObject(root.get(name), name, 0));
  const keys = frames.map(({ key }) => key).slice(0, 6);
  const notes =
    frames.length > 1
      ? [`it holds ${frames.length} tables of pandas (${keys.join(", ")}), each a struct of its columns`]
      : [];
  return { nodes, format: "hdf5", notes };
}

type Skipped = Extract<Node, { kind: "skipped" }>;

function readFrame({ group, type }: Found): Frame | Skipped {
  switch (type) {
    case "frame":
      return fixedFrame(group);
    case "series":
      return fixedSeries(group);
    case "frame_table":
    case "series_table":
    case "appendable_frame":
    case "appendable_series":
    case "appendable_multiframe":
    case "appendable_multiseries":
      return recordFrame(group);
    default:
      return { kind: "skipped", reason: `an object of pandas of the kind "${type}"; save it as a DataFrame` };
  }
}

/** Adds a column under its name, or another where that is taken. */
function add(columns: Map<string, Node>, name: string, node: Node): string {
  let free = name;
  while (columns.has(free)) free += "_";
  columns.set(free, node);
  return free;
}

function dataset(group: Group, name: string): Dataset {
  const found = group.keys().includes(name) ? group.get(name) : undefined;
  if (!(found instanceof Dataset)) throw new Problem(`${group.path}/${name} of a table of pandas is missing`);
  return found;
}

/** Form "fixed": axis0 and axis1 hold the names of columns and rows, block0_items and block0_values those of one type. */
function fixedFrame(group: Group): Frame {
  const columns = new Map<string, Node>();
  const index = fixedIndex(group, "axis1", columns);
  const names = labels(group, "axis0");
  const values = new Map<string, Node[]>();
  const blocks = Number(attributes(group, /^nblocks$/).get("nblocks") ?? 0);
  for (let b = 0; b < Math.min(blocks, 1e5); b++) {
    const items = labels(group, `block${b}_items`);
    for (const [j, node] of blockColumns(dataset(group, `block${b}_values`), items).entries()) {
      values.set(items[j]!, [...(values.get(items[j]!) ?? []), node]);
    }
  }
  // a name that repeats has its columns in the order of the blocks
  for (const name of names) {
    const node = values.get(name)?.shift();
    if (node) add(columns, name, node);
  }
  return { index, columns };
}

function fixedSeries(group: Group): Frame {
  const columns = new Map<string, Node>();
  const index = fixedIndex(group, "index", columns);
  const name = python(attributes(group, /^name$/).get("name"));
  add(columns, typeof name === "string" ? name : "values", blockColumns(dataset(group, "values"), [""])[0]!);
  return { index, columns };
}

/** The columns of an index: one, or one for each level. */
function fixedIndex(group: Group, axis: string, columns: Map<string, Node>): string[] {
  const facts = attributes(group, new RegExp(`^${axis}_(variety|nlevels)$`));
  if (facts.get(`${axis}_variety`) !== "multi") {
    const values = dataset(group, axis);
    const name = python(attributes(values, /^name$/).get("name"));
    return [add(columns, typeof name === "string" ? name : "index", axisValues(values))];
  }
  return Array.from({ length: Math.min(100, Number(facts.get(`${axis}_nlevels`))) }, (_, i) => {
    const level = dataset(group, `${axis}_level${i}`);
    const codes = dataset(group, `${axis}_label${i}`);
    const name = python(attributes(level, /^name$/).get("name"));
    return add(columns, typeof name === "string" ? name : `level_${i}`, take(axisValues(level), numbersOf(codes)));
  });
}

/** Names of columns, of several levels joined by points. */
function labels(group: Group, axis: string): string[] {
  const facts = attributes(group, new RegExp(`^${axis}_(variety|nlevels)$`));
  if (facts.get(`${axis}_variety`) !== "multi") {
    const names = dataset(group, axis);
    const type = readableType(names);
    const isPickled = typeof type !== "string" && type.class === hdf5Classes.variableLength && !type.isText;
    return isPickled ? pickledValues(names).map(String) : linesOf(axisValues(names));
  }
  const levels = Array.from({ length: Math.min(100, Number(facts.get(`${axis}_nlevels`))) }, (_, i) =>
    linesOf(take(axisValues(dataset(group, `${axis}_level${i}`)), numbersOf(dataset(group, `${axis}_label${i}`)))),
  );
  return (levels[0] ?? []).map((_, row) => levels.map((level) => level[row]).join("."));
}

function numbersOf(values: Dataset): number[] {
  const node = plainNode(values);
  if (node.kind !== "numeric") throw new Problem(`${values.path} holds no numbers`);
  return Array.from(decode(readAllBytes(node.place), node.place.type, true, "", values.path));
}

/** The values of an index, read: text, dates as text, numbers as they are written. */
function axisValues(values: Dataset): Node {
  const facts = attributes(values, /^(kind|value_type)$/);
  const kind = String(facts.get("kind") ?? facts.get("value_type") ?? "");
  return blockColumns(values, [""], kind)[0]!;
}

function linesOf(node: Node): string[] {
  if (node.kind === "text") return [...node.lines];
  if (node.kind !== "numeric") throw new Problem("names of columns that are neither text nor numbers");
  const bytes = readAllBytes(node.place);
  if (node.place.type === "int64") return Array.from(new BigInt64Array(bytes.buffer as ArrayBuffer), String);
  return Array.from(decode(bytes, node.place.type, true, "", node.place.path), String);
}

/** The values at these places; -1 is a missing one. */
function take(level: Node, codes: readonly number[]): TextVariable {
  const names = linesOf(level);
  const missing = Uint8Array.from(codes, (code) => (code < 0 ? 1 : 0));
  const lines = codes.map((code) => (code < 0 ? "" : (names[code] ?? "")));
  return missing.includes(1) ? { kind: "text", lines, missing } : { kind: "text", lines };
}

function plainNode(values: Dataset): Node {
  const type = readableType(values);
  if (!values.metadata.shape) return { kind: "skipped", reason: "an empty dataset" };
  return typeof type === "string" ? { kind: "skipped", reason: type } : plainDataset(values, type);
}

/** The columns in a matrix of one type: rows × columns, or columns × rows where pandas has not turned it. */
function blockColumns(values: Dataset, items: readonly string[], kind?: string): Node[] {
  const facts = attributes(values, /^(value_type|transposed|shape)$/);
  const valueType = kind ?? String(facts.get("value_type") ?? "");
  const type = readableType(values);
  const all = (node: Node) => items.map(() => node);
  if (typeof type === "string" || !values.metadata.shape) {
    return all({ kind: "skipped", reason: typeof type === "string" ? type : "an empty dataset" });
  }
  const { shape } = values.metadata;
  if (facts.has("shape")) {
    // pandas writes one value in place of none
    const bytes = new Uint8Array(0);
    return all({ kind: "values", element: "double", shape: [0], order: "row", bytes, type: "double" });
  }
  if (type.class === hdf5Classes.variableLength && !type.isText) return objectColumns(values, items);
  const width = items.length;
  const isTurned = shape.length < 2 || facts.get("transposed") === 1;
  const rows = (shape.length < 2 ? shape[0] : isTurned ? shape[0] : shape[1]) ?? 0;
  if (shape.length > 2 || (shape.length === 2 && (isTurned ? shape[1] : shape[0]) !== width)) {
    throw new Problem(`${values.path} of ${shape.join("×")} values holds ${width} columns`);
  }
  if (isText(type)) {
    const lines = readStrings(values, type);
    return items.map((_, j) => ({ kind: "text", lines: pick(lines, rows, width, j, isTurned) }));
  }
  const numbers = numberType(type);
  if (typeof numbers === "string") return all({ kind: "skipped", reason: numbers });
  const place = { path: values.path, shape, ...numbers };
  if (/^datetime64|^datetime$/.test(valueType) && numbers.type === "int64") {
    const dates = dateLines(readAllBytes(place), valueType);
    return items.map((_, j) => ofDates(pick(dates, rows, width, j, isTurned)));
  }
  if (/^(timedelta64|period)/.test(valueType))
    return all({ kind: "skipped", reason: `values of pandas' type ${valueType}` });
  const element =
    type.class === hdf5Classes.bitfield || type.class === hdf5Classes.enumeration ? "logical" : numbers.type;
  if (shape.length === 1 || numbers.bits) return all({ kind: "numeric", place, element, matlab: false });
  const size = storedBytes[numbers.type];
  const records: RecordsPlace = { path: values.path, shape, size, isVariable: false };
  return items.map((_, j) => ({
    kind: "column",
    records,
    rows,
    size: isTurned ? width * size : size,
    offset: isTurned ? j * size : j * rows * size,
    type: numbers.type,
    little: true,
    element,
    shape: [],
  }));
}

function pick<T>(values: readonly T[], rows: number, width: number, column: number, isTurned: boolean): T[] {
  return Array.from({ length: rows }, (_, row) => values[isTurned ? row * width + column : column * rows + row]!);
}

/** Columns of Python's objects (text), which pandas pickles as one array: rows × columns, or columns × rows. */
function objectColumns(values: Dataset, items: readonly string[]): Node[] {
  const isTurned = attributes(values, /^transposed$/).get("transposed") === 1;
  try {
    const all = pickledValues(values);
    const rows = all.length / items.length;
    return items.map((_, j) => objectColumn(pick(all, rows, items.length, j, isTurned), values.path));
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    const reason = `Python objects that are not read (${error.message}); save numbers or text`;
    return items.map(() => ({ kind: "skipped", reason }));
  }
}

/** The values in a pickled array. @throws PickleError where they are not read. */
function pickledValues(values: Dataset): PythonValue[] {
  const lists = readLists(values, readableTypeBase(values));
  const bytes = typeof lists === "string" ? undefined : lists[0];
  const array = bytes && readPickle(bytes);
  if (!(array instanceof PythonArray && Array.isArray(array.data))) throw new PickleError("no array of objects");
  return array.data;
}

function objectColumn(values: PythonValue[], path: string): Node {
  const variable = pythonVariable(values, { path, name: path, bytes: values.length * 64, notes: [] });
  if (variable.kind === "text") return variable;
  if (variable.kind !== "numeric" || variable.written) {
    return { kind: "skipped", reason: "Python objects of several kinds; save numbers or text" };
  }
  const numbers = Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
  const bytes = new Uint8Array(numbers.buffer);
  return { kind: "values", element: variable.element, shape: [numbers.length], order: "row", bytes, type: "double" };
}

function readableTypeBase(values: Dataset) {
  const type = readableType(values);
  if (typeof type === "string" || !type.base) throw new Problem(`${values.path} holds no objects`);
  return type.base;
}

function dateLines(bytes: Uint8Array, valueType: string): string[] {
  const unit = /\[(\w+)/.exec(valueType)?.[1] ?? "ns";
  return Array.from(
    new BigInt64Array(bytes.buffer as ArrayBuffer),
    (value) => isoDatetime64(value, unit) ?? String(value),
  );
}

function ofDates(lines: readonly string[]): TextVariable {
  const missing = Uint8Array.from(lines, (line) => (line === "" ? 1 : 0));
  return missing.includes(1) ? { kind: "text", lines, missing } : { kind: "text", lines };
}

/** Form "table": records with the index, columns of their own, and one array for all other columns of a type. */
function recordFrame(group: Group): Frame | Skipped {
  const table = dataset(group, "table");
  const type = readableType(table);
  if (typeof type === "string") return { kind: "skipped", reason: type };
  const facts = attributes(group, /^(non_index_axes|nan_rep|levels|info)$/);
  const columnFacts = attributes(table, /_(kind|dtype|meta)$/);
  const missingWord = String(facts.get("nan_rep") ?? "nan");
  const found = new Map<string, Node>();
  for (const member of membersOf(table, type)) {
    const kinds = python(columnFacts.get(`${member.name}_kind`));
    const isBlock = Array.isArray(kinds);
    const names = isBlock ? kinds.map(String) : [member.name];
    const dtype = String(columnFacts.get(`${member.name}_dtype`) ?? (isBlock ? "" : kinds) ?? "");
    const isCategory = columnFacts.get(`${member.name}_meta`) === "category";
    for (const [j, node] of recordColumns(table, member, names.length, dtype, missingWord).entries()) {
      found.set(names[j]!, isCategory ? categorical(group, member.name, node) : node);
    }
  }
  const axes = python(facts.get("non_index_axes"));
  const listed =
    Array.isArray(axes) && Array.isArray(axes[0]) && Array.isArray(axes[0][1]) ? axes[0][1].map(String) : [];
  const levels = python(facts.get("levels"));
  const levelNames = Array.isArray(levels) ? levels.map(String) : [];
  const name = entry(entry(python(facts.get("info")), "index"), "index_name");
  return orderedFrame(found, listed, levelNames, typeof name === "string" ? name : "index");
}

/** What a dictionary has under this key. */
function entry(value: unknown, key: string): unknown {
  return value instanceof PythonDictionary ? value.entries.find(([each]) => each === key)?.[1] : undefined;
}

/** The columns in the order of the frame, its index first. */
function orderedFrame(
  found: Map<string, Node>,
  listed: readonly string[],
  levels: readonly string[],
  name: string,
): Frame {
  const columns = new Map<string, Node>();
  const index: string[] = [];
  const range = found.get("index");
  if (levels.length > 0) {
    for (const level of levels) {
      const node = found.get(level);
      if (node) index.push(add(columns, level, node));
    }
  } else if (range) index.push(add(columns, name, range));
  const rest = [...found.keys()].filter((key) => key !== "index" && !levels.includes(key));
  const order = [...listed.filter((key) => rest.includes(key)), ...rest.filter((key) => !listed.includes(key))];
  for (const key of order) add(columns, key, found.get(key)!);
  return { index, columns };
}

/** The columns in a member of the records: one, or as many as the array in it has places. */
function recordColumns(table: Dataset, member: Member, width: number, dtype: string, missingWord: string): Node[] {
  const { type, offset, shape } = member;
  if (count(shape) !== width)
    throw new Problem(`${table.path}: ${member.name} holds ${count(shape)} columns, not ${width}`);
  if (isText(type)) {
    const rows = memberText(table, member);
    return Array.from({ length: width }, (_, j) => {
      const lines = rows.map((row) => row[j]!);
      const missing = Uint8Array.from(lines, (line) => (line === missingWord ? 1 : 0));
      return missing.includes(1)
        ? { kind: "text", lines: lines.map((line, i) => (missing[i] ? "" : line)), missing }
        : { kind: "text", lines };
    });
  }
  const numbers = numberType(type);
  const size = typeof numbers === "string" ? 0 : storedBytes[numbers.type];
  return Array.from({ length: width }, (_, j) => {
    const node = memberColumn(table, { ...member, shape: [], offset: offset + j * size });
    if (node.kind !== "column") return node;
    if (/^datetime/.test(dtype) && node.type === "int64") return ofDates(dateLines(columnBytes(node), dtype));
    if (/^timedelta/.test(dtype)) return { kind: "skipped", reason: `values of pandas' type ${dtype}` };
    return /^bool/.test(dtype) || type.class === hdf5Classes.bitfield ? { ...node, element: "logical" } : node;
  });
}

/** The bytes of one column, read here. */
function columnBytes({ records, rows, size, offset, type }: Extract<Node, { kind: "column" }>): Uint8Array {
  const bytes = readBlock({ place: records, start: records.shape.map(() => 0), count: records.shape });
  return pickColumn(bytes, size, offset, storedBytes[type], 0, rows);
}

/** Codes of categories by their names, which lie in a table of their own. */
function categorical(group: Group, name: string, codes: Node): Node {
  const kept = group.get(`meta/${name}/meta`);
  if (codes.kind !== "column" || !(kept instanceof Group))
    return { kind: "skipped", reason: "categories that are not there" };
  const frame = recordFrame(kept);
  if ("kind" in frame) return frame;
  const names = [...frame.columns].find(([column]) => !frame.index.includes(column))?.[1];
  if (names?.kind !== "text") return { kind: "skipped", reason: "categories that are no text" };
  const values = decode(columnBytes(codes), codes.type, codes.little, "", name);
  const missing = Uint8Array.from(values, (code) => (code < 0 ? 1 : 0));
  const lines = Array.from(values, (code) => (code < 0 ? "" : (names.lines[code] ?? "")));
  const text: TextVariable = { kind: "text", lines, categories: names.lines };
  return missing.includes(1) ? { ...text, missing } : text;
}

/** Python's value in an attribute: PyTables pickles what is no number or text. */
function python(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return readPickle(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
