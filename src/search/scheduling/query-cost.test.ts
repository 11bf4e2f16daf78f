// Queries that take long and queries that do not, side by side in one store.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openFolderStore } from "../stores/folder/folder-store.js";
import { isCostly } from "./query-cost.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-lanes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("what a query reads says whether it takes long", () => {
  assert.equal(isCostly({ k: 10, rerank: 0 }), false);
  assert.equal(isCostly({ k: 100, rerank: 1000 }), false);
  assert.equal(isCostly({ k: 1000, rerank: 0 }), true);
  assert.equal(isCostly({ k: 10, rerank: 10_000 }), true);
});

test("queries that need little are answered before one that takes long has ended", async () => {
  const store = await openFolderStore(folder, { space: { bits: 16, dimensions: 16 } });
  const vector = (i: number) => Float32Array.from({ length: 16 }, (_, j) => ((i >> j) & 1 ? 1 : -1));
  const code = (i: number) => Uint8Array.of(i >> 8, i & 255);
  await store.add(
    Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, view: "a", code: code(i), vector: vector(i) })),
  );
  let hasEnded = false;
  const query = { code: code(1), vector: vector(1), mode: "exact" } as const;
  const long = store.search([{ ...query, k: 1000, rerank: 10_000 }]).then((hits) => {
    hasEnded = true;
    return hits;
  });
  for (let i = 0; i < 3; i++) {
    const [hits] = await store.search([{ ...query, k: 3, rerank: 0 }]);
    assert.deepEqual([hits!.length, hits![0]!.distance], [3, 0]);
  }
  assert.equal(hasEnded, false);
  assert.equal((await long)[0]!.length, 1000);
  // Closing waits for both kinds.
  const last = store.search([{ ...query, k: 1000, rerank: 10_000 }]);
  await store.close();
  assert.equal((await last)[0]!.length, 1000);
});
