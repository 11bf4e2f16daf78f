// Several seeds: which ones, their statistics, and the command from data to table.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../errors.js";
import type { Metrics } from "../methods/training.js";
import { workplace, writeBlobs } from "./command.testing.js";
import { parseSeeds, statistics } from "./seeds.js";

const place = workplace();
after(() => place.remove());

test("a range has both ends; a list has each seed once; anything else is refused", () => {
  assert.deepEqual(parseSeeds("0..4"), [0, 1, 2, 3, 4]);
  assert.deepEqual(parseSeeds("7..7"), [7]);
  assert.deepEqual(parseSeeds("3,1,2"), [3, 1, 2]);
  for (const text of ["4..0", "0-3", "", "a", "1,1", "0..9999999", "1.5", "-1", "1,,2", "1e3"]) {
    assert.throws(() => parseSeeds(text), UserError, text);
  }
});

test("mean and deviation are those of numpy (ddof=1), also of measures by direction", () => {
  const results: Metrics[] = [
    { acc: 1, map: { "a->b": 0.5 }, only: 1 },
    { acc: 2, map: { "a->b": 0.7 } },
    { acc: 4, map: { "a->b": 0.6 } },
  ];
  const { mean, deviation } = statistics(results);
  assert.equal(mean.acc, 7 / 3);
  // np.std([1, 2, 4], ddof=1)
  assert.ok(Math.abs((deviation.acc as number) - 1.5275252316519468) < 1e-15);
  assert.ok(Math.abs(((deviation.map as Record<string, number>)["a->b"] as number) - 0.1) < 1e-12);
  assert.equal("only" in mean, false);
  assert.equal(statistics([{ acc: 3 }]).deviation.acc, 0);
});

test("vantage train --seeds trains a run for each and gives the means", async () => {
  writeBlobs(place.path("blobs.npz"));
  const train = ["train", "cca", "--data", "blobs.npz", "--threads", "1", "--dimensions", "2"];
  const both = await place.succeed([...train, "--seeds", "1..2", "--out", "both", "--json"]);
  const result = JSON.parse(both);
  assert.deepEqual(result.runs, ["both/seed-1", "both/seed-2"]);
  const alone = await place.succeed([...train, "--seed", "2", "--out", "two", "--json"]);
  assert.deepEqual(result.metricsBySeed[2], JSON.parse(alone).metrics);
  const [one, two] = [result.metricsBySeed[1].acc, result.metricsBySeed[2].acc];
  assert.equal(result.metrics.acc, (one + two) / 2);
  await place.refuse([...train, "--seeds", "0..1", "--seed", "3"], /--seeds and --seed: give one of them/);
});

test("their folder is called as a single run's is, and an earlier one is not overwritten", async () => {
  mkdirSync(place.path("deep/er"), { recursive: true });
  writeBlobs(place.path("deep/er/naïve.npz"));
  const train = ["train", "cca", "--data", place.path("deep/er/naïve.npz"), "--threads", "1", "--dimensions", "2"];
  const run = async (...flags: string[]) => JSON.parse(await place.succeed([...train, ...flags, "--json"])).run;
  assert.equal(await run("--seed", "3"), join("runs", "cca-naïve-3"));
  assert.equal(await run("--seeds", "1,2"), join("runs", "cca-naïve-seeds-1-2"));
  assert.equal(await run("--seeds", "1,2"), join("runs", "cca-naïve-seeds-1-2-2"));
});
