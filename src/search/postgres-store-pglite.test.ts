// PostgresStore on PGlite: the suite of all stores, with and without a graph, and what a killed process leaves.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../errors.js";
import { openPglite, openPgliteStore } from "./postgres-store-pglite.js";
import { PostgresStore } from "./postgres-store.js";
import { testStore } from "./store-contract.testing.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-pglite-"));
// held open, since PostgreSQL takes seconds to start
const database = await openPglite(folder);
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

let indexes = 0;
const names = new WeakMap<object, string>();

testStore("PGlite", {
  open: async (space) => {
    const name = `index-${indexes++}`;
    const store = await openPgliteStore({ folder, name, space });
    names.set(store, name);
    return store;
  },
  reopen: async (store) => {
    await store.close();
    const name = names.get(store)!;
    const again = await openPgliteStore({ folder, name });
    names.set(again, name);
    return again;
  },
  runs: 10,
});
