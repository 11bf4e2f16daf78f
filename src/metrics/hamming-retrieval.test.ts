// Retrieval measures of binary codes against the fixture, against cases by hand, and against a slow second formulation.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { Engine } from "../core/runtime/index.js";
import type { Labels } from "../data/dataset.js";
import { fixture } from "./fixture.testing.js";
import { type HammingRetrieval, retrievalMetrics as measure } from "./hamming-retrieval.js";
import { popcount32 } from "./popcount.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

const retrievalMetrics = (task: HammingRetrieval) => measure({ ...task, engine });

function close(actual: number | undefined, expected: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual! - expected) <= tolerance, `${actual} is not ${expected}`);
}

/** As numpy.packbits packs along rows. */
function packBits(bits: readonly number[], width: number): Uint8Array {
  const bytes = Math.ceil(width / 8);
  const packed = new Uint8Array((bits.length / width) * bytes);
  for (let i = 0; i < bits.length; i++) {
    const column = i % width;
    packed[Math.floor(i / width) * bytes + (column >> 3)]! |= bits[i]! << (7 - (column & 7));
  }
  return packed;
}

function multi(matrix: readonly number[], classes: number): Labels {
  return {
    kind: "multi",
    matrix: Uint8Array.from(matrix),
    names: Array.from({ length: classes }, (_, c) => `class ${c}`),
  };
}

function single(...values: number[]): Labels {
  return { kind: "single", values: Int32Array.from(values), names: ["a", "b", "c"] };
}

test("retrievalMetrics gives the fixture's numbers", async () => {
  assert.equal(fixture.retrieval.length, 2);
  for (const set of fixture.retrieval) {
    const width = set.query_bits.shape[1]!;
    const classes = set.query_labels.shape[1]!;
    const task: HammingRetrieval = {
      queryCodes: packBits(set.query_bits.data, width),
      databaseCodes: packBits(set.database_bits.data, width),
      bytes: width / 8,
      queryLabels: multi(set.query_labels.data, classes),
      databaseLabels: multi(set.database_labels.data, classes),
    };
    const { expected } = set;
    const zero = await retrievalMetrics(task);
    close(zero.map, expected.map_all, 1e-6);
    close(zero.mapAt[10], expected.map_at_10, 1e-6);
    close(zero.mapAt[50], expected.map_at_50, 1e-6);
    for (const [k, value] of Object.entries(expected.precision_at)) close(zero.precisionAt[Number(k)], value, 1e-6);
    for (const [r, value] of Object.entries(expected.precision_within_radius)) {
      close(zero.byRadius!.precision[Number(r)], value, 1e-6);
    }
    const skipping = await retrievalMetrics({ ...task, withoutRelevant: "skip" });
    close(skipping.map, expected.map_all_skipping_queries_without_relevant_items, 1e-6);
    assert.equal(skipping.queries, zero.queries - zero.withoutRelevant);
  }
});

// distances from the one query 00000000: 1, 0, 1, 1, 8; relevant are items 0, 2 and 4
const byHand: HammingRetrieval = {
  queryCodes: Uint8Array.of(0),
  databaseCodes: Uint8Array.of(1, 0, 2, 4, 255),
  bytes: 1,
  queryLabels: single(1),
  databaseLabels: single(1, 0, 1, 2, 1),
  at: [1, 3, 5],
};

test("every measure of one ranking, by hand", async () => {
  // rank order 1, 0, 2, 3, 4 → relevance 0 1 1 0 1
  const metrics = await retrievalMetrics(byHand);
  close(metrics.map, (1 / 2 + 2 / 3 + 3 / 5) / 3);
  close(metrics.mapAt[1], 0);
  close(metrics.mapAt[3], (1 / 2 + 2 / 3) / 2);
  close(metrics.precisionAt[3], 2 / 3);
  close(metrics.recallAt[3], 2 / 3);
  const discount = (rank: number) => 1 / Math.log2(rank + 1);
  close(metrics.ndcgAt[3], (discount(2) + discount(3)) / (discount(1) + discount(2) + discount(3)));
  // the three at distance 1 hold two relevant: orders 110, 101, 011 have precision sums 1/2+2/3, 1/2+2/4, 1/3+2/4
  close(metrics.expectedMap, ((7 / 6 + 1 + 5 / 6) / 3 + 3 / 5) / 3);
  assert.deepEqual([...metrics.byRadius!.precision], [0, 2 / 4, 2 / 4, 2 / 4, 2 / 4, 2 / 4, 2 / 4, 2 / 4, 3 / 5]);
  assert.deepEqual([...metrics.byRadius!.recall], [0, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 1]);
  assert.deepEqual([...metrics.byRadius!.answered], new Array(9).fill(1));
  assert.equal(metrics.queries, 1);
});

