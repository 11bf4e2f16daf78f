// Parquet's runs of small integers: repeated values and bit-packed groups of eight, mixed. Levels and dictionary indices are stored so.
import type { DataReader } from "hyparquet";
import { readVarInt } from "hyparquet/src/thrift.js";

const tooShort = new Error("parquet run of fewer bytes than values");

/**
 * Fills `output` with integers of `width` bits (at most 24) from the reader's place on. hyparquet's own reader of these runs
 * goes on for as long as a damaged run claims to be.
 * @throws Error where the bytes end before.
 */
export function readRuns(reader: DataReader, width: number, output: Uint8Array | Int32Array): void {
  if (!(width >= 1 && width <= 24)) throw new Error(`parquet unsupported encoding of integers of ${width} bits`);
  const { view } = reader;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let filled = 0;
  while (filled < output.length) {
    const header = readVarInt(reader) >>> 0;
    const room = output.length - filled;
    if (header & 1) {
      const groups = header >>> 1;
      const values = Math.min(groups * 8, room);
      if (reader.offset + Math.ceil((values * width) / 8) > bytes.length) throw tooShort;
      unpackBits(bytes, reader.offset, width, output, filled, values);
      reader.offset += groups * width;
      filled += values;
    } else {
      const values = Math.min(header >>> 1, room);
      const size = (width + 7) >> 3;
      if (reader.offset + size > bytes.length) throw tooShort;
      let value = 0;
      for (let i = 0; i < size; i++) value |= bytes[reader.offset++]! << (8 * i);
      output.fill(value, filled, filled + values);
      filled += values;
    }
  }
}

/** Values that follow each other bit by bit, least significant first. */
function unpackBits(
  bytes: Uint8Array,
  start: number,
  width: number,
  output: Uint8Array | Int32Array,
  from: number,
  values: number,
): void {
  const mask = 2 ** width - 1;
  let at = start;
  /** Bits that were read and not used yet, fewer than 32. */
  let held = 0;
  let bits = 0;
  for (let i = 0; i < values; i++) {
    while (bits < width) {
      held |= bytes[at++]! << bits;
      bits += 8;
    }
    output[from + i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}
