// Tests of the stored result and map.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { UserError } from "../errors.js";
import { type EmbeddingMap, type RunResult, readResult, writeResult } from "./result.js";
import { writeTensors } from "./safetensors.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vantage-result-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const result: RunResult = {
  method: "gmae",
  task: "clustering",
  seed: 0,
  epochs: 2,
  seconds: 1.5,
  secondsPerEpoch: 0.7,
  metrics: { acc: 0.9, map: { "a->b": 0.5 }, odd: Number.NaN },
  dataset: { name: "d", samples: 3, views: [], splits: {}, notes: [] },
  confusion: {
    rows: ["x", "y"],
    columns: ["x", "y"],
    counts: [
      [1, 0],
      [0, 2],
    ],
  },
};
const map: EmbeddingMap = {
  projection: "PCA",
  x: Float32Array.of(1, 2, 3),
  y: Float32Array.of(0.5, -0.5, 0),
  colorings: [
    { name: "label", values: Int32Array.of(0, 1, 1), names: ["x", "y"] },
    { name: "cluster", values: Int32Array.of(0, -1, 1), names: ["x", "y"] },
  ],
};

test("result and map come back; a result without a map removes the old map", () => {
  assert.equal(readResult(folder), undefined);
  writeResult(folder, result, map);
  assert.deepEqual(readResult(folder), { result, map });
  writeResult(folder, result);
  assert.deepEqual(readResult(folder), { result });
  assert.deepEqual(readdirSync(folder), ["result.json"]);
});

test("files that are not ours are refused in one line", () => {
  const refuses = (pattern: RegExp) =>
    assert.throws(
      () => readResult(folder),
      (error: Error) => error instanceof UserError && pattern.test(error.message) && !error.message.includes("\n"),
    );
  for (const text of ["", "{", "null", "[]", '{"method":"gmae"}', '{"method":"a","task":"b","dataset":{"views":[]}}']) {
    writeFileSync(join(folder, "result.json"), text);
    refuses(/result\.json/);
  }
  const odd: Record<string, unknown>[] = [
    { dataset: { ...result.dataset, views: [null] } },
    { confusion: { rows: ["x"], columns: ["x"], counts: [["1"]] } },
    { confusion: { rows: ["x"], columns: ["x", "y"], counts: [[1]] } },
    { epochs: { html: "<script>" } },
    { viewMetrics: { image: "good" } },
    { baselines: { joined: { acc: "1" } } },
    { retrieval: [{ direction: "a->b", byRadius: { precision: [1, 2], recall: [1] } }] },
    { stages: "train" },
    { clusters: { sizes: [-1] } },
  ];
  for (const part of odd) {
    writeFileSync(join(folder, "result.json"), JSON.stringify({ ...result, ...part }));
    refuses(new RegExp(`result\\.json: ${Object.keys(part)[0]}`));
  }
  const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  writeFileSync(
    join(folder, "result.json"),
    JSON.stringify({ ...result, metrics: 1 }).replace('"metrics":1', `"metrics":${deep}`),
  );
  refuses(/result\.json: metrics: .*nested more than 8 deep/);
  writeResult(folder, result, map);
  truncateSync(join(folder, "map.safetensors"), 50);
  refuses(/map\.safetensors/);
  writeTensors(join(folder, "map.safetensors"), new Map());
  refuses(/is not a map/);
  const x = { shape: [1], data: new Float32Array(1) };
  const tensors = new Map([
    ["x", x],
    ["y", x],
  ]);
  writeTensors(join(folder, "map.safetensors"), tensors, { projection: "PCA", names: '{"label":["a"]}' });
  refuses(/expected 1 values of type I32 for "label"/);
});
