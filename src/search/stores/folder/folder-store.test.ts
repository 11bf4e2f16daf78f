// Tests of the folder store: the same answers as the plainest store whatever is done, and after being opened again.
import assert from "node:assert/strict";
import { readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { Kernels } from "../../../core/kernels/kernels.js";
import { StorageError, UserError } from "../../../errors.js";
import { metadataFault } from "../item-rules.js";
import { MemoryStore } from "../memory-store.testing.js";
import type { Item, Query, Store } from "../store.js";
import { itemOf, space, testFolder } from "./folder-store.fixture.testing.js";
import { type FolderStore, openFolderStore } from "./folder-store.js";
import { Log } from "./log.js";
import { readSnapshot } from "./snapshot.js";

let kernels: Kernels;
before(async () => {
  kernels = await Kernels.open({ threads: 2 });
});
after(() => kernels.close());

const id = fc.constantFrom("a", "b", "c", "ä", "item 5", "zz", "\u{1f600}", "constructor");
const view = fc.constantFrom("image", "text", "sound");
const code = fc.uint8Array({ minLength: 3, maxLength: 3, max: 3 });
const vector = fc.float32Array({
  minLength: 3,
  maxLength: 3,
  noNaN: true,
  noDefaultInfinity: true,
  max: 1e3,
  min: -1e3,
});
const metadata = fc.option(
  fc
    .dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 })
    .filter((each) => metadataFault(each) === undefined),
  { nil: undefined },
);
const item: fc.Arbitrary<Item> = fc.record({ id, view, code, vector, metadata });
const query: fc.Arbitrary<Query> = fc
  .record({ code, vector: fc.option(vector, { nil: undefined }), k: fc.integer({ min: 1, max: 9 }) })
  .chain((fixed) =>
    fc.record({
      ...Object.fromEntries(Object.entries(fixed).map(([name, value]) => [name, fc.constant(value)])),
      view: fc.option(view, { nil: undefined }),
      mode: fc.constantFrom("exact", "approximate"),
      rerank: fc.constantFrom(0, fixed.k, fixed.k + 5),
    }),
  ) as fc.Arbitrary<Query>;

type Step =
  | { do: "add"; items: Item[] }
  | { do: "remove"; ids: string[]; view?: string }
  | { do: "search"; queries: Query[] }
  | { do: "get"; id: string }
  | { do: "page"; after?: { id: string; view: string }; limit: number }
  | { do: "reopen" };
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("add"), items: fc.array(item, { maxLength: 6 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("remove"),
      ids: fc.array(id, { maxLength: 3 }),
      view: fc.option(view, { nil: undefined }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("search"), queries: fc.array(query, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("get"), id }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("page"),
      after: fc.option(fc.record({ id, view }), { nil: undefined }),
      limit: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen") }) },
) as fc.Arbitrary<Step>;

/** JSON has no -0 and drops what is undefined. */
const plain = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Float32Array || v instanceof Uint8Array ? [...v] : v)));

async function sameAnswer(step: Step, store: Store, oracle: Store): Promise<void> {
  const ask = async (of: Store) => {
    switch (step.do) {
      case "add":
        return of.add(step.items);
      case "remove":
        return of.remove([...new Set(step.ids)], step.view);
      case "search":
        return of.search(step.queries);
      case "get":
        return of.get(step.id);
      case "page":
        return of.page(step.after, step.limit);
      default:
        return undefined;
    }
  };
  assert.deepEqual(plain((await ask(store)) ?? null), plain((await ask(oracle)) ?? null));
  assert.deepEqual([...(await store.counts())].sort(), [...(await oracle.counts())].sort());
}

test("any operations give what the plainest store gives", async () => {
  const before = kernels.memory.bytesInUse;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const folder = testFolder();
      const oracle = new MemoryStore(space);
      let store: FolderStore = await openFolderStore(folder, { space, kernels });
      try {
        for (const each of steps) {
          if (each.do === "reopen") {
            await store.close();
            store = await openFolderStore(folder, { kernels });
          }
          await sameAnswer(each, store, oracle);
        }
      } finally {
        await store.close();
      }
    }),
    { numRuns: 40, seed: 1 },
  );
  assert.equal(kernels.memory.bytesInUse, before);
});

