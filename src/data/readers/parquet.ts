// Parquet files: a variable per column (numbers, text, or lists of one length as a matrix), and writing such files.
import * as zlib from "node:zlib";
import { type AsyncBuffer, type Compressors, type DecodedArray, parquetMetadataAsync, parquetScan, parquetSchema, type SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { UserError } from "../../errors.js";
import { writeFileAtomic } from "../../files.js";
import type { Source } from "./source.js";
import { type ElementClass, type FileContent, type NumericArray, numeric, type Variable } from "./variables.js";

/** A value of a column: what hyparquet makes of it. */
type Cell = unknown;

/**
 * Reads the columns of numbers, truth values, text, and lists of numbers that all have one length. Nulls become NaN.
 * @throws UserError where the file is truncated or corrupt, or compressed in a way this Node.js cannot undo.
 */
export async function readParquet(source: Source): Promise<FileContent> {
  const { path } = source;
  try {
    const variables = new Map<string, Variable>();
    const notes: string[] = [];
    const file = asyncBuffer(source);
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    if (rows * names.length > source.size * 2000) {
      throw new UserError(`${path} is corrupt: ${source.size} bytes claim to hold ${rows} rows of ${names.length} columns`);
    }
    const scan = await parquetScan({ file, metadata, compressors });
    for (const name of names) {
      const cells: Cell[] = [];
      for (const { rowStart, rowEnd } of scan.ranges) {
        const part: DecodedArray = await scan.readColumn({ column: name, rowStart, rowEnd });
        for (let i = 0; i < part.length; i++) cells.push(part[i]);
      }
      if (cells.length !== rows) throw new UserError(`${path} is corrupt: column "${name}" has ${cells.length} of ${rows} rows`);
      const variable = columnVariable(cells, path, name);
      if (variable.kind === "skipped") notes.push(`${name} is skipped: ${variable.reason}`);
      variables.set(name, variable);
    }
    source.close();
    if (variables.size === 0 || rows === 0) throw new UserError(`${path} is a Parquet file without rows or columns`);
    return { format: "parquet", path, variables, notes, close: () => {} };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    if (message?.includes("unsupported compression codec")) {
      throw new UserError(`${path}: ${message}; write it with snappy, gzip or no compression`);
    }
    throw new UserError(`${path} is corrupt or truncated: ${message}`);
  }
}

const unzstd = (zlib as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;

const compressors: Compressors = {
  GZIP: (input, length) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ...(unzstd && { ZSTD: (input: Uint8Array, length: number) => unzstd(input, { maxOutputLength: Math.max(1, length) }) }),
};

function asyncBuffer(source: Source): AsyncBuffer {
  return {
    byteLength: source.size,
    slice: (start, end = source.size) => {
      if (!(start >= 0 && start <= end && end <= source.size)) {
        throw new UserError(`${source.path} is corrupt or truncated: bytes ${start} to ${end} are asked for, it has ${source.size}`);
      }
      const bytes = source.read(start, end - start);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
}

function columnVariable(cells: readonly Cell[], path: string, name: string): Variable {
  const sample = cells.find((cell) => cell !== null && cell !== undefined);
  if (typeof sample === "string") {
    return { kind: "text", lines: cells.map((cell) => (typeof cell === "string" ? cell : "")) };
  }
  if (isList(sample)) return listVariable(cells, sample.length, path, name);
  if (sample !== undefined && !["number", "bigint", "boolean"].includes(typeof sample)) {
    return { kind: "skipped", reason: `values such as ${sample instanceof Date ? "dates" : "records"}, expected numbers or text` };
  }
  const values = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) values[i] = toNumber(cells[i], path, name);
  return numeric(elementOf(sample), [cells.length], "row", values);
}

function listVariable(cells: readonly Cell[], width: number, path: string, name: string): Variable {
  const values = new Float64Array(cells.length * width);
  for (let i = 0; i < cells.length; i++) {
    const list = cells[i];
    if (list === null || list === undefined) {
      values.fill(Number.NaN, i * width, (i + 1) * width);
      continue;
    }
    if (!isList(list) || list.length !== width) {
      const length = isList(list) ? list.length : 0;
      return { kind: "skipped", reason: `lists of different lengths (${width} in row 0, ${length} in row ${i})` };
    }
    for (let j = 0; j < width; j++) {
      const value = list[j];
      if (typeof value === "string" || isList(value)) return { kind: "skipped", reason: "lists of text or of lists" };
      values[i * width + j] = toNumber(value, path, name);
    }
  }
  return numeric(elementOf(cells[0] && isList(cells[0]) ? cells[0][0] : 0), [cells.length, width], "row", values);
}

const isList = (cell: Cell): cell is ArrayLike<Cell> => Array.isArray(cell) || (ArrayBuffer.isView(cell) && "length" in cell);

const elementOf = (cell: Cell): ElementClass =>
  typeof cell === "bigint" ? "int64" : typeof cell === "boolean" ? "logical" : "double";

function toNumber(cell: Cell, path: string, name: string): number {
  if (cell === null || cell === undefined) return Number.NaN;
  const value = typeof cell === "bigint" || typeof cell === "boolean" || typeof cell === "number" ? Number(cell) : Number.NaN;
  if (typeof cell === "bigint" && !Number.isSafeInteger(value)) {
    throw new UserError(`${path}: ${name} holds the 64-bit integer ${cell}, expected at most 2^53 in magnitude`);
  }
  return value;
}

/** A column to write: text, or numbers with `width` of them per row (1 where absent; more make lists). */
export interface ParquetColumn {
  readonly name: string;
  readonly data: NumericArray | readonly string[];
  readonly width?: number;
}

/** Writes a Parquet file (snappy), atomically. @throws UserError where it cannot be written. */
export function writeParquet(path: string, columns: readonly ParquetColumn[]): void {
  const schema: SchemaElement[] = [{ name: "root", num_children: columns.length }];
  const columnData = columns.map(({ name, data, width = 1 }): ColumnSource => {
    const type = !ArrayBuffer.isView(data) ? "BYTE_ARRAY" : parquetTypes[data.constructor.name] ?? "INT32";
    const leaf: SchemaElement = { name, type, repetition_type: "REQUIRED", ...(type === "BYTE_ARRAY" && { converted_type: "UTF8" }) };
    if (width === 1) {
      schema.push(leaf);
      return { name, data: Array.from<number | string>(data) };
    }
    schema.push(
      { name, num_children: 1, repetition_type: "REQUIRED", converted_type: "LIST" },
      { name: "list", num_children: 1, repetition_type: "REPEATED" },
      { ...leaf, name: "element" },
    );
    const values = data as NumericArray;
    const rows = Array.from({ length: data.length / width }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width)));
    return { name, data: rows };
  });
  writeFileAtomic(path, new Uint8Array(parquetWriteBuffer({ columnData, schema })));
}

const parquetTypes: Readonly<Record<string, SchemaElement["type"]>> = { Float64Array: "DOUBLE", Float32Array: "FLOAT" };
