// Tests of Hamming distances.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hammingDistances } from "./hamming.js";
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

test("wrong sizes are refused", () => {
  const kernels = pools[0]!;
  const codes = kernels.memory.uint8(64);
  assert.throws(() => hammingDistances(kernels, codes, codes, 7, codes), /queries: 64 bytes are no whole codes of 7/);
  assert.throws(
    () => hammingDistances(kernels, codes, codes, 32, codes),
    /distances of up to 256 do not fit a Uint8Array/,
  );
  assert.throws(() => hammingDistances(kernels, codes, codes, 4, codes), /16 × 16 distances do not fit an array of 64/);
});
