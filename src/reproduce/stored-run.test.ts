// Runs that are stored: finished ones are known again, unless their data has changed since.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { describeEnvironment } from "../runs/environment.js";
import { writeResult } from "../runs/result.js";
import { createRun } from "../runs/run-folder.js";
import type { Cell } from "./grid.js";
import { makeRun } from "./run.js";
import { canResume, storedResult } from "./stored-run.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-"));
after(() => rmSync(folder, { recursive: true }));

const cell = { name: "a", settings: { method: "gmae", data: "a.mat" } } as Cell;

async function begin(name: string, seed: number) {
  const path = join(folder, name);
  writeFileSync(path, "first");
  const run = makeRun(cell, seed, { argument: path, path }, { seed });
  const config = { method: "gmae", dataset: { name: "a", data: path }, seed, options: { seed } };
  createRun(join(folder, run.folder), config, await describeEnvironment([path])).close();
  return { run };
}

test("a run that was begun is gone on with, where its data still lies there", async () => {
  const { run } = await begin("begun.mat", 0);
  assert.equal(await storedResult(folder, run), undefined);
  assert.equal(canResume(join(folder, run.folder), run), true);
  const moved = { ...run, data: { argument: "/elsewhere/begun.mat" } };
  assert.throws(
    () => canResume(join(folder, run.folder), moved),
    /was begun with its data at .*begun\.mat, which is now/,
  );
  mkdirSync(join(folder, "empty"));
  assert.equal(canResume(join(folder, "empty"), run), false);
});

test("a finished run is known by its result, and refused where its data file has changed", async () => {
  const { run } = await begin("finished.mat", 1);
  const numbers = { epochs: 3, seconds: 1, secondsPerEpoch: 0.3, metrics: { acc: 0.5 } };
  const dataset = { name: "a", samples: 0, views: [] } as never;
  writeResult(join(folder, run.folder), { method: "gmae", task: "clustering", seed: 1, dataset, ...numbers });
  const { metrics, epochs } = (await storedResult(folder, run))!;
  assert.deepEqual([metrics, epochs], [{ acc: 0.5 }, 3]);
  const changed = join(folder, "changed.mat");
  writeFileSync(changed, "second");
  const other = { ...run, data: { argument: changed, path: changed } };
  await assert.rejects(storedResult(folder, other), /changed\.mat is not the file that .*a-seed1-\w+ was made with/);
});
