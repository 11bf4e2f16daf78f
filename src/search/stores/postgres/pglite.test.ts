// PostgresStore on PGlite: the suite of all stores, its graph, what a killed process leaves, and that its files are synced.
import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../errors.js";
import { checkAdded, killWhileAdding } from "../kill.testing.js";
import type { Item, Query } from "../store.js";
import { testStore } from "../store-contract.testing.js";
import { openPglite, openPgliteStore } from "./pglite.js";
import { PostgresStore } from "./postgres-store.js";

const folder = fs.mkdtempSync(join(tmpdir(), "vantage-pglite-"));
// held open, since PostgreSQL takes seconds to start
const database = await openPglite(join(folder, "shared"));
after(async () => {
  await database.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

let indexes = 0;
const names = new WeakMap<object, string>();
const open = async (options: Omit<Parameters<typeof openPgliteStore>[0], "folder">) => {
  const store = await openPgliteStore({ folder: join(folder, "shared"), ...options });
  names.set(store, options.name);
  return store;
};

testStore("PGlite", {
  open: (space) => open({ name: `index-${indexes++}`, space }),
  reopen: async (store) => {
    await store.close();
    return open({ name: names.get(store)! });
  },
  runs: 5,
});

test("PGlite: a graph is built once it is worth while, searched, and left alone by exact search", async () => {
  const store = await open({ name: "graph", space: { bits: 64, dimensions: 0 }, graphFrom: 500 });
  const items = Array.from({ length: 600 }, (_, i): Item => ({ id: `${i}`, view: `v${i % 2}`, code: wave(i) }));
  const query: Query = { code: wave(3), k: 20, view: "v1", mode: "approximate", rerank: 0 };
  const hasGraph = async () =>
    (
      await database.query(
        `SELECT FROM pg_index WHERE indexrelid = to_regclass('vantage."graph.graph"') AND indisvalid`,
      )
    ).length === 1;
  await store.add(items.slice(0, 499));
  await store.search([query]);
  assert.equal(await hasGraph(), false);
  await store.add(items.slice(499));
  await store.search([query]);
  await store.buildGraphs();
  assert.equal(await hasGraph(), true);

  const exact = await store.search([{ ...query, mode: "exact" }]);
  // so few items are read faster than the graph is walked
  await database.query("SET enable_seqscan = off");
  const scans = async () =>
    (
      await database.query<{ scans: number }>(
        `SELECT pg_stat_get_numscans(to_regclass('vantage."graph.graph"'))::int + pg_stat_get_xact_numscans(to_regclass('vantage."graph.graph"'))::int AS scans`,
      )
    )[0]!.scans;
  const before = await scans();
  assert.deepEqual(await store.search([{ ...query, mode: "exact" }]), exact);
  await database.query("SELECT pg_stat_force_next_flush()");
  assert.equal(await scans(), before);
  const near = await store.search([query]);
  await database.query("SELECT pg_stat_force_next_flush()");
  assert.ok((await scans()) > before);
  assert.deepEqual(
    near[0]!.map(({ distance }) => distance),
    exact[0]!.map(({ distance }) => distance),
  );
  await store.add([{ id: "late", view: "v1", code: wave(3) }]);
  await store.remove(["3"]);
  const [late] = await store.search([{ ...query, k: 1 }]);
  assert.deepEqual(late, [{ id: "late", view: "v1", distance: 0 }]);
  await database.query("RESET enable_seqscan");
  await store.close();
});

test("PGlite: what it says is stored is synced to disk first", async (t) => {
  const store = await open({ name: "synced", space: { bits: 64, dimensions: 0 } });
  const synced: string[] = [];
  const { fsyncSync } = fs;
  fs.fsyncSync = (file) => {
    synced.push(fs.readlinkSync(`/proc/self/fd/${file}`));
    fsyncSync(file);
  };
  syncBuiltinESMExports();
  t.after(() => {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  });
  await store.add([{ id: "a", view: "v", code: wave(1) }]);
  assert.ok(
    synced.some((path) => path.includes("pg_wal")),
    synced.join(),
  );
  synced.length = 0;
  await store.remove(["a"]);
  assert.ok(
    synced.some((path) => path.includes("pg_wal")),
    synced.join(),
  );
  synced.length = 0;
  await database.query("CHECKPOINT");
  assert.ok(
    synced.some((path) => path.includes("base")),
    synced.join(),
  );
  await store.close();
});

test("PGlite: a process killed in the middle of adds loses nothing acknowledged", async () => {
  const space = { bits: 64, dimensions: 2 };
  const place = join(folder, "killed");
  // quicker than a new database: nobody writes to the shared one meanwhile
  await database.query("CHECKPOINT");
  fs.cpSync(join(folder, "shared", "database"), join(place, "database"), { recursive: true });
  await (await openPgliteStore({ folder: place, name: "killed", space })).close();
  const kills = Number(process.env.VANTAGE_KILLS ?? 2);
  const acknowledged: number[] = [];
  // each process recovers what the one before it left
  for (let i = 0; i < kills; i++) acknowledged.push(await killWhileAdding(place, "killed", `${i}`, 20 + 13 * i));
  const store = await openPgliteStore({ folder: place, name: "killed" });
  for (const [i, count] of acknowledged.entries()) await checkAdded(store, `${i}`, count);
  await store.close();
});

test("PGlite: items that are replaced again and again take a bounded place on the disk", async () => {
  const place = join(folder, "replaced");
  await database.query("CHECKPOINT");
  fs.cpSync(join(folder, "shared", "database"), join(place, "database"), { recursive: true });
  const options = { folder: place, name: "replaced", space: { bits: 64, dimensions: 64 } };
  const rounds = 10;
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const store = await openPgliteStore(options);
    for (let from = 0; from < 10_000; from += 2500) {
      await store.add(
        Array.from(
          { length: 2500 },
          (_, i): Item => ({
            id: `${from + i}`,
            view: "v",
            code: wave(from + i),
            vector: new Float32Array(64).fill(round),
            metadata: { round, text: "x".repeat(100) },
          }),
        ),
      );
    }
    // outside of the rows, since it is too large for a page; random, so that it cannot be compressed
    for (let i = 0; i < 20; i++) {
      const text = Array.from({ length: 2000 }, (_, n) => Math.sin(round * 1e5 + i * 2e3 + n))
        .join()
        .slice(0, 40_000);
      await store.add([{ id: "0", view: "v", code: wave(0), vector: new Float32Array(64), metadata: { text } }]);
    }
    await store.close();
    sizes.push(sizeOf(place));
  }
  console.log(`PGlite, MB after each round: ${sizes.map((size) => Math.round(size / 2 ** 20)).join(" ")}`);
  assert.ok(sizes.at(-1)! < sizes[2]! + (24 << 20), sizes.join());
});

function sizeOf(place: string): number {
  return fs
    .readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(join(entry.parentPath, entry.name)).size, 0);
}

