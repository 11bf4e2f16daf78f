// Matrices one below the other: dense, sparse and mixed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dense, gatherRows, padRows, type SparseMatrix, toDense } from "./matrix.js";
import { stackRows } from "./stack-rows.js";

const upper = dense(2, 2, Float32Array.of(1, 2, 3, 4));
const sparse: SparseMatrix = {
  kind: "sparse",
  rows: 3,
  columns: 2,
  offsets: Uint32Array.of(0, 1, 1, 2),
  indices: Uint32Array.of(1, 0),
  values: Float32Array.of(5, 6),
};

test("dense stays dense, sparse stays sparse, mixed is looked up", () => {
  const both = stackRows([upper, upper]);
  assert.equal(both.kind, "dense");
  assert.deepEqual([...toDense(both).data], [1, 2, 3, 4, 1, 2, 3, 4]);
  const twice = stackRows([sparse, sparse]);
  assert.equal(twice.kind, "sparse");
  assert.deepEqual([...toDense(twice).data], [0, 5, 0, 0, 6, 0, 0, 5, 0, 0, 6, 0]);
  const mixed = stackRows([upper, sparse, padRows(upper, 1, 4)]);
  assert.equal(mixed.kind, "lazy");
  assert.deepEqual([...toDense(mixed).data], [1, 2, 3, 4, 0, 5, 0, 0, 6, 0, 0, 0, 1, 2, 3, 4, 0, 0]);
  const target = new Float32Array(10);
  gatherRows(mixed, [6, 0, 1, 4, 2], target);
  assert.deepEqual([...target], [1, 2, 1, 2, 3, 4, 6, 0, 0, 5]);
  assert.equal(stackRows([upper]), upper);
});

test("refuses other columns, and nothing", () => {
  assert.throws(() => stackRows([upper, dense(1, 3)]), RangeError);
  assert.throws(() => stackRows([]), RangeError);
});
