// NumPy's .npy files, versions 1 to 3: reading (lazily) and writing.
import { basename, extname } from "node:path";
import { UserError } from "../../../errors.js";
import { writeFileAtomic } from "../../../files.js";
import { skippedNotes } from "../notes.js";
import { PickleError, readPickle } from "../pickle.js";
import { type PythonLiteral, parsePython } from "../python-literal.js";
import { pythonVariable } from "../python-values.js";
import { pickColumn, type Records, recordColumn } from "../record-columns.js";
import type { Source } from "../source.js";
import { storedArray } from "../stored-array.js";
import { count, type FileContent, type NumericArray, type Variable } from "../variables.js";
import { numpyArray, numpyType } from "./numpy-types.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const longestHeader = 2 ** 20;

/**
 * Reads a .npy file: an array is one variable that bears the file's name, the fields of a record array are the columns of a
 * table, the entries of a dictionary are variables.
 */
export function readNpy(source: Source): FileContent {
  const { path } = source;
  const name = basename(path, extname(path)) || "data";
  const notes: string[] = [];
  const { variable, isTable, isDictionary } = npyContent(source, name, notes);
  if (variable.kind === "skipped") throw new UserError(`${path} holds ${variable.reason}`);
  const fields = variable.kind === "struct" && (isTable || isDictionary) ? variable.elements[0] : undefined;
  const variables = fields && fields.size > 0 ? fields : new Map([[name, variable]]);
  return {
    format: "npy",
    path,
    variables,
    ...(fields && isTable && { table: { index: [], hasHeader: true } }),
    notes: [...notes, ...skippedNotes(variables)],
    close: () => source.close(),
  };
}

/**
 * The array in a .npy file. Shape () counts as one value.
 * @param notes notes to report are added.
 * @returns a "skipped" variable for what is not read: complex numbers, objects of other classes than Python's plain ones.
 * @throws UserError where header and bytes contradict each other.
 */
export function npyVariable(source: Source, name: string, notes: string[]): Variable {
  return npyContent(source, name, notes).variable;
}

interface NpyContent {
  readonly variable: Variable;
  /** The variable is a struct of the columns of one table. */
  readonly isTable?: boolean;
  /** The variable is what one dictionary holds. */
  readonly isDictionary?: boolean;
}

function npyContent(source: Source, name: string, notes: string[]): NpyContent {
  const { path } = source;
  const { descr, order, shape, isScalar, offset } = readHeader(source);
  const complain = (what: string) => new UserError(`${path} is corrupt or truncated: ${what}`);
  const about = { path, name, complain };
  if (typeof descr !== "string") {
    return hasObjects(descr)
      ? { variable: pickled(source, offset, name, notes), isTable: shape.length === 1 }
      : records(source, descr, shape, offset);
  }
  const type = numpyType(descr);
  if (type.kind === "number") {
    const { type: stored, element, little } = type;
    const next = source.read(offset + count(shape) * type.size, magic.length);
    if (magic.every((byte, i) => next[i] === byte)) {
      throw new UserError(`${path} holds several arrays one after the other; save them in one file with numpy.savez`);
    }
    return { variable: storedArray(source, { name, shape, order, element, type: stored, little, offset }) };
  }
  if (type.kind === "objects") return { variable: pickled(source, offset, name, notes), isDictionary: isScalar };
  if (type.kind === "skipped")
    return { variable: { kind: "skipped", reason: `an array of shape (${shape.join(", ")}) of ${type.reason}` } };
  const needed = count(shape) * type.size;
  if (needed !== source.size - offset) {
    throw complain(`${shape.join("×")} values need ${needed} bytes, it has ${source.size - offset}`);
  }
  return { variable: numpyArray(type, source.read(offset, needed), shape, order, about) };
}

