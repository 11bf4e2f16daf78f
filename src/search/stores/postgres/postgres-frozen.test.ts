// PostgreSQL behind a network that swallows packets: searches go on over new connections, writes fail in time, closing ends.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Item, Query } from "../store.js";
import { UnavailableError } from "../unavailable.js";
import { FreezingProxy } from "./freezing-proxy.testing.js";
import { PostgresServer } from "./postgres.testing.js";
import { openPostgresStore } from "./server.js";

const server = PostgresServer.start();
if (typeof server === "string") {
  test("PostgreSQL behind a frozen network", { skip: server }, () => {});
} else {
  after(() => server.stop());
  // each waits for limits of time
  describe("PostgreSQL behind a frozen network", { concurrency: true }, () => testFrozen(server));
}

function testFrozen(server: PostgresServer): void {
  const space = { bits: 64, dimensions: 0 };
  const query: Query = { code: code(1), k: 1, mode: "exact", rerank: 0 };

  async function behindProxy(name: string) {
    const proxy = await FreezingProxy.before(join(server.folder, ".s.PGSQL.5432"));
    const login = `${server.user}:${encodeURIComponent(server.password)}`;
    const url = `postgres://${login}@127.0.0.1:${proxy.port}/postgres`;
    const store = await openPostgresStore({ url, name, space });
    await store.add([{ id: "a", view: "v", code: code(1) }]);
    return { proxy, store, url };
  }

  /** Ten connections, all of which have answered. */
  const warm = (store: { search(queries: readonly Query[]): Promise<unknown> }) =>
    store.search(Array.from({ length: 40 }, () => query));

  test("all connections cut: reads are answered over new ones within seconds, a write fails and the next one works", async () => {
    const { proxy, store } = await behindProxy("all");
    await warm(store);
    proxy.freeze();
    const begin = performance.now();
    const [found, items, page] = await Promise.all([store.search([query]), store.get("a"), store.page(undefined, 5)]);
    assert.equal(found[0]![0]!.id, "a");
    assert.equal(items.length, 1);
    assert.equal(page.length, 1);
    // Sooner than the limit of time of a statement, after which any search is given up.
    assert.ok(performance.now() - begin < 18_000, `${performance.now() - begin} ms`);

    await warm(store);
    proxy.freeze();
    const failure = await rejection(store.add([{ id: "b", view: "v", code: code(2) }]));
    assert.ok(failure instanceof UnavailableError, failure.stack);
    assert.match(failure.message, /^database "postgres" of PostgreSQL at 127\.0\.0\.1:\d+ does not answer \(.*cut/);
    assert.ok(!failure.message.includes(server.password));
    // the other connections were as silent, and are not tried one after the other
    const before = proxy.swallowed;
    await store.add([{ id: "b", view: "v", code: code(3) }]);
    assert.equal(await store.remove(["b", "c"]), 1);
    assert.equal(proxy.swallowed, before);
    await store.close();
    proxy.close();
  });

  test("one connection of ten cut: one search is sent into it, and is answered over another one", async () => {
    const { proxy, store } = await behindProxy("one");
    await warm(store);
    proxy.freeze(1);
    const found = await Promise.all(Array.from({ length: 300 }, () => store.search([query])));
    assert.ok(found.every(([hits]) => hits![0]!.id === "a"));
    assert.equal(proxy.swallowed, 1);
    await store.close();
    proxy.close();
  });

  test("a statement that waits for a lock is not taken for a cut connection, and ends within its limit", async () => {
    const { proxy, store } = await behindProxy("locked");
    const lock = server.sqlInBackground(`BEGIN; LOCK TABLE vantage."locked.codes"; SELECT pg_sleep(5); COMMIT`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const begin = performance.now();
    await store.add([{ id: "late", view: "v", code: code(4) }]);
    assert.ok(performance.now() - begin > 3000);
    await lock;
    const longer = server.sqlInBackground(`BEGIN; LOCK TABLE vantage."locked.codes"; SELECT pg_sleep(60); COMMIT`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const since = performance.now();
    const failure = await rejection(store.add([{ id: "never", view: "v", code: code(4) }]));
    assert.ok(failure instanceof UnavailableError, failure.stack);
    assert.ok(performance.now() - since < 25_000, `${performance.now() - since} ms`);
    server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
    );
    await longer.catch(() => {});
    assert.deepEqual(await store.get("never"), []);
    await store.close();
    proxy.close();
  });

  test("nothing gets through any more: every call fails within 30 s, and closing ends", async () => {
    const { proxy, store } = await behindProxy("nothing");
    await warm(store);
    proxy.freeze();
    proxy.swallowsNew = true;
    const begin = performance.now();
    for (const failure of await Promise.all([
      rejection(store.search([query])),
      rejection(store.counts()),
      rejection(store.add([{ id: "x", view: "v", code: code(1) } satisfies Item])),
    ])) {
      assert.ok(failure instanceof UnavailableError, failure.stack);
      assert.match(failure.message, /does not answer/);
    }
    assert.ok(performance.now() - begin < 30_000, `${performance.now() - begin} ms`);
    const pending = rejection(store.search([query]));
    const closing = performance.now();
    await store.close();
    assert.ok(performance.now() - closing < 8000, `${performance.now() - closing} ms`);
    assert.ok((await pending) instanceof UnavailableError);
    proxy.close();
  });
}

function code(seed: number): Uint8Array {
  return new Uint8Array(new Float64Array([Math.sin(seed)]).buffer);
}

function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => assert.fail("it did not fail"),
    (error: Error) => error,
  );
}
