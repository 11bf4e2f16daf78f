// Views, columns and classes of other data by name; samples that were trained on; columns picked from any matrix.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Labels, MultiViewDataset, type View } from "../../data/dataset.js";
import { dense, type Matrix, type SparseMatrix, selectColumns, toDense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { knownSamples, matchLabels } from "./classes.js";
import { areCounted } from "./names.js";
import { countTrained, fingerprints, fingerprintTensor, storedFingerprints } from "./trained-rows.js";
import { matchViews, viewShapes } from "./views.js";

const counted = (rows: number, columns: number, from = 0) =>
  dense(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, (_, e) => from + e),
  );
const view = (name: string, columns: number, features?: string[]): View => ({
  name,
  matrix: counted(2, columns),
  ...(features && { features }),
});
const data = (views: View[], name = "new") => new MultiViewDataset({ name, views });

function matched(other: MultiViewDataset, of: MultiViewDataset, some = false) {
  const notes: string[] = [];
  const result = matchViews(other, viewShapes(of, []), { some, onNote: (note) => notes.push(note) });
  return { result, notes, names: result.views.map(({ name }) => name) };
}
const refused = (other: MultiViewDataset, of: MultiViewDataset, message: RegExp, some = false) =>
  assert.throws(
    () => matched(other, of, some),
    (error) => error instanceof UserError && message.test(error.message),
  );
const values = (matrix: Matrix) => [...toDense(matrix).data];

test("views are found by name, whatever their order; further ones are reported and left out", () => {
  const model = data([view("image", 3), view("text", 2)]);
  const { result, notes } = matched(data([view("text", 2), view("audio", 4), view("image", 3)]), model);
  assert.deepEqual(result.dimensions, [3, 2]);
  assert.deepEqual(notes, ['new: view "audio": unknown to the model and ignored']);
  assert.equal(matched(model, model).result, model, "nothing to do");
});

test("a view under another name is refused with both lists, and never fed to another encoder", () => {
  const model = data([view("image", 2), view("text", 2)]);
  for (const names of [
    ["text", "pictures"],
    ["pictures", "words"],
    ["image"],
    ["image", "text 2"],
    ["Image", "text"],
    ["X1", "X2"],
    ["view1", "image"],
  ]) {
    const other = data(names.map((name) => view(name, 2)));
    refused(
      other,
      model,
      new RegExp(`${names.map((name) => `"${name}"`).join(", ")}; the model was .* "image", "text"`),
    );
  }
  refused(data([view("text", 2), view("pictures", 2)]), model, /--views image=…,text=…$/, true);
  assert.deepEqual(matched(data([view("text", 2)]), model, true).names, ["text"], "some of the views");
});

test("views that nobody named go by their numbers, with a note", () => {
  const model = data([view("X1", 3), view("X2", 2)]);
  const { result, notes } = matched(data([view("view 1", 2), view("view 0", 3)]), model);
  assert.deepEqual(result.dimensions, [3, 2]);
  assert.match(notes[0]!, /matched by number: "view 0" as "X1", "view 1" as "X2"/);
  refused(data([view("X0", 2), view("X1", 2)]), data([view("X1", 2), view("X2", 2)]), /"X0", "X1"; .* "X1", "X2"/);
  refused(data([view("X3", 3)]), model, /"X3"; .* "X1", "X2"/);
  refused(data([view("a1", 3), view("a2", 2)]), model, /"a1", "a2"/);
  // A file with one matrix gives it the file's name.
  const single = matched(data([view("monday", 3)], "monday"), data([view("sunday", 3)], "sunday"));
  assert.deepEqual([single.names, single.notes.length], [["sunday"], 1]);
  refused(data([view("text", 3)], "monday"), data([view("sunday", 3)], "sunday"), /"text"; .* "sunday"/);
});

