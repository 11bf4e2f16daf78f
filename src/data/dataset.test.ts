// MultiViewDataset: what its constructor refuses, and selections.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../errors.js";
import { type DatasetInit, MultiViewDataset } from "./dataset.js";
import { type DenseMatrix, dense, type SparseMatrix } from "./matrix.js";

const a = dense(3, 2, Float32Array.of(1, 2, 3, 4, 5, 6));
const b: SparseMatrix = {
  kind: "sparse",
  rows: 3,
  columns: 4,
  offsets: Uint32Array.of(0, 1, 1, 3),
  indices: Uint32Array.of(2, 0, 3),
  values: Float32Array.of(7, 8, 9),
};
const good: DatasetInit = {
  name: "toy",
  views: [
    { name: "a", matrix: a },
    { name: "b", matrix: b, present: Uint8Array.of(1, 0, 1) },
  ],
  labels: { kind: "single", values: Int32Array.of(0, 2, 0), names: ["x", "y", "z"] },
  ids: ["i0", "i1", "i2"],
  splits: { train: Int32Array.of(0, 2), test: Int32Array.of(1) },
  source: "here",
};

test("sizes", () => {
  const data = new MultiViewDataset(good);
  assert.equal(data.samples, 3);
  assert.equal(data.classes, 3);
  assert.deepEqual(data.dimensions, [2, 4]);
  const bare = new MultiViewDataset({ name: "bare", views: [{ name: "a", matrix: a }] });
  assert.equal(bare.classes, 0);
  assert.deepEqual(bare.splits, {});
});

const refused: [string, Partial<DatasetInit>, RegExp][] = [
  ["no views", { views: [] }, /no views/],
  ["two views of a name", { views: [good.views[0]!, good.views[0]!] }, /two views named "a"/],
  [
    "another length",
    { views: [good.views[0]!, { name: "c", matrix: dense(4, 1) }] },
    /"c" has 4 samples where view "a" has 3/,
  ],
  ["no column", { views: [{ name: "c", matrix: dense(3, 0) }] }, /"c" is empty \(3 samples × 0 columns\)/],
  ["no sample", { views: [{ name: "c", matrix: dense(0, 3) }] }, /"c" is empty/],
  ["mask", { views: [{ name: "a", matrix: a, present: Uint8Array.of(1) }] }, /1 entries for 3 samples/],
  ["few labels", { labels: { kind: "single", values: Int32Array.of(0), names: ["x"] } }, /1 labels for 3 samples/],
  [
    "label range",
    { labels: { kind: "single", values: Int32Array.of(0, 1, 0), names: ["x"] } },
    /sample 1 has label 1, expected 0 … 0/,
  ],
  ["negative label", { labels: { kind: "single", values: Int32Array.of(0, -2, 0), names: ["x"] } }, /label -2/],
  [
    "label matrix size",
    { labels: { kind: "multi", matrix: new Uint8Array(5), names: ["x", "y"] } },
    /5 entries, expected 3 samples × 2/,
  ],
  [
    "label matrix value",
    { labels: { kind: "multi", matrix: Uint8Array.of(0, 1, 0, 3, 0, 0), names: ["x", "y"] } },
    /holds 3 at sample 1, class y/,
  ],
  ["ids", { ids: ["only"] }, /1 ids for 3 samples/],
  ["split range", { splits: { train: Int32Array.of(0, 3) } }, /"train" names row 3, expected 0 … 2/],
  ["split twice", { splits: { test: Int32Array.of(1, 1) } }, /"test" names row 1 twice/],
];
for (const [what, change, message] of refused) {
  test(`refuses: ${what}`, () => {
    assert.throws(
      () => new MultiViewDataset({ ...good, ...change }),
      (error: unknown) =>
        error instanceof UserError && error.message.startsWith("toy: ") && message.test(error.message),
    );
  });
}

test("select keeps order, repeats, masks, ids, labels and renumbers splits", () => {
  const data = new MultiViewDataset(good).select([2, 0, 2]);
  assert.deepEqual([...(data.views[0]!.matrix as DenseMatrix).data], [5, 6, 1, 2, 5, 6]);
  const sparse = data.views[1]!.matrix as SparseMatrix;
  assert.deepEqual([...sparse.offsets], [0, 2, 3, 5]);
  assert.deepEqual([...sparse.values], [8, 9, 7, 8, 9]);
  assert.deepEqual([...data.views[1]!.present!], [1, 1, 1]);
  assert.deepEqual(data.ids, ["i2", "i0", "i2"]);
  assert.equal(data.labels?.kind === "single" && data.labels.values.join(), "0,0,0");
  assert.equal(data.classes, 3);
  assert.deepEqual(Object.keys(data.splits), ["train"]);
  assert.deepEqual([...data.splits.train!], [0, 1, 2]);
  assert.equal(data.source, "here");
});

test("select of multi-label samples", () => {
  const labels = { kind: "multi", matrix: Uint8Array.of(1, 0, 0, 1, 1, 1), names: ["x", "y"] } as const;
  const data = new MultiViewDataset({ ...good, labels }).select(Int32Array.of(1));
  assert.equal(data.samples, 1);
  assert.deepEqual(data.labels, { kind: "multi", matrix: Uint8Array.of(0, 1), names: ["x", "y"] });
});

test("select refuses rows that are not there, and none", () => {
  const data = new MultiViewDataset(good);
  for (const row of [3, -1, 0.5, Number.NaN]) assert.throws(() => data.select([row]), RangeError);
  assert.throws(() => data.select([]), UserError);
});

test("selectViews orders views and names those that exist", () => {
  const data = new MultiViewDataset(good);
  assert.deepEqual(data.selectViews(["b", "a"]).dimensions, [4, 2]);
  assert.equal(data.selectViews(["b"]).views[0]!.matrix, b);
  assert.throws(() => data.selectViews(["text"]), {
    name: "UserError",
    message: 'toy: no view "text"; its views are a, b',
  });
  assert.throws(() => data.selectViews([]), UserError);
});

test("withSplits replaces the splits", () => {
  const data = new MultiViewDataset(good).withSplits({ query: Int32Array.of(2) });
  assert.deepEqual(Object.keys(data.splits), ["query"]);
});
