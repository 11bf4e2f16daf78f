// An index's items as a file, and the index in another store, through the real command line.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { PostgresServer } from "../../search/stores/postgres/postgres.testing.js";
import { runCommand, type Workplace, workplace, writeBlobs } from "../command.testing.js";

let place: Workplace;
before(async () => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"), 60);
  const data = ["--data", "blobs.npz", "--views", "a=X1,b=X2", "--threads", "1"];
  await place.succeed(["train", "dchn", ...data, "--set", "hidden=8", "--epochs", "1", "--bits", "16", "--out", "run"]);
  await place.succeed(["train", "gmae", ...data, "--set", "hidden=[8]", "--epochs", "1", "--out", "joint"]);
  for (const run of ["run", "joint"]) await place.succeed(["index", run, "--out", `${run}-index`, "--threads", "1"]);
});
after(() => place.remove());

const server = PostgresServer.start();
if (typeof server !== "string") after(() => server.stop());

const exported = async (index: string, ...args: string[]) => {
  const result = await place.succeed(["export", index, "--out", "files/items.jsonl", ...args, "--json"]);
  const lines = readFileSync(place.path("files/items.jsonl"), "utf8").trimEnd().split("\n");
  assert.equal(JSON.parse(result).items, lines.length);
  return lines.map((line) => JSON.parse(line));
};

async function refused(args: string[], expected: RegExp): Promise<void> {
  const { status, stdout, stderr } = await runCommand([...args], place.folder);
  assert.equal(status, 2, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, expected);
}

test("export: every item on a line, of one view or of all", async () => {
  const all = await exported("run-index");
  const { items } = JSON.parse(await place.succeed(["index", "run", "--out", "run-index", "--threads", "1", "--json"]));
  assert.equal(all.length, items);
  assert.equal(new Set(all.map(({ id, view }) => `${id} ${view}`)).size, items);
  for (const { code, vector, metadata } of all) {
    assert.match(code, /^[0-9a-f]{4}$/);
    const bits = Number.parseInt(code, 16).toString(2).padStart(16, "0");
    assert.equal(bits, vector.map((value: number) => (value > 0 ? 1 : 0)).join(""));
    assert.equal(typeof metadata.label, "string");
  }
  assert.deepEqual(
    await exported("run-index", "--view", "b"),
    all.filter(({ view }) => view === "b"),
  );
  await refused(["export", "run-index", "--out", "new.jsonl", "--view", "c"], /has no such view; it has a, b/);
  await refused(["export", "run-index", "--out", "new.csv"], /expected a name that ends in \.jsonl/);
  await refused(["export", "none", "--out", "new.jsonl"], /none: no such index folder/);
  assert.ok(!existsSync(place.path("new.jsonl")));
});

const kinds = ["folder", "pglite", ...(typeof server === "string" ? [] : ["postgres"])];
for (const store of kinds) {
  test(`copy: into a store of kind ${store}, with the same answers`, async () => {
    if (typeof server !== "string") process.env.DATABASE_URL = server.url("postgres");
    for (const from of store === "folder" ? ["run-index", "joint-index"] : ["run-index"]) {
      const to = `${from}-in-${store}`;
      const copy = ["copy", from, "--out", to, "--store", store, "--threads", "1", "--json"];
      const made = JSON.parse(await place.succeed(copy));
      assert.deepEqual([made.store, made.name], [store, to]);
      assert.deepEqual(await exported(to), await exported(from));
      // again: nothing more, nothing else
      assert.equal(JSON.parse(await place.succeed(copy)).items, made.items);
      const view = from === "run-index" ? ["--target", "a"] : [];
      const ask = async (index: string) => {
        const query = ["search", index, "--id", "7", ...view, "--k", "20", "--threads", "1", "--json"];
        const { hits } = JSON.parse(await place.succeed(from === "run-index" ? [...query, "--view", "a"] : query));
        return hits.map(({ distance }: { distance: number }) => distance);
      };
      assert.deepEqual(await ask(to), await ask(from));
      for (const file of ["map.safetensors", "columns.json", "centre.safetensors"]) {
        const [copied, own] = [to, from].map((index) => place.path(`${index}/${file}`));
        assert.equal(existsSync(copied!), existsSync(own!), file);
        if (existsSync(own!)) assert.deepEqual(readFileSync(copied!), readFileSync(own!), file);
      }
    }
  });
}

test("copy: not over something else", async () => {
  await refused(["copy", "run-index", "--out", "joint-index"], /joint-index .* another/);
  await refused(["copy", "run-index", "--out", "run-index"], /in use by/);
  await refused(["copy", "run-index", "--out", "new/copy", "--name", "a name"], /index name: expected/);
  assert.ok(!existsSync(place.path("new")));
  writeFileSync(place.path("file"), "mine");
  await refused(["copy", "run-index", "--out", "file"], /file is a file, not a folder/);
});