test("columns are found by name; those of another order and those too many are reported, those that are lacking refused", () => {
  const model = data([view("image", 3, ["red", "green", "blue"])]);
  const permuted = matched(data([view("image", 4, ["blue", "depth", "red", "green"])]), model);
  assert.deepEqual(values(permuted.result.views[0]!.matrix), [2, 3, 0, 6, 7, 4]);
  assert.deepEqual(permuted.result.views[0]!.features, ["red", "green", "blue"]);
  assert.equal(permuted.notes.length, 2);
  assert.match(permuted.notes[0]!, /view "image": column "depth" is unknown and not used/);
  assert.match(permuted.notes[1]!, /different order/);
  refused(
    data([view("image", 3, ["red", "green", "Blue"])]),
    model,
    /lacks a column \("blue"\): it has "red", "green", "Blue"; the model was trained on "red"/,
  );
  refused(data([view("image", 2, ["red", "green"])]), model, /lacks a column \("blue"\)/);
  refused(data([view("image", 4)]), model, /view "image" has 4 columns, the model was trained on 3/);
  const byPlace = matched(data([view("image", 3)]), model);
  assert.match(byPlace.notes.join(), /matched by position, since only one side has names/);
  assert.match(matched(model, data([view("image", 3)])).notes.join(), /matched by position/);
});

test("columns that are only counted have no names, unless they stand in another order", () => {
  assert.ok(areCounted(["0", "1", "2"]) && areCounted(["column1", "column2"]));
  assert.ok(!areCounted(["1", "0"]) && !areCounted(["400", "402"]) && !areCounted(["f0", "f1"]) && !areCounted([]));
  const model = data([view("data", 3, ["0", "1", "2"])]);
  refused(data([view("data", 4, ["0", "1", "2", "3"])]), model, /has 4 columns, the model was trained on 3/);
  assert.match(matched(data([view("data", 3, ["a", "b", "c"])]), model).notes.join(), /by position/);
  assert.deepEqual(matched(data([view("data", 3, ["column0", "column1", "column2"])]), model).notes, []);
  const permuted = matched(data([view("data", 3, ["2", "0", "1"])]), model);
  assert.deepEqual(values(permuted.result.views[0]!.matrix), [1, 2, 0, 4, 5, 3]);
  const numbered = data([view("data", 3, ["f0", "f1", "f2"])]);
  assert.equal(matched(data([view("data", 4, ["f0", "f1", "f2", "f3"])]), numbered).result.dimensions[0], 3);
  refused(data([view("data", 2, ["f0", "f1"])]), numbered, /lacks a column \("f2"\)/);
});

test("columns of sparse, dense and lazy matrices", () => {
  const sparse: SparseMatrix = {
    kind: "sparse",
    rows: 3,
    columns: 4,
    offsets: Uint32Array.of(0, 2, 2, 5),
    indices: Uint32Array.of(0, 3, 1, 2, 3),
    values: Float32Array.of(1, 2, 3, 4, 5),
  };
  const lazy: Matrix = {
    kind: "lazy",
    rows: 3,
    columns: 4,
    gather: (rows, target) => {
      const whole = toDense(sparse).data;
      for (let i = 0; i < rows.length; i++) target.set(whole.subarray(rows[i]! * 4, rows[i]! * 4 + 4), i * 4);
    },
  };
  for (const matrix of [sparse, lazy, toDense(sparse)]) {
    assert.deepEqual(values(selectColumns(matrix, Int32Array.of(3, 0, 2))), [2, 1, 0, 0, 0, 0, 5, 0, 4], matrix.kind);
  }
  const { indices } = selectColumns(sparse, Int32Array.of(3, 0, 2)) as SparseMatrix;
  assert.deepEqual([...indices], [0, 1, 0, 2], "columns ascend");
});

const single = (names: string[], ...classes: number[]): Labels => ({
  kind: "single",
  names,
  values: Int32Array.from(classes),
});

