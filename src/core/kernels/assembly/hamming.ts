// Hamming distances between packed codes. Bits are counted 64 at a time: one instruction on x86-64, where counting in
// 128-bit vectors takes a dozen.
import { count, pointer } from "./arguments";

/** Bits that differ between a code, whose first 4 to 16 bytes are also given as words, and another. */
// @ts-ignore: decorator
@inline
export function distance(word0: u64, word1: u64, code: usize, other: usize, bytes: usize): u32 {
  if (bytes == 8) return <u32>popcnt<u64>(word0 ^ load<u64>(other));
  if (bytes == 16) return <u32>(popcnt<u64>(word0 ^ load<u64>(other)) + popcnt<u64>(word1 ^ load<u64>(other, 8)));
  if (bytes == 4) return popcnt<u32>(<u32>word0 ^ load<u32>(other));
  // Written out: the engine asks at every turn of a loop whether it was interrupted, which costs as much as the counting.
  if (bytes == 32) return <u32>fourWords(code, other);
  if (bytes == 64) return <u32>(fourWords(code, other) + fourWords(code + 32, other + 32));
  let bits: u64 = 0;
  let at: usize = 0;
  for (; at + 8 <= bytes; at += 8) bits += popcnt<u64>(load<u64>(code + at) ^ load<u64>(other + at));
  if (at + 4 <= bytes) {
    bits += <u64>popcnt<u32>(load<u32>(code + at) ^ load<u32>(other + at));
    at += 4;
  }
  for (; at < bytes; at++) bits += <u64>popcnt<u32>(<u32>load<u8>(code + at) ^ <u32>load<u8>(other + at));
  return <u32>bits;
}

// @ts-ignore: decorator
@inline
function fourWords(code: usize, other: usize): u64 {
  return (
    popcnt<u64>(load<u64>(code) ^ load<u64>(other)) +
    popcnt<u64>(load<u64>(code, 8) ^ load<u64>(other, 8)) +
    popcnt<u64>(load<u64>(code, 16) ^ load<u64>(other, 16)) +
    popcnt<u64>(load<u64>(code, 24) ^ load<u64>(other, 24))
  );
}

/**
 * queries: u8[], database: u8[], bytes: u32, rows: u32, target: u8[]|u16[], width: u32; rows of the database, width is the bytes
 * per distance (1 or 2), a unit is 1024 rows of one query
 */
export function hammingDistances(begin: u32, end: u32, args: usize): void {
  const bytes: usize = count(args, 2);
  if (bytes == 8) distances(begin, end, args, 8);
  else if (bytes == 16) distances(begin, end, args, 16);
  else if (bytes == 4) distances(begin, end, args, 4);
  else distances(begin, end, args, bytes);
}

// @ts-ignore: decorator
@inline
function distances(begin: u32, end: u32, args: usize, bytes: usize): void {
  const rows = count(args, 3);
  const wide = count(args, 5) == 2;
  const blocks = (rows + 1023) >> 10;
  for (let unit = begin; unit < end; unit++) {
    const query = unit / blocks;
    const first = (unit % blocks) << 10;
    const code = pointer(args, 0) + <usize>query * bytes;
    const word0 = bytes >= 8 ? load<u64>(code) : bytes >= 4 ? <u64>load<u32>(code) : 0;
    const word1 = bytes >= 16 ? load<u64>(code, 8) : 0;
    let other = pointer(args, 1) + <usize>first * bytes;
    const stop = other + min<usize>(1024, rows - first) * bytes;
    const place: usize = query * rows + first;
    if (wide) {
      for (let to = pointer(args, 4) + (place << 1); other < stop; other += bytes) {
        store<u16>(to, <u16>distance(word0, word1, code, other, bytes));
        to += 2;
      }
    } else {
      for (let to = pointer(args, 4) + place; other < stop; other += bytes) {
        store<u8>(to, <u8>distance(word0, word1, code, other, bytes));
        to += 1;
      }
    }
  }
}

/** Keeps the candidates nearer than the limit and the first `equal` ones at it, in their order; returns their new end. */
export function compact(candidates: usize, end: usize, limit: u32, equal: u32): usize {
  let to = candidates;
  for (let from = candidates; from < end; from += 8) {
    const bits = load<u32>(from, 4);
    if (bits > limit) continue;
    if (bits == limit) {
      if (equal == 0) continue;
      equal--;
    }
    store<u64>(to, load<u64>(from));
    to += 8;
  }
  return to;
}
