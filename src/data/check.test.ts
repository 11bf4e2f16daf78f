// Tests of checkDataset: what is refused, what is a warning.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDataset, classCounts } from "./check.js";
import { type Labels, MultiViewDataset } from "./dataset.js";
import { dense, type Matrix, type SparseMatrix } from "./matrix.js";

const of = (columns: number, ...values: number[]) => dense(values.length / columns, columns, Float32Array.from(values));
const sparse = (...values: number[]): SparseMatrix => ({
  kind: "sparse",
  rows: 4,
  columns: 3,
  offsets: Uint32Array.of(0, 1, 1, 3, 3),
  indices: Uint32Array.of(2, 0, 1),
  values: Float32Array.from(values),
});

test("nothing odd, no notes", () => {
  const labels: Labels = { kind: "single", values: Int32Array.of(0, 1), names: ["x", "y"] };
  assert.deepEqual(
    checkDataset(new MultiViewDataset({ name: "d", views: [{ name: "a", matrix: of(1, 1, 2) }], labels })),
    [],
  );
});

for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
  test(`${bad} is refused with its place`, () => {
    const dataset = (matrix: Matrix) => new MultiViewDataset({ name: "d", views: [{ name: "a", matrix }] });
    assert.throws(() => checkDataset(dataset(of(2, 1, 2, 3, bad, 5, bad))), {
      name: "UserError",
      message: `d: view "a" holds ${bad} at row 1, column 1 (counted from 0) and 1 more such value; replace or remove what is not a finite number`,
    });
    assert.throws(() => checkDataset(dataset(sparse(1, bad, 2))), {
      message: new RegExp(`${bad} at row 2, column 0 \\(counted from 0\\);`),
    });
    assert.throws(() => checkDataset(dataset(sparse(bad, 1, 2))), { message: /at row 0, column 2/ });
  });
}

test("warnings", () => {
  const dataset = new MultiViewDataset({
    name: "d",
    views: [
      { name: "a", matrix: of(3, 1, 2, 3, 1, 2, 4, 1, 2, 5, 0, 0, 0), present: Uint8Array.of(1, 1, 1, 0) },
      { name: "b", matrix: sparse(1, 2, 3), present: Uint8Array.of(1, 1, 0, 0) },
    ],
    labels: { kind: "single", values: Int32Array.of(1, 1, 1, 1), names: ["x", "y", "z"] },
  });
  assert.deepEqual(checkDataset(dataset), [
    'view "a": 2 of 3 columns are constant (0, 1)',
    'view "b": 2 of 3 columns are constant (0, 1)',
    "1 of 4 samples have no view at all",
    "2 of 3 classes have no sample (x, z)",
    "all labeled samples are of one class",
  ]);
});

test("many constant columns are not all listed", () => {
  const [note] = checkDataset(new MultiViewDataset({ name: "d", views: [{ name: "a", matrix: dense(2, 9) }] }));
  assert.equal(note, 'view "a": 9 of 9 columns are constant (0, 1, 2, 3, 4, …)');
});

test("class counts", () => {
  assert.deepEqual(classCounts({ kind: "single", values: Int32Array.of(0, 2, 0), names: ["x", "y", "z"] }), [2, 0, 1]);
  assert.deepEqual(classCounts({ kind: "multi", matrix: Uint8Array.of(1, 1, 0, 1), names: ["x", "y"] }), [1, 2]);
});
