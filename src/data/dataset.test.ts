// MultiViewDataset: what its constructor refuses, and selections.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../errors.js";
import { type DatasetInit, MultiViewDataset, type ViewInit } from "./dataset.js";
import { type DenseMatrix, dense, type SparseMatrix, sparse } from "./matrix.js";

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

const unsound = (view: unknown): Partial<DatasetInit> => ({ views: [good.views[0]!, view as ViewInit] });
const rowsOf = (matrix: unknown) => unsound({ name: "c", matrix });
const sparseOf = (change: Partial<SparseMatrix>) => rowsOf({ ...b, ...change });

/** What a program without types may give: each gets one line that names view and row. */
const wrongTypes: [string, object, string][] = [
  [
    "NaN",
    rowsOf([[1], [Number.NaN], [3]]),
    'view "c" holds NaN at row 1, column 0 (counted from 0); replace or remove what is not a finite number',
  ],
  [
    "infinities of a dense matrix",
    rowsOf(dense(3, 2, Float32Array.of(1, 2, 3, 4, -Infinity, Infinity))),
    'view "c" holds -Infinity at row 2, column 0 (counted from 0) and 1 more such value; replace or remove what is not a finite number',
  ],
  [
    "NaN of a sparse matrix",
    sparseOf({ values: Float32Array.of(7, 8, Number.NaN) }),
    'view "a" holds NaN at row 2, column 3 (counted from 0); replace or remove what is not a finite number',
  ],
  [
    "ragged rows",
    rowsOf([[1, 2], [3, 4], [5]]),
    'view "c": row 2 has 1 values where row 0 has 2; every row needs as many',
  ],
  [
    "text",
    rowsOf([[1], ["2"], [3]]),
    'view "c" holds the string "2" at row 1, column 0 (counted from 0); expected a number',
  ],
  ["nothing", rowsOf([[1], [null], [3]]), 'view "c" holds null at row 1, column 0 (counted from 0); expected a number'],
  [
    "beyond float32",
    rowsOf([[1], [1e39], [3]]),
    'view "c" holds 1e+39 at row 1, column 0 (counted from 0), beyond float32; scale it',
  ],
  ["a flat list", rowsOf([1, 2, 3]), 'view "c": row 0 is the number 1, expected a list of numbers'],
  [
    "few rows",
    rowsOf([[1], [2]]),
    'view "c" has 2 samples where view "a" has 3; every view needs a row for each sample',
  ],
  ["no row", rowsOf([]), 'view "c" is empty (0 samples × 0 columns)'],
  [
    "a matrix under another name",
    unsound({ name: "c", data: [[1], [2], [3]] }),
    'view "c" is undefined, expected rows of numbers, dense(…) or sparse(…)',
  ],
  ["a path", rowsOf("c.csv"), 'view "c" is the string "c.csv", expected rows of numbers, dense(…) or sparse(…)'],
  [
    "other numbers",
    rowsOf({ ...a, data: new Float64Array(6) }),
    'view "c": data is a Float64Array, expected a Float32Array',
  ],
  ["another size", rowsOf({ ...a, columns: 3 }), 'view "c" has 6 values, expected 3 × 3 = 9'],
  [
    "half a column",
    rowsOf({ ...a, columns: 1.5 }),
    'view "c": columns is the number 1.5, expected a whole number from 0',
  ],
  ["offsets", sparseOf({ offsets: Uint32Array.of(0, 1, 3) }), 'view "a" has 3 offsets for 3 rows, expected 4'],
  [
    "descending offsets",
    sparseOf({ offsets: Uint32Array.of(0, 2, 1, 3), indices: Uint32Array.of(0, 2, 3) }),
    'view "a": offsets descend from 2 to 1 at row 1',
  ],
  [
    "end of offsets",
    sparseOf({ offsets: Uint32Array.of(0, 1, 1, 2) }),
    'view "a": offsets go from 0 to 2, expected 0 to 3, the number of values',
  ],
  ["indices", sparseOf({ indices: Uint32Array.of(2, 0) }), 'view "a" has 2 indices and 3 values, expected as many'],
  [
    "a column that is not there",
    sparseOf({ indices: Uint32Array.of(2, 0, 4) }),
    'view "a": row 2 has a value in column 4, expected 0 … 3',
  ],
  [
    "a column twice",
    sparseOf({ indices: Uint32Array.of(2, 3, 3) }),
    'view "a": row 2 names column 3 after 3; columns ascend, each once',
  ],
  ["a view of no name", unsound({ matrix: [[1]] }), "view 1 is one whose name is undefined, expected { name, matrix }"],
  ["no view", unsound(null), "view 1 is null, expected { name, matrix }"],
  ["views by name", { views: { a } }, "views is an object, expected a list of { name, matrix }"],
  [
    "a mask of words",
    unsound({ name: "c", matrix: a, present: [true, "no", true] }),
    'view "c": present is the string "no" at row 1, expected true or false',
  ],
  [
    "features",
    unsound({ name: "c", matrix: a, features: ["x", 2] }),
    'view "c": the name of column 1 is the number 2, expected text',
  ],
  ["few labels", { labels: ["x"] }, "1 labels for 3 samples"],
  [
    "half a class",
    { labels: [0, 1.5, 1] },
    "the label of sample 1 is the number 1.5, expected the name of a class, a whole number, or null where it has none",
  ],
  [
    "a class that is NaN",
    { labels: [0, Number.NaN, 1] },
    "the label of sample 1 is the number NaN, expected the name of a class, a whole number, or null where it has none",
  ],
  [
    "a class without a name",
    { labels: ["x", "", "y"] },
    'the label of sample 1 is the string "", expected the name of a class, a whole number, or null where it has none',
  ],
  ["names and numbers", { labels: ["x", 1, "y"] }, "the label of sample 1 is the number 1, of others a string"],
  [
    "-1 among several",
    { labels: [-1, 0, 1] },
    "labels hold -1 beside 2 other numbers; give null where a sample has no label, or names of classes",
  ],
  ["no label at all", { labels: [null, null, null] }, "no sample has a label; leave labels out"],
  ["labels as text", { labels: "xyz" }, 'labels is the string "xyz", expected a class for each sample'],
  [
    "labels of other numbers",
    { labels: { kind: "single", values: [0, 1, 0], names: ["x", "y"] } },
    "labels.values is an array, expected an Int32Array",
  ],
  [
    "names that are numbers",
    { labels: { kind: "single", values: Int32Array.of(0, 1, 0), names: ["x", 1] } },
    "the name of class 1 is the number 1, expected text",
  ],
  ["ids that are numbers", { ids: ["a", 1, "c"] }, "the id of sample 1 is the number 1, expected text"],
  ["half a row in a split", { splits: { test: [0.5] } }, 'split "test" names row 0.5, expected 0 … 2'],
  ["a split of a number", { splits: { test: 2 } }, 'split "test" is the number 2, expected a list of row numbers'],
];
for (const [what, change, message] of wrongTypes) {
  test(`one line about: ${what}`, () => {
    // A sparse matrix stands in for the first view, so that its own line is met.
    const init = { ...good, ...change } as DatasetInit;
    const views = message.startsWith('view "a"') && "views" in change ? [{ ...init.views[1]!, name: "a" }] : init.views;
    assert.throws(() => new MultiViewDataset({ ...init, views }), { name: "UserError", message: `toy: ${message}` });
  });
}

