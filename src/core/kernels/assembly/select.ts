// The k smallest values of each row, in ascending order, equal values by lower index first.
import { count, pointer } from "./arguments";
import { loadLanes, storeLanes } from "./vector";

/** Up to this k a row is passed once, keeping the k smallest so far in order. */
const FEW: u32 = 24;

/** Above, values are put into this many bins of equal width, and the bins that hold the k smallest are sorted. */
const BINS: u32 = 2048;

/** Longer stretches are sorted by radix, not by insertion. */
const INSERTION_LIMIT: u32 = 32;

/** distances: f32[], n: u32, k: u32, indices: i32[], scratch: u8[], threadBytes: u32; per thread BINS + 256 counters and five arrays of n words */
export function smallestK(begin: u32, end: u32, args: usize, thread: u32): void {
  const n = count(args, 1);
  const k = count(args, 2);
  const scratch = pointer(args, 4) + thread * count(args, 5);
  for (let row = begin; row < end; row++) {
    const values = pointer(args, 0) + ((<usize>row * n) << 2);
    const indices = pointer(args, 3) + ((<usize>row * k) << 2);
    if (k <= FEW) insert(values, n, k, indices, scratch);
    else select(values, n, k, indices, scratch);
  }
}

/** Unsigned number in the order of the floats: -0 and 0 alike, NaN after everything. */
// @ts-ignore: decorator
@inline
function order(address: usize): u32 {
  const value = load<f32>(address) + 0;
  const bits = reinterpret<u32>(value);
  if (value != value) return 0xffffffff;
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** Keeps the k smallest keys of the row so far, sorted, in `keys`, and their places in `indices`. */
function insert(values: usize, n: u32, k: u32, indices: usize, keys: usize): void {
  let held: u32 = 0;
  let worst: u32 = 0xffffffff;
  let limit = f32x4.splat(0);
  for (let i: u32 = 0; i < n; i++) {
    if (held == k && worst != 0xffffffff) {
      while (i + 4 <= n && !v128.any_true(f32x4.lt(v128.load(values + (<usize>i << 2)), limit))) i += 4;
      if (i == n) return;
    }
    const key = order(values + (<usize>i << 2));
    if (held == k) {
      if (key >= worst) continue;
    } else held++;
    const last: usize = (held - 1) << 2;
    let at = last;
    while (at != 0 && load<u32>(keys + at - 4) > key) {
      store<u32>(keys + at, load<u32>(keys + at - 4));
      store<u32>(indices + at, load<u32>(indices + at - 4));
      at -= 4;
    }
    store<u32>(keys + at, key);
    store<u32>(indices + at, i);
    worst = load<u32>(keys + last);
    limit = v128.load32_splat(values + (<usize>load<u32>(indices + last) << 2));
  }
}

function select(values: usize, n: u32, k: u32, indices: usize, counters: usize): void {
  const bins = counters + (<usize>BINS << 2);
  const rows = bins + (<usize>n << 2);
  const buffers = rows + (<usize>n << 2);
  bin(values, n, bins);
  memory.fill(counters, 0, <usize>BINS << 2);
  const stop: usize = n << 2;
  for (let at: usize = 0; at < stop; at += 4) {
    const counter = counters + (<usize>load<u32>(bins + at) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  let place: u32 = 0;
  for (let counter = counters; counter < bins; counter += 4) {
    const size = load<u32>(counter);
    store<u32>(counter, place);
    place += size;
  }
  for (let i: u32 = 0; i < n; i++) {
    const counter = counters + (<usize>load<u32>(bins + (<usize>i << 2)) << 2);
    const at = load<u32>(counter);
    store<u32>(counter, at + 1);
    store<u32>(rows + (<usize>at << 2), i);
  }
  // Each counter now is the end of its bin.
  let first: u32 = 0;
  for (let counter = counters; first < k; counter += 4) {
    const last = load<u32>(counter);
    if (last - first > 1) sort(values, rows + (<usize>first << 2), last - first, buffers, <usize>n << 2);
    first = last;
  }
  memory.copy(indices, rows, <usize>k << 2);
}

/** The bin of each value between the row's least and greatest; bin 0 for all where that range is 0 or not finite. */
function bin(values: usize, n: u32, bins: usize): void {
  const stop: usize = n << 2;
  let least = v128.load32_splat(values);
  let most = least;
  let at: usize = 0;
  for (; at + 16 <= stop; at += 16) {
    const x = v128.load(values + at);
    least = f32x4.min(least, x);
    most = f32x4.max(most, x);
  }
  for (; at < stop; at += 4) {
    const x = v128.load32_splat(values + at);
    least = f32x4.min(least, x);
    most = f32x4.max(most, x);
  }
  least = f32x4.min(least, v128.shuffle<u32>(least, least, 2, 3, 0, 1));
  least = f32x4.min(least, v128.shuffle<u32>(least, least, 1, 0, 3, 2));
  most = f32x4.max(most, v128.shuffle<u32>(most, most, 2, 3, 0, 1));
  most = f32x4.max(most, v128.shuffle<u32>(most, most, 1, 0, 3, 2));
  const range = f32x4.extract_lane(f32x4.sub(most, least), 0);
  const scale = f32x4.splat(range > 0 && range < Infinity ? <f32>(BINS - 1) / range : 0);
  for (at = 0; at + 16 <= stop; at += 16) {
    v128.store(bins + at, binsOf(v128.load(values + at), least, scale));
  }
  const lanes = <u32>((stop - at) >> 2);
  if (lanes) storeLanes(bins + at, binsOf(loadLanes(values + at, lanes), least, scale), lanes);
}

// @ts-ignore: decorator
@inline
function binsOf(values: v128, least: v128, scale: v128): v128 {
  // The greater of 0 and NaN is 0 in this order. Adding 2^23 leaves the nearest whole number in the lowest bits.
  const x = f32x4.pmax(f32x4.splat(0), f32x4.mul(f32x4.sub(values, least), scale));
  const whole = f32x4.add(f32x4.pmin(x, f32x4.splat(<f32>(BINS - 1))), f32x4.splat(8388608));
  return v128.and(whole, i32x4.splat(BINS - 1));
}

/** Sorts `length` rows by value, rows of equal value staying in order. `buffers`: three arrays, `stride` bytes apart. */
function sort(values: usize, rows: usize, length: u32, buffers: usize, stride: usize): void {
  let keys = buffers;
  const bytes: usize = length << 2;
  if (length <= INSERTION_LIMIT) {
    for (let i: usize = 0; i < bytes; i += 4) {
      const row = load<u32>(rows + i);
      const key = order(values + (<usize>row << 2));
      let at = i;
      while (at != 0 && load<u32>(keys + at - 4) > key) {
        store<u32>(keys + at, load<u32>(keys + at - 4));
        store<u32>(rows + at, load<u32>(rows + at - 4));
        at -= 4;
      }
      store<u32>(keys + at, key);
      store<u32>(rows + at, row);
    }
    return;
  }
  for (let at: usize = 0; at < bytes; at += 4) {
    store<u32>(keys + at, order(values + (<usize>load<u32>(rows + at) << 2)));
  }
  let keysTo = buffers + stride;
  let rowsFrom = rows;
  let rowsTo = buffers + 2 * stride;
  for (let digit: u32 = 0; digit < 32; digit += 8) {
    radixPass(keys, rowsFrom, keysTo, rowsTo, bytes, digit, buffers + 3 * stride);
    const swapKeys = keys;
    keys = keysTo;
    keysTo = swapKeys;
    const swapRows = rowsFrom;
    rowsFrom = rowsTo;
    rowsTo = swapRows;
  }
}

/** Moves pairs into the order of 8 bits of their keys, equal ones keeping their order. */
function radixPass(
  keys: usize, rows: usize, keysTo: usize, rowsTo: usize, bytes: usize, digit: u32, counters: usize,
): void {
  memory.fill(counters, 0, 1024);
  for (let at: usize = 0; at < bytes; at += 4) {
    const counter = counters + (<usize>((load<u32>(keys + at) >> digit) & 255) << 2);
    store<u32>(counter, load<u32>(counter) + 4);
  }
  let place: u32 = 0;
  for (let counter = counters; counter < counters + 1024; counter += 4) {
    const size = load<u32>(counter);
    store<u32>(counter, place);
    place += size;
  }
  for (let at: usize = 0; at < bytes; at += 4) {
    const key = load<u32>(keys + at);
    const counter = counters + (<usize>((key >> digit) & 255) << 2);
    const to: usize = load<u32>(counter);
    store<u32>(counter, <u32>to + 4);
    store<u32>(keysTo + to, key);
    store<u32>(rowsTo + to, load<u32>(rows + at));
  }
}