test("adding, deleting and searching at once", async () => {
  const folder = testFolder();
  const store = await openFolderStore(folder, { space, kernels });
  await store.add(Array.from({ length: 3000 }, (_, n) => itemOf(n)));
  const writes: Promise<unknown>[] = [];
  for (let n = 0; n < 400; n++) {
    writes.push(store.add([itemOf(n)]));
    if (n % 4 === 0) writes.push(store.remove([`item-${1000 + n}`]));
    const kept = 2000 + n;
    const search = store.search([{ code: itemOf(kept).code, k: 20, mode: "exact", rerank: 0 }]);
    writes.push(
      search.then(([hits]) => assert.ok(hits!.some((hit) => hit.id === `item-${kept}` && hit.distance === 0))),
    );
  }
  await Promise.all(writes);
  assert.deepEqual([...(await store.counts())], [["text", 2900]]);
  await store.close();
});

test("an item that is replaced again and again is found by every search", async () => {
  const large = { bits: 64, dimensions: 0 };
  const folder = testFolder();
  const store = await openFolderStore(folder, { space: large, kernels });
  await store.add(Array.from({ length: 20_000 }, (_, n) => itemOf(n, large)));
  let ended = false;
  const replacing = (async () => {
    while (!ended) await store.add([itemOf(7, large)]);
  })();
  const code = itemOf(7, large).code;
  const queries = Array.from({ length: 100 }, (): Query => ({ code, k: 1, mode: "exact", rerank: 0 }));
  for (let i = 0; i < 5; i++) {
    const found = await store.search(queries);
    assert.ok(found.every(([hit]) => hit?.id === "item-7" && hit.distance === 0));
  }
  ended = true;
  await replacing;
  await store.close();
});

test("a log of mostly deleted items is written anew, and opens with the same items", async () => {
  const folder = testFolder();
  const store = await openFolderStore(folder, { space, kernels });
  const bulky = (n: number): Item => ({ ...itemOf(n), metadata: { n, text: "x".repeat(2000) } });
  const oracle = new MemoryStore(space);
  for (let round = 0; round < 6; round++) {
    const items = Array.from({ length: 300 }, (_, n) => bulky(n % 100 === round ? 1000 + n : n));
    await Promise.all([store.add(items), oracle.add(items)]);
  }
  await Promise.all([store.remove(["item-5", "item-1000"]), oracle.remove(["item-5", "item-1000"])]);
  assert.ok(readFileSync(join(folder, "items.log")).length < 2_000_000);
  const query: Query = { code: itemOf(1).code, k: 1000, mode: "exact", rerank: 0 };
  const expected = await oracle.search([query]);
  assert.deepEqual(await store.search([query]), expected);
  assert.equal((await store.page(undefined, 2000)).length, expected[0]!.length);
  await store.close();
  const again = await openFolderStore(folder, { kernels });
  assert.deepEqual(await again.search([query]), expected);
  await again.close();
});

test("wrong input is refused and nothing of it is stored", async () => {
  const folder = testFolder();
  await assert.rejects(openFolderStore(folder), /holds no search index/);
  await assert.rejects(openFolderStore(folder, { space: { bits: 12, dimensions: 0 } }), UserError);
  const store = await openFolderStore(folder, { space, kernels });
  await assert.rejects(
    store.add([itemOf(1), { ...itemOf(2), code: new Uint8Array(2) }]),
    /a code of 16 bits, expected 24/,
  );
  await assert.rejects(store.add([{ ...itemOf(1), view: "a\ud800" }]), /no valid Unicode/);
  await assert.rejects(store.search([{ code: new Uint8Array(3), k: 0, mode: "exact", rerank: 0 }]), /k: expected/);
  assert.equal((await store.counts()).size, 0);
  await assert.rejects(openFolderStore(folder), /index .* is in use by process \d+, which is this one/);
  await store.close();
  await store.close();
  await assert.rejects(store.get("a"), /is closed/);
  await assert.rejects(openFolderStore(folder, { space: { bits: 32, dimensions: 3 } }), /holds codes of 24 bits/);
  await assert.rejects(openFolderStore(join(folder, "items.log"), { space }), /cannot be written/);
});

test("the file of columns is not needed, nor trusted when damaged", async () => {
  const folder = testFolder();
  const store = await openFolderStore(folder, { space, kernels });
  await store.add(Array.from({ length: 2500 }, (_, n) => itemOf(n)));
  await store.remove(["item-3"]);
  await store.close();
  const expected = (await reopened(folder))!;
  assert.equal(expected.length, 2499);
  truncateSync(join(folder, "items.columns"), 5000);
  assert.deepEqual(await reopened(folder), expected);
});

test("what another process appends while a log is opened for reading only: its columns are taken, not called damage", async () => {
  const folder = testFolder();
  const store = await openFolderStore(folder, { space, kernels });
  await store.add([itemOf(1)]);
  const log = Log.open(join(folder, "items.log"), new StorageError("only read"));
  const before = log.length;
  await store.add([itemOf(2)]);
  await store.close();
  const snapshot = readSnapshot(join(folder, "items.columns"), log, kernels)!;
  assert.ok(snapshot.length > before);
  log.replay(snapshot.length, () => assert.fail("nothing follows the columns"));
  assert.equal(log.length, snapshot.length);
  await assert.rejects(log.append(Buffer.alloc(1)), /only read/);
  for (const columns of snapshot.views.values()) columns.free();
  log.close();
});

