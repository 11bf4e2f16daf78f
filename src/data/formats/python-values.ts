// What a pickle holds as variables: arrays, lists as cells or matrices, dictionaries as structs.
import { UserError } from "../../errors.js";
import { decodeText } from "./decode.js";
import { type NumpyType, numpyArray, numpyType } from "./numpy/numpy-types.js";
import {
  PickleError,
  PythonArray,
  PythonDictionary,
  PythonName,
  PythonObject,
  PythonType,
  type PythonValue,
} from "./pickle.js";
import { pickColumn } from "./record-columns.js";
import { count, numeric, type Variable } from "./variables.js";

const deepest = 40;

/** What all parts of one pickle share. */
interface Reading {
  readonly path: string;
  readonly notes: string[];
  /** Values that may still come: what a file refers to often must not grow without end. */
  left: number;
}

/**
 * A value of Python as a variable: text where all of a list are strings or None, numbers where all are numbers, None or truth
 * values, a matrix where all are lists of as many numbers, otherwise a cell; a dictionary is a struct.
 * @param bytes size of the pickle, for the bound on how much may come out of it.
 * @param notes notes to report are added.
 * @throws PickleError where it is nested too deep, grows too large, or contradicts itself.
 */
export function pythonVariable(
  value: PythonValue,
  { path, name, bytes, notes }: { path: string; name: string; bytes: number; notes: string[] },
): Variable {
  return convert(value, name, 0, { path, notes, left: 1e6 + 2 * bytes });
}

function convert(value: PythonValue, name: string, depth: number, reading: Reading): Variable {
  spend(reading, 1);
  if (depth > deepest) throw new PickleError(`values nested more than ${deepest} deep`);
  if (value instanceof PythonArray) return arrayVariable(value, name, depth, reading);
  if (value instanceof PythonDictionary) {
    const fields = value.entries.map(([key, item]) => {
      const field = typeof key === "string" ? key : String(leaf(key) ?? "None");
      return [field, convert(item, `${name}.${field}`, depth + 1, reading)] as const;
    });
    return { kind: "struct", shape: [1], elements: [new Map(fields)] };
  }
  if (value instanceof PythonObject) throw new PickleError(value.what);
  if (value instanceof PythonType || value instanceof PythonName) throw new PickleError("a class or type of NumPy");
  return Array.isArray(value) ? listVariable(value, name, depth, reading) : leaves([value], [1], reading)!;
}

function spend(reading: Reading, values: number): void {
  reading.left -= values;
  if (reading.left < 0) throw new PickleError("more values than its size allows");
}

function arrayVariable(array: PythonArray, name: string, depth: number, reading: Reading): Variable {
  const { type, isFortran, data } = array;
  const shape = array.shape.length === 0 ? [1] : array.shape;
  if (Array.isArray(data)) {
    if (data.length !== count(shape)) throw new PickleError("a damaged pickle");
    if (type.fields) return recordsOfObjects(type, data, name, depth, reading);
    if (array.shape.length === 0) return convert(data[0]!, name, depth + 1, reading);
    return objects(data, shape, name, depth, reading);
  }
  const about = { path: reading.path, name, complain: (what: string) => new PickleError(what) as unknown as UserError };
  if (type.fields) {
    const size = type.itemSize ?? 0;
    const rows = count(shape);
    if (rows * size !== data.length || (size === 0 && rows > 0)) throw new PickleError("a damaged pickle");
    const fields = type.fields.map((field) => {
      const kind = plainType(field.type);
      if (field.offset < 0 || field.offset + kind.size > size) throw new PickleError("a damaged pickle");
      spend(reading, rows * kind.size);
      const column = pickColumn(data, size, field.offset, kind.size, 0, rows);
      return [field.name, numpyArray(kind, column, [rows], "row", about)] as const;
    });
    return { kind: "struct", shape: [1], elements: [new Map(fields)] };
  }
  const kind = plainType(type);
  if (kind.kind !== "number") spend(reading, data.length + count(shape));
  return numpyArray(kind, data, shape, isFortran ? "column" : "row", about);
}

function plainType(type: PythonType): Exclude<NumpyType, { kind: "objects" }> {
  const unit = type.unit === undefined ? "" : `[${type.unit}]`;
  const size = /\d/.test(type.name) ? "" : (type.itemSize ?? "");
  const found = numpyType(`${type.little ? "<" : ">"}${type.name}${size}${unit}`);
  if (found.kind === "objects") throw new PickleError("objects inside records");
  return found;
}

/** Records of which some fields are objects: one list per record. */
function recordsOfObjects(
  type: PythonType,
  data: readonly PythonValue[],
  name: string,
  depth: number,
  reading: Reading,
): Variable {
  const fields = type.fields!.map((field, f) => {
    const column = data.map((record) => {
      if (!Array.isArray(record) || record.length !== type.fields!.length) throw new PickleError("a damaged pickle");
      return record[f]!;
    });
    return [field.name, listVariable(column, `${name}.${field.name}`, depth + 1, reading)] as const;
  });
  return { kind: "struct", shape: [1], elements: [new Map(fields)] };
}

