// Splits for retrieval, packing of codes, and search between views.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { type Labels, MultiViewDataset, type Splits } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { packSigns } from "./packing.js";
import { withRetrievalSplits } from "./splits.js";
import { hammingRetrieval } from "./tasks/hamming-retrieval.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

const data = (samples: number, splits?: Splits) =>
  new MultiViewDataset({ name: "test", views: [{ name: "a", matrix: dense(samples, 1) }], splits });

test("signs are packed as numpy.packbits packs them", () => {
  // np.packbits([[1,0,0,0,0,0,0,1], [0,0,0,0,0,0,0,0]]) and a row of 16
  const packed = new Uint8Array(2);
  packSigns(Float32Array.of(0.5, -1, 0, -0, -2, -3, -4, 1e-30, 0, -1, -1, -1, -1, -1, -1, Number.NaN), packed);
  assert.deepEqual([...packed], [0b10000001, 0]);
  assert.throws(() => packSigns(new Float32Array(9), packed), RangeError);
});

test("queries from the first or last rows, at random, or as the data says", () => {
  const last = withRetrievalSplits(data(10), "last:3", 0).splits;
  assert.deepEqual([...last.query!], [7, 8, 9]);
  assert.deepEqual([...last.database!], [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(last.train, last.database);
  assert.deepEqual([...withRetrievalSplits(data(10), "first:2", 0).splits.query!], [0, 1]);

  const random = withRetrievalSplits(data(50), "random:20", 4).splits;
  assert.equal(random.query!.length, 20);
  assert.deepEqual(
    [...random.query!, ...random.database!].sort((a, b) => a - b),
    [...Array(50).keys()],
  );
  assert.deepEqual(withRetrievalSplits(data(50), "random:20", 4).splits, random);
  assert.equal(withRetrievalSplits(data(50), undefined, 4).splits.query!.length, 10);
  assert.equal(withRetrievalSplits(data(20_000), undefined, 4).splits.query!.length, 2000);

  const own = withRetrievalSplits(data(6, { query: Int32Array.of(4, 1) }), undefined, 0).splits;
  assert.deepEqual([...own.query!], [4, 1]);
  assert.deepEqual([...own.database!], [0, 2, 3, 5]);
  const trained = { query: Int32Array.of(0), database: Int32Array.of(1, 2, 3), train: Int32Array.of(2, 3) };
  assert.deepEqual(withRetrievalSplits(data(4, trained), undefined, 0).splits, trained);
  const tested = withRetrievalSplits(data(4, { train: Int32Array.of(0, 1), test: Int32Array.of(2, 3) }), undefined, 0);
  assert.deepEqual([...tested.splits.query!, ...tested.splits.database!], [2, 3, 0, 1]);
  assert.deepEqual([...withRetrievalSplits(data(4, trained), "last:1", 0).splits.train!], [0, 1, 2]);
});

test("no samples left for the database, or too few for queries", () => {
  assert.throws(
    () => withRetrievalSplits(data(10), "last:10", 0),
    new UserError("option queries: 10 of 10 samples, expected 1 … 9"),
  );
  assert.throws(() => withRetrievalSplits(data(4), undefined, 0), UserError);
});

test("every ordered pair of views is searched, by the codes of each", async () => {
  const labels: Labels = { kind: "single", values: Int32Array.of(0, 1), names: ["x", "y"] };
  const right = { codes: Uint8Array.of(0b11110000, 0b00001111), labels };
  const wrong = { codes: Uint8Array.of(0b00001111, 0b11110000), labels };
  const { metrics, curves } = await hammingRetrieval(
    [
      { name: "a", query: right, database: right },
      { name: "b", query: right, database: wrong },
      { name: "c", database: right },
    ],
    8,
    "zero",
    { engine },
  );
  // where the only relevant item comes second, its precision is 1/2
  assert.deepEqual(metrics.map, { "a->b": 0.5, "a->c": 1, "b->a": 1, "b->c": 1 });
  assert.deepEqual(metrics.mapAt50, metrics.map);
  assert.deepEqual((metrics.precisionAt as Record<string, unknown>)["a->c"], { 10: 0.5, 50: 0.5, 100: 0.5 });
  const curve = curves.find(({ direction }) => direction === "a->b")!;
  assert.deepEqual(curve.precisionAt, { k: [1, 2], precision: [0, 0.5] });
  assert.deepEqual(curve.byRadius!.recall, [0, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test("one view is searched by itself", async () => {
  const labels: Labels = { kind: "single", values: Int32Array.of(0), names: ["x"] };
  const samples = { codes: Uint8Array.of(1), labels };
  const { metrics } = await hammingRetrieval([{ name: "a", query: samples, database: samples }], 8, "zero", {
    engine,
  });
  assert.deepEqual(metrics.map, { "a->a": 1 });
  assert.deepEqual(await hammingRetrieval([{ name: "a", query: samples }], 8, "zero", { engine }), {
    metrics: {},
    curves: [],
  });
});
