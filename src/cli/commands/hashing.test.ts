// Hash codes through the real command line: several lengths, a view added later, packed codes, and what users get wrong.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readVariables, writeNpz } from "../../data/formats/index.js";
import { type Workplace, workplace, writeBlobs } from "../command.testing.js";

let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"));
});
after(() => place.remove());

const small = ["--set", "hidden=16", "--epochs", "3", "--queries", "last:30", "--threads", "2"];
const dchn = (...more: string[]) => ["train", "dchn", "--data", "blobs.npz", ...small, "--json", ...more];

function digests(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) =>
    statSync(join(folder, f)).isFile(),
  );
  return new Map(
    files.map((f) => [
      f,
      createHash("sha256")
        .update(readFileSync(join(folder, f)))
        .digest("hex"),
    ]),
  );
}

test("a view added later leaves every other file as it is, and is the network of a joint training", async () => {
  await place.succeed(dchn("--views", "a=X1", "--bits", "16", "--out", "one"));
  const before = digests(place.path("one"));
  const added = JSON.parse(
    await place.succeed([
      "add-view",
      "one",
      "--view",
      "b",
      "--data",
      "blobs.npz",
      "--views",
      "b=X2",
      "--threads",
      "2",
      "--json",
    ]),
  );
  const after = digests(place.path("one"));
  for (const [file, digest] of before) assert.equal(after.get(file), digest, file);
  const joint = JSON.parse(await place.succeed(dchn("--views", "a=X1,b=X2", "--bits", "16", "--out", "both")));
  assert.deepEqual(Object.keys(joint.metrics.map).sort(), ["a->b", "b->a"]);
  assert.deepEqual(added.metrics, joint.metrics);
  const evaluated = JSON.parse(await place.succeed(["evaluate", "one", "--threads", "2", "--json"]));
  assert.deepEqual(evaluated.metrics, joint.metrics);
  await place.refuse(["add-view", "one", "--view", "b", "--data", "blobs.npz", "--views", "b=X2"], /already|is there/);
  await place.refuse(["add-view", "one", "--view", "../x", "--data", "blobs.npz"], /letters, digits/);
});

test("encode writes packed codes of one view", async () => {
  await place.succeed(["encode", "both", "--view", "b", "--out", "codes.npy"]);
  const { variables } = await readVariables(place.path("codes.npy"));
  const [codes] = [...variables.values()];
  assert.ok(codes?.kind === "numeric");
  assert.deepEqual([codes.element, ...codes.shape], ["uint8", 120, 2]);
  await place.refuse(["encode", "both", "--out", "codes.npy"], /--view is missing: one of a, b/);
  await place.refuse(["encode", "both", "--view", "c", "--out", "codes.npy"], /"c".*a, b/);
});

test("epochs are those that were set, each stage by itself", async () => {
  const { epochs, stages, baselines, metrics } = JSON.parse(
    await place.succeed(dchn("--views", "a=X1,b=X2", "--bits", "8", "--out", "counted")),
  );
  assert.equal(epochs, 3);
  assert.deepEqual(
    stages.map(({ name, epochs }: { name: string; epochs: number }) => [name, epochs]),
    [
      ["Hamming space (SHAM)", 1],
      ["a", 3],
      ["b", 3],
    ],
  );
  for (const measures of [metrics, baselines.cca]) {
    for (const name of ["map", "recallAt1", "recallAt5", "recallAt10", "medianRank"]) {
      assert.deepEqual(Object.keys(measures[name]), ["a->b", "b->a"], name);
    }
  }
});

test("several lengths are trained in turn, with a table and one report", async () => {
  const result = JSON.parse(await place.succeed(dchn("--views", "a=X1,b=X2", "--bits", "8,16", "--out", "lengths")));
  assert.deepEqual(Object.keys(result.metricsByBits), ["8", "16"]);
  assert.ok(result.metricsByBits[16].map["a->b"] > 0.3);
  assert.deepEqual(readdirSync(place.path("lengths")).sort(), ["bits-16", "bits-8", "report.html"]);
});

test("mistakes: no labels, a class without samples, queries and database of different widths", async () => {
  const matrix = (rows: number, columns: number) => ({
    data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i)),
    shape: [rows, columns],
  });
  const labels = (rows: number, of: (row: number) => number) => ({
    data: Int32Array.from({ length: rows }, (_, row) => of(row)),
    shape: [rows],
  });
  const train = (data: string) => ["train", "dchn", "--data", data, "--set", "hidden=8", "--epochs", "1"];
  writeNpz(place.path("unlabeled.npz"), { X1: matrix(60, 5), X2: matrix(60, 4) });
  await place.refuse(train("unlabeled.npz"), /^vantage: unlabeled: dchn needs labels and there are none/m);
  // Class 2 is among the last rows only, which are the queries.
  writeNpz(place.path("unseen.npz"), {
    X1: matrix(60, 5),
    X2: matrix(60, 4),
    Y: labels(60, (i) => (i < 50 ? i % 2 : 2)),
  });
  await place.refuse(
    [...train("unseen.npz"), "--queries", "last:10"],
    /^vantage: unseen: class "2" has no training sample/m,
  );
  writeNpz(place.path("short.npz"), { X1: matrix(60, 5), X2: matrix(50, 4), Y: labels(60, (i) => i % 2) });
  await place.refuse(train("short.npz"), /^vantage: short\.npz: X2 is 50×4, but the labels Y are for 60 samples/m);
  writeNpz(place.path("database.npz"), { X1: matrix(60, 5), X2: matrix(60, 4), Y: labels(60, (i) => i % 2) });
  writeNpz(place.path("queries.npz"), { X1: matrix(20, 6), X2: matrix(20, 4), Y: labels(20, (i) => i % 2) });
  const part = (file: string) => `{ file: ${file}.npz, views: { image: X1, text: X2 }, labels: Y }`;
  const card = `name: two-widths\ntitle: two widths\nparts:\n  query: ${part("queries")}\n  database: ${part("database")}\n`;
  writeFileSync(
    place.path("two-widths.yaml"),
    `${card}splits: { query: query, database: database, train: database }\n`,
  );
  await place.refuse(
    train("two-widths.yaml"),
    /^vantage: two-widths: view "image" has 6 columns in one part and 5 in another/m,
  );
});

test("mistakes: lengths, views, labels, queries", async () => {
  await place.refuse(dchn("--bits", "12"), /option bits: expected a positive multiple of 8.*got 12/);
  await place.refuse(dchn("--bits", "8,8"), /a length is repeated/);
  await place.refuse(dchn("--views", "a=X9"), /X9/);
  await place.refuse(dchn("--queries", "last:500"), /500 of 120 samples/);
  await place.refuse(["train", "djsrh", "--data", "blobs.npz", "--views", "a=X1", ...small], /two views/);
  await place.refuse(
    ["train", "djsrh", "--data", "blobs.npz", "--preset", "flickr"],
    /--preset flickr: expected wikipedia/,
  );
});
