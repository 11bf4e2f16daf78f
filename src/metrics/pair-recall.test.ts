// Pair recall against ranks counted by hand, ties included.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../core/kernels/random.js";
import { Engine } from "../core/runtime/engine.js";
import { dense } from "../data/matrix.js";
import { cosinePairRanks, hammingPairRanks, pairMetrics, pairsByDirection } from "./pair-recall.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());

test("ties count as if in random order", () => {
  // Pairs at rank 1; among places 1 to 4; at rank 8; among places 10 and 11.
  const ranks = { nearer: Int32Array.of(0, 0, 7, 9), equal: Int32Array.of(1, 4, 1, 2) };
  assert.deepEqual(pairMetrics(ranks), {
    recallAt1: (1 + 1 / 4) / 4,
    recallAt5: 2 / 4,
    recallAt10: (1 + 1 + 1 + 1 / 2) / 4,
    medianRank: (2.5 + 8) / 2,
  });
  const found = new Map([["a->b", pairMetrics({ nearer: Int32Array.of(2), equal: Int32Array.of(1) })]]);
  assert.deepEqual(pairsByDirection(found), {
    recallAt1: { "a->b": 0 },
    recallAt5: { "a->b": 1 },
    recallAt10: { "a->b": 1 },
    medianRank: { "a->b": 3 },
  });
  assert.deepEqual(pairsByDirection(new Map()), {});
});

test("Hamming ranks: candidates nearer than the pair, and as near", async () => {
  const queries = Uint8Array.of(0b00000000, 0b11110000, 0b11111111);
  const candidates = Uint8Array.of(0b00000001, 0b11111111, 0b11111111);
  const before = engine.memory.bytesInUse;
  const { nearer, equal } = await hammingPairRanks({ engine, queries, database: candidates, bytes: 1 });
  assert.equal(engine.memory.bytesInUse, before);
  assert.deepEqual([...nearer], [0, 0, 0]);
  // 11110000 is 4 bits from both codes of ones and 5 from the first.
  assert.deepEqual([...equal], [1, 2, 2]);
});

test("cosine ranks agree with ranks counted one by one", async () => {
  const random = new Random(1, "pairs");
  const [a, b] = [0, 1].map(() =>
    dense(
      70,
      5,
      Float32Array.from({ length: 350 }, () => random.normal()),
    ),
  );
  const row = (x: typeof a, i: number) => x!.data.subarray(5 * i, 5 * i + 5);
  const cosine = (i: number, j: number) => {
    const [x, y] = [row(a, i), row(b, j)];
    return x.reduce((sum, value, e) => sum + value * y[e]!, 0) / (Math.hypot(...x) * Math.hypot(...y));
  };
  const { nearer, equal } = await cosinePairRanks(a!, b!, { engine });
  for (let i = 0; i < 70; i++) {
    let count = 0;
    for (let j = 0; j < 70; j++) if (j !== i && cosine(i, j) > cosine(i, i)) count++;
    assert.equal(nearer[i], count, `query ${i}`);
    assert.equal(equal[i], 1);
  }
});
