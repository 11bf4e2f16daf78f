// Tests of links in a run folder: whatever is a link is followed neither for reading nor for writing.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { UserError } from "../errors.js";
import { loadCheckpoint } from "../runs/checkpoint.js";
import { writeResult } from "../runs/result.js";
import { createRun, openRun, resumeRun } from "../runs/run-folder.js";
import { writeModels } from "./saving.js";

const root = mkdtempSync(join(tmpdir(), "vantage-run-links-"));
after(() => rmSync(root, { recursive: true }));
const whole = join(root, "whole");
const result = {
  ...{ method: "gmae", task: "clustering", seed: 1, epochs: 1, seconds: 1, secondsPerEpoch: 1, metrics: { acc: 1 } },
  dataset: { name: "a", samples: 2, views: [], splits: {}, notes: [] },
};
const axis = Float32Array.of(0, 1);
const map = { projection: "PCA", x: axis, y: axis, colorings: [] };

before(() => {
  const environment = {
    ...{ started: "2026-01-01", vantage: "1", node: "20", onnxruntime: "1", platform: "x", cpu: "x", cores: 2 },
    ...{ memoryBytes: 1, files: [] },
  };
  const run = createRun(whole, { method: "gmae", dataset: { name: "a" }, seed: 1, options: {} }, environment);
  run.log({ stage: "train", epoch: 1, seconds: 1, losses: { total: 1 }, metrics: {} });
  run.saveCheckpoint({ tensors: new Map(), json: {} });
  writeModels(whole, [{ name: "image", bytes: Uint8Array.of(1) }]);
  writeResult(whole, result, map);
  run.close();
});

/** Everything that is done with a run folder, as a training that is gone on with does it. */
function use(folder: string): void {
  openRun(folder);
  loadCheckpoint(folder);
  const { run } = resumeRun(folder);
  try {
    run.log({ stage: "train", epoch: 2, seconds: 2, losses: { total: 1 }, metrics: {} });
    run.saveCheckpoint({ tensors: new Map(), json: {} });
    writeModels(folder, [{ name: "image", bytes: Uint8Array.of(2) }]);
    writeResult(folder, result, map);
  } finally {
    run.close();
  }
}

function contents(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "hex")]),
  );
}

const parts = ["config.yaml", "environment.json", "metrics.jsonl", "result.json", "map.safetensors"];
for (const part of [...parts, "checkpoint", "checkpoint/state-1.safetensors", "model", "model/image.onnx"]) {
  test(`${part} is a link to what is somebody else's`, () => {
    const folder = join(root, "run");
    const other = join(root, "other");
    cpSync(whole, folder, { recursive: true });
    mkdirSync(other);
    renameSync(join(folder, part), join(other, "target"));
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    symlinkSync(join(other, "target"), join(folder, part));
    const before = contents(other);
    assert.throws(
      () => use(folder),
      (error: Error) => {
        assert.ok(error instanceof UserError, `${error}`);
        assert.match(error.message, /symbolic link/);
        return true;
      },
    );
    assert.deepEqual(contents(other), before);
    rmSync(folder, { recursive: true });
    rmSync(other, { recursive: true });
  });
}

test("a run folder that is itself reached by a link is used as ever", () => {
  cpSync(whole, join(root, "run"), { recursive: true });
  symlinkSync("run", join(root, "by link"));
  use(join(root, "by link"));
  rmSync(join(root, "run"), { recursive: true });
});
