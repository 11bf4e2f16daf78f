// What --threads promises: one engine in a process, with as many threads as requested and no more than there can be.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runCommand, workplace, writeBlobs } from "./command.testing.js";
import type { Counts } from "./threads.testing.js";

const place = workplace();
after(() => place.remove());
writeBlobs(place.path("blobs.npz"), 300);
const hook = pathToFileURL(fileURLToPath(new URL("./threads.testing.js", import.meta.url))).href;
const skip = process.platform !== "linux" && "threads are counted in /proc";

let serial = 0;

/** Runs a command, which must succeed, and counts. */
async function count(args: readonly string[]): Promise<Counts> {
  const folder = place.path(`counts-${serial++}`);
  mkdirSync(folder);
  const env = { VANTAGE_COUNTS: folder, NODE_OPTIONS: `--import ${hook}` };
  const { status, stderr } = await runCommand(args, place.folder, env);
  assert.equal(status, 0, stderr);
  const found = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Counts);
  return found.reduce((sum, each) => ({
    engines: sum.engines + each.engines,
    workers: sum.workers + each.workers,
    threads: Math.max(sum.threads, each.threads),
  }));
}

test("--threads 1: one engine, no worker, no thread of ONNX Runtime", { skip, timeout: 300_000 }, async () => {
  const train = (threads: string, out: string) =>
    ["train", "mvlnet", "--data", "blobs.npz", "--threads", threads, "--out", out, "--epochs", "1"].concat(
      ["arch=[12,4]", "autoencoder=[]", "siameseEpochs=1", "pairs=320", "steps=2", "batch=40"].flatMap((each) => [
        "--set",
        each,
      ]),
    );
  const one = await count(train("1", "run"));
  assert.deepEqual([one.engines, one.workers], [1, 0]);
  const four = await count(train("4", "other"));
  assert.deepEqual([four.engines, four.workers], [1, 3]);
  // Node's own, and three workers and three threads of ONNX Runtime for each session more.
  assert.ok(four.threads >= one.threads + 6, `${one.threads} and ${four.threads} threads`);
  const own = await count(["--version"]);
  // libuv's pool of four begins with the first file that is read asynchronously.
  assert.ok(one.threads <= own.threads + 4, `${one.threads} threads, ${own.threads} without an engine`);
  for (const args of [
    ["evaluate", "run"],
    ["index", "run", "--out", "index"],
    ["search", "index", "--id", "3", "--view", "X1"],
  ]) {
    const { engines, workers, threads } = await count([...args, "--threads", "1"]);
    assert.deepEqual([engines, workers], [1, 0], args.join(" "));
    assert.ok(threads <= own.threads + 4, `${args[0]}: ${threads} threads, ${own.threads} without an engine`);
  }
});

test("more threads than there can be are refused by every command before it does anything", async () => {
  const expected = /vantage: --threads 100000: expected a whole number from 1 to \d+$/;
  for (const args of [
    ["train", "cca", "--data", "blobs.npz"],
    ["evaluate", "run"],
    ["encode", "run", "--out", "x.npz"],
    ["predict", "run", "--out", "x.csv"],
    ["index", "run", "--out", "x"],
    ["search", "index", "--id", "3"],
    ["serve", "index"],
    ["reproduce", "mvlnet-3"],
    ["demo"],
    ["open", "run"],
  ]) {
    await place.refuse([...args, "--threads", "100000"], expected);
  }
});

test("the shared engine is a fallback of what users of the library call alone", () => {
  const source = resolve(fileURLToPath(new URL("../../src", import.meta.url)));
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/\.(test|testing)\.ts$/.test(file),
  );
  const users = files.filter((file) => readFileSync(join(source, file), "utf8").includes("sharedEngine"));
  assert.deepEqual(users.map((file) => file.replaceAll(sep, "/")).sort(), [
    "core/runtime/engine.ts",
    "encoders/onnx/index.ts",
    "methods/method.ts",
    "search/index/index-run.ts",
    "search/index/search-index.ts",
    "shared-engine.ts",
  ]);
});
