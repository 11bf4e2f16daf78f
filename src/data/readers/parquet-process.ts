// The process that decodes one Parquet file: a damaged one can make hyparquet end its process, and here it may.
import * as zlib from "node:zlib";
import {
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
} from "hyparquet";
import { UserError } from "../../errors.js";
import type { ParquetMessage } from "./parquet.js";
import { openSource, type Source } from "./source.js";
import type { ElementClass } from "./variables.js";

/** A value of a column: what hyparquet makes of it. */
type Cell = unknown;

/** A decoded column. */
type Column = Extract<ParquetMessage, { readonly name: string }>;

const send = (message: ParquetMessage): Promise<void> =>
  new Promise((resolve) => process.send!(message, () => resolve()));

async function readColumns(source: Source): Promise<void> {
  const { path } = source;
  const file = asyncBuffer(source);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const names = parquetSchema(metadata).children.map((child) => child.element.name);
  if (rows === 0 || names.length === 0) throw new UserError(`${path} is a Parquet file without rows or columns`);
  if (!(rows > 0 && rows * names.length <= source.size * 2000)) {
    throw new UserError(
      `${path} is corrupt: ${source.size} bytes claim to hold ${rows} rows of ${names.length} columns`,
    );
  }
  const scan = await parquetScan({ file, metadata, compressors });
  for (const name of names) {
    const cells: Cell[] = [];
    for (const { rowStart, rowEnd } of scan.ranges) {
      const part: DecodedArray = await scan.readColumn({ column: name, rowStart, rowEnd });
      for (let i = 0; i < part.length; i++) cells.push(part[i]);
    }
    if (cells.length !== rows)
      throw new UserError(`${path} is corrupt: column "${name}" has ${cells.length} of ${rows} rows`);
    await send(decodeColumn(cells, path, name));
  }
}

const unzstd = (zlib as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;

const compressors: Compressors = {
  GZIP: (input, length) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ...(unzstd && {
    ZSTD: (input: Uint8Array, length: number) => unzstd(input, { maxOutputLength: Math.max(1, length) }),
  }),
};

function asyncBuffer(source: Source): AsyncBuffer {
  return {
    byteLength: source.size,
    slice: (start, end = source.size) => {
      if (!(start >= 0 && start <= end && end <= source.size)) {
        throw new UserError(
          `${source.path} is corrupt or truncated: bytes ${start} to ${end} are asked for, it has ${source.size}`,
        );
      }
      const bytes = source.read(start, end - start);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
}

function decodeColumn(cells: readonly Cell[], path: string, name: string): Column {
  const sample = cells.find((cell) => cell !== null && cell !== undefined);
  if (typeof sample === "string") {
    return { name, kind: "text", lines: cells.map((cell) => (typeof cell === "string" ? cell : "")) };
  }
  if (isList(sample)) return decodeLists(cells, sample.length, path, name);
  if (sample !== undefined && !["number", "bigint", "boolean"].includes(typeof sample)) {
    return {
      name,
      kind: "skipped",
      reason: `values such as ${sample instanceof Date ? "dates" : "records"}, expected numbers or text`,
    };
  }
  const values = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) values[i] = toNumber(cells[i], path, name);
  return { name, kind: "numeric", element: elementOf(sample), shape: [cells.length], values };
}

function decodeLists(cells: readonly Cell[], width: number, path: string, name: string): Column {
  const values = new Float64Array(cells.length * width);
  for (let i = 0; i < cells.length; i++) {
    const list = cells[i];
    if (list === null || list === undefined) {
      values.fill(Number.NaN, i * width, (i + 1) * width);
      continue;
    }
    if (!isList(list) || list.length !== width) {
      const length = isList(list) ? list.length : 0;
      return { name, kind: "skipped", reason: `lists of different lengths (${width} in row 0, ${length} in row ${i})` };
    }
    for (let j = 0; j < width; j++) {
      const value = list[j];
      if (typeof value === "string" || isList(value))
        return { name, kind: "skipped", reason: "lists of text or of lists" };
      values[i * width + j] = toNumber(value, path, name);
    }
  }
  return { name, kind: "numeric", element: "double", shape: [cells.length, width], values };
}

const isList = (cell: Cell): cell is ArrayLike<Cell> =>
  Array.isArray(cell) || (ArrayBuffer.isView(cell) && "length" in cell);

const elementOf = (cell: Cell): ElementClass =>
  typeof cell === "bigint" ? "int64" : typeof cell === "boolean" ? "logical" : "double";

function toNumber(cell: Cell, path: string, name: string): number {
  if (cell === null || cell === undefined) return Number.NaN;
  const value =
    typeof cell === "bigint" || typeof cell === "boolean" || typeof cell === "number" ? Number(cell) : Number.NaN;
  if (typeof cell === "bigint" && !Number.isSafeInteger(value)) {
    throw new UserError(`${path}: ${name} holds the 64-bit integer ${cell}, expected at most 2^53 in magnitude`);
  }
  return value;
}

try {
  await readColumns(openSource(process.argv[2]!));
  await send({ done: true });
} catch (error) {
  await send({
    problem: error instanceof Error ? error.message.split("\n", 1)[0]! : String(error),
    mine: error instanceof UserError,
  });
}
process.disconnect();