test("classes are the same where their names are; others are counted, and so are samples without a label", () => {
  const found = matchLabels(single(["yew", "fir", "ash"], 0, 1, 2, -1, 1) as Labels & { kind: "single" }, [
    "ash",
    "elm",
    "yew",
  ]);
  assert.deepEqual([...found.values], [2, -1, 0, -1, -1]);
  assert.deepEqual([found.unknown, found.unlabeled], [{ fir: 2 }, 1]);
  const numbers = matchLabels(single(["01", "1"], 0, 1) as Labels & { kind: "single" }, ["0", "1"]);
  assert.deepEqual([[...numbers.values], numbers.unknown], [[-1, 1], { "01": 1 }]);

  const of = (labels?: Labels) =>
    new MultiViewDataset({ name: "new", views: [{ name: "a", matrix: counted(5, 1) }], labels });
  const notes: string[] = [];
  const { rows, truth } = knownSamples(of(single(["yew", "fir"], 0, 1, 0, -1, 1)), ["ash", "yew"], (note) =>
    notes.push(note),
  );
  assert.deepEqual(
    [[...rows], [...truth]],
    [
      [0, 2],
      [1, 1],
    ],
  );
  assert.match(notes[0]!, /2 of 5 samples are of classes that the model does not know \("fir" 2\)/);
  assert.match(notes[1]!, /1 of 5 samples have no label/);
  const refuse = (labels: Labels | undefined, message: RegExp) =>
    assert.throws(
      () => knownSamples(of(labels), ["ash"]),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuse(undefined, /needs labels/);
  refuse(single(["fir"], 0, 0, 0, 0, 0), /the classes "fir"; the model was trained on "ash": none is the same/);
  refuse(single(["ash"], -1, -1, -1, -1, -1), /none of the 5 samples has a label/);
});

test("samples are known again by their values, in the views that they have", () => {
  const image = dense(4, 2, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const text = dense(4, 1, Float32Array.of(0, 0, 9, 9));
  const rows = Int32Array.of(0, 2, 3);
  const present = Uint8Array.of(1, 1, 1, 0);
  const trained = fingerprints(
    {
      views: [
        { name: "image", matrix: image },
        { name: "text", matrix: text, present },
      ],
    },
    rows,
  )!;
  const stored = fingerprintTensor(trained);
  assert.ok(stored.tensor.data.every((value) => Number.isInteger(value) && value < 2 ** 32));
  assert.deepEqual(storedFingerprints(stored), trained);
  const count = (...views: View[]) => countTrained(new MultiViewDataset({ name: "new", views }), trained);
  assert.equal(count({ name: "image", matrix: image }, { name: "text", matrix: text }), 3);
  assert.equal(count({ name: "text", matrix: text }, { name: "image", matrix: image }), 3);
  const minus = dense(2, 1, Float32Array.of(-0, 9));
  const firstAndThird = dense(2, 2, Float32Array.of(1, 2, 5, 6));
  assert.equal(count({ name: "image", matrix: firstAndThird }, { name: "text", matrix: minus }), 2, "-0 is 0");
  const other = dense(2, 1, Float32Array.of(1, 9));
  assert.equal(count({ name: "image", matrix: firstAndThird }, { name: "text", matrix: other }), 1, "both views count");
  assert.equal(count({ name: "image", matrix: dense(1, 2, Float32Array.of(2, 1)) }), 0);
  assert.equal(
    count({ name: "image", matrix: dense(1, 2, Float32Array.of(7, 8)) }, { name: "text", matrix: dense(1, 1) }),
    1,
  );
  const huge: Matrix = { kind: "lazy", rows: 2 ** 20, columns: 2 ** 10, gather: () => assert.fail("too large") };
  assert.equal(
    fingerprints({ views: [{ name: "image", matrix: huge }] }, Int32Array.from({ length: 2 ** 20 })),
    undefined,
  );
});

test("fingerprints of a million different rows differ", () => {
  const rows = 2 ** 20;
  const matrix = dense(
    rows,
    3,
    Float32Array.from({ length: rows * 3 }, (_, e) => (Math.floor(e / 3) >> (7 * (e % 3))) & 127),
  );
  const found = fingerprints(
    { views: [{ name: "a", matrix }] },
    Int32Array.from({ length: rows }, (_, i) => i),
  )!;
  assert.equal(new Set(found.get("a")).size, rows);
});
