// NumPy's .npy files, versions 1 to 3: reading (lazily) and writing.
import { basename, extname } from "node:path";
import { UserError } from "../../errors.js";
import { writeFileAtomic } from "../../files.js";
import type { StoredType } from "./decode.js";
import type { Source } from "./source.js";
import { storedArray } from "./stored-array.js";
import { count, type FileContent, type NumericArray, type Variable } from "./variables.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const longestHeader = 2 ** 20;

const types: Readonly<Record<string, StoredType>> = {
  b1: "uint8",
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "half",
  f4: "single",
  f8: "double",
};

/** Reads a .npy file as one variable that bears the file's name. */
export function readNpy(source: Source): FileContent {
  const { path } = source;
  const name = basename(path, extname(path)) || "data";
  const variable = npyVariable(source, name);
  if (variable.kind === "skipped") throw new UserError(`${path} holds ${variable.reason}`);
  return { format: "npy", path, variables: new Map([[name, variable]]), notes: [], close: () => source.close() };
}

/**
 * The array in a .npy file. Shape () counts as one value.
 * @returns a "skipped" variable for what is not numbers or text: objects, records, complex numbers, dates.
 * @throws UserError where header and bytes contradict each other.
 */
export function npyVariable(source: Source, name: string): Variable {
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
  const header = Buffer.from(source.read(begin, length)).toString(version === 3 ? "utf8" : "latin1");
  const { descr, fortran, shape } = parseHeader(header, path);
  const offset = begin + length;
  const order = fortran ? "column" : "row";
  const match = /^([<>|=])([a-zA-Z])(\d*)(\[.*\])?$/.exec(descr);
  if (!match) return { kind: "skipped", reason: "records of several fields (a structured dtype)" };
  const little = match[1] !== ">";
  const kind = match[2]!;
  const type = types[kind + match[3]];
  if (type) {
    return storedArray(source, { name, shape, order, element: kind === "b" ? "logical" : type, type, little, offset });
  }
  if (kind === "O")
    return { kind: "skipped", reason: "Python objects (dtype object, pickled); save it with a numeric dtype" };
  if (kind === "U" || kind === "S")
    return text(source, Number(match[3]) * (kind === "U" ? 4 : 1), kind, little, shape, offset);
  if (kind === "c")
    return { kind: "skipped", reason: `a ${shape.join("×")} complex array; only real numbers are supported` };
  return { kind: "skipped", reason: `values of dtype ${descr}, which is not supported` };
}

function parseHeader(header: string, path: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|\[)/.exec(header);
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(header);
  if (!descr || !fortran || !shape)
    throw new UserError(`${path} is corrupt: its .npy header reads ${JSON.stringify(header.slice(0, 80))}`);
  const lengths = shape[1]!
    .split(",")
    .map((each) => each.replace("L", "").trim())
    .filter((each) => each !== "")
    .map(Number);
  if (lengths.length > 32 || lengths.some((each) => !Number.isSafeInteger(each))) {
    throw new UserError(`${path} is corrupt: its .npy header names the shape (${shape[1]!.slice(0, 80)})`);
  }
  return { descr: descr[1] ?? "", fortran: fortran[1] === "True", shape: lengths.length === 0 ? [1] : lengths };
}

function text(
  source: Source,
  width: number,
  kind: "U" | "S",
  little: boolean,
  shape: number[],
  offset: number,
): Variable {
  const items = count(shape);
  if (items * width !== source.size - offset || (width === 0 && items > 2 ** 20)) {
    throw new UserError(
      `${source.path} is corrupt or truncated: ${shape.join("×")} strings need ${items * width} bytes, it has ${source.size - offset}`,
    );
  }
  const bytes = source.read(offset, items * width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines = Array.from({ length: items }, (_, i) => {
    if (kind === "S") {
      return Buffer.from(bytes.buffer, bytes.byteOffset + i * width, width)
        .toString("utf8")
        .replace(/\0+$/, "");
    }
    let line = "";
    for (let at = i * width; at < (i + 1) * width; at += 4) {
      const point = view.getUint32(at, little);
      if (point !== 0) line += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
    }
    return line;
  });
  return { kind: "text", lines };
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
