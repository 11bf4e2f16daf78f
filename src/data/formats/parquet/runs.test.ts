// Tests of Parquet's runs of small integers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRuns } from "./runs.js";

const read = (bytes: readonly number[], width: number, count: number): number[] => {
  const output = new Int32Array(count);
  readRuns({ view: new DataView(Uint8Array.from(bytes).buffer), offset: 0 }, width, output);
  return [...output];
};

test("repeated values and bit-packed groups, one after the other", () => {
  // 0 to 7 in three bits each, as the format's specification packs them; then five times 6
  assert.deepEqual(read([3, 0x88, 0xc6, 0xfa, 10, 6], 3, 13), [0, 1, 2, 3, 4, 5, 6, 7, 6, 6, 6, 6, 6]);
  assert.deepEqual(read([6, 0x34, 0x12], 12, 3), [0x1234, 0x1234, 0x1234]);
  const packed = Array.from({ length: 8 }, (_, i) => [i, 0x20 + i, 0x40 + i]).flat();
  assert.deepEqual(
    read([3, ...packed], 24, 8),
    Array.from({ length: 8 }, (_, i) => ((0x40 + i) << 16) | ((0x20 + i) << 8) | i),
  );
});

test("a last group that is cut after its last value", () => {
  assert.deepEqual(read([3, 0b0101], 1, 3), [1, 0, 1]);
});

test("runs that claim more than there is, or are of no width, come to an end", () => {
  assert.deepEqual(read([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 1, 4), [1, 1, 1, 1]);
  assert.throws(() => read([0xff, 0xff, 0xff, 0xff, 0x0f, 1], 1, 2 ** 20), /fewer bytes than values/);
  assert.throws(() => read([2], 1, 4), /fewer bytes/);
  assert.throws(() => read([2, 1], 1, 4), RangeError);
  assert.throws(() => read([2, 1], 0, 1), /0 bits/);
  assert.throws(() => read([2, 1, 1, 1, 1], 25, 1), /25 bits/);
});