/** An array of objects. Boxed numbers of three and more axes are arrays of one shape that NumPy has taken apart. */
function objects(
  data: readonly PythonValue[],
  shape: readonly number[],
  name: string,
  depth: number,
  reading: Reading,
): Variable {
  const plain = leaves(data, shape, reading);
  if (plain?.kind === "numeric" && shape.length >= 3) {
    const inner = shape.slice(1);
    const size = count(inner);
    const items = Array.from(
      { length: shape[0]! },
      (_, i) => leaves(data.slice(i * size, (i + 1) * size), inner, reading)!,
    );
    reading.notes.push(
      `${name} is an object array of ${shape.join("×")} numbers; it is read as ${shape[0]} arrays of ${inner.join("×")}, one for each position of the first axis`,
    );
    return { kind: "cell", shape: [shape[0]!], items };
  }
  if (plain) return plain;
  const items = data.map((item, i) => convert(item, `${name}{${i + 1}}`, depth + 1, reading));
  return { kind: "cell", shape: shape.length === 1 ? shape : [items.length], items };
}

function listVariable(list: readonly PythonValue[], name: string, depth: number, reading: Reading): Variable {
  const plain = leaves(list, [list.length], reading);
  if (plain) return plain;
  const shape = listShape(list);
  const flat = shape.length > 1 ? flatten(list, shape, reading) : undefined;
  const matrix = flat && leaves(flat, shape, reading);
  if (matrix?.kind === "numeric") return matrix;
  const items = list.map((item, i) => convert(item, `${name}{${i + 1}}`, depth + 1, reading));
  return { kind: "cell", shape: [items.length], items };
}

/** Lengths of a list, of its first item, of the first item of that, … */
function listShape(list: readonly PythonValue[]): number[] {
  const shape: number[] = [];
  for (let value: unknown = list; Array.isArray(value) && shape.length < 8; value = value[0]) shape.push(value.length);
  return shape;
}

/** What lists of this shape hold, one after the other; undefined where some list has another length. */
function flatten(list: readonly PythonValue[], shape: readonly number[], reading: Reading): PythonValue[] | undefined {
  let level: readonly PythonValue[] = list;
  for (const length of shape.slice(1)) {
    const next: PythonValue[] = [];
    for (const item of level) {
      if (!Array.isArray(item) || item.length !== length) return undefined;
      spend(reading, length);
      for (const inner of item) next.push(inner);
    }
    level = next;
  }
  return level as PythonValue[];
}

type Leaf = string | number | bigint | boolean | null;

/** A plain value, also of NumPy's scalars; undefined for what is none. */
function leaf(value: PythonValue): Leaf | undefined {
  if (value instanceof Uint8Array) return decodeText(value);
  if (value instanceof PythonArray && value.shape.length === 0 && value.data instanceof Uint8Array) {
    return scalar(value.type, value.data);
  }
  const isPlain = value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
  return isPlain ? (value as Leaf) : undefined;
}

function scalar(type: PythonType, bytes: Uint8Array): Leaf | undefined {
  const kind = plainType(type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind.size !== bytes.length || kind.kind === "skipped") return undefined;
  if (kind.kind === "number") {
    const { type: stored, little } = kind;
    if (kind.element === "logical") return view.getUint8(0) !== 0;
    if (stored === "int64" || stored === "uint64") {
      const value = stored === "int64" ? view.getBigInt64(0, little) : view.getBigUint64(0, little);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    if (stored === "double") return view.getFloat64(0, little);
    if (stored === "single") return view.getFloat32(0, little);
  }
  const array = numpyArray(kind, bytes, [1], "row", { path: "", name: "", complain: (what) => new UserError(what) });
  return array.kind === "text" ? array.lines[0]! : undefined;
}

/** Values that are all text or all numbers, with None and NaN for what is missing; undefined where they are neither. */
function leaves(values: readonly PythonValue[], shape: readonly number[], reading: Reading): Variable | undefined {
  const found: Leaf[] = [];
  for (const value of values) {
    const plain = leaf(value);
    if (plain === undefined) return undefined;
    found.push(plain);
  }
  spend(reading, found.length);
  const isMissing = (value: Leaf) => value === null || Number.isNaN(value);
  if (found.some((value) => typeof value === "string")) {
    if (!found.every((value) => typeof value === "string" || isMissing(value))) return undefined;
    const lines = found.map((value) => (typeof value === "string" ? value : ""));
    const missing = Uint8Array.from(found, (value) => (isMissing(value) ? 1 : 0));
    return missing.includes(1) ? { kind: "text", lines, missing } : { kind: "text", lines };
  }
  if (found.length > 0 && found.every((value) => typeof value === "boolean")) {
    return numeric("logical", shape, "row", Uint8Array.from(found, Number));
  }
  const large = found.find((value) => typeof value === "bigint");
  if (large === undefined) {
    return numeric(
      "double",
      shape,
      "row",
      Float64Array.from(found, (value) => (value === null ? Number.NaN : Number(value))),
    );
  }
  if (!found.every((value) => value === null || typeof value === "bigint" || Number.isInteger(value))) return undefined;
  const refuse = () => {
    throw new UserError(`${reading.path} holds the integer ${large}, expected at most 2^53 in magnitude`);
  };
  return numeric("int64", shape, "row", refuse, { written: async () => found.map((value) => String(value ?? "")) });
}
