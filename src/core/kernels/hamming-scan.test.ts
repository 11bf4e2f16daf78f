// Tests of the search in pieces against sorting all distances.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HammingScan } from "./hamming-scan.js";
import { Kernels } from "./kernels.js";
import { Random } from "./random.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 3 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

const random = new Random(2);

function distance(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) for (let x = a[i]! ^ b[i]!; x !== 0; x &= x - 1) bits++;
  return bits;
}

interface Case {
  bytes: number;
  rows: number;
  count: number;
  k: number;
  /** Values that a byte of a code takes: 1 or 2 makes nearly all distances equal. */
  values?: number;
  deleted?: (row: number) => boolean;
}

function check({ bytes, rows, count, k, values = 256, deleted }: Case): void {
  const draw = (length: number) => Uint8Array.from({ length: length * bytes }, () => random.integer(values));
  const codes = draw(rows);
  const queries = draw(count);
  const code = (of: Uint8Array, i: number) => of.subarray(i * bytes, (i + 1) * bytes);
  const expected = Array.from({ length: count }, (_, q) =>
    Array.from({ length: rows }, (_, row) => ({ row, distance: distance(code(queries, q), code(codes, row)) }))
      .filter(({ row }) => !deleted?.(row))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, k),
  );
  for (const kernels of pools) {
    const { memory } = kernels;
    const before = memory.bytesInUse;
    const scan = new HammingScan(kernels, queries, bytes, k);
    for (let from = 0; from < rows; ) {
      const size = Math.min(rows - from, 1 + random.integer(rows));
      const piece = memory.uint8(size * bytes);
      piece.set(codes.subarray(from * bytes, (from + size) * bytes));
      const bits = memory.uint8(Math.ceil(size / 8));
      for (let i = 0; i < size; i++) if (deleted?.(from + i)) bits[i >> 3]! |= 1 << (i & 7);
      scan.scan(piece, from, deleted && bits);
      memory.free(piece);
      memory.free(bits);
      from += size;
    }
    const found = scan.finish();
    scan.free();
    assert.equal(memory.bytesInUse, before);
    for (let q = 0; q < count; q++) {
      const places = Array.from({ length: found.counts[q]! }, (_, i) => q * k + i);
      const hits = places.map((at) => ({ row: found.rows[at]!, distance: found.distances[at]! }));
      assert.deepEqual(hits, expected[q], `${bytes} bytes, ${rows} rows, query ${q}, k ${k}`);
    }
  }
}

test("codes of any number of bytes, few queries and many", () => {
  for (const bytes of [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 130]) {
    for (const count of [1, 3, 13]) check({ bytes, rows: 700, count, k: 10 });
  }
});

test("k beyond the rows, and beyond one round of candidates", () => {
  for (const bytes of [8, 16, 18]) {
    for (const k of [1, 300, 2999, 3000, 5000]) check({ bytes, rows: 3000, count: 2, k });
    check({ bytes, rows: 2, count: 9, k: 5 });
    check({ bytes, rows: 0, count: 5, k: 5 });
  }
});

test("ties keep the order of the rows", () => {
  for (const bytes of [1, 8, 16]) {
    check({ bytes, rows: 5000, count: 6, k: 10, values: 1 });
    check({ bytes, rows: 5000, count: 30, k: 40, values: 2 });
  }
});

test("deleted rows are no hits", () => {
  for (const count of [1, 16]) {
    check({ bytes: 8, rows: 2500, count, k: 20, values: 3, deleted: (row) => row % 3 !== 1 });
    check({ bytes: 16, rows: 900, count, k: 20, deleted: () => true });
  }
});

test("every row nearer than all before", () => {
  const kernels = pools[0]!;
  const codes = kernels.memory.uint8(9000 * 8);
  for (let row = 0; row < 9000; row++) {
    const ones = 64 - Math.floor(row / 140);
    for (let bit = 0; bit < ones; bit++) codes[row * 8 + (bit >> 3)]! |= 1 << (bit & 7);
  }
  const scan = new HammingScan(kernels, new Uint8Array(8), 8, 200);
  scan.scan(codes, 0);
  const { rows, distances, counts } = scan.finish();
  scan.free();
  const order = [...Array(9000).keys()]
    .sort((a, b) => Math.floor(b / 140) - Math.floor(a / 140) || a - b)
    .slice(0, 200);
  assert.deepEqual([...rows], order);
  assert.deepEqual(
    [...distances],
    order.map((row) => 64 - Math.floor(row / 140)),
  );
  assert.deepEqual([...counts], [200]);
});

test("wrong sizes are refused, and what was taken is given back", () => {
  const kernels = pools[0]!;
  const before = kernels.memory.bytesInUse;
  assert.throws(() => new HammingScan(kernels, new Uint8Array(9), 8, 1), /9 bytes are no whole codes of 8/);
  assert.throws(() => new HammingScan(kernels, new Uint8Array(8), 8, 0), /the 0 nearest/);
  assert.throws(() => new HammingScan(kernels, new Uint8Array(80), 8, 2 ** 31), /out of memory/);
  assert.equal(kernels.memory.bytesInUse, before);
  const scan = new HammingScan(kernels, new Uint8Array(8), 8, 1);
  const codes = kernels.memory.uint8(160);
  assert.throws(() => scan.scan(codes.subarray(0, 9), 0), /9 bytes are no whole codes/);
  assert.throws(() => scan.scan(codes, 0, kernels.memory.uint8(2)), /16 bits for 20 rows/);
  assert.throws(() => scan.scan(new Uint8Array(8), 0), /outside the kernels' shared memory/);
  scan.free();
});