function readHeader(source: Source): {
  descr: PythonLiteral;
  order: "row" | "column";
  shape: number[];
  isScalar: boolean;
  offset: number;
} {
  const { path } = source;
  const start = source.read(0, 12);
  if (start.length < 12 || magic.some((byte, i) => start[i] !== byte))
    throw new UserError(`${path} is truncated: no .npy header`);
  const version = start[6]!;
  if (version < 1 || version > 3)
    throw new UserError(`${path} is a .npy file of version ${version}; versions 1 to 3 are supported`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const begin = version === 1 ? 10 : 12;
  if (length > longestHeader || begin + length > source.size) {
    throw new UserError(`${path} is corrupt or truncated: its .npy header claims ${length} bytes`);
  }
  const text = Buffer.from(source.read(begin, length)).toString(version === 3 ? "utf8" : "latin1");
  const header = parsePython(text);
  const [descr, fortran, shape] =
    header instanceof Map ? ["descr", "fortran_order", "shape"].map((key) => header.get(key)) : [];
  if ((typeof descr !== "string" && !Array.isArray(descr)) || typeof fortran !== "boolean" || !Array.isArray(shape))
    throw new UserError(`${path} is corrupt: its .npy header reads ${JSON.stringify(text.slice(0, 80))}`);
  if (shape.length > 32 || shape.some((each) => !Number.isSafeInteger(each) || (each as number) < 0)) {
    throw new UserError(`${path} is corrupt: its .npy header names the shape (${shape.join(", ").slice(0, 80)})`);
  }
  return {
    descr,
    order: fortran ? "column" : "row",
    shape: shape.length === 0 ? [1] : (shape as number[]),
    isScalar: shape.length === 0,
    offset: begin + length,
  };
}

/** An array of Python's objects, which is one pickle. */
function pickled(source: Source, offset: number, name: string, notes: string[]): Variable {
  const { path } = source;
  const bytes = source.read(offset, source.size - offset);
  try {
    return pythonVariable(readPickle(bytes), { path, name, bytes: bytes.length, notes });
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    return {
      kind: "skipped",
      reason: `Python objects that are not read (${error.message}); save numbers or text, or each array under its own name with numpy.savez`,
    };
  }
}

/** Says whether records hold Python's objects, which makes a pickle of all of them. */
function hasObjects(descr: PythonLiteral): boolean {
  return Array.isArray(descr)
    ? descr.some((entry) => Array.isArray(entry) && entry[1] !== undefined && hasObjects(entry[1]))
    : typeof descr === "string" && numpyType(descr).kind === "objects";
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** A structured array: each field is a column, "outer.inner" where records hold records. */
function records(source: Source, descr: PythonLiteral, shape: readonly number[], offset: number): NpyContent {
  const { path } = source;
  const fields: Field[] = [];
  const size = recordFields(descr, "", 0, fields, path);
  const rows = count(shape);
  if (rows * size !== source.size - offset || (size === 0 && rows > 0)) {
    throw new UserError(
      `${path} is corrupt or truncated: ${rows} records of ${size} bytes need ${rows * size} bytes, it has ${source.size - offset}`,
    );
  }
  let loaded: Uint8Array | undefined;
  const bytes = () => {
    loaded ??= source.read(offset, rows * size);
    if (loaded.length < rows * size) throw new UserError(`${path} became shorter while it was read`);
    return loaded;
  };
  const all: Records = { path, rows, size, load: async () => bytes() };
  const columns = new Map<string, Variable>();
  for (const field of fields) {
    const type = numpyType(field.type);
    const width = type.size * count(field.shape);
    if (type.kind === "number") {
      const { type: stored, little, element } = type;
      columns.set(field.name, recordColumn(all, { ...field, type: stored, little, element }));
    } else if (type.kind === "objects" || type.kind === "skipped") {
      const reason = type.kind === "skipped" ? type.reason : "Python objects inside records";
      columns.set(field.name, { kind: "skipped", reason });
    } else {
      const complain = (what: string) => new UserError(`${path} is corrupt: field ${field.name}: ${what}`);
      const column = pickColumn(bytes(), size, field.offset, width, 0, rows);
      const about = { path, name: field.name, complain };
      columns.set(field.name, numpyArray(type, column, [rows, ...field.shape], "row", about));
    }
  }
  const variable: Variable =
    columns.size === 0
      ? { kind: "skipped", reason: "records without any field" }
      : { kind: "struct", shape: [1], elements: [columns] };
  return { variable, isTable: shape.length === 1 && ![...fields].some(({ shape: inner }) => inner.length > 1) };
}

/** Collects the fields of a record type as NumPy writes it: (name, type) or (name, type, shape). @returns bytes of one record. */
function recordFields(descr: PythonLiteral, prefix: string, start: number, fields: Field[], path: string): number {
  const damaged = () =>
    new UserError(`${path} is corrupt: its .npy header describes records that cannot be understood`);
  if (!Array.isArray(descr) || fields.length > 2 ** 16) throw damaged();
  let size = 0;
  for (const entry of descr) {
    if (!Array.isArray(entry)) throw damaged();
    const [title, type, inner] = entry;
    // a field with a title has both as a pair
    const field = Array.isArray(title) ? title[1] : title;
    const list = inner === undefined ? [] : Array.isArray(inner) ? inner : [inner];
    if (
      typeof field !== "string" ||
      type === undefined ||
      list.some((n) => !Number.isSafeInteger(n) || (n as number) < 0)
    ) {
      throw damaged();
    }
    const shape = list as number[];
    if (typeof type !== "string") {
      if (shape.length > 0) throw damaged();
      size += recordFields(type, `${prefix}${field}.`, start + size, fields, path);
      continue;
    }
    // alignment is filled with nameless bytes
    if (field !== "") fields.push({ name: prefix + field, type, offset: start + size, shape });
    size += numpyType(type).size * count(shape);
  }
  return size;
}

/** Bytes of text that a file can have: every line takes the room of the longest. */
const mostTextBytes = 2 ** 31 - 1;

/**
 * An array as the pieces of a .npy file (version 1, row-major); text as fixed-width Unicode (`<U`).
 * @throws RangeError where shape and number of values differ; UserError for text that is too long to be padded.
 */
export function npyPieces(data: NumericArray | readonly string[], shape: readonly number[]): Uint8Array[] {
  if (count(shape) !== data.length)
    throw new RangeError(`npyPieces: ${data.length} values for shape ${shape.join("×")}`);
  if (!ArrayBuffer.isView(data)) return textPieces(data, shape);
  const letter =
    data instanceof Float32Array || data instanceof Float64Array
      ? "f"
      : data.constructor.name.startsWith("Uint")
        ? "u"
        : "i";
  const size = data.BYTES_PER_ELEMENT;
  const head = headerOf(`${size === 1 ? "|" : "<"}${letter}${size}`, shape);
  return [head, new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)];
}

function textPieces(lines: readonly string[], shape: readonly number[]): Uint8Array[] {
  const points = lines.map((line) => Uint32Array.from(line, (character) => character.codePointAt(0)!));
  const width = points.reduce((most, { length }) => Math.max(most, length), 1);
  if (lines.length * width * 4 > mostTextBytes) {
    throw new UserError(
      `${lines.length} texts of up to ${width} characters are too much for a NumPy array of text; .parquet and .csv hold them`,
    );
  }
  const cells = new Uint32Array(lines.length * width);
  points.forEach((own, i) => {
    cells.set(own, i * width);
  });
  return [headerOf(`<U${width}`, shape), new Uint8Array(cells.buffer)];
}

function headerOf(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const start = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const header = `${start}${" ".repeat(63 - ((10 + start.length) % 64))}\n`;
  const head = Buffer.alloc(10 + header.length);
  head.set([...magic, 1, 0]);
  head.writeUInt16LE(header.length, 8);
  head.write(header, 10, "latin1");
  return head;
}

/** Writes an array as a .npy file, atomically. @throws UserError where it cannot be written. */
export function writeNpy(path: string, data: NumericArray, shape: readonly number[]): void {
  writeFileAtomic(path, npyPieces(data, shape));
}
