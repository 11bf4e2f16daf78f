// Tests of Hamming distances and ranking.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hammingDistances, hammingTopK } from "./hamming.js";
import { Kernels } from "./kernels.js";
import { Random } from "./random.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 3 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

const random = new Random(1);
const randomCodes = (rows: number, bytes: number) =>
  Uint8Array.from({ length: rows * bytes }, () => random.integer(256));

function expectedDistances(queries: Uint8Array, database: Uint8Array, bytes: number): Uint16Array {
  const rows = database.length / bytes;
  return Uint16Array.from({ length: (queries.length / bytes) * rows }, (_, i) => {
    let bits = 0;
    for (let b = 0; b < bytes; b++) {
      const differing = queries[Math.floor(i / rows) * bytes + b]! ^ database[(i % rows) * bytes + b]!;
      for (let bit = 0; bit < 8; bit++) bits += (differing >> bit) & 1;
    }
    return bits;
  });
}

function shared(kernels: Kernels, codes: Uint8Array): Uint8Array {
  const copy = kernels.memory.uint8(codes.length);
  copy.set(codes);
  return copy;
}

test("distances for codes of any number of bytes", () => {
  for (const bytes of [1, 2, 3, 4, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 130]) {
    for (const [count, rows] of [
      [0, 5],
      [1, 1],
      [3, 2050],
    ] as const) {
      const queries = randomCodes(count, bytes);
      const database = randomCodes(rows, bytes);
      if (rows > 1) database.fill(255, 0, bytes);
      if (count > 1) queries.fill(0, 0, bytes);
      const expected = expectedDistances(queries, database, bytes);
      for (const kernels of pools) {
        const wide = kernels.memory.uint16(count * rows + 1).fill(9999);
        hammingDistances(kernels, shared(kernels, queries), shared(kernels, database), bytes, wide);
        assert.deepEqual([...wide], [...expected, 9999]);
        if (bytes > 31) continue;
        const narrow = kernels.memory.uint8(count * rows + 1).fill(99);
        hammingDistances(kernels, shared(kernels, queries), shared(kernels, database), bytes, narrow);
        assert.deepEqual([...narrow], [...expected, 99]);
      }
    }
  }
});

function checkTopK(queries: Uint8Array, database: Uint8Array, bytes: number, k: number): void {
  const count = queries.length / bytes;
  const rows = database.length / bytes;
  const distances = expectedDistances(queries, database, bytes);
  const expectedRows: number[] = [];
  const expected: number[] = [];
  for (let q = 0; q < count; q++) {
    const own = distances.subarray(q * rows, (q + 1) * rows);
    const order = [...own.keys()].sort((a, b) => own[a]! - own[b]! || a - b).slice(0, k);
    expectedRows.push(...order);
    expected.push(...order.map((row) => own[row]!));
  }
  for (const kernels of pools) {
    const { memory } = kernels;
    const [q, d] = [shared(kernels, queries), shared(kernels, database)];
    const outDistances = memory.uint16(count * k);
    const outRows = memory.int32(count * k);
    const before = memory.bytesInUse;
    hammingTopK(kernels, q, d, bytes, k, outDistances, outRows);
    assert.equal(memory.bytesInUse, before);
    assert.deepEqual([...outRows], expectedRows, `${bytes} bytes, k ${k}`);
    assert.deepEqual([...outDistances], expected);
    for (const view of [q, d, outDistances, outRows]) memory.free(view);
  }
}

test("the k nearest, ties in database order", () => {
  for (const bytes of [1, 2, 4, 8, 16, 18]) {
    const queries = randomCodes(6, bytes);
    const database = randomCodes(3000, bytes);
    for (const k of [1, 10, 1000, 3000]) checkTopK(queries, database, bytes, k);
  }
});

test("a database in the worst order: every code nearer than all before, in long runs", () => {
  const database = new Uint8Array(9000 * 8);
  for (let row = 0; row < 9000; row++) {
    const ones = 64 - Math.floor(row / 140);
    for (let bit = 0; bit < ones; bit++) database[row * 8 + (bit >> 3)]! |= 1 << (bit & 7);
  }
  for (const k of [1, 3, 139, 140, 141, 700]) checkTopK(new Uint8Array(8), database, 8, k);
  checkTopK(new Uint8Array(8).fill(255), database, 8, 200);
});

test("all codes equal", () => {
  checkTopK(new Uint8Array(8), new Uint8Array(5000 * 8), 8, 7);
  checkTopK(new Uint8Array(8), new Uint8Array(5000 * 8).fill(255), 8, 7);
});

test("wrong sizes are refused", () => {
  const kernels = pools[0]!;
  const codes = kernels.memory.uint8(64);
  assert.throws(() => hammingDistances(kernels, codes, codes, 7, codes), /queries: 64 bytes are no whole codes of 7/);
  assert.throws(
    () => hammingDistances(kernels, codes, codes, 32, codes),
    /distances of up to 256 do not fit a Uint8Array/,
  );
  assert.throws(() => hammingDistances(kernels, codes, codes, 4, codes), /16 × 16 distances do not fit an array of 64/);
  const [distances, rows] = [kernels.memory.uint16(8), kernels.memory.int32(8)];
  assert.throws(() => hammingTopK(kernels, codes, codes, 8, 9, distances, rows), /the 9 nearest of 8 codes/);
  assert.throws(() => hammingTopK(kernels, codes, codes, 8, 2, distances, rows), /8 × 2 results do not fit/);
});
