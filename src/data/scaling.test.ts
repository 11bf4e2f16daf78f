// Scaling: exact ends, constant columns, rows it was not fitted on, and what stays sparse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DenseMatrix, dense, type Matrix, type SparseMatrix, toDense } from "./matrix.js";
import { applyScaler, fitScaler, type ScalingKind, scalingNote } from "./scaling.js";

const matrix = dense(3, 3, Float32Array.of(1, 7, -4, 3, 7, 0, 2, 7, 4));
const sparse: SparseMatrix = {
  kind: "sparse",
  rows: 3,
  columns: 3,
  offsets: Uint32Array.of(0, 1, 1, 3),
  indices: Uint32Array.of(1, 0, 1),
  values: Float32Array.of(3, 4, 12),
};
const values = (m: Matrix) => [...toDense(m).data];
const close = (found: number[], expected: number[], tolerance = 1e-6) => {
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(found[i]! - value) < tolerance, `${found[i]} at ${i}, expected ${value}`);
  }
};
const scaled = (kind: ScalingKind, m: Matrix = matrix) => values(applyScaler(fitScaler(kind, m), m));

test("minmax: each column to [0, 1], constant to 0", () => {
  assert.deepEqual(scaled("minmax"), [0, 0, 0, 1, 0, 0.5, 0.5, 0, 1]);
  assert.equal(matrix.data[0], 1, "the input is left alone");
});

test("minmax: a far-off column still starts at exactly 0", () => {
  const years = dense(3, 1, Float32Array.of(1987, 2003, 2024));
  const found = scaled("minmax", years);
  assert.equal(found[0], 0);
  assert.ok(Math.abs(found[2]! - 1) < 1e-5);
});

test("minmax-view: one minimum and maximum for all columns", () => {
  const found = scaled("minmax-view");
  close(
    found,
    [5, 11, 0, 7, 11, 4, 6, 11, 8].map((value) => value / 11),
  );
  assert.deepEqual(scaled("minmax-view", dense(2, 1, Float32Array.of(5, 5))), [0, 0]);
});

test("standard: mean 0, variance 1, constant to 0", () => {
  const found = scaled("standard");
  const half = Math.sqrt(1.5);
  close(found, [-half, 0, -half, half, 0, 0, 0, 0, half]);
});

test("l2: rows to norm 1, a row of zeros stays", () => {
  const found = scaled("l2", dense(2, 2, Float32Array.of(3, -4, 0, 0)));
  close(found, [0.6, -0.8, 0, 0], 1e-7);
  const kept = applyScaler(fitScaler("l2", sparse), sparse);
  assert.equal(kept.kind, "sparse");
  close(values(kept), [0, 1, 0, 0, 0, 0, 4 / Math.sqrt(160), 12 / Math.sqrt(160), 0], 1e-7);
});

test("none: the matrix itself", () => {
  assert.equal(applyScaler(fitScaler("none", matrix), matrix), matrix);
});

test("fitted on some rows, applied to others", () => {
  const scaler = fitScaler("minmax", matrix, [0, 2]);
  assert.deepEqual(values(applyScaler(scaler, matrix, [1, 0])), [2, 0, 0.5, 0, 0, 0]);
  assert.equal((applyScaler(scaler, matrix, []) as DenseMatrix).rows, 0);
});

test("sparse data without negative values stays sparse", () => {
  const found = applyScaler(fitScaler("minmax", sparse), sparse);
  assert.equal(found.kind, "sparse");
  assert.deepEqual(values(found), [0, 0.25, 0, 0, 0, 0, 1, 1, 0]);
});

test("sparse data that must be shifted becomes dense", () => {
  const negative: SparseMatrix = { ...sparse, values: Float32Array.of(3, -4, 12) };
  const found = applyScaler(fitScaler("minmax", negative), negative);
  assert.equal(found.kind, "dense");
  assert.deepEqual(values(found), [1, 0.25, 0, 1, 0, 0, 0, 1, 0]);
  assert.deepEqual(values(applyScaler(fitScaler("minmax", negative), negative, [2])), [0, 1, 0]);
});

test("a spread that float32 cannot invert counts as constant", () => {
  assert.deepEqual(scaled("minmax", dense(2, 1, Float32Array.of(0, 1e-40))), [0, 0]);
});

test("auto standardizes a view far from unit scale, and leaves others to the bit", () => {
  const near = dense(3, 2, Float32Array.of(3, -20, 1, 20, 2, 1));
  const scaler = fitScaler("auto", near);
  assert.deepEqual(values(applyScaler(scaler, near)), [...near.data]);
  assert.equal(scalingNote(scaler, "near"), undefined);
  const rare = dense(4, 2, Float32Array.of(0, 0.001, 0, 0, 1, 0, 0, 0));
  assert.equal(scalingNote(fitScaler("auto", rare), "rare"), undefined, "sparse");
  const constants = dense(2, 2, Float32Array.of(5, 5, 5, 5));
  assert.deepEqual(values(applyScaler(fitScaler("auto", constants), constants)), [5, 5, 5, 5]);
  for (const far of [
    dense(3, 2, Float32Array.of(0, 100, 1, 200, 2, 300)),
    dense(3, 2, Float32Array.of(0.001, 1, 0.002, 0, 0.003, -1)),
  ]) {
    const fitted = fitScaler("auto", far);
    assert.deepEqual(values(applyScaler(fitted, far)), values(applyScaler(fitScaler("standard", far), far)));
    assert.match(scalingNote(fitted, "far")!, /^view "far" is far from unit scale .*--set scaling=none/);
  }
  assert.equal(scalingNote(fitScaler("standard", dense(2, 1, Float32Array.of(0, 100))), "x"), undefined);
});

test("programming errors", () => {
  assert.throws(() => applyScaler(fitScaler("minmax", matrix), dense(1, 2)), RangeError);
  assert.throws(() => fitScaler("standard", matrix, []), RangeError);
});