test("PGlite: mistakes are one clear line", async () => {
  await (await open({ name: "there", space: { bits: 64, dimensions: 2 } })).close();
  fs.writeFileSync(join(folder, "file"), "");
  fs.mkdirSync(join(folder, "broken", "database"), { recursive: true });
  fs.writeFileSync(join(folder, "broken", "database", "PG_VERSION"), "12\n");
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => open({ name: "absent" }), /there is no index "absent" in PGlite in .*; it has .*"there"/],
    [
      () => open({ name: "there", space: { bits: 8, dimensions: 2 } }),
      /holds codes of 64 bits and vectors of 2 values, expected 8 and 2/,
    ],
    [() => openPgliteStore({ folder: join(folder, "file"), name: "a" }), /file/],
    [() => openPgliteStore({ folder: join(folder, "broken"), name: "a" }), /broken does not start/],
  ];
  for (const [attempt, message] of cases) {
    await assert.rejects(attempt, (error: Error) => {
      assert.ok(error instanceof UserError, error.stack);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

test("PGlite: an index opened twice in one process is one; the database stops with the last", async () => {
  const first = await open({ name: "twice", space: { bits: 8, dimensions: 0 } });
  const second = await open({ name: "twice" });
  await first.add([{ id: "a", view: "v", code: Uint8Array.of(1) }]);
  await first.close();
  assert.equal((await second.get("a")).length, 1);
  const third = await PostgresStore.open(await openPglite(join(folder, "shared")), { name: "twice" });
  await second.close();
  assert.equal((await third.get("a")).length, 1);
  await third.close();
});

function wave(i: number): Uint8Array {
  return new Uint8Array(new Float64Array([Math.sin(i + 1)]).buffer);
}
