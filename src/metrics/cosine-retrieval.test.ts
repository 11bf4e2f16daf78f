// Retrieval measures of embeddings by hand and against the Hamming ranking.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../core/kernels/random.js";
import { Engine } from "../core/runtime/engine.js";
import type { Labels } from "../data/dataset.js";
import { dense } from "../data/matrix.js";
import { cosineRetrievalMetrics } from "./cosine-retrieval.js";
import { retrievalMetrics } from "./hamming-retrieval.js";
import { forEachProductBlock } from "./product-blocks.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

const single = (values: Int32Array): Labels => ({ kind: "single", values, names: ["a", "b", "c"] });

test("forEachProductBlock covers every row once", async () => {
  const [rows, columns, k] = [701, 1000, 3];
  const a = Float32Array.from({ length: rows * k }, (_, e) => e % 7);
  const b = Float32Array.from({ length: columns * k }, (_, e) => e % 5);
  let next = 0;
  await forEachProductBlock(engine, a, b, { rows, columns, k }, (block, first, count) => {
    assert.equal(first, next);
    assert.equal(block.length, count * columns);
    for (const [i, j] of [
      [0, 0],
      [count - 1, 999],
    ] as const) {
      let sum = 0;
      for (let e = 0; e < k; e++) sum += a[(first + i) * k + e]! * b[j * k + e]!;
      assert.equal(block[i * columns + j], sum);
    }
    next += count;
  });
  assert.equal(next, rows);
});

test("cosineRetrievalMetrics ranks by angle, whatever the length", async () => {
  const task = {
    queries: dense(2, 2, Float32Array.of(2, 0, 0, 0)),
    database: dense(4, 2, Float32Array.of(-1, 0, 100, 100, 0.001, 0, 0, 0)),
    queryLabels: single(Int32Array.of(0, 0)),
    databaseLabels: single(Int32Array.of(0, 0, 1, 1)),
    at: [2],
    engine,
  };
  const metrics = await cosineRetrievalMetrics(task);
  // first query: items 2, 1, 3, 0, relevance 0 1 0 1; the second ties with all: 1 1 0 0
  assert.ok(Math.abs(metrics.map - ((1 / 2 + 2 / 4) / 2 + 1) / 2) < 1e-12);
  assert.ok(Math.abs(metrics.precisionAt[2]! - (1 / 2 + 1) / 2) < 1e-12);
  // two relevant among four tied: each pair of places (p, q) is as likely, with precision (1/p + 2/q) / 2
  const tied = (1 / 1 + 2 / 2 + (1 + 2 / 3) + (1 + 2 / 4) + (1 / 2 + 2 / 3) + (1 / 2 + 2 / 4) + (1 / 3 + 2 / 4)) / 12;
  assert.ok(Math.abs(metrics.expectedMap - (1 / 2 + tied) / 2) < 1e-12);
  assert.equal(metrics.byRadius, undefined);
});

test("±1 codes rank by cosine as they do by Hamming distance, ties included", async () => {
  const random = new Random(5);
  const codes = (rows: number) => Uint8Array.from({ length: rows * 2 }, () => random.integer(256));
  const signs = (packed: Uint8Array) =>
    dense(
      packed.length / 2,
      16,
      Float32Array.from({ length: packed.length * 8 }, (_, e) => ((packed[e >> 3]! >> (7 - (e & 7))) & 1 ? 1 : -1)),
    );
  const labels = (rows: number) => single(Int32Array.from({ length: rows }, () => random.integer(3)));
  const [queryCodes, databaseCodes] = [codes(30), codes(400)];
  const shared = { queryLabels: labels(30), databaseLabels: labels(400), at: [1, 50] };
  const hamming = await retrievalMetrics({ queryCodes, databaseCodes, bytes: 2, engine, ...shared });
  const cosine = await cosineRetrievalMetrics({
    queries: signs(queryCodes),
    database: signs(databaseCodes),
    engine,
    ...shared,
  });
  const { byRadius, ...rest } = hamming;
  assert.equal(byRadius!.precision.length, 17);
  assert.deepEqual(cosine, rest);
});

test("embeddings that cannot be ranked are refused", async () => {
  const task = {
    queries: dense(1, 2, Float32Array.of(1, Number.NaN)),
    database: dense(1, 2),
    queryLabels: single(Int32Array.of(0)),
    databaseLabels: single(Int32Array.of(0)),
    engine,
  };
  await assert.rejects(cosineRetrievalMetrics(task), /queries: row 0 holds NaN or infinity/);
  await assert.rejects(cosineRetrievalMetrics({ ...task, queries: dense(1, 3) }), /queries have 3 dimensions/);
  await assert.rejects(cosineRetrievalMetrics({ ...task, queries: dense(2, 2) }), RangeError);
});

test("a signal ends it", async () => {
  const z = dense(2, 1, Float32Array.of(1, 2));
  const labels = single(Int32Array.of(0, 1));
  const task = { queries: z, database: z, queryLabels: labels, databaseLabels: labels, engine };
  await assert.rejects(cosineRetrievalMetrics({ ...task, signal: AbortSignal.abort() }), { name: "AbortError" });
});
