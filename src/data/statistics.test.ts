// Column statistics: dense and sparse agree, and implicit zeros count.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dense, type SparseMatrix } from "./matrix.js";
import { columnStatistics, columnVariance, constantColumns } from "./statistics.js";

const rows = dense(3, 4, Float32Array.of(1, 0, 5, 0, -2, 0, 5, 0, 4, 3, 5, 0));
const sparse: SparseMatrix = {
  kind: "sparse",
  rows: 3,
  columns: 4,
  offsets: Uint32Array.of(0, 2, 4, 7),
  indices: Uint32Array.of(0, 2, 0, 2, 0, 1, 2),
  values: Float32Array.of(1, 5, -2, 5, 4, 3, 5),
};

for (const [kind, matrix] of [
  ["dense", rows],
  ["sparse", sparse],
] as const) {
  test(`${kind}: all rows`, () => {
    const found = columnStatistics(matrix);
    assert.deepEqual([...found.min], [-2, 0, 5, 0]);
    assert.deepEqual([...found.max], [4, 3, 5, 0]);
    assert.deepEqual([...found.mean], [1, 1, 5, 0]);
    assert.equal(found.nonZero, 7);
    assert.deepEqual([...columnVariance(matrix, found.mean)], [6, 2, 0, 0]);
    assert.deepEqual([...constantColumns(found)], [2, 3]);
  });

  test(`${kind}: chosen rows`, () => {
    const found = columnStatistics(matrix, [2, 0]);
    assert.deepEqual([...found.min], [1, 0, 5, 0]);
    assert.deepEqual([...found.max], [4, 3, 5, 0]);
    assert.deepEqual([...columnVariance(matrix, found.mean, [2, 0])], [2.25, 2.25, 0, 0]);
  });
}

test("no rows", () => {
  const found = columnStatistics(rows, []);
  assert.equal(found.min[0], Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(found.mean[0]!));
  assert.deepEqual([...constantColumns(found)], []);
});
