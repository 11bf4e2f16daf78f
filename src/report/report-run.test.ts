// Tests of how runs are grouped and distinguished.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeRun } from "./fake-run.testing.js";
import { groupRuns, latestMetrics, settings } from "./report-run.js";

test("runs that differ in the seed only are one group", () => {
  const groups = groupRuns([
    fakeRun({ seed: 0 }),
    fakeRun({ options: { rate: 0.1 } }),
    fakeRun({ seed: 1, options: { seed: 1 } }),
  ]);
  assert.deepEqual(
    groups.map(({ name, entries }) => [
      name,
      ...entries.map((entry) => `${entry.name}: ${entry.run.config.seed} ${entry.color}`),
    ]),
    [
      ["rate 0.001", "rate 0.001 seed 0: 0 0", "rate 0.001 seed 1: 1 0"],
      ["rate 0.1", "rate 0.1: 0 1"],
    ],
  );
});

test("groups are named by what differs", () => {
  const names = (...runs: Parameters<typeof groupRuns>[0][number][]) => groupRuns(runs).map(({ name }) => name);
  assert.deepEqual(names(fakeRun({})), ["GMAE"]);
  assert.deepEqual(names(fakeRun({}), fakeRun({ method: "mvlnet", options: { k: 3 } })), ["GMAE", "MvLNet · k 3"]);
  const other = fakeRun({});
  const moved = { ...other, config: { ...other.config, dataset: { name: "MNIST", path: "digits.mat" } } };
  assert.deepEqual(names(fakeRun({}), moved), ["GMAE · Digits", "GMAE · MNIST"]);
});

test("settings are flat, without seeds and command", () => {
  const { config } = fakeRun({ options: { layers: [5, 2], inner: { depth: 2, seed: 3 }, none: null } });
  assert.deepEqual(
    [...settings({ ...config, command: ["train"] })],
    [
      ["method", "gmae"],
      ["task", "clustering"],
      ["dataset.name", "Digits"],
      ["dataset.path", "digits.mat"],
      ["rate", "0.001"],
      ["layers", "5, 2"],
      ["inner.depth", "2"],
      ["none", "null"],
    ],
  );
});

test("a run that is not finished has its last logged measures", () => {
  const run = { ...fakeRun({ acc: 0.5 }), result: undefined };
  assert.deepEqual(latestMetrics(run), { acc: 0.5, nmi: 0.4 });
  assert.deepEqual(latestMetrics({ ...run, lines: [] }), {});
});
