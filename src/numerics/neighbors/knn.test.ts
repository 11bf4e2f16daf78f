// Neighbors against a plain float64 search, and the rules for ties.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/engine.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { classifyByNeighbors, type Metric, neighbors } from "./knn.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

function plainSearch(x: DenseMatrix, queries: DenseMatrix, k: number, metric: Metric) {
  const row = (m: DenseMatrix, i: number) => [...m.data.subarray(i * m.columns, (i + 1) * m.columns)];
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  return Array.from({ length: queries.rows }, (_, q) => {
    const b = row(queries, q);
    const all = Array.from({ length: x.rows }, (_, i) => {
      const a = row(x, i);
      const squares = dot(a, a) * dot(b, b);
      const cosine = squares === 0 ? 0 : dot(a, b) / Math.sqrt(squares);
      return { i, d: metric === "cosine" ? 1 - cosine : Math.hypot(...a.map((v, c) => v - b[c]!)) };
    });
    return all.sort((s, t) => s.d - t.d || s.i - t.i).slice(0, k);
  });
}

test("neighbors are those of a plain search, near the origin and far from it", async () => {
  const random = new Random(1);
  for (const [rows, columns, k, offset] of [
    [500, 20, 7, 0],
    [500, 20, 7, 1000],
    [300, 3, 300, -50],
    [1, 2, 1, 0],
  ] as const) {
    for (const metric of ["euclidean", "cosine"] as const) {
      const matrix = (n: number) =>
        dense(
          n,
          columns,
          Float32Array.from({ length: n * columns }, () => random.normal() + offset),
        );
      const [x, queries] = [matrix(rows), matrix(40)];
      const expected = plainSearch(x, queries, k, metric).flat();
      const { indices, distances } = await neighbors(x, queries, k, { metric, engine });
      assert.equal(indices.length, 40 * k);
      for (const [e, { i, d }] of expected.entries()) {
        assert.ok(Math.abs(distances[e]! - d) < 1e-12 * Math.max(1, Math.abs(offset)), `${distances[e]}, not ${d}`);
        if (metric === "euclidean") assert.equal(indices[e], i);
      }
    }
  }
});

test("of equally near rows the first comes first, a row finds itself, and zeros have cosine distance 1", async () => {
  const x = dense(4, 2, Float32Array.of(1, 1, 0, 0, 1, 1, 3, 3));
  const near = await neighbors(x, x, 3, { engine });
  assert.deepEqual([...near.indices], [0, 2, 1, 1, 0, 2, 0, 2, 1, 3, 0, 2]);
  assert.deepEqual([...near.distances].slice(0, 3), [0, 0, Math.SQRT2]);
  const angles = await neighbors(x, dense(1, 2, Float32Array.of(0, 5)), 4, { metric: "cosine", engine });
  assert.deepEqual([...angles.indices], [0, 2, 3, 1]);
  assert.ok(Math.abs(angles.distances[0]! - (1 - Math.SQRT1_2)) < 1e-12);
  assert.equal(angles.distances[3], 1);
});

test("classification: the majority, then the smallest label", async () => {
  const train = dense(5, 1, Float32Array.of(0, 1, 2, 3, 10));
  const labels = Int32Array.of(7, 3, 3, 7, 5);
  const rows = dense(3, 1, Float32Array.of(-1, 9, 1.4));
  assert.deepEqual([...(await classifyByNeighbors(train, labels, rows, { engine }))], [7, 5, 3]);
  assert.deepEqual([...(await classifyByNeighbors(train, labels, rows, { k: 3, engine }))], [3, 3, 3]);
  assert.deepEqual([...(await classifyByNeighbors(train, labels, rows, { k: 4, engine }))], [3, 3, 3]);
  assert.deepEqual([...(await classifyByNeighbors(train, labels, rows, { k: 2, engine }))], [3, 5, 3]);
});

test("what cannot be searched is refused", async () => {
  const x = dense(3, 2);
  await assert.rejects(neighbors(x, x, 4, { engine }), /k is 4, expected a whole number from 1 to the 3 samples/);
  await assert.rejects(neighbors(x, x, 0, { engine }), /k is 0/);
  await assert.rejects(neighbors(x, dense(1, 3), 1, { engine }), /2 dimensions but queries have 3/);
  await assert.rejects(neighbors(x, dense(1, 2, Float32Array.of(0, Infinity)), 1, { engine }), {
    name: "UserError",
    message: "representation: row 0, column 1 of 1 × 2 is Infinity; expected finite numbers",
  });
  await assert.rejects(classifyByNeighbors(x, Int32Array.of(1), x, { engine }), RangeError);
});
