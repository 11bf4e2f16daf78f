// The table of a result: what stands in it, aligned, for each task.
import assert from "node:assert/strict";
import { test } from "node:test";
import { resultTable } from "./result-table.js";

test("clusters beside their baselines", () => {
  const found = {
    baselines: { joined: { acc: 0.5, nmi: 0.25 }, bestView: { name: "rna", acc: 0.75, nmi: 0.5 } },
    clusters: { sizes: [3, 4], silhouette: 0.5 },
  };
  const lines = resultTable("gmae", { nmi: 0.125, acc: 1, f1Macro: 0.3, ami: 0.2 }, found);
  const cells = lines.slice(0, 4).map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(cells, [
    ["ACC", "NMI"],
    ["gmae", "1.0000", "0.1250"],
    ["k-means, joined views", "0.5000", "0.2500"],
    ["k-means, best view by the labels: rna", "0.7500", "0.5000"],
  ]);
  assert.equal(new Set(lines.slice(0, 4).map(({ length }) => length)).size, 1, "columns are aligned");
  assert.deepEqual(lines.slice(4), ["  cluster sizes   3 4", "  silhouette in the joined views   0.5000"]);
});

test("directions of search, with what a baseline lacks left open", () => {
  const metrics = {
    map: { "a->b": 0.5, "b->a": 0.25 },
    mapAt50: { "a->b": 1, "b->a": 0 },
    medianRank: { "a->b": 2.5, "b->a": 1 },
  };
  const lines = resultTable("dchn", metrics, { baselines: { cca: { map: { "a->b": 0.1, "b->a": 0.2 } } } });
  assert.equal(lines.length, 5);
  assert.match(lines[0]!, /^ +mAP +mAP@50 +median rank$/);
  assert.match(lines[1]!, /^ {2}dchn, a->b +0\.5000 +1\.0000 +2\.5$/);
  assert.match(lines[3]!, /^ {2}plain CCA, a->b +0\.1000 +– +–$/);
});

test("nothing to show is no table", () => {
  assert.deepEqual(resultTable("gmae", {}, {}), []);
});
