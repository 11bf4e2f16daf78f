// Tests of the examples of retrieval: which queries, which hits, and that the run folder holds them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findMethod } from "../methods/index.js";
import { readExamples } from "../runs/examples.js";
import { evenly } from "./find-examples.js";
import { trainRun } from "./train-run.js";

test("queries lie at equal distances, from a start within the first", () => {
  const rows = Int32Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual([...evenly(rows, 4, 0)], [0, 25, 50, 75]);
  assert.deepEqual([...evenly(rows, 4, 0.99)], [24, 49, 74, 99]);
  assert.deepEqual([...evenly(rows.slice(0, 3), 4, 0.5)], [0, 1, 2]);
});

const runs: [method: string, options: object, measure: string][] = [
  ["cca", { task: "retrieval", dimensions: 4 }, "cosine similarity"],
  ["itq", { bits: 8 }, "Hamming distance"],
];
for (const [name, options, measure] of runs) {
  test(`${name}: hits come nearest first, say whether they are right, and are the same again`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "vantage-examples-"));
    try {
      const train = async (out: string) => {
        const data = "synthetic:samples=120";
        const { summary } = await trainRun({ method: findMethod(name), options: { ...options, seed: 3 }, data, out });
        return readExamples(summary.run)!;
      };
      const found = await train(join(folder, "a"));
      assert.equal(found.measure, measure);
      assert.deepEqual(
        found.directions.map(({ direction }) => direction),
        ["view1->view2", "view2->view1"],
      );
      for (const { queries, searched } of found.directions) {
        assert.equal(queries.length, 6);
        for (const { query, hits } of queries) {
          assert.equal(hits.length, Math.min(5, searched));
          const scores = hits.map(({ score }) => (measure === "Hamming distance" ? score! : -score!));
          assert.deepEqual(
            scores,
            [...scores].sort((a, b) => a - b),
          );
          for (const hit of hits) {
            assert.equal(hit.relevant, hit.labels[0] === query.labels[0]);
            assert.equal(hit.isPair, hit.id === query.id);
          }
        }
      }
      assert.deepEqual(await train(join(folder, "b")), found);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
