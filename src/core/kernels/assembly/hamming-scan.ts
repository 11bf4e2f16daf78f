// The k nearest codes by Hamming distance, found piece by piece: what is known of each query so far stays in memory between
// calls. A piece is cut into blocks that stay in the first-level cache while all queries of a group pass over them.
import { count, pointer } from "./arguments";
import { compact, distance } from "./hamming";

/** Bytes of codes that all queries of a group see before the next ones are loaded: half of a first-level cache. */
const BLOCK_BYTES: u32 = 16384;

// A state, one for each query and share of the rows: these words, then 8·bytes+1 counters, then candidates (row, distance).
// Once k candidates are nearer than or as near as the limit, only a nearer row can still be among the first k: an equal one
// comes later. `below` counts the candidates nearer than the limit and stays under k.
const LIMIT: usize = 0;
const BELOW: usize = 4;
/** Address of the first free candidate. */
const NEXT: usize = 8;
/** Address after the last candidate that fits. */
const FULL: usize = 12;
const COUNTERS: usize = 16;

// @ts-ignore: decorator
@inline
function candidatesOf(state: usize, bytes: usize): usize {
  return state + COUNTERS + ((((<usize>bytes << 3) + 1) << 2) + 7 & ~7);
}

/** states: u8[], stateBytes: u32, bytes: u32; makes states ready for a first piece, bytes of a code, a unit is one state */
export function hammingScanBegin(begin: u32, end: u32, args: usize): void {
  const size: usize = count(args, 1);
  const bytes: usize = count(args, 2);
  for (let unit = begin; unit < end; unit++) {
    const state = pointer(args, 0) + <usize>unit * size;
    const candidates = candidatesOf(state, bytes);
    memory.fill(state, 0, candidates - state);
    store<u32>(state, (<u32>bytes << 3) + 1, LIMIT);
    store<u32>(state, <u32>candidates, NEXT);
    store<u32>(state, <u32>(state + size), FULL);
  }
}

/**
 * queries: u8[], count: u32, bytes: u32, codes: u8[], rows: u32, firstRow: u32, deleted: u8[]?, k: u32, states: u8[],
 * stateBytes: u32, shares: u32, group: u32; deleted has a bit for each row, group is the queries of one.
 * The rows are cut into as many shares as asked; a unit is one share for one group of queries.
 */
export function hammingScan(begin: u32, end: u32, args: usize): void {
  const bytes: usize = count(args, 2);
  if (bytes == 8) scan(begin, end, args, 8);
  else if (bytes == 16) scan(begin, end, args, 16);
  else if (bytes == 4) scan(begin, end, args, 4);
  else if (bytes == 32) scan(begin, end, args, 32);
  else if (bytes == 64) scan(begin, end, args, 64);
  else scan(begin, end, args, bytes);
}

// @ts-ignore: decorator
@inline
function scan(begin: u32, end: u32, args: usize, bytes: usize): void {
  const queries = count(args, 1);
  const codes = pointer(args, 3);
  const rows: u64 = count(args, 4);
  const shares = count(args, 10);
  const group = count(args, 11);
  const size: usize = count(args, 9);
  const blockRows = max<u32>(1, BLOCK_BYTES / <u32>bytes);
  for (let unit = begin; unit < end; unit++) {
    const share = unit % shares;
    const first = (unit / shares) * group;
    const last = min(queries, first + group);
    const stop = <u32>((rows * (share + 1)) / shares);
    for (let from = <u32>((rows * share) / shares); from < stop; from += blockRows) {
      const to = min(stop, from + blockRows);
      let query = first;
      if (bytes == 8) {
        for (; query + 4 <= last; query += 4) fourQueries8(args, query, share, from, to);
      } else if (bytes == 16) {
        for (; query + 4 <= last; query += 4) fourQueries16(args, query, share, from, to);
      }
      for (; query < last; query++) {
        const state = pointer(args, 8) + <usize>(query * shares + share) * size;
        oneQuery(args, pointer(args, 0) + <usize>query * bytes, state, codes, from, to, bytes);
      }
    }
  }
}

