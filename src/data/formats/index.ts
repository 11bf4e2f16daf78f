// Reads any supported file into named variables; the format is recognized by content, whatever the file is called.
import { gunzipSync } from "node:zlib";
import { UserError } from "../../errors.js";
import { readArrow, readParquet } from "./decode-apart.js";
import { openHdf5 } from "./hdf5/hdf5.js";
import { idxHeader, readIdx } from "./idx.js";
import { deflateLimit } from "./inflate.js";
import { isMatlab4, readMatlab4 } from "./matlab/matlab4.js";
import { readMatlab5 } from "./matlab/matlab5.js";
import { readNpy } from "./numpy/npy.js";
import { readNpz } from "./numpy/npz.js";
import { bytesSource, openSource, type Source } from "./source.js";
import { isArff, readArff } from "./text/arff.js";
import { isJson, readJson } from "./text/json.js";
import type { ReadOptions } from "./text/options.js";
import { readTable } from "./text/table.js";
import type { FileContent } from "./variables.js";

export { writeNpy } from "./numpy/npy.js";
export { type NamedArrays, writeNpz } from "./numpy/npz.js";
export { type ParquetColumn, writeParquet } from "./parquet/write.js";
export type { ReadOptions } from "./text/options.js";
export * from "./variables.js";

const supported =
  "MATLAB v4 to v7.3 (.mat), HDF5 (also of pandas and AnnData), NumPy (.npy, .npz), Parquet, Arrow and Feather, text tables (CSV and its kin, JSON lines, ARFF) and IDX files";
const startSize = 2 ** 16;

/**
 * Opens a file and lists its variables. Arrays that lie plainly on disk (.npy, stored .npz, IDX, HDF5) are read when asked
 * for: call `close` on the result when done.
 * @param options what the user says about a text table.
 * @throws UserError where the file is missing, unreadable, corrupt, truncated or of no supported format.
 * @throws AmbiguousDataError where a text table can be understood in two ways.
 */
export async function readVariables(path: string, options: ReadOptions = {}): Promise<FileContent> {
  const source = openSource(path);
  try {
    return await readSource(source, options);
  } catch (error) {
    source.close();
    throw error;
  }
}

async function readSource(source: Source, options: ReadOptions): Promise<FileContent> {
  const { path, size } = source;
  if (size === 0) throw new UserError(`${path} is empty; supported are ${supported}`);
  const start = Buffer.from(source.read(0, startSize));
  if (isHdf5(source)) return fromDisk(source, openHdf5);
  const text = start.toString("latin1", 0, 128);
  if (/^MATLAB 5\.0 MAT-file/.test(text) || isMatlab5(start)) return readMatlab5(source);
  if (text.startsWith("MATLAB 7.3 MAT-file"))
    throw new UserError(`${path} is a MATLAB 7.3 file that is corrupt or truncated: it has no HDF5 signature`);
  if (text.startsWith("\x93NUMPY")) return readNpy(source);
  if (text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06")) return readNpz(source);
  if (text.startsWith("PAR1")) return fromDisk(source, readParquet);
  if (text.startsWith("ARROW1\0\0") || isArrowStream(start)) return fromDisk(source, readArrow);
  if (text.startsWith("FEA1")) {
    throw new UserError(
      `${path} is a Feather file of version 1, which is not supported; load it in pandas and save it again (to_feather or to_parquet)`,
    );
  }
  if (text.startsWith("\x1f\x8b")) {
    if (!source.onDisk)
      throw new UserError(`${path} is compressed (gzip) more than once: unpack it once, then try again`);
    return readSource(bytesSource(path, gunzip(source)), options);
  }
  const header = idxHeader(start, size);
  if (header) return readIdx(source, header);
  if (isMatlab4(start)) return readMatlab4(source);
  return readText(source, start, options);
}

/** Some readers open the file themselves. */
function fromDisk(source: Source, read: (path: string, size: number) => Promise<FileContent>): Promise<FileContent> {
  const { path, size, onDisk } = source;
  if (!onDisk)
    throw new UserError(`${path} is compressed (gzip), which is supported for other formats only; unpack it first`);
  source.close();
  return read(path, size);
}

function isHdf5(source: Source): boolean {
  for (let offset = 0; offset + 8 <= source.size && offset <= 2 ** 20; offset = offset === 0 ? 512 : offset * 2) {
    if (Buffer.from(source.read(offset, 8)).toString("latin1") === "\x89HDF\r\n\x1a\n") return true;
  }
  return false;
}

/** A stream begins with a mark, the length of its schema and, in that, the place of the root table. */
function isArrowStream(start: Buffer): boolean {
  if (start.length < 16 || start.readInt32LE(0) !== -1) return false;
  const [length, root] = [start.readInt32LE(4), start.readInt32LE(8)];
  return length > 0 && length % 8 === 0 && root > 0 && root < length;
}

/** Any text may stand before the version and the mark of byte order. */
function isMatlab5(start: Buffer): boolean {
  if (start.length < 128) return false;
  const version = start.readUInt16LE(124);
  const mark = start.toString("latin1", 126, 128);
  return (mark === "IM" && version === 0x0100) || (mark === "MI" && version === 0x0001);
}

function gunzip(source: Source): Uint8Array {
  const { path, size } = source;
  const most = Math.min(size * deflateLimit, Math.max(2 ** 28, size * 100));
  try {
    const bytes = gunzipSync(source.read(0, size), { maxOutputLength: most });
    source.close();
    return bytes;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what =
      code === "ERR_BUFFER_TOO_LARGE"
        ? `it unpacks to more than ${most} bytes`
        : String(code ?? (error as Error).message);
    throw new UserError(`${path} is compressed (gzip) and corrupt or truncated: ${what}`);
  }
}

/** What else people feed, by how it begins (in lower case). */
const others: readonly (readonly [string, string])[] = [
  ["\x89png", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["gif8", "a GIF image"],
  ["%pdf", "a PDF document"],
  ["\x80\x02", "a Python pickle"],
  ["\x80\x03", "a Python pickle"],
  ["\x80\x04", "a Python pickle"],
  ["\x80\x05", "a Python pickle"],
  ["<!doctype html", "a web page (was the download redirected?)"],
  ["<html", "a web page (was the download redirected?)"],
  ["version https://git-lfs", "a Git LFS pointer (run git lfs pull)"],
  ["<?xml", "XML"],
  ["bzh", "bzip2-compressed; unpack it first"],
  ["\xfd7zxz", "xz-compressed; unpack it first"],
  ["\x28\xb5\x2f\xfd", "Zstandard-compressed; unpack it first"],
  ["7z\xbc\xaf", "a 7-Zip archive; unpack it first"],
  ["rar!", "a RAR archive; unpack it first"],
];

async function readText(source: Source, start: Buffer, options: ReadOptions): Promise<FileContent> {
  const { path } = source;
  const begin = start
    .toString("latin1", 0, 64)
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart()
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const other = others.find(([beginning]) => begin.startsWith(beginning));
  if (other) throw new UserError(`${path} is ${other[1]}; supported are ${supported}`);
  if (isJson(source, options)) return readJson(source, options);
  if (isArff(source, options)) return readArff(source, options);
  return readTable(source, options);
}
