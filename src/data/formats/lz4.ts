// LZ4 decompression: blocks, the frames that Arrow writes, and the blocks with lengths that Hadoop writes into Parquet.
const corrupt = (what: string): Error => new Error(`LZ4 data that is corrupt: ${what}`);

/**
 * Decompresses one block into `output` from `start` on; matches reach back to the beginning of `output`.
 * @returns the position after the last byte written. @throws where the block is corrupt or holds more than fits.
 */
function unpackBlock(input: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0;
  let out = start;
  const more = (length: number): number => {
    let total = length;
    if (length === 15) {
      let byte: number;
      do {
        if (at >= input.length) throw corrupt("a length is cut");
        byte = input[at++]!;
        total += byte;
      } while (byte === 255);
    }
    return total;
  };
  while (at < input.length) {
    const token = input[at++]!;
    const literals = more(token >> 4);
    if (at + literals > input.length || out + literals > output.length) throw corrupt("more bytes than claimed");
    output.set(input.subarray(at, at + literals), out);
    at += literals;
    out += literals;
    // the last sequence has literals only
    if (at === input.length) return out;
    if (at + 2 > input.length) throw corrupt("an offset is cut");
    const offset = input[at]! | (input[at + 1]! << 8);
    at += 2;
    const length = more(token & 15) + 4;
    const from = out - offset;
    if (offset === 0 || from < 0 || out + length > output.length) throw corrupt("a match outside of the data");
    if (offset >= length) output.copyWithin(out, from, from + length);
    else for (let i = 0; i < length; i++) output[out + i] = output[from + i]!;
    out += length;
  }
  return out;
}

/** Decompresses one block to exactly `length` bytes. @throws where it is corrupt or has another length. */
export function unpackLz4Block(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  const end = unpackBlock(input, output, 0);
  if (end !== length) throw corrupt(`${end} bytes where ${length} are claimed`);
  return output;
}

/**
 * Decompresses what Parquet calls LZ4: blocks, each after its two lengths as Hadoop writes them, or one block alone.
 * @throws where it is neither.
 */
export function unpackLz4Hadoop(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const output = new Uint8Array(length);
  let [at, out] = [0, 0];
  while (at + 8 <= input.length) {
    const unpacked = view.getUint32(at);
    const packed = view.getUint32(at + 4);
    if (at + 8 + packed > input.length || out + unpacked > length) break;
    try {
      if (unpackBlock(input.subarray(at + 8, at + 8 + packed), output, out) !== out + unpacked) break;
    } catch {
      break;
    }
    at += 8 + packed;
    out += unpacked;
  }
  return at === input.length && out === length ? output : unpackLz4Block(input, length);
}

/** Decompresses a frame to exactly `length` bytes; checksums are not verified. @throws where it is corrupt. */
export function unpackLz4Frame(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const output = new Uint8Array(length);
  if (input.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw corrupt("no frame begins here");
  const flags = input[4]!;
  const linked = (flags & 0x20) === 0;
  const blockSums = (flags & 0x10) !== 0;
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  let out = 0;
  for (;;) {
    if (at + 4 > input.length) throw corrupt("the frame is cut");
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const packed = size & 0x7fffffff;
    if (at + packed > input.length) throw corrupt("a block is cut");
    const block = input.subarray(at, at + packed);
    if (size >>> 31) {
      if (out + packed > length) throw corrupt("more bytes than claimed");
      output.set(block, out);
      out += packed;
    } else if (linked) out = unpackBlock(block, output, out);
    else out += unpackBlock(block, output.subarray(out), 0);
    at += packed + (blockSums ? 4 : 0);
  }
  if (out !== length) throw corrupt(`${out} bytes where ${length} are claimed`);
  return output;
}
