// PostgresStore on a real server: the suite of all stores, several writers, lost connections, killed clients, users' mistakes.
import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { after, test } from "node:test";
import { StorageError, UserError } from "../../../errors.js";
import { checkAdded, killWhileAdding } from "../kill.testing.js";
import type { Item, Space } from "../store.js";
import { testStore } from "../store-contract.testing.js";
import { UnavailableError } from "../unavailable.js";
import { PostgresServer } from "./postgres.testing.js";
import type { PostgresStore } from "./postgres-store.js";
import { openPostgresStore } from "./server.js";

const server = PostgresServer.start();
if (typeof server === "string") {
  test("PostgreSQL", { skip: server }, () => {});
} else {
  after(() => server.stop());
  testServer(server);
}

function testServer(server: PostgresServer): void {
  const space = { bits: 64, dimensions: 2 };
  const plain = newDatabase("plain");
  let indexes = 0;

  function newDatabase(name: string, extension?: string): string {
    server.sql(`CREATE DATABASE "${name}"`);
    if (extension !== undefined)
      server.sql(`CREATE SCHEMA "Odd one"; CREATE EXTENSION ${extension} SCHEMA "Odd one"`, name);
    return server.url(name);
  }

  function suite(name: string, url: string, prepare: (store: PostgresStore) => Promise<void>): void {
    const names = new WeakMap<object, string>();
    const open = async (name: string, space?: Space) => {
      const store = await openPostgresStore({ url, name, space });
      names.set(store, name);
      await prepare(store);
      return store;
    };
    testStore(name, {
      open: (space) => open(`suite-${indexes++}`, space),
      reopen: async (store) => {
        await store.close();
        return open(names.get(store)!);
      },
    });
  }

  suite("PostgreSQL", plain, async () => {});

  const noVector = server.hasVector ? false : "this server has no pgvector";
  if (server.hasVector) {
    newDatabase("vector", "vector");
    // so few items are read faster than the graph is walked
    const url = server.url("vector", { options: "-c enable_seqscan=off" });
    suite("PostgreSQL with pgvector", url, (store) => store.buildGraphs());
  }

  test("a graph is built meanwhile, searched, and left alone by exact search", { skip: noVector }, async () => {
    const options = { url: server.url("vector"), name: "grown", graphFrom: 2000 };
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ ...options, space })));
    const [store] = stores as [PostgresStore];
    const hasGraph = () =>
      server.sql(
        `SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('vantage."grown.graph"') AND indisvalid`,
        "vector",
      ) === "1";
    await store.add(numbered(1999));
    const query = { code: numbered(1)[0]!.code, k: 5, mode: "approximate", rerank: 0 } as const;
    assert.deepEqual(await store.search([query]), await store.search([{ ...query, mode: "exact" }]));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(hasGraph(), false);
    await store.add(numbered(2500));
    await Promise.all(stores.map((each) => each.search([query])));
    await Promise.all(stores.map((each) => each.buildGraphs()));
    assert.equal(hasGraph(), true);
    const [hits] = await store.search([query]);
    assert.equal(hits![0]!.id, "0");
    await Promise.all(stores.map((each) => each.close()));
  });

  test("a graph whose building is interrupted is built the next time", { skip: noVector }, async () => {
    const options = { url: server.url("vector"), name: "interrupted" };
    const store = await openPostgresStore({ ...options, space });
    await store.add(numbered(6000));
    const building = assert.rejects(store.buildGraphs(), UserError);
    const active =
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE INDEX%interrupted%'";
    while (server.sql(active) === "0") await new Promise((resolve) => setTimeout(resolve, 5));
    await store.close();
    await building;
    const again = await openPostgresStore(options);
    await again.buildGraphs();
    assert.equal(
      server.sql(
        `SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('vantage."interrupted.graph"')`,
        "vector",
      ),
      "t",
    );
    await again.close();
  });

  test("several servers make, fill and read one index at once", async () => {
    const url = newDatabase("several");
    const stores = await Promise.all(
      Array.from({ length: 8 }, (_, i) => openPostgresStore({ url, name: i % 2 === 0 ? "one" : "two", space })),
    );
    const ones = stores.filter((_, i) => i % 2 === 0);
    // all replace the same items, each in its own order: writers wait for each other's rows
    const items = numbered(300);
    await Promise.all(ones.flatMap((store, w) => [0, 1, 2].map((turn) => store.add(shuffled(items, w * 3 + turn)))));
    assert.deepEqual([...(await ones[0]!.counts())], [["v", 300]]);
    assert.deepEqual([...(await stores[1]!.counts())], []);
    for (const [i, store] of ones.entries()) {
      await store.add([{ ...items[i]!, metadata: { by: i } }]);
      for (const other of ones) assert.deepEqual((await other.get(`${i}`))[0]!.metadata, { by: i });
    }
    const removed = await Promise.all(ones.map((store, w) => store.remove(shuffled(items, w).map(({ id }) => id))));
    assert.equal(
      removed.reduce((a, b) => a + b),
      300,
    );
    assert.equal(server.sql(`SELECT count(*) FROM vantage."one.codes"`, "several"), "0");
    await Promise.all(stores.map((store) => store.close()));
  });

  test("clients killed in the middle of adds, 20 times: what was acknowledged is there", async () => {
    const store = await openPostgresStore({ url: plain, name: "killed", space });
    const turns = Array.from({ length: 20 }, (_, i) => `${i}`);
    const next = async (): Promise<void> => {
      const prefix = turns.shift();
      if (prefix === undefined) return;
      const acknowledged = await killWhileAdding(plain, "killed", prefix, 10 + 7 * Number(prefix));
      await checkAdded(store, prefix, acknowledged);
      await next();
    };
    await Promise.all([next(), next(), next(), next()]);
    await store.close();
  });

  test("a server that goes away is one clear line; once it is back the store works", async () => {
    const store = await openPostgresStore({ url: plain, name: "lost", space });
    await store.add(numbered(10));
    await Promise.all(Array.from({ length: 5 }, () => store.counts()));
    let acknowledged = 10;
    const adding = (async () => {
      for (;;) {
        await store.add(numbered(acknowledged + 1).slice(-1));
        acknowledged++;
      }
    })();
    const lost = rejection(adding);
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.crash();
    clear(await lost, UnavailableError, /"plain" of PostgreSQL at \/.* does not answer/);
    clear(await rejection(store.counts()), UnavailableError, /does not answer/);
    clear(await rejection(store.add(numbered(2000))), UnavailableError, /does not answer/);
    server.up();
    // the pool notices its broken connections only now: starting the server held this process up
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(acknowledged > 10);
    const items = await store.page(undefined, 10_000);
    assert.ok([acknowledged, acknowledged + 1].includes(items.length), `${items.length} of ${acknowledged}`);
    await store.close();
  });

  test("a connection that the server ends in the middle of an add: nothing of it is stored, the next works", async () => {
    const store = await openPostgresStore({ url: plain, name: "ended", space });
    const end = setInterval(() => {
      server.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%ended.items%' AND pid <> pg_backend_pid()`,
      );
    }, 5);
    const failure = await rejection(store.add(numbered(40_000)));
    clearInterval(end);
    clear(failure, UnavailableError, /does not answer/);
    assert.deepEqual(await store.page(undefined, 10), []);
    await store.add(numbered(3));
    assert.equal((await store.page(undefined, 10)).length, 3);
    await store.close();
  });

  test("a server that loses data by default keeps what is acknowledged here", async () => {
    const url = server.url("plain", { options: "-c synchronous_commit=off" });
    const store = await openPostgresStore({ url, name: "synchronous", space });
    assert.equal(
      (await store.database.query<{ synchronous_commit: string }>("SHOW synchronous_commit"))[0]!.synchronous_commit,
      "on",
    );
    await store.close();
  });

  test("mistakes are one line that names what to correct, without the password", async () => {
    const bits8 = { bits: 8, dimensions: 0 };
    await (await openPostgresStore({ url: plain, name: "there", space })).close();
    server.sql(`CREATE ROLE reader LOGIN PASSWORD 'reader'`);
    server.sql(`CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`);
    server.sql(`UPDATE vantage.indexes SET version = 99 WHERE name = 'future'`, "plain");
    await (await openPostgresStore({ url: plain, name: "future", space })).close();
    server.sql(`UPDATE vantage.indexes SET version = 99 WHERE name = 'future'`, "plain");
    const reader = { user: "reader", password: "reader" };
    const cases: [Parameters<typeof openPostgresStore>[0], RegExp][] = [
      [
        { url: server.url("plain", { password: "wrong secret" }), name: "a" },
        /refuses user "\w+": check name and password/,
      ],
      [{ url: server.url("plain", { user: "nobody" }), name: "a" }, /refuses user "nobody"/],
      [{ url: `postgres://${server.user}@${encodeURIComponent(server.folder)}/plain`, name: "a" }, /refuses user/],
      [{ url: server.url("absent"), name: "a" }, /"absent" of PostgreSQL at .* does not exist/],
      [{ url: "postgres://u:secret@127.0.0.1:1/x", name: "a" }, /at 127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/],
      [{ url: "postgres://u:secret@localhost:1/x", name: "a" }, /at localhost:1 does not answer/],
      [{ url: "postgres://u:secret@host.invalid/x", name: "a" }, /at host\.invalid:5432 does not answer/],
      [{ url: "mysql://u:secret@localhost/x", name: "a" }, /expected postgres:\/\/user:password@host:port\/database$/],
      [{ url: "postgres://u:secret@[oops/x", name: "a" }, /expected postgres:\/\//],
      [{ url: "", name: "a" }, /expected postgres:\/\//],
      [{ url: server.url("latin"), name: "a", space }, /is in LATIN1, expected a database in UTF8/],
      [{ url: server.url("plain", reader), name: "there" }, /user "reader" lacks a right/],
      [{ url: server.url("postgres", reader), name: "there", space }, /user "reader" lacks a right/],
      [{ url: plain, name: "absent" }, /there is no index "absent" in database "plain".*; it has .*"there"/],
      [{ url: server.url("postgres"), name: "absent" }, /there is no index "absent".*; it has none$/],
      [
        { url: plain, name: "there", space: bits8 },
        /"there" .* holds codes of 64 bits and vectors of 2 values, expected 8 and 0/,
      ],
      [{ url: plain, name: "future" }, /tables of version 99, this Vantage knows version 1/],
      [{ url: plain, name: `a"; DROP SCHEMA vantage; --`, space }, /expected up to 40 letters/],
      [{ url: plain, name: "", space }, /expected up to 40 letters/],
      [{ url: plain, name: "a".repeat(41), space }, /expected up to 40 letters/],
      [{ url: plain, name: "odd", space: { bits: 12, dimensions: 0 } }, /12 bits/],
      [{ url: plain, name: "wide", space: { bits: 64_008, dimensions: 0 } }, /up to 64000 bits/],
    ];
    for (const [options, message] of cases) clear(await rejection(openPostgresStore(options)), UserError, message);
    const store = await openPostgresStore({ url: plain, name: "there" });
    const [good] = numbered(1) as [Item];
    clear(await rejection(store.add([{ ...good, view: "\0" }])), UserError, /cannot store the NUL character or half/);
    clear(
      await rejection(store.add([{ ...good, view: "é".repeat(1400) }])),
      UserError,
      /2801 bytes, expected at most 2600/,
    );
    await store.add([{ ...good, metadata: { a: "\\u0000", b: "\\\\ud800" } }]);
    assert.deepEqual((await store.get("0"))[0]!.metadata, { a: "\\u0000", b: "\\\\ud800" });
    assert.deepEqual(await store.get("\0"), []);
    assert.equal(await store.remove(["\0", "\ud800"]), 0);
    assert.deepEqual(await store.search([{ code: good.code, k: 1, view: "\0", mode: "exact", rerank: 0 }]), [[]]);
    server.sql('DROP TABLE vantage."there.codes"', "plain");
    clear(await rejection(store.counts()), UserError, /tables of the index are gone/);
    await store.close();
  });

  test("a limit of time in the URL is for searches, not for the graph", { skip: noVector }, async () => {
    const limited = server.url("vector", { options: "-c statement_timeout=40" });
    const store = await openPostgresStore({ url: limited, name: "limited", space });
    for (let turn = 0; turn < 20; turn++) {
      await store.add(numbered(400).map((item, i) => ({ ...item, id: `${turn}-${i}` })));
    }
    clear(await rejection(store.database.query("SELECT pg_sleep(2)")), UnavailableError, /stopped the query/);
    await store.buildGraphs();
    assert.deepEqual(store.graphStatus, { state: "ready" });
    // and the connection that built it is not left without a limit
    clear(await rejection(store.database.query("SELECT pg_sleep(2)")), UnavailableError, /stopped the query/);
    await store.close();
  });

  test("a replica and a user without rights: searched, read-only, and a write is a StorageError", async () => {
    const owner = await openPostgresStore({ url: plain, name: "sealed", space });
    await owner.add(numbered(20));
    const query = { code: numbered(1)[0]!.code, k: 1, mode: "approximate", rerank: 0 } as const;
    server.sql("CREATE ROLE looker LOGIN PASSWORD 'looker'");
    server.sql(
      "GRANT USAGE ON SCHEMA vantage TO looker; GRANT SELECT ON ALL TABLES IN SCHEMA vantage TO looker",
      "plain",
    );
    const ways: [string, RegExp][] = [
      // as a hot standby says of its transactions
      [server.url("plain", { options: "-c default_transaction_read_only=on" }), /"plain" .* is read-only/],
      [server.url("plain", { user: "looker", password: "looker" }), /user "looker" lacks a right/],
    ];
    for (const [url, message] of ways) {
      const store = await openPostgresStore({ url, name: "sealed" });
      assert.equal(store.isReadOnly, true);
      assert.equal((await store.search([query]))[0]![0]!.id, "0");
      assert.equal((await store.page(undefined, 99)).length, 20);
      clear(await rejection(store.add(numbered(1))), StorageError, message);
      clear(await rejection(store.remove(["0"])), StorageError, message);
      assert.deepEqual(store.graphStatus, { state: "absent" });
      await store.close();
    }
    // one that becomes the main server is written to, and says so
    server.sql(
      `GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vantage TO looker;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA vantage TO looker`,
      "plain",
    );
    const store = await openPostgresStore({ url: ways[1]![0], name: "sealed" });
    assert.equal(store.isReadOnly, false);
    server.sql('REVOKE INSERT ON vantage."sealed.items" FROM looker', "plain");
    clear(await rejection(store.add(numbered(1))), StorageError, /lacks a right/);
    assert.equal(store.isReadOnly, true);
    server.sql('GRANT INSERT ON vantage."sealed.items" TO looker', "plain");
    await store.add(numbered(1));
    assert.equal(store.isReadOnly, false);
    await store.close();
    await owner.close();
  });

  test("certificates, poolers and other things between: one line, without the password", async () => {
    const login = (options: string) => `postgres://u:a%20secret@127.0.0.1:${port}/x?${options}`;
    const broken = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => {
        // a request for encryption is refused; to a start the error of a pooler is given
        if (data.readUInt32BE(4) === 80877103) socket.end("N");
        else socket.end(errorMessage("08P01", "unsupported startup parameter: statement_timeout"));
      });
    });
    await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
    const { port } = broken.address() as AddressInfo;
    const cases: [string, RegExp][] = [
      [
        login("statement_timeout=5000"),
        /a pooler between refuses a parameter of its URL \(.*statement_timeout\): leave it out/,
      ],
      [
        login("sslmode=verify-full"),
        /no encrypted connection \(.*does not support SSL.*\): check sslmode and sslrootcert/,
      ],
      [
        login("sslmode=verify-full&sslrootcert=/no/such.pem"),
        /names \/no\/such\.pem \(sslrootcert, .*\): there is no such file/,
      ],
    ];
    for (const [url, message] of cases)
      clear(await rejection(openPostgresStore({ url, name: "a" })), UserError, message);
    broken.close();
  });
}

/** As a server writes it. */
function errorMessage(code: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function numbered(count: number): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    view: "v",
    code: new Uint8Array(new Float64Array([Math.sin(i + 1)]).buffer),
    vector: Float32Array.of(i, 1),
  }));
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items.map((_, i) => items[(i * 7 + seed * 31) % items.length]!);
}

function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => assert.fail("it did not fail"),
    (error: Error) => error,
  );
}

function clear(error: Error, kind: typeof UserError, message: RegExp): void {
  assert.ok(error instanceof kind, error.stack);
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /\n|secret|%27/);
}