test("plain arrays are the same as matrices and numbered classes", () => {
  const data = new MultiViewDataset({
    name: "toy",
    views: [
      { name: "a", matrix: [[1, 2], [3, 4], Float64Array.of(5, 6)] },
      { name: "c", matrix: [[1], [Number.NaN], [3]], present: [true, false, true] },
    ],
    labels: ["b", null, "a"],
    splits: { train: [0, 2] },
  });
  assert.deepEqual(data.views[0]!.matrix, a);
  assert.deepEqual(data.views[1]!.present, Uint8Array.of(1, 0, 1));
  assert.deepEqual(data.labels, { kind: "single", values: Int32Array.of(1, -1, 0), names: ["a", "b"] });
  assert.deepEqual(data.splits, { train: Int32Array.of(0, 2) });
  const numbered = (labels: DatasetInit["labels"]) => new MultiViewDataset({ ...good, labels }).labels;
  assert.deepEqual(numbered([10, 9, 10]), { kind: "single", values: Int32Array.of(1, 0, 1), names: ["9", "10"] });
  assert.deepEqual(numbered(Int32Array.of(1, -1, 1)), {
    kind: "single",
    values: Int32Array.of(1, 0, 1),
    names: ["-1", "1"],
  });
});

test("dense and sparse take plain arrays, and say what does not fit", () => {
  assert.deepEqual(
    dense([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    a,
  );
  assert.deepEqual(sparse(3, 4, { offsets: [0, 1, 1, 3], indices: [2, 0, 3], values: [7, 8, 9] }), b);
  const loose = (...parts: unknown[]) => (dense as (...parts: unknown[]) => unknown)(...parts);
  for (const [make, message] of [
    [() => loose(2, 2, Float32Array.of(1)), "dense has 1 values, expected 2 × 2 = 4"],
    [() => loose(2, "3"), 'dense: columns is the string "3", expected a whole number from 0'],
    [() => loose(1, 2, [1, 2]), "dense: data is an array, expected a Float32Array"],
    [() => loose([[1], ["x"]]), 'dense holds the string "x" at row 1, column 0 (counted from 0); expected a number'],
    [
      () => sparse(1, 4, { offsets: [0, 0.5], indices: [], values: [] }),
      "sparse: offsets[1] is the number 0.5, expected a whole number from 0",
    ],
  ] as const) {
    assert.throws(make, { name: "UserError", message });
  }
});

test("values that are trusted are not gone through", () => {
  const matrix = dense(2, 1, Float32Array.of(1, Number.NaN));
  assert.equal(new MultiViewDataset({ name: "d", views: [{ name: "a", matrix }] }, { values: "trusted" }).samples, 2);
});

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
