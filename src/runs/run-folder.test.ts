// Tests of run folders: naming, taking, resuming, and folders that are not runs.
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { UserError } from "../errors.js";
import { loadCheckpoint } from "./checkpoint.js";
import type { RunConfig } from "./config.js";
import type { Environment } from "./environment.js";
import type { MetricLine } from "./metrics-log.js";
import { createRun, openRun, resumeRun } from "./run-folder.js";

const start = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vantage-run-"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(start);
  rmSync(folder, { recursive: true });
});

const config: RunConfig = {
  method: "gmae",
  task: "clustering",
  dataset: { name: "Digits 2/V", path: "data/Digits-2V.mat", views: ["pix", "fou"] },
  seed: 3,
  options: { rate: 1e-3, hidden: [500, 200], text: "yes", nothing: null },
  command: ["vantage", "train", "gmae", "--data", "data/Digits-2V.mat"],
};
const environment: Environment = {
  started: "2026-01-02T03:04:05.000Z",
  vantage: "0.1.0",
  node: "20.19.0",
  onnxruntime: "1.30.0",
  platform: "linux x64",
  cpu: "cpu",
  cores: 2,
  memoryBytes: 1,
  files: [],
};
const line = (epoch: number): MetricLine => ({
  stage: "train",
  epoch,
  seconds: epoch,
  losses: { total: 1 },
  metrics: {},
});
const state = (epoch: number) => ({ tensors: new Map(), json: { epoch } });

function refuses(act: () => unknown, pattern: RegExp): void {
  assert.throws(act, (error: Error) => {
    assert(error instanceof UserError, `${error}`);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

test("runs without a folder get the next free name", () => {
  const names = [1, 2, 3].map(() => {
    const run = createRun(undefined, config, environment);
    run.close();
    return run.folder;
  });
  const base = join("runs", "gmae-Digits-2-V-3");
  assert.deepEqual(names, [base, `${base}-2`, `${base}-3`]);
  assert.deepEqual(readdirSync(base).sort(), ["config.yaml", "environment.json", "metrics.jsonl"]);
});

test("what is written is read back, while it is being written too", () => {
  const run = createRun("out/a", config, environment);
  run.log(line(1));
  assert.deepEqual(openRun("out/a"), { folder: "out/a", config, environment, metrics: [line(1)] });
  run.saveCheckpoint(state(1));
  assert.deepEqual(loadCheckpoint("out/a"), { ...state(1), metricLines: 1 });
  run.close();
});

test("a run that was killed resumes with the lines of its checkpoint", () => {
  const run = createRun("a", config, environment);
  run.log(line(1));
  run.log(line(2));
  run.saveCheckpoint(state(2));
  run.log(line(3));
  run.close();
  appendFileSync("a/metrics.jsonl", '{"stage":"tr');
  const resumed = resumeRun("a");
  assert.deepEqual(resumed.checkpoint!.json, { epoch: 2 });
  assert.deepEqual(resumed.run.config, config);
  assert.deepEqual(openRun("a").metrics, [line(1), line(2)]);
  resumed.run.log(line(3));
  resumed.run.saveCheckpoint(state(3));
  assert.equal(loadCheckpoint("a")!.metricLines, 3);
  resumed.run.close();
  assert.equal(readFileSync("a/metrics.jsonl", "utf8").split("\n").length, 4);
});

test("a run killed before its first checkpoint starts over", () => {
  const run = createRun("a", config, environment);
  run.log(line(1));
  run.close();
  const resumed = resumeRun("a");
  assert.equal(resumed.checkpoint, undefined);
  assert.deepEqual(openRun("a").metrics, []);
  resumed.run.close();
});

test("nothing is written into a folder that holds anything, or that another run has", () => {
  const run = createRun("a", config, environment);
  refuses(() => resumeRun("a"), /run a is in use by process \d+/);
  refuses(() => createRun("a", config, environment), /run a is in use/);
  run.close();
  refuses(() => createRun("a", config, environment), /a already holds a run: resume it, or give another folder/);
  mkdirSync("photos");
  writeFileSync("photos/1.jpg", "");
  refuses(() => createRun("photos", config, environment), /photos is not empty: give another folder/);
  assert.deepEqual(readdirSync("photos"), ["1.jpg"]);
  refuses(() => createRun("photos/1.jpg", config, environment), /1\.jpg is a file/);
  refuses(() => createRun("photos/1.jpg/run", config, environment), /cannot be written: a part of the path/);
  mkdirSync("empty");
  createRun("empty", config, environment).close();
});

test("a folder that cannot be written is refused, and nothing is left", { skip: process.getuid?.() === 0 }, () => {
  mkdirSync("fixed");
  chmodSync("fixed", 0o500);
  refuses(() => createRun("fixed/run", config, environment), /permission denied/);
  assert.deepEqual(readdirSync("fixed"), []);
});

test("a run that cannot be begun leaves no folder behind", () => {
  const circular: Record<string, unknown> = { value: 1n };
  assert.throws(() => createRun("a", config, circular as unknown as Environment));
  assert(!existsSync("a"));
});

test("missing, foreign and damaged run folders are named", () => {
  refuses(() => openRun("none"), /^none: there is no such run folder$/);
  refuses(() => resumeRun("none"), /^none: there is no such run folder$/);
  mkdirSync("a");
  refuses(() => openRun("a"), /a is not a run folder: it has no config\.yaml/);
  createRun("b", config, environment).close();
  const broken: [string, string, RegExp][] = [
    ["environment.json", "{", /environment\.json is not JSON/],
    ["environment.json", "[]", /environment\.json: .*expected object/],
    ["metrics.jsonl", "x\n", /metrics\.jsonl, line 1: not JSON/],
    ["config.yaml", "a: [", /config\.yaml is not YAML/],
    ["config.yaml", "3", /expected a mapping/],
    ["config.yaml", "format: 2\nmethod: gmae", /format 2, this version of vantage knows 1/],
    ["config.yaml", "method: gmae", /format missing/],
    ["config.yaml", "format: 1", /method: expected a name, found nothing/],
    ["config.yaml", "format: 1\nmethod: a\ndataset: b", /dataset: expected a mapping with a name, found "b"/],
    ["config.yaml", "format: 1\nmethod: a\ndataset: {name: b}\nseed: 0.5", /seed: expected a whole number, found 0\.5/],
    ["config.yaml", "format: 1\nmethod: a\ndataset: {name: b}\nseed: 0", /options: expected a mapping, found nothing/],
  ];
  for (const [name, text, pattern] of broken) {
    const path = join("b", name);
    const before = readFileSync(path);
    writeFileSync(path, text);
    refuses(() => openRun("b"), pattern);
    writeFileSync(path, before);
  }
  openRun("b");
});
