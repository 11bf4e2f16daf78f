// Tests of gathering rows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gatherRows, gatherSparseRows } from "./gather.js";
import { Kernels } from "./kernels.js";
import { Random } from "./random.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 3 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

test("dense rows, in and outside the shared memory", () => {
  const random = new Random(1);
  for (const [available, columns, chosen] of [
    [5, 3, 0],
    [1, 1, 4],
    [200, 7, 500],
    [50, 5000, 90],
  ] as const) {
    const source = Float32Array.from({ length: available * columns }, () => random.next());
    const rows = Int32Array.from({ length: chosen }, () => random.integer(available));
    const expected = new Float32Array(chosen * columns + 3).fill(-1);
    for (const [i, row] of rows.entries())
      expected.set(source.subarray(row * columns, (row + 1) * columns), i * columns);
    for (const kernels of pools) {
      const { memory } = kernels;
      const shared = memory.float32(source.length);
      shared.set(source);
      const sharedRows = memory.int32(chosen);
      sharedRows.set(rows);
      const before = memory.bytesInUse;
      for (const from of [source, shared]) {
        for (const which of [rows, sharedRows]) {
          for (const target of [new Float32Array(expected.length), memory.float32(expected.length)]) {
            target.fill(-1);
            gatherRows(kernels, from, columns, which, target);
            assert.deepEqual(target.slice(), expected);
            if (memory.holds(target)) memory.free(target);
          }
        }
      }
      assert.equal(memory.bytesInUse, before);
    }
  }
});

test("rows gathered into memory that grew after the workers started", () => {
  const kernels = pools[1]!;
  const source = kernels.memory.float32(3_000_000).map((_, i) => i % 1000) as Float32Array;
  const shared = kernels.memory.float32(3_000_000);
  shared.set(source);
  const rows = new Random(2).permutation(3000);
  for (let turn = 0; turn < 5; turn++) {
    const target = kernels.memory.float32(3_000_000);
    gatherRows(kernels, shared, 1000, rows, target);
    assert.ok(target.every((value, i) => value === i % 1000));
  }
});

test("sparse rows, in and outside the shared memory", () => {
  const random = new Random(3);
  const [available, columns, chosen] = [40, 300, 700];
  const lists = Array.from({ length: available }, (_, i) =>
    i === 7 ? [] : [...random.choice(columns, random.integer(60))].sort((a, b) => a - b),
  );
  const offsets = Uint32Array.from([
    0,
    ...lists.map(
      (
        (sum) => (list: number[]) =>
          (sum += list.length)
      )(0),
    ),
  ]);
  const indices = Uint32Array.from(lists.flat());
  const values = Float32Array.from(indices, () => random.normal());
  const rows = Int32Array.from({ length: chosen }, () => random.integer(available));
  const expected = new Float32Array(chosen * columns);
  rows.forEach((row, i) => {
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) expected[i * columns + indices[e]!] = values[e]!;
  });
  for (const kernels of pools) {
    const { memory } = kernels;
    const inside = [
      memory.uint32(offsets.length),
      memory.uint32(indices.length),
      memory.float32(values.length),
    ] as const;
    for (const [i, view] of [offsets, indices, values].entries()) inside[i]!.set(view);
    for (const [o, i, v] of [[offsets, indices, values] as const, inside]) {
      const target = memory.float32(expected.length).fill(5);
      gatherSparseRows(kernels, o, i, v, columns, rows, target);
      assert.deepEqual(target.slice(), expected);
      assert.throws(
        () => gatherSparseRows(kernels, o, i, v, Math.max(...indices), rows, target),
        /a column index is not below/,
      );
    }
  }
});

test("rows that do not exist and targets too short are refused", () => {
  const kernels = pools[0]!;
  const source = kernels.memory.float32(12);
  for (const row of [-1, 4]) {
    assert.throws(() => gatherRows(kernels, source, 3, Int32Array.of(0, row), source), /of a matrix of 4 rows/);
  }
  assert.throws(() => gatherRows(kernels, source, 3, Int32Array.of(0, 1), source.subarray(0, 5)), /do not fit/);
  const broken = Uint32Array.of(0, 9);
  assert.throws(
    () => gatherSparseRows(kernels, broken, new Uint32Array(2), new Float32Array(2), 3, Int32Array.of(0), source),
    /row 0 ends at entry 9 of 2/,
  );
});
