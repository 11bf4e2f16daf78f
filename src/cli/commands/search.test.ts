// From run to index to answers through the real command line: hash codes, representations of one view and of all, mistakes.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { writeNpy } from "../../data/formats/index.js";
import { startCommand, type Workplace, workplace, writeBlobs } from "../command.testing.js";

let place: Workplace;
let x1: Float32Array;
before(async () => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"), 120, (values) => {
    x1 = values;
  });
  const data = ["--data", "blobs.npz", "--views", "a=X1,b=X2", "--threads", "1"];
  await place.succeed([
    "train",
    "dchn",
    ...data,
    "--set",
    "hidden=16",
    "--set",
    "lr=0.01",
    "--epochs",
    "20",
    "--bits",
    "16",
    "--queries",
    "last:30",
    "--out",
    "codes",
  ]);
  await place.succeed(["train", "gmae", ...data, "--epochs", "2", "--out", "joint"]);
});
after(() => place.remove());

const search = async (...args: string[]) =>
  JSON.parse(await place.succeed(["search", ...args, "--threads", "1", "--json"]));

test("a run with hash codes: index, search by features, file and id; adding again replaces", async () => {
  writeFileSync(place.path("more.csv"), "id,title,link\n7,Seventh,https://example.org/7\n8,Eighth,\n");
  const index = ["index", "codes", "--out", "index", "--threads", "1", "--json"];
  const made = JSON.parse(await place.succeed([...index, "--metadata", "more.csv"]));
  assert.deepEqual(made.added, { a: 120, b: 120 });
  assert.deepEqual([made.items, made.bits, made.dimensions, made.method, made.name], [240, 16, 16, "dchn", "codes"]);
  assert.ok(existsSync(place.path("index/map.safetensors")));

  const row = [...x1.subarray(7 * 9, 8 * 9)];
  const found = await search("index", "--view", "a", "--query", row.join(","), "--target", "a", "--k", "120");
  const self = found.hits.find((hit: { id: string }) => hit.id === "7");
  assert.deepEqual(self, {
    id: "7",
    view: "a",
    distance: 0,
    metadata: { label: "1", title: "Seventh", link: "https://example.org/7" },
  });
  writeNpy(place.path("query.npy"), Float32Array.from(row), [1, 9]);
  writeFileSync(place.path("query.csv"), `${row.join(",")}\n`);
  for (const file of ["query.npy", "query.csv"]) {
    const again = await search("index", "--view", "a", "--query", file, "--target", "a", "--k", "120");
    assert.deepEqual(again.hits, found.hits, file);
  }
  const across = await search("index", "--id", "7", "--view", "a", "--target", "b", "--k", "5");
  const labels = across.hits.map((hit: { metadata: { label: string } }) => hit.metadata.label);
  assert.deepEqual(labels, Array(5).fill("1"));
  const table = await place.succeed([
    "search",
    "index",
    "--id",
    "7",
    "--view",
    "b",
    "--rerank",
    "240",
    "--threads",
    "1",
  ]);
  assert.match(table, /^cosine +distance +view +id +title +label\n1\.0000 +0 +b +\d+ .*1\n/);

  const again = JSON.parse(await place.succeed([...index, "--views-to-index", "b"]));
  assert.deepEqual([again.added, again.items], [{ b: 120 }, 240]);
});

test("only a split, and only some views, are indexed where requested", async () => {
  const args = ["--out", "part", "--split", "database", "--views-to-index", "b", "--threads", "1", "--json"];
  const made = JSON.parse(await place.succeed(["index", "codes", ...args]));
  assert.deepEqual([made.added, made.items], [{ b: 90 }, 90]);
  const found = await search("part", "--view", "a", "--query", [...x1.subarray(0, 9)].join(","), "--k", "3");
  assert.equal(found.hits.length, 3);
});

