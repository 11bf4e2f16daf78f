// Search by features alone against the same computed plainly, in doubles, query by query.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { MultiViewDataset } from "../data/dataset.js";
import { dense, toDense } from "../data/matrix.js";
import { nearestPairsRecall } from "./nearest-pairs.js";
import { hiddenPairs, withHeldOut } from "./pairs.testing.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const unit = (a: readonly number[]) => {
  const norm = Math.sqrt(dot(a, a)) || 1;
  return a.map((value) => value / norm);
};

/** Share of queries whose pair is among the first 1, 5 and 10, from view a to view b. */
function plainly(pairs: MultiViewDataset, a: number, b: number): number[] {
  const rows = pairs.views.map(({ matrix }) => {
    const { columns, data } = toDense(matrix);
    const all = Array.from({ length: pairs.samples }, (_, i) =>
      Array.from(data.subarray(i * columns, (i + 1) * columns)),
    );
    const { train, test } = pairs.splits;
    const mean = all[0]!.map((_, j) => train!.reduce((sum, row) => sum + all[row]![j]!, 0) / train!.length);
    const of = (split: Int32Array) => Array.from(split, (row) => unit(all[row]!.map((value, j) => value - mean[j]!)));
    return { known: of(train!), held: of(test!) };
  });
  const [from, to] = [rows[a]!, rows[b]!];
  const ranks = from.held.map((query, q) => {
    const nearest = from.known
      .map((row, i) => ({ i, cosine: dot(query, row) }))
      .sort((x, y) => y.cosine - x.cosine)
      .slice(0, 10);
    const seen = to.known[0]!.map((_, j) =>
      nearest.reduce((sum, { i, cosine }) => sum + Math.max(0, cosine) * to.known[i]![j]!, 0),
    );
    const cosines = to.held.map((row) => dot(unit(seen), row));
    return cosines.filter((cosine) => cosine > cosines[q]!).length;
  });
  return [1, 5, 10].map((k) => ranks.filter((rank) => rank < k).length / ranks.length);
}

for (const [samples, held] of [
  [80, 30],
  // Fewer training pairs than stand in for a query.
  [26, 20],
] as const) {
  test(`${samples} pairs, ${held} of them held out`, async () => {
    const pairs = withHeldOut(hiddenPairs({ samples, seed: samples }), held);
    const found = await nearestPairsRecall(pairs, engine);
    assert.deepEqual([...found.keys()], ["image->text", "text->image"]);
    for (const [direction, a, b] of [
      ["image->text", 0, 1],
      ["text->image", 1, 0],
    ] as const) {
      const { recallAt1, recallAt5, recallAt10 } = found.get(direction)!;
      for (const [i, expected] of plainly(pairs, a, b).entries()) {
        assert.ok(Math.abs([recallAt1, recallAt5, recallAt10][i]! - expected) < 1e-9, `${direction} ${i}: ${expected}`);
      }
    }
  });
}

test("a view that says nothing finds by chance, and the data stays as it is", async () => {
  const { views, ids, name } = hiddenPairs({ samples: 60 });
  const silent = { name: "text", matrix: dense(60, 3, new Float32Array(180).fill(2)) };
  const pairs = withHeldOut(new MultiViewDataset({ name, ids: ids!, views: [views[0]!, silent] }), 20);
  const before = Float32Array.from(toDense(pairs.views[0]!.matrix).data);
  for (const { recallAt1, recallAt10 } of (await nearestPairsRecall(pairs, engine)).values()) {
    assert.ok(Math.abs(recallAt1 - 1 / 20) < 1e-9 && Math.abs(recallAt10 - 10 / 20) < 1e-9);
  }
  assert.deepEqual(toDense(pairs.views[0]!.matrix).data, before);
});

test("it ends where the signal is given", async () => {
  const pairs = withHeldOut(hiddenPairs(), 20);
  await assert.rejects(nearestPairsRecall(pairs, engine, AbortSignal.abort()), { name: "AbortError" });
});
