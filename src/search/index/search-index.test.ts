// An index in use by many at once, closed in the middle, opened again and again, and on an engine without memory.
// VANTAGE_CLOSES sets how often it is closed under load.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { floats, modelOf, node } from "../../core/onnx/onnx-models.testing.js";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { testFolder } from "../stores/folder/folder-store.fixture.testing.js";
import { openStore } from "../stores/open-store.js";
import { countItems } from "../stores/store.js";
import { createIndexFolder, type IndexContent } from "./index-folder.js";
import { SearchIndex, type SearchQuery } from "./search-index.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());
const closes = Number(process.env.VANTAGE_CLOSES ?? 10);

const about = { name: "small", created: "2026-01-01", method: "dchn", dataset: "made-up", run: "none", bits: 16 };
const view = { name: "a", columns: 16, model: "a.onnx", inputs: [{ name: "a", columns: 16 }], output: "code" };

async function newIndex(): Promise<string> {
  const model = modelOf({ node: [node("Mul", "a w", "code")], initializer: [floats("w", [1], 2)] });
  const content: IndexContent = { ...about, dimensions: 16, codes: "sign", store: "folder", views: [view] };
  const index = createIndexFolder(testFolder(), content, new Map([["a.onnx", model]]));
  await (await openStore(index, engine, { isMaking: true })).close();
  return index.folder;
}

const featuresOf = (n: number) => Array.from({ length: 16 }, (_, i) => Math.sin(n * 16 + i));
const itemsOf = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `i${first + i}`, view: "a", features: featuresOf(first + i) }));
const queryOf = (n: number): SearchQuery => ({
  ...(n % 5 === 4 ? { id: `i${n}` } : { features: featuresOf(n + 0.3) }),
  ...{ view: "a", k: 1 + (n % 20), mode: n % 2 === 0 ? "exact" : "approximate", rerank: n % 3 === 0 ? 30 : 0 },
});

test("50 searches at the same time give what they give one by one, while 50 others add", async () => {
  const [folder, other] = [await newIndex(), await newIndex()];
  const [index, serial] = [await SearchIndex.open(folder, engine), await SearchIndex.open(other, engine)];
  for (const each of [index, serial]) await each.add(itemsOf(0, 400));
  const queries = Array.from({ length: 50 }, (_, n) => queryOf(n));
  const alone: unknown[] = [];
  for (const query of queries) alone.push(await serial.search(query));
  assert.deepEqual(await Promise.all(queries.map((query) => index.search(query))), alone);
  const batches = Array.from({ length: 50 }, (_, n) => itemsOf(1000 + 10 * n, 1 + (n % 9)));
  await Promise.all([...batches.map((items) => index.add(items)), ...queries.map((query) => index.search(query))]);
  for (const items of batches) await serial.add(items);
  const together = await Promise.all(queries.map((query) => index.search(query)));
  for (const [n, query] of queries.entries()) {
    assert.deepEqual(together[n], await index.search(query));
    // Items at the same distance come in the order in which they were added, which adding at the same time leaves open.
    const distances = (await serial.search(query)).map(({ distance }) => distance);
    if (!query.rerank)
      assert.deepEqual(
        together[n]!.map(({ distance }) => distance),
        distances,
      );
  }
  await index.close();
  await serial.close();
});