/** Four rows at a time against one query: a single jump tells whether any of them is near enough. */
// @ts-ignore: decorator
@inline
function oneQuery(args: usize, code: usize, state: usize, codes: usize, from: u32, to: u32, bytes: usize): void {
  const word0 = bytes >= 8 ? load<u64>(code) : bytes >= 4 ? <u64>load<u32>(code) : 0;
  const word1 = bytes >= 16 ? load<u64>(code, 8) : 0;
  let limit: i32 = load<i32>(state, LIMIT);
  let other = codes + <usize>from * bytes;
  let row = from;
  for (; row + 4 <= to; row += 4) {
    const a = <i32>distance(word0, word1, code, other, bytes);
    const b = <i32>distance(word0, word1, code, other + bytes, bytes);
    const c = <i32>distance(word0, word1, code, other + 2 * bytes, bytes);
    const d = <i32>distance(word0, word1, code, other + 3 * bytes, bytes);
    other += 4 * bytes;
    if (((a - limit) | (b - limit) | (c - limit) | (d - limit)) >= 0) continue;
    push(args, state, row, a, bytes);
    push(args, state, row + 1, b, bytes);
    push(args, state, row + 2, c, bytes);
    limit = push(args, state, row + 3, d, bytes);
  }
  for (; row < to; row++) {
    push(args, state, row, <i32>distance(word0, word1, code, other, bytes), bytes);
    other += bytes;
  }
}

function fourQueries8(args: usize, query: u32, share: u32, from: u32, to: u32): void {
  const step = <usize>count(args, 10) * <usize>count(args, 9);
  const state = pointer(args, 8) + <usize>query * step + <usize>share * <usize>count(args, 9);
  const code = pointer(args, 0) + (<usize>query << 3);
  const a = load<u64>(code);
  const b = load<u64>(code, 8);
  const c = load<u64>(code, 16);
  const d = load<u64>(code, 24);
  let limitA: i64 = load<u32>(state, LIMIT);
  let limitB: i64 = load<u32>(state + step, LIMIT);
  let limitC: i64 = load<u32>(state + 2 * step, LIMIT);
  let limitD: i64 = load<u32>(state + 3 * step, LIMIT);
  let other = pointer(args, 3) + (<usize>from << 3);
  for (let row = from; row < to; row++) {
    const word = load<u64>(other);
    other += 8;
    const toA = <i64>popcnt(word ^ a);
    const toB = <i64>popcnt(word ^ b);
    const toC = <i64>popcnt(word ^ c);
    const toD = <i64>popcnt(word ^ d);
    if (((toA - limitA) | (toB - limitB) | (toC - limitC) | (toD - limitD)) >= 0) continue;
    limitA = push(args, state, row, <i32>toA, 8);
    limitB = push(args, state + step, row, <i32>toB, 8);
    limitC = push(args, state + 2 * step, row, <i32>toC, 8);
    limitD = push(args, state + 3 * step, row, <i32>toD, 8);
  }
}