async function reopened(folder: string): Promise<Item[]> {
  const store = await openFolderStore(folder, { kernels });
  const items = await store.page(undefined, 10_000);
  await store.close();
  return items;
}

test("walking through the pages while items are replaced and added: what is there all along comes exactly once", async () => {
  const small = { bits: 64, dimensions: 0 };
  for (const pageItems of [7, 100, 1000]) {
    const store = await openFolderStore(testFolder(), { space: small, kernels });
    const count = 12_000;
    await store.add(Array.from({ length: count }, (_, n) => itemOf(n, small)));
    let ended = false;
    const writers = [0, 1, 2].map(async (writer) => {
      for (let turn = 0; !ended; turn++) {
        // some items again and again, others for the first time, others for a moment
        await store.add([0, 1, 2, 3].map((i) => itemOf((turn * 97 + writer * 4001 + i * 31) % count, small)));
        await store.add([{ ...itemOf(count + turn * 3 + writer, small), view: writer === 0 ? "other" : "text" }]);
        if (turn % 3 === 0) await store.remove([itemOf(count + turn * 3 + writer, small).id]);
      }
    });
    const seen = new Map<string, number>();
    let walked = 0;
    for (
      let page = await store.page(undefined, pageItems);
      page.length > 0;
      page = await store.page(page.at(-1), pageItems)
    ) {
      for (const { id } of page) seen.set(id, (seen.get(id) ?? 0) + 1);
      if (++walked * pageItems > 3 * count) break;
      if (pageItems === 7 && walked > 300) break;
    }
    ended = true;
    await Promise.all(writers);
    const last = [...seen.keys()]
      .filter((id) => Number(id.slice(5)) < count)
      .sort()
      .at(-1)!;
    for (let n = 0; n < count; n++) {
      const id = `item-${n}`;
      if (pageItems === 7 && id > last) continue;
      assert.equal(seen.get(id), 1, `${id} with pages of ${pageItems}`);
    }
    await store.close();
  }
});

test("deleting what is not there writes nothing, now and after opening; what was just added is deleted", async () => {
  const folder = testFolder();
  let store = await openFolderStore(folder, { space, kernels });
  const size = () => statSync(join(folder, "items.log")).size;
  await store.add([itemOf(1), itemOf(2), { ...itemOf(2), view: "image" }]);
  const absent = Array.from({ length: 2000 }, (_, n) => `absent-${n}`);
  for (let round = 0; round < 2; round++) {
    const before = size();
    assert.equal(await store.remove(absent), 0);
    assert.equal(await store.remove(["item-1"], "image"), 0);
    assert.equal(size(), before);
    await store.close();
    store = await openFolderStore(folder, { kernels });
  }
  // in one record with what adds it
  const results = await Promise.all([
    store.add([itemOf(5)]),
    store.remove(["item-5", "absent", "item-5"]),
    store.add([itemOf(6)]),
    store.remove(["item-2"]),
    store.remove(["item-2"]),
  ]);
  assert.deepEqual(results, [undefined, 1, undefined, 2, 0]);
  await store.close();
  store = await openFolderStore(folder, { kernels });
  assert.deepEqual(
    (await store.page(undefined, 9)).map(({ id }) => id),
    ["item-1", "item-6"],
  );
  await store.close();
});

test("the log stays within twice its live bytes and a little, whatever is replaced how often", async () => {
  const folder = testFolder();
  let store = await openFolderStore(folder, { space, kernels });
  const size = () => statSync(join(folder, "items.log")).size;
  await store.add(Array.from({ length: 3000 }, (_, n) => itemOf(n)));
  const live = size();
  const bulky = (turn: number): Item => ({ ...itemOf(7), metadata: { turn, text: "x".repeat(60_000) } });
  let most = 0;
  for (let turn = 0; turn < 150; turn++) {
    await store.add([bulky(turn)]);
    most = Math.max(most, size());
    if (turn % 40 === 39) {
      await store.close();
      store = await openFolderStore(folder, { kernels });
    }
  }
  const bound = 2 * (live + 61_000) + (1 << 20);
  assert.ok(most <= bound + 61_000, `${most} bytes at most, ${live} live`);
  assert.deepEqual((await store.get("item-7"))[0]!.metadata, bulky(149).metadata);
  assert.deepEqual([...(await store.counts())], [["text", 3000]]);
  await store.close();
});
