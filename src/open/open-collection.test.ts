// A collection opened: what the summary says, what is kept for the next time, and when everything is made anew.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { UserError } from "../errors.js";
import { lockFolder } from "../runs/lock.js";
import { SearchIndex } from "../search/index/search-index.js";
import type { Collection } from "./collection.js";
import { type OpenRequest, openCollection } from "./open-collection.js";
import { checkOutFolder } from "./out-folder.js";
import { hiddenPairs } from "./pairs.testing.js";

const engine = await Engine.open({ threads: 1 });
const place = mkdtempSync(join(tmpdir(), "vantage-opening-"));
after(async () => {
  await engine.close();
  rmSync(place, { recursive: true });
});

function collection(seed = 0, words = "words"): Collection {
  const data = hiddenPairs({ samples: 60, seed });
  const rows = Array.from({ length: 60 }, (_, i) => i);
  return {
    data,
    heldOut: { train: Int32Array.from(rows.slice(0, 48)), test: Int32Array.from(rows.slice(48)) },
    details: new Map(data.ids!.map((id) => [id, { title: `${words} of ${id}`, thumbnail: `0/${id}.webp` }])),
    async writeThumbnails(index) {
      mkdirSync(join(index, "thumbnails/0"), { recursive: true });
      writeFileSync(join(index, "thumbnails/0/p0.webp"), words);
    },
  };
}
let count = 0;
const request = (change: Partial<OpenRequest> = {}): OpenRequest => ({
  ...{ collection: collection(), out: join(place, String(count++)), seed: 0, engine, methods: ["cca"] },
  ...change,
});
/** What is done, without how far. */
async function opened(of: OpenRequest) {
  const done = new Set<string>();
  const summary = await openCollection(of, { onProgress: (what) => done.add(what) });
  return { summary, isAnew: done.has("items"), isTrained: done.has("training cca") };
}

test("the summary has what issue and documentation say, and the index finds pairs", async () => {
  const { out, ...rest } = request();
  const { summary } = await opened({ out, ...rest });
  assert.deepEqual(Object.keys(summary), [
    ...["pairs", "heldOut", "candidates", "chosen", "run", "index", "items", "seconds"],
  ]);
  assert.deepEqual([summary.pairs, summary.heldOut, summary.items], [60, 12, 120]);
  assert.deepEqual([summary.run, summary.index], [join(out, "run"), join(out, "index")]);
  assert.deepEqual(Object.keys(summary.candidates[0]!), ["method", "options", "recall", "seconds"]);
  assert.deepEqual(Object.keys(summary.candidates[0]!.recall["text->image"]!), ["at1", "at5", "at10"]);
  assert.equal(summary.chosen, summary.candidates[1]);
  for (const file of ["config.yaml", "result.json", "report.html"])
    assert.ok(existsSync(join(summary.run, file)), file);
  const index = await SearchIndex.open(summary.index, engine);
  try {
    let found = 0;
    for (let i = 48; i < 60; i++) {
      const hits = await index.search({ id: `p${i}`, view: "text", target: "image", k: 3 });
      if (hits.some(({ id }) => id === `p${i}`)) found++;
      assert.match(String(hits[0]!.metadata!.title), /^words of p/);
    }
    assert.ok(found >= 9, `${found} of 12 held-out pairs`);
  } finally {
    await index.close();
  }
});

test("again nothing is made; changed features, words that are shown, another seed or a missing part make it anew", async () => {
  const of = request();
  assert.equal((await opened(of)).isAnew, true);
  const again = await opened(of);
  assert.deepEqual([again.isAnew, again.isTrained, again.summary.items], [false, false, 120]);
  const thumbnail = join(of.out, "index/thumbnails/0/p0.webp");
  const changes: [Partial<OpenRequest>, boolean][] = [
    [{ collection: collection(0, "other words") }, false],
    [{ collection: collection(1) }, true],
    [{ seed: 3 }, true],
  ];
  for (const [change, isTrained] of changes) {
    const changed = await opened({ ...of, ...change });
    assert.deepEqual([changed.isAnew, changed.isTrained], [true, isTrained]);
    assert.equal((await opened({ ...of, ...change })).isAnew, false);
    const { details } = change.collection ?? of.collection;
    assert.equal(`${readFileSync(thumbnail, "utf8")} of p0`, details.get("p0")!.title);
  }
  for (const part of ["run", "index", "open.json"]) {
    rmSync(join(of.out, part), { recursive: true });
    if (part === "open.json") continue;
    assert.equal((await opened({ ...of, seed: 3 })).isAnew, true, part);
  }
});

test("a summary never speaks of an index that was begun after it", async () => {
  const of = request();
  await opened(of);
  const ending = new AbortController();
  const other = { ...of, collection: collection(1) };
  const onProgress = (what: string) => what === "items" && ending.abort();
  await assert.rejects(openCollection(other, { signal: ending.signal, onProgress }));
  const { isAnew, summary } = await opened(of);
  assert.equal(isAnew, true);
  const index = await SearchIndex.open(summary.index, engine);
  const [hit] = await index.search({ id: "p50", view: "text", target: "text", k: 1 });
  assert.equal(hit!.id, "p50");
  await index.close();
});

test("refused: no method that fits, a folder with other files or in use, a file, a folder inside the source", async () => {
  await assert.rejects(openCollection(request({ methods: [] })), /hidden: no method fits these pairs/);
  const of = request();
  mkdirSync(join(of.out, "run"), { recursive: true });
  writeFileSync(join(of.out, "run/mine"), "mine");
  await assert.rejects(openCollection(of), /holds other files \(run\)/);
  assert.equal(readFileSync(join(of.out, "run/mine"), "utf8"), "mine");

  const used = request();
  mkdirSync(used.out);
  const release = lockFolder(used.out, "folder");
  await assert.rejects(openCollection(used), /folder .* is in use by/);
  release();
  assert.equal((await opened(used)).summary.items, 120);

  const file = join(place, "file");
  writeFileSync(file, "");
  assert.throws(() => checkOutFolder(file), /is a file, expected a folder/);
  mkdirSync(join(place, "pictures/sub"), { recursive: true });
  const pictures = join(place, "pictures");
  for (const inside of ["pictures", "pictures/new", "pictures/sub/a/b", "other/../pictures/x", "pictures/..pictures"]) {
    assert.throws(() => checkOutFolder(`${place}/${inside}`, pictures), UserError, inside);
  }
  for (const outside of ["pictures-search", "a/b/c"]) checkOutFolder(join(place, outside), pictures);
});
