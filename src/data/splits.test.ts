// Splits: sizes, no overlap, proportions, and DJSRH's draw by label.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../core/kernels/random.js";
import type { Labels } from "./dataset.js";
import { mirflickrDraw, perLabelSplit, querySplit, randomSplit } from "./splits.js";

const single = (values: number[], classes: number): Labels => ({
  kind: "single",
  values: Int32Array.from(values),
  names: Array.from({ length: classes }, (_, i) => `${i}`),
});
const sorted = (...parts: Int32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b);
const all = (n: number) => Array.from({ length: n }, (_, i) => i);

test("random split: 80/20, disjoint, ascending, seeded", () => {
  const { train, test } = randomSplit(2000, { train: 0.8, seed: 0 });
  assert.equal(train.length, 1600);
  assert.deepEqual(sorted(train, test), all(2000));
  assert.deepEqual([...train], sorted(train));
  assert.deepEqual(randomSplit(2000, { train: 0.8, seed: 0 }).train, train);
  assert.notDeepEqual(randomSplit(2000, { train: 0.8, seed: 1 }).train, train);
  const mean = train.reduce((a, b) => a + b) / 1600;
  assert.ok(Math.abs(mean - 999.5) < 30, `not from all over the file: ${mean}`);
});

test("random split: rounding and empty parts", () => {
  assert.equal(randomSplit(10, { train: 0.7, seed: 0 }).train.length, 7);
  assert.equal(randomSplit(11, { train: 0.5, seed: 0 }).train.length, 5);
  for (const [samples, train] of [
    [1, 0.8],
    [10, 0],
    [10, 1],
    [10, 1.2],
    [3, 0.2],
    [10, Number.NaN],
  ] as const) {
    assert.throws(() => randomSplit(samples, { train, seed: 0 }), { name: "UserError" });
  }
});

test("stratified split keeps the proportions and the total", () => {
  const values = all(103).map((i) => (i < 50 ? 0 : i < 83 ? 1 : i < 102 ? 2 : 3));
  const { train, test } = randomSplit(103, { train: 0.8, seed: 3, stratify: single(values, 5) });
  assert.equal(train.length, 82);
  assert.deepEqual(sorted(train, test), all(103));
  const counts = [0, 1, 2, 3].map((label) => train.filter((row) => values[row] === label).length);
  // 82/103 of 50, 33, 19, 1 = 39.8, 26.3, 15.1, 0.8
  assert.deepEqual(counts, [40, 26, 15, 1]);
  const multi: Labels = { kind: "multi", matrix: new Uint8Array(10), names: ["x"] };
  assert.throws(() => randomSplit(10, { train: 0.5, seed: 0, stratify: multi }), { name: "UserError" });
});

test("queries at either end", () => {
  const { query, database } = querySplit(2866, { last: 693 });
  assert.equal(query[0], 2173);
  assert.equal(query.length, 693);
  assert.equal(database.length, 2173);
  assert.deepEqual(querySplit(3, { first: 1 }), { query: Int32Array.of(0), database: Int32Array.of(1, 2) });
  for (const count of [0, 3, 1.5, -1]) assert.throws(() => querySplit(3, { last: count }), { name: "UserError" });
});

test("draw by label as on MIRFLICKR", () => {
  const [samples, classes] = [20_015, 24];
  const random = new Random(0);
  const matrix = Uint8Array.from({ length: samples * classes }, () => (random.next() < 0.15 ? 1 : 0));
  const labels: Labels = { kind: "multi", matrix, names: all(classes).map(String) };
  const { query, train, database } = perLabelSplit(labels, { ...mirflickrDraw, seed: 0 });
  assert.equal(query.length, 2000);
  assert.equal(train.length, 5000);
  assert.deepEqual(sorted(query, database), all(samples));
  const queries = new Set(query);
  assert.ok(train.every((row) => !queries.has(row)));
  assert.ok(query.filter((row) => matrix[row * classes] === 1).length >= 160);
  assert.deepEqual(perLabelSplit(labels, { ...mirflickrDraw, seed: 0 }).query, query);
});

test("draw by label where labels run short fills training up", () => {
  const labels = single([0, 0, 0, 1, 1, 2, 2, 2, 2, 2], 3);
  const { query, train, database } = perLabelSplit(labels, { query: [2, 1], train: [2, 1], trainTotal: 5, seed: 0 });
  assert.equal(query.length, 4);
  assert.equal(train.length, 5);
  assert.equal(query.filter((row) => row < 3).length, 2);
  assert.equal(database.length, 6);
  assert.throws(() => perLabelSplit(labels, { query: [9, 9], train: [1, 1], trainTotal: 5, seed: 0 }), {
    name: "UserError",
  });
});

test("samples without a label are split like a class of their own", () => {
  const labels = single([...Array(10).fill(0), ...Array(6).fill(1), ...Array(4).fill(-1)], 2);
  const { train, test: tested } = randomSplit(20, { train: 0.5, seed: 0, stratify: labels });
  assert.deepEqual(sorted(train, tested), all(20));
  const counts = [0, 1, -1].map(
    (c) => train.filter((row) => (labels as { values: Int32Array }).values[row] === c).length,
  );
  assert.deepEqual(counts, [5, 3, 2]);
});