test("a run without hash codes: signs first, ordered anew by cosine; all views of a sample are one item", async () => {
  const made = JSON.parse(await place.succeed(["index", "joint", "--out", "joint-index", "--threads", "1", "--json"]));
  assert.deepEqual(made.added, { all: 120 });
  const found = await search("joint-index", "--id", "5", "--k", "4");
  assert.equal(found.hits[0].id, "5");
  assert.ok(Math.abs(found.hits[0].similarity - 1) < 1e-6);
  const cosines = found.hits.map((hit: { similarity: number }) => hit.similarity);
  assert.deepEqual(
    cosines,
    cosines.slice().sort((a: number, b: number) => b - a),
  );
  await place.refuse(
    ["search", "joint-index", "--query", "1,2", "--threads", "1"],
    /view "all" has 15 features, got 2/,
  );
});

test("a server of two indexes answers until it is stopped: 0 after SIGTERM, 130 after Ctrl-C", async () => {
  for (const [signal, expected] of [
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const) {
    const server = startCommand(
      ["serve", "index", "part", "--port", "0", "--threads", "1", "--runs", "."],
      place.folder,
    );
    await server.saw("serving codes, part at http://127.0.0.1:");
    server.kill(signal);
    const { status, stderr } = await server.done;
    assert.equal(status, expected, stderr);
  }
});

test("mistakes: commands, queries, folders", async () => {
  await place.refuse(["search", "index"], /no query: give --query, --id, --words or --image/);
  await place.refuse(["search", "index", "--id", "7", "--words", "x"], /--id and --words: give one of them/);
  await place.refuse(["search", "index", "--id", "999"], /there is no item "999"/);
  await place.refuse(
    ["search", "index", "--view", "a", "--query", "1,2,x"],
    /neither a file nor comma-separated numbers/,
  );
  await place.refuse(["search", "index", "--words", "cat"], /no view of this index takes words/);
  await place.refuse(["search", "index", "--id", "7", "--target", "c"], /no view "c"; the index has a, b/);
  await place.refuse(["search", "index", "--id", "7", "--k", "0"], /--k 0/);
  await place.refuse(["search", "index", "--id", "7", "--mode", "fast"], /--mode fast: expected exact or approximate/);
  await place.refuse(["search", "codes", "--id", "7"], /codes is not an index folder: it has no index\.yaml/);
  await place.refuse(["search", "nothing", "--id", "7"], /nothing: no such index folder/);
  await place.refuse(["index", "codes", "--out", "codes"], /codes is not empty and not an index/);
  await place.refuse(["index", "joint", "--out", "index"], /was made with another run/);
  await place.refuse(
    ["index", "codes", "--out", "new", "--store", "sqlite"],
    /--store sqlite: expected folder, pglite, postgres/,
  );
  await place.refuse(["index", "codes", "--out", "new", "--split", "dev"], /--split dev: .*database/);
  await place.refuse(
    ["index", "codes", "--out", "new", "--views-to-index", "c"],
    /encodes no view "c"; it encodes a, b/,
  );
  await place.refuse(
    ["index", "codes", "--out", "new", "--data", "blobs.npz", "--views", "x=X1"],
    /has the views "x"; the model was trained on "a", "b"/,
  );
  await place.refuse(["index", "codes", "--out", "new", "--metadata", "none.csv"], /none\.csv cannot be read/);
  writeFileSync(place.path("strange.csv"), "id,title\nx,X\ny,Y\n");
  await place.refuse(
    ["index", "codes", "--out", "new", "--metadata", "strange.csv"],
    /none of its 2 ids \("x", "y"\) is of a sample; those of .* are row numbers, as the data has no ids/,
  );
  writeFileSync(place.path("large.jsonl"), '{"id": 1, "n": 12345678901234567890}\n');
  await place.refuse(["index", "codes", "--out", "new", "--metadata", "large.jsonl"], /line 1: 12345678901234567890/);
  await place.refuse(["serve", "index", "--port", "70000"], /--port 70000/);
  await place.refuse(["serve", "index", "--runs", "none"], /--runs none: no such folder/);
  assert.ok(!existsSync(place.path("new")));
  mkdirSync(place.path("later"));
  writeFileSync(
    place.path("later/index.yaml"),
    readFileSync(place.path("index/index.yaml"), "utf8").replace("format: 1", "format: 9"),
  );
  await place.refuse(["search", "later", "--id", "7"], /index format 9, this version of vantage knows 1/);
});