function fourQueries16(args: usize, query: u32, share: u32, from: u32, to: u32): void {
  const step = <usize>count(args, 10) * <usize>count(args, 9);
  const state = pointer(args, 8) + <usize>query * step + <usize>share * <usize>count(args, 9);
  const code = pointer(args, 0) + (<usize>query << 4);
  const a0 = load<u64>(code);
  const a1 = load<u64>(code, 8);
  const b0 = load<u64>(code, 16);
  const b1 = load<u64>(code, 24);
  const c0 = load<u64>(code, 32);
  const c1 = load<u64>(code, 40);
  const d0 = load<u64>(code, 48);
  const d1 = load<u64>(code, 56);
  let limitA: i64 = load<u32>(state, LIMIT);
  let limitB: i64 = load<u32>(state + step, LIMIT);
  let limitC: i64 = load<u32>(state + 2 * step, LIMIT);
  let limitD: i64 = load<u32>(state + 3 * step, LIMIT);
  let other = pointer(args, 3) + (<usize>from << 4);
  for (let row = from; row < to; row++) {
    const word0 = load<u64>(other);
    const word1 = load<u64>(other, 8);
    other += 16;
    const toA = <i64>(popcnt(word0 ^ a0) + popcnt(word1 ^ a1));
    const toB = <i64>(popcnt(word0 ^ b0) + popcnt(word1 ^ b1));
    const toC = <i64>(popcnt(word0 ^ c0) + popcnt(word1 ^ c1));
    const toD = <i64>(popcnt(word0 ^ d0) + popcnt(word1 ^ d1));
    if (((toA - limitA) | (toB - limitB) | (toC - limitC) | (toD - limitD)) >= 0) continue;
    limitA = push(args, state, row, <i32>toA, 16);
    limitB = push(args, state + step, row, <i32>toB, 16);
    limitC = push(args, state + 2 * step, row, <i32>toC, 16);
    limitD = push(args, state + 3 * step, row, <i32>toD, 16);
  }
}

/** Makes a row a candidate if it is near enough and not deleted; returns the limit from now on. */
function push(args: usize, state: usize, row: u32, bits: i32, bytes: usize): i32 {
  let limit = load<i32>(state, LIMIT);
  if (bits >= limit) return limit;
  const deleted = pointer(args, 6);
  if (deleted != 0 && ((load<u8>(deleted + (row >> 3)) >> <u8>(row & 7)) & 1) != 0) return limit;
  const k = count(args, 7);
  let below = load<u32>(state, BELOW);
  let to: usize = load<u32>(state, NEXT);
  if (to == <usize>load<u32>(state, FULL)) to = compact(candidatesOf(state, bytes), to, limit, k - below);
  store<u32>(to, count(args, 5) + row);
  store<u32>(to, bits, 4);
  store<u32>(state, <u32>to + 8, NEXT);
  const counters = state + COUNTERS;
  const counter = counters + (<usize>bits << 2);
  store<u32>(counter, load<u32>(counter) + 1);
  below++;
  while (below >= k) below -= load<u32>(counters + (<usize>--limit << 2));
  store<u32>(state, below, BELOW);
  store<i32>(state, limit, LIMIT);
  return limit;
}

/** states: u8[], stateBytes: u32, bytes: u32, k: u32, distances: u16[], rows: u32[], counts: u32[]; sorts candidates, a unit is one state */
export function hammingScanEnd(begin: u32, end: u32, args: usize): void {
  const size: usize = count(args, 1);
  const bytes: usize = count(args, 2);
  const k = count(args, 3);
  for (let unit = begin; unit < end; unit++) {
    const state = pointer(args, 0) + <usize>unit * size;
    const limit = load<u32>(state, LIMIT);
    const candidates = candidatesOf(state, bytes);
    const to = compact(candidates, load<u32>(state, NEXT), limit, k - load<u32>(state, BELOW));
    const counters = state + COUNTERS;
    let place: u32 = 0;
    for (let bits: u32 = 0; bits <= min(limit, <u32>bytes << 3); bits++) {
      const counter = counters + (<usize>bits << 2);
      const found = load<u32>(counter);
      store<u32>(counter, place);
      place += found;
    }
    const distances = pointer(args, 4) + ((<usize>unit * k) << 1);
    const rows = pointer(args, 5) + ((<usize>unit * k) << 2);
    for (let from = candidates; from < to; from += 8) {
      const counter = counters + (<usize>load<u32>(from, 4) << 2);
      const at: usize = load<u32>(counter);
      store<u32>(counter, <u32>at + 1);
      store<u16>(distances + (at << 1), <u16>load<u32>(from, 4));
      store<u32>(rows + (at << 2), load<u32>(from));
    }
    store<u32>(pointer(args, 6) + (<usize>unit << 2), <u32>((to - candidates) >> 3));
  }
}
