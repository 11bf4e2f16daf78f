// Means and deviations over seeds, and what a cell says of runs that are missing or failed.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Definition } from "./definition.js";
import type { Cell } from "./grid.js";
import { fillCell, meanAndDeviation, measureAt, type RunState } from "./summary.js";

const finished = (acc: number): RunState => ({ state: "finished", metrics: { acc, map: { "a->b": acc / 2 } } });
const cell: Cell = { row: "r", group: "", column: "", name: "r", notes: ["Noted."], published: { acc: 92.5 } };
const definition = {
  unit: "percent",
  measures: [
    { name: "acc", title: "ACC" },
    { name: "map.a->b", title: "mAP" },
  ],
} as unknown as Definition;

test("mean and sample deviation, as statistics books have them", () => {
  assert.deepEqual(meanAndDeviation([]), {});
  assert.deepEqual(meanAndDeviation([0.25]), { mean: 0.25 });
  const { mean, deviation } = meanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9]);
  assert.equal(mean, 5);
  assert.ok(Math.abs(deviation! - Math.sqrt(32 / 7)) < 1e-12);
  assert.deepEqual(meanAndDeviation([0.5, 0.5, 0.5]), { mean: 0.5, deviation: 0 });
});

test("a measure is found by its path", () => {
  const metrics = { acc: 0.5, map: { "image->text": 0.25 } };
  assert.equal(measureAt(metrics, "acc"), 0.5);
  assert.equal(measureAt(metrics, "map.image->text"), 0.25);
  assert.equal(measureAt(metrics, "map"), undefined);
  assert.equal(measureAt(metrics, "acc.image->text"), undefined);
});

test("a cell counts the finished seeds only, in the definition's unit, and says what failed", () => {
  const runs = new Map<number, RunState>([
    [0, finished(0.9)],
    [1, { state: "failed", message: "it diverged" }],
    [2, { state: "waiting" }],
    [3, finished(0.8)],
  ]);
  const { values, seeds, wanted, notes } = fillCell(definition, { cell, runs });
  assert.deepEqual([seeds, wanted], [2, 4]);
  assert.ok(Math.abs(values[0]!.mean! - 85) < 1e-9);
  assert.ok(Math.abs(values[0]!.deviation! - Math.sqrt(50)) < 1e-9);
  assert.equal(values[0]!.published, 92.5);
  assert.ok(Math.abs(values[1]!.mean! - 42.5) < 1e-9);
  assert.deepEqual(notes, ["Noted.", "Failed: seed 1: it diverged"]);
});

test("a cell whose data is missing says what is needed, one whose result lacks a measure says so", () => {
  const missing = fillCell(definition, {
    cell,
    missing: "needs the file a.mat",
    runs: new Map([[0, { state: "waiting" }]]),
  });
  assert.deepEqual(missing.notes, ["Noted.", "Not run: needs the file a.mat."]);
  assert.equal(missing.values[0]!.mean, undefined);
  const other: RunState = { state: "finished", metrics: { acc: 1 } };
  assert.deepEqual(fillCell(definition, { cell, runs: new Map([[0, other]]) }).notes, [
    "Noted.",
    "The result has no measure map.a->b.",
  ]);
});
