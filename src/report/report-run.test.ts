// Tests of how runs are grouped and distinguished.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeRun } from "./fake-run.testing.js";
import { groupRuns, latestMetrics, settings } from "./report-run.js";

test("runs that differ in the seed only are one group", () => {
  const groups = groupRuns([
    fakeRun({ seed: 0 }),
    fakeRun({ options: { rate: 0.1 }, folder: "runs/fast/" }),
    fakeRun({ seed: 1, options: { seed: 1 } }),
  ]);
  assert.deepEqual(
    groups.map(({ name, entries }) => [
      name,
      ...entries.map((entry) => `${entry.name}: ${entry.run.config.seed} ${entry.color}`),
    ]),
    [
      ["gmae", "gmae-0: 0 0", "gmae-1: 1 0"],
      ["fast", "fast: 0 1"],
    ],
  );
});

test("runs are named by as much of their folders as tells them apart", () => {
  const names = (...folders: string[]) =>
    groupRuns(folders.map((folder, k) => fakeRun({ folder, options: { k } }))).map(({ name }) => name);
  assert.deepEqual(names("runs/a"), ["a"]);
  assert.deepEqual(names("x/a", "y/a", "y/b/"), ["x/a", "y/a", "b"]);
  assert.deepEqual(names("a", "./a"), ["a", "a (2)"]);
  assert.deepEqual(names("x/seed-0", "b"), ["x/seed-0", "b"]);
});

test("seeds are named by what their folders have in common, or by method and data", () => {
  const name = (...folders: string[]) => groupRuns(folders.map((folder, seed) => fakeRun({ folder, seed })))[0]!.name;
  assert.equal(name("runs/wide-0", "runs/wide-1"), "wide");
  assert.equal(name("x/seed-0", "x/seed-1"), "x");
  assert.equal(name("one", "two"), "GMAE on Digits");
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