test("distinct: k ids, each once, by the view in which it is nearest, in every mode and with re-ranking", async () => {
  const views = { a: 16, b: 16, c: 16 };
  const index = await SearchIndex.create({ views, engine });
  const coded = await SearchIndex.create({
    data: new MultiViewDataset({
      name: "three",
      ids: Array.from({ length: 120 }, (_, n) => `i${n}`),
      views: Object.keys(views).map((name, v) => ({
        name,
        matrix: dense(120, 16, Float32Array.from(Array.from({ length: 120 }, (_, n) => featuresOf(n + v / 9)).flat())),
        // Some ids have one view only.
        ...(v > 0 && { present: Uint8Array.from({ length: 120 }, (_, n) => (n % 4 === 0 ? 0 : 1)) }),
      })),
    }),
    codes: "signs",
    engine,
  });
  const items = Object.keys(views).flatMap((view, v) =>
    Array.from({ length: 40 }, (_, n) => ({ id: `i${n}`, view, features: featuresOf(n + v / 9) })),
  );
  await index.add(items);
  for (const each of [index, coded]) {
    const all = await countItems(each.store);
    for (const k of [1, 5, 12, 40]) {
      for (const mode of ["exact", "approximate"] as const) {
        for (const rerank of [undefined, all]) {
          const query = { features: featuresOf(7.2), view: "a", mode, ...(rerank && { rerank }) };
          const hits = await each.search({ ...query, k, distinct: true });
          assert.equal(hits.length, k);
          assert.equal(new Set(hits.map(({ id }) => id)).size, k);
          const first = new Map<string, unknown>();
          for (const hit of await each.search({ ...query, k: all, rerank: all })) {
            if (!first.has(hit.id)) first.set(hit.id, hit);
          }
          if (rerank === undefined && mode === "approximate") continue;
          assert.deepEqual(hits, [...first.values()].slice(0, k));
        }
      }
    }
    const known = await each.search({ features: featuresOf(7.2), view: "a", k: 1000, distinct: true });
    assert.equal(known.length, each === index ? 40 : 120, "all ids, and none twice, where k is more than there are");
    const inOne = { features: featuresOf(7.2), view: "a", target: "b", k: 9 };
    assert.deepEqual(await each.search({ ...inOne, distinct: true }), await each.search(inOne));
    await each.close();
  }
});

test(`closed under load ${closes} times: calls before are answered, later ones refused`, async () => {
  for (let round = 0; round < closes; round++) {
    const index = await SearchIndex.open(await newIndex(), engine);
    await index.add(itemsOf(0, 100));
    const searches = Array.from({ length: 30 }, (_, n) => index.search(queryOf(n)));
    const adds = Array.from({ length: 5 }, (_, n) => index.add(itemsOf(100 + 10 * n, 10)));
    for (let wait = 0; wait < round % 7; wait++) await new Promise(setImmediate);
    const closing = index.close();
    const closed = { name: "ClosedError", code: "ERR_CLOSED", message: "index small is closed" };
    await assert.rejects(index.search(queryOf(1)), closed);
    await assert.rejects(index.add(itemsOf(1, 1)), closed);
    for (const hits of await Promise.all(searches)) assert.ok(hits.length > 0);
    await Promise.all(adds);
    await closing;
  }
});

test("opened and closed 200 times, it leaves no memory behind", async () => {
  const folder = await newIndex();
  let before: number | undefined;
  for (let round = 0; round < 200; round++) {
    const index = await SearchIndex.open(folder, engine);
    if (round === 0) await index.add(itemsOf(0, 300));
    await index.search(queryOf(round % 4));
    await index.close();
    before ??= engine.memory.bytesInUse;
    assert.equal(engine.memory.bytesInUse, before, `round ${round}`);
  }
});

test("without memory a search is refused and takes none; with memory again it is answered", async () => {
  const own = await Engine.open({ threads: 1 });
  const index = await SearchIndex.open(await newIndex(), own);
  await index.add(itemsOf(0, 300));
  const query = queryOf(0);
  const expected = await index.search(query);
  const before = own.memory.bytesInUse;
  for (const left of [0, 64]) {
    const held: Uint8Array[] = [];
    for (let size = 2 ** 32; size >= 64; ) {
      try {
        held.push(own.memory.uint8(size));
      } catch {
        size /= 2;
      }
    }
    for (const block of held) {
      if (block.length !== left) continue;
      own.memory.free(block);
      held.splice(held.indexOf(block), 1);
      break;
    }
    const full = own.memory.bytesInUse;
    await assert.rejects(index.search(query), { name: "OutOfMemoryError", code: "ERR_OUT_OF_MEMORY" });
    assert.equal(own.memory.bytesInUse, full);
    for (const block of held) own.memory.free(block);
    assert.equal(own.memory.bytesInUse, before);
    assert.deepEqual(await index.search(query), expected);
  }
  await index.close();
  await own.close();
});
