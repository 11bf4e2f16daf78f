// Unpaired views: where samples land, what is present, labels and splits joined.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDataset } from "./check.js";
import { describeDataset } from "./describe.js";
import { dense, type SparseMatrix, toDense } from "./matrix.js";
import { modalities } from "./mixed-modal.js";
import { joinLabels, unpaired } from "./unpaired.js";

const image = dense(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6));
const text: SparseMatrix = {
  kind: "sparse",
  rows: 3,
  columns: 2,
  offsets: Uint32Array.of(0, 1, 1, 3),
  indices: Uint32Array.of(1, 0, 1),
  values: Float32Array.of(7, 8, 9),
};
const single = (values: number[], names: string[]) =>
  ({ kind: "single", values: Int32Array.from(values), names }) as const;

const data = unpaired("toy", [
  { name: "image", matrix: image, labels: single([0, 1], ["2", "10"]), splits: { query: Int32Array.of(1) } },
  { name: "text", matrix: text, labels: single([1, 0, 1], ["1", "2"]), splits: { query: Int32Array.of(0, 2) } },
]);

test("samples one view after the other, zeros where a view is absent", () => {
  assert.equal(data.samples, 5);
  assert.deepEqual([...toDense(data.views[0]!.matrix).data], [1, 2, 3, 4, 5, 6, ...new Array(9).fill(0)]);
  assert.deepEqual([...toDense(data.views[1]!.matrix).data], [0, 0, 0, 0, 0, 7, 0, 0, 8, 9]);
  assert.equal(data.views[1]!.matrix.kind, "sparse");
  assert.deepEqual([...modalities(data)], [0, 0, 1, 1, 1]);
});

test("classes are joined by name, splits by name", () => {
  assert.deepEqual(data.labels, single([1, 2, 1, 0, 1], ["1", "2", "10"]));
  assert.deepEqual([...data.splits.query!], [1, 2, 4]);
});

test("selecting, checking and describing look at present rows only", () => {
  const chosen = data.select([4, 1, 0]);
  assert.deepEqual([...toDense(chosen.views[0]!.matrix).data], [0, 0, 0, 4, 5, 6, 1, 2, 3]);
  assert.deepEqual([...chosen.views[0]!.present!], [0, 1, 1]);
  assert.deepEqual(checkDataset(data), []);
  const [view] = describeDataset(data).views;
  assert.equal(view!.min, 1);
  assert.equal(view!.mean, 3.5);
  assert.equal(view!.missing, 3);
});

test("a sample without a label stays without one", () => {
  const labels = joinLabels([single([0, -1], ["b"]), single([-1, 0], ["a"])], "toy");
  assert.deepEqual(labels.kind === "single" && [...labels.values], [0, -1, -1, 1]);
});

test("multi-label parts with other classes", () => {
  const a = { kind: "multi", matrix: Uint8Array.of(1, 0, 1, 1), names: ["sky", "sea"] } as const;
  const b = { kind: "multi", matrix: Uint8Array.of(0, 1), names: ["sea", "tree"] } as const;
  assert.deepEqual(joinLabels([a, b], "toy"), {
    kind: "multi",
    matrix: Uint8Array.of(1, 0, 0, 1, 1, 0, 0, 0, 1),
    names: ["sky", "sea", "tree"],
  });
  assert.throws(() => joinLabels([a, single([0], ["sky"])], "toy"), { name: "UserError", message: /one class per/ });
});

test("labels for some views only, or no view, are refused", () => {
  const views = [
    { name: "a", matrix: image },
    { name: "b", matrix: image, labels: single([0, 1], ["x", "y"]) },
  ];
  assert.throws(() => unpaired("toy", views), { name: "UserError", message: /toy: no labels for a;/ });
  assert.throws(() => unpaired("toy", []), { name: "UserError", message: /no views/ });
});