test("queries without a relevant item count 0 or not at all", async () => {
  const task = { ...byHand, queryCodes: Uint8Array.of(0, 0), queryLabels: single(1, 7) };
  const alone = await retrievalMetrics(byHand);
  const zero = await retrievalMetrics({ ...task, withoutRelevant: "zero" });
  close(zero.map, alone.map / 2);
  close(zero.ndcgAt[5], alone.ndcgAt[5]! / 2);
  assert.deepEqual([zero.queries, zero.withoutRelevant], [2, 1]);
  close(zero.byRadius!.answered[0], 1);
  const skip = await retrievalMetrics({ ...task, withoutRelevant: "skip" });
  assert.deepEqual(skip, { ...alone, withoutRelevant: 1 });
  const none = await retrievalMetrics({ ...task, queryLabels: single(7, 8), withoutRelevant: "skip" });
  assert.deepEqual([none.queries, none.map, none.mapAt[5], none.byRadius!.precision[8]], [0, 0, 0, 0]);
});

test("nDCG gains grow with the number of shared labels", async () => {
  const metrics = await retrievalMetrics({
    queryCodes: Uint8Array.of(0),
    databaseCodes: Uint8Array.of(0, 1, 3, 7, 15),
    bytes: 1,
    queryLabels: multi([1, 1, 0], 3),
    databaseLabels: multi([0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0], 3),
    at: [3, 5],
  });
  // scikit-learn's ndcg_score of gains 1 0 3 0 1
  close(metrics.ndcgAt[3], 0.605190634829505);
  close(metrics.ndcgAt[5], 0.6988385132278443);
  close(metrics.map, (1 + 2 / 3 + 3 / 5) / 3);
});

test("more than 32 classes, more than one word of code, and a ragged last word", async () => {
  const classes = 70;
  const row = (...on: number[]) => Array.from({ length: classes }, (_, c) => (on.includes(c) ? 1 : 0));
  const metrics = await retrievalMetrics({
    queryCodes: Uint8Array.of(255, 0, 255, 0, 1, 128, 7),
    databaseCodes: Uint8Array.of(
      ...[0, 0, 0, 0, 0, 0, 0],
      ...[255, 0, 255, 0, 1, 128, 6],
      ...[255, 0, 255, 0, 1, 0, 0],
    ),
    bytes: 7,
    queryLabels: multi(row(3, 69), classes),
    databaseLabels: multi([...row(69), ...row(4, 68), ...row(3, 69)], classes),
    at: [2],
  });
  // distances 21, 1, 4
  close(metrics.map, (1 / 2 + 2 / 3) / 2);
  close(metrics.ndcgAt[2], 3 / Math.log2(3) / (3 + 1 / Math.log2(3)));
  assert.deepEqual(
    [...metrics.byRadius!.recall].map((r, i, all) => (i > 0 && r !== all[i - 1] ? i : -1)).filter((i) => i >= 0),
    [4, 21],
  );
});

test("expected mAP is the mean over all orders of the database", async () => {
  const orders = (items: readonly number[]): number[][] =>
    items.length === 0
      ? [[]]
      : items.flatMap((item) => orders(items.filter((i) => i !== item)).map((rest) => [item, ...rest]));
  const all = orders([0, 1, 2, 3, 4]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(0, 1, 3), { minLength: 5, maxLength: 5 }),
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 5, maxLength: 5 }),
      async (codes, labels) => {
        const ofOrder = (order: readonly number[]) =>
          retrievalMetrics({
            ...byHand,
            databaseCodes: Uint8Array.from(order, (i) => codes[i]!),
            databaseLabels: single(...order.map((i) => labels[i]!)),
          });
        let sum = 0;
        for (const order of all) sum += (await ofOrder(order)).map;
        close((await ofOrder([0, 1, 2, 3, 4])).expectedMap, sum / all.length, 1e-12);
      },
    ),
    { seed: 2, numRuns: 40 },
  );
});

test("bits set in a word", () => {
  for (const word of [0, 1, -1, 0x80000000 | 0, 0x55555555, 0x12345678, -559038737]) {
    const bits = (word >>> 0).toString(2).replaceAll("0", "").length;
    assert.equal(popcount32(word), bits);
  }
});

test("codes and labels that do not fit are refused", async () => {
  await assert.rejects(
    () => retrievalMetrics({ ...byHand, queryLabels: single(1, 1) }),
    /1 bytes of codes for 2 labeled queries/,
  );
  await assert.rejects(() => retrievalMetrics({ ...byHand, bytes: 2 }), RangeError);
  await assert.rejects(() => retrievalMetrics({ ...byHand, at: [0] }), /cut-off 0/);
  await assert.rejects(
    () => retrievalMetrics({ ...byHand, databaseCodes: new Uint8Array(), databaseLabels: single() }),
    /the database is empty/,
  );
  await assert.rejects(
    () => retrievalMetrics({ ...byHand, queryLabels: multi([1, 0], 2) }),
    /queries have several labels each out of 2 classes but the database has one label each/,
  );
  await assert.rejects(
    () => retrievalMetrics({ ...byHand, queryLabels: multi([1, 0], 2), databaseLabels: multi([1, 0, 1], 3) }),
    /out of 2 classes .* out of 3 classes/,
  );
});

test("a signal ends it, though it comes while queries are measured", async () => {
  const queries = 2_000_000;
  const long = {
    ...byHand,
    queryCodes: new Uint8Array(queries),
    queryLabels: { ...single(), values: new Int32Array(queries).fill(1) } as Labels,
  };
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 1);
  await assert.rejects(retrievalMetrics({ ...long, signal: interrupt.signal }), { name: "AbortError" });
});
