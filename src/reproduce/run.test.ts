// Keys and folders of runs: the same settings meet again, changed ones never; and where data is looked for.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findData } from "./find-data.js";
import type { Cell } from "./grid.js";
import { folderStem, makeRun } from "./run.js";
import { earlierFolders } from "./stored-run.js";
import { TimeLeft } from "./time-left.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-"));
after(() => rmSync(folder, { recursive: true }));

const cell: Cell = {
  row: "DCHN₁₀₀ → x",
  group: "",
  column: "16",
  name: "DCHN₁₀₀ → x, 16",
  notes: [],
  published: {},
  settings: { method: "dchn", data: "a.mat", bits: 16, queries: "last:3", set: { hidden: 8, scaling: "none" } },
};
const found = { argument: "/data/a.mat" };

test("a run's key says what it is of; where its data lies is no part of it", () => {
  const run = makeRun(cell, 1, found, { lr: 0.1, seed: 1 });
  assert.equal(run.key, makeRun(cell, 1, { argument: "/other/a.mat" }, { seed: 1, lr: 0.1 }).key);
  assert.notEqual(run.key, makeRun(cell, 1, found, { lr: 0.2, seed: 1 }).key);
  assert.equal(run.folder, `dchn100-x-16-seed1-${run.key.slice(0, 8)}`);
  assert.deepEqual(run.words, [
    ...["train", "dchn", "--bits", "16", "--queries", "last:3"],
    ...["--set", "hidden=8", "--set", 'scaling="none"', "--seed", "1"],
  ]);
});

test("folders of the same cell and seed with other settings are found, others are not", () => {
  const run = makeRun(cell, 1, found, { lr: 0.1 });
  const stem = folderStem(cell, 1);
  for (const name of [run.folder, `${stem}-00000000`, `${folderStem(cell, 11)}-00000000`])
    mkdirSync(join(folder, name));
  assert.deepEqual(earlierFolders(folder, stem, run.folder), [`${stem}-00000000`]);
});

test("data: the catalog's is made anywhere, a card's and a file's are looked for place by place", () => {
  assert.deepEqual(findData("noisy-mnist:seed=0", []), { argument: "noisy-mnist:seed=0" });
  assert.match(
    findData("caltech101-20", [folder]).missing!,
    /^needs the file Caltech101-20\.mat of caltech101-20 \(Li, /,
  );
  mkdirSync(join(folder, "caltech101-20"));
  writeFileSync(join(folder, "caltech101-20", "Caltech101-20.mat"), "");
  assert.deepEqual(findData("caltech101-20", ["/nowhere", folder]), {
    argument: `caltech101-20:${join(folder, "caltech101-20")}`,
  });
  assert.deepEqual(findData("a.mat", [folder]), { missing: "needs the file a.mat" });
  writeFileSync(join(folder, "a.mat"), "");
  assert.deepEqual(findData("a.mat", [folder]), { argument: join(folder, "a.mat"), path: join(folder, "a.mat") });
});

test("time left: as long as others of the cell took, else of the method and data, else any", () => {
  const other = { ...cell, name: "other" };
  const [run, likeIt] = [makeRun(cell, 0, found, {}), makeRun(other, 0, found, {})];
  const foreign = makeRun({ ...other, settings: { method: "gmae", data: "b.mat" } }, 0, found, {});
  const left = new TimeLeft();
  assert.equal(left.estimate([run], 1), undefined);
  left.add(run, 10);
  left.add(run, 20);
  assert.equal(left.estimate([run, likeIt], 1), 30);
  assert.equal(left.estimate([run, likeIt], 2), 15);
  left.add(foreign, 90);
  assert.equal(left.estimate([foreign], 4), 90);
  assert.equal(left.estimate([run, run, foreign, foreign], 2), 105);
});
