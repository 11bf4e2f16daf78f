// Tests of approximate search in a folder store: recall, additions and deletions, files.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Kernels } from "../../../core/kernels/kernels.js";
import { Random } from "../../../core/kernels/random.js";
import type { Item, Query } from "../store.js";
import { testFolder } from "./folder-store.fixture.testing.js";
import { type FolderStore, openFolderStore } from "./folder-store.js";

let kernels: Kernels;
before(async () => {
  kernels = await Kernels.open({ threads: 2 });
});
after(() => kernels.close());

const random = new Random(3);
const centers = Uint8Array.from({ length: 50 * 8 }, () => random.integer(256));
const near = (): Uint8Array => {
  const center = random.integer(50) * 8;
  return Uint8Array.from({ length: 8 }, (_, i) => {
    return centers[center + i]! ^ (random.integer(256) & random.integer(256) & random.integer(256));
  });
};
const items = (from: number, count: number, view = "image"): Item[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${from + i}`, view, code: near() }));

async function recall(store: FolderStore, wanted = 10): Promise<number> {
  const ask = (mode: Query["mode"], codes: Uint8Array[]) =>
    store.search(codes.map((code) => ({ code, k: wanted, mode, rerank: 0 })));
  const codes = Array.from({ length: 50 }, near);
  const exact = await ask("exact", codes);
  const found = await ask("approximate", codes);
  const counts = await store.counts();
  const all = [...counts.values()].reduce((a, b) => a + b, 0);
  let hits = 0;
  for (const [q, list] of found.entries()) {
    assert.equal(list.length, Math.min(wanted, all));
    assert.equal(new Set(list.map((hit) => `${hit.view} ${hit.id}`)).size, list.length);
    hits += list.filter((hit) => hit.distance <= exact[q]!.at(-1)!.distance).length;
  }
  return hits / (50 * wanted);
}

test("graphs are built, follow additions and deletions, and are kept in the folder", async () => {
  const folder = testFolder();
  const before = kernels.memory.bytesInUse;
  const space = { bits: 64, dimensions: 0 };
  let store = await openFolderStore(folder, { space, kernels });
  await store.add(items(0, 6000));
  await store.add(items(0, 300, "text"));
  // Before there is a graph everything is searched exactly.
  assert.equal(await recall(store), 1);
  const done: number[] = [];
  await store.buildGraphs(({ view, done: rows, rows: all }) => {
    assert.deepEqual([view, all], ["image", 6000]);
    done.push(rows);
  });
  assert.equal(done.at(-1), 6000);
  assert.ok((await recall(store)) >= 0.97);
  // So many of 6000 are found as fast by looking at all of them, and none is missed.
  const many = Array.from({ length: 50 }, () => ({ code: near(), k: 100, rerank: 0 }));
  const [approximate, exact] = await Promise.all(
    (["approximate", "exact"] as const).map((mode) => store.search(many.map((query) => ({ ...query, mode })))),
  );
  assert.deepEqual(approximate, exact);

  await store.add(items(6000, 1500));
  const added: Item = { id: "new", view: "image", code: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]) };
  await store.add([added]);
  const query: Query = { code: added.code, k: 3, mode: "approximate", rerank: 0, view: "image" };
  assert.equal((await store.search([query]))[0]![0]!.id, "new");
  await store.remove(["new"]);
  assert.ok((await store.search([query]))[0]!.every((hit) => hit.id !== "new"));
  assert.ok((await recall(store)) >= 0.97);

  await store.close();
  assert.equal(kernels.memory.bytesInUse, before);
  const graphs = readdirSync(folder).filter((name) => name.startsWith("items.graph-"));
  assert.equal(graphs.length, 1);
  store = await openFolderStore(folder, { kernels });
  assert.ok(store.memoryBytes > 7500 * 100, `${store.memoryBytes} bytes: no graph`);
  assert.ok((await recall(store)) >= 0.97);
  // Most of what is near is deleted: what is left is found all the same.
  await store.remove(
    Array.from({ length: 7000 }, (_, n) => `${n}`),
    "image",
  );
  assert.ok((await recall(store)) >= 0.97);
  await store.close();

  const path = join(folder, graphs[0]!);
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  store = await openFolderStore(folder, { kernels });
  assert.ok((await recall(store)) >= 0.97);
  await store.close();
  assert.equal(kernels.memory.bytesInUse, before);
});
