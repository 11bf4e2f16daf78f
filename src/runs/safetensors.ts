// Tensors in files: the safetensors format, written in pieces and read with every length checked.
import { closeSync, fstatSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { corrupt, type HeaderEntry, headerLength, parseHeader } from "../data/formats/weights/safetensors-header.js";
import { fileError, writeFileAtomic } from "../files.js";
import { openRegular } from "../inside.js";

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** Values in row-major order; their number is the product of the shape. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface TensorFile {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

const arrays = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
} as const;

type DType = keyof typeof arrays;
const widths = new Map(
  Object.entries(arrays).map(([dtype, { BYTES_PER_ELEMENT }]) => [dtype as DType, BYTES_PER_ELEMENT]),
);

/** Metadata key of the CRC-32, as hexadecimal, of the other metadata and the tensors' descriptions as JSON, and all data bytes. */
const checksumKey = "checksum";
/** The same of older versions, without the descriptions: a wrong bit in a tensor's name went unnoticed. */
const oldChecksumKey = "crc32";
const pieceBytes = 1 << 26;

type Entry = HeaderEntry<DType>;

/**
 * Writes a safetensors file as one atomic switch, without a second copy of the data. Wider types come first, so that every
 * tensor is aligned to its element size; a CRC-32 of data and metadata goes into the metadata.
 * @throws RangeError for a shape that does not fit its data or the metadata key "crc32"; UserError where it cannot be written.
 */
export function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const reserved = [checksumKey, oldChecksumKey].find((key) => Object.hasOwn(metadata, key));
  if (reserved !== undefined) throw new RangeError(`writeTensors: metadata key "${reserved}" is the checksum's`);
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const entries: [string, Entry][] = [];
  let end = 0;
  for (const [name, { shape, data }] of ordered) {
    if (product(shape) !== data.length) {
      throw new RangeError(`writeTensors: "${name}" has shape [${shape}] but ${data.length} values`);
    }
    entries.push([name, { dtype: dtypeOf(data), shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  let checksum = crc32(described(metadata, entries));
  for (const [, { data }] of ordered) for (const piece of pieces(data)) checksum = crc32(piece, checksum);
  const whole = { ...metadata, [checksumKey]: checksum.toString(16).padStart(8, "0") };
  writeFileAtomic(path, fileBytes(whole, entries, ordered));
}

function* fileBytes(
  metadata: Record<string, string>,
  entries: readonly [string, Entry][],
  ordered: readonly [string, StoredTensor][],
): Generator<Uint8Array> {
  const json = Buffer.from(JSON.stringify(Object.fromEntries([["__metadata__", metadata], ...entries])));
  const padded = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(8 + padded, " ");
  header.writeBigUInt64LE(BigInt(padded));
  json.copy(header, 8);
  yield header;
  for (const [, { data }] of ordered) yield* pieces(data);
}

/** What a file says beside its data, as one text: tensors in the order of their names. */
function described(metadata: Readonly<Record<string, string>>, entries: readonly [string, Entry][]): string {
  const ordered = entries
    .map(([name, { dtype, shape, data_offsets }]) => [name, dtype, shape, data_offsets] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metadata, ordered]);
}

/** The bytes of an array in order, in views of at most 64 MiB: one write or checksum call takes no more than 2 GiB. */
function* pieces(data: TensorData): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += pieceBytes) {
    yield new Uint8Array(data.buffer, data.byteOffset + at, Math.min(pieceBytes, data.byteLength - at));
  }
}

/**
 * Reads a whole safetensors file, each tensor into an array of its own.
 * @throws UserError where the file cannot be read, is truncated or corrupt, or holds a type other than F32 F64 I32 I64 U8.
 */
export function readTensors(path: string): TensorFile {
  try {
    const file = openRegular(path);
    try {
      return readOpened(file, path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

function readOpened(file: number, path: string): TensorFile {
  const { size } = fstatSync(file);
  const lengthBytes = Buffer.alloc(8);
  fill(file, lengthBytes, 0, path);
  const length = headerLength(lengthBytes, size, path);
  const headerBytes = Buffer.alloc(length);
  fill(file, headerBytes, 8, path);
  const { entries, metadata } = parseHeader(headerBytes, size - 8 - length, path, widths);
  const { [checksumKey]: whole, [oldChecksumKey]: old, ...rest } = metadata;
  const expected = whole ?? old;
  const tensors = new Map<string, StoredTensor>();
  let checksum = crc32(whole === undefined ? JSON.stringify(rest) : described(rest, entries));
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const data = new arrays[dtype](product(shape));
    let position = 8 + length + data_offsets[0];
    for (const piece of pieces(data)) {
      fill(file, piece, position, path);
      position += piece.length;
      checksum = crc32(piece, checksum);
    }
    tensors.set(name, { shape, data });
  }
  if (expected !== undefined && Number.parseInt(expected, 16) !== checksum) {
    throw corrupt(path, "its content does not match its checksum");
  }
  return { tensors, metadata: rest };
}

function fill(file: number, target: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < target.length; ) {
    const read = readSync(file, target, done, target.length - done, position + done);
    if (read === 0) throw corrupt(path, `it ends at byte ${position + done}`);
    done += read;
  }
}

function dtypeOf(data: TensorData): DType {
  for (const dtype of Object.keys(arrays) as DType[]) if (data instanceof arrays[dtype]) return dtype;
  throw new RangeError(`writeTensors: cannot store ${Object.prototype.toString.call(data)}`);
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
