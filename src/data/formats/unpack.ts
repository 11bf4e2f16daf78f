// Decompression of the pages of Parquet files and the buffers of Arrow files, to exactly as many bytes as they claim.
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { UserError } from "../../errors.js";
import { unpackLz4Block, unpackLz4Frame, unpackLz4Hadoop } from "./lz4.js";

/** Decompresses to exactly `length` bytes. @throws where the data is corrupt or has another length. */
export type Unpack = (input: Uint8Array, length: number) => Uint8Array;

const natively = (unpack: (input: Uint8Array, options: zlib.ZlibOptions) => Uint8Array): Unpack => {
  return (input, length) => exactly(unpack(input, { maxOutputLength: Math.max(1, length) }), length);
};

function exactly(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new Error(`compressed data of ${bytes.length} bytes where ${length} are claimed`);
  return bytes;
}

/** For versions of Node.js before 22.15, whose zlib has no Zstandard. */
function unpackZstd(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let end = 0;
  const stream = new Decompress((part) => {
    if (end + part.length > length) throw new Error(`compressed data of more than the ${length} bytes claimed`);
    output.set(part, end);
    end += part.length;
  });
  stream.push(input, true);
  return exactly(end === length ? output : output.subarray(0, end), length);
}

const zstd = (zlib as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;

/** By the names of Parquet's codecs ("LZ4_FRAME" and "ZSTD" are those of Arrow); Snappy is the Parquet library's own. */
export const codecs = {
  GZIP: natively(zlib.gunzipSync),
  BROTLI: natively((input, { maxOutputLength }) => zlib.brotliDecompressSync(input, { maxOutputLength })),
  ZSTD: zstd ? natively(zstd) : unpackZstd,
  LZ4: unpackLz4Hadoop,
  LZ4_RAW: unpackLz4Block,
  LZ4_FRAME: unpackLz4Frame,
} satisfies Record<string, Unpack>;

/** A compressed part may claim this many bytes whatever its size; beyond that no more than deflate could pack. */
const harmless = 2 ** 26;
const ratio = 1100;

/** @throws UserError where so few compressed bytes claim to hold so many that no real data is behind them. */
export function checkClaim(packed: number, unpacked: number, path: string): void {
  if (!(unpacked >= 0 && unpacked <= harmless + packed * ratio)) {
    throw new UserError(`${path} is corrupt: ${packed} compressed bytes claim to hold ${unpacked}`);
  }
}
