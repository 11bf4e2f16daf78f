// How the graph in PostgreSQL is built where that is hard: little memory, no right, a replica, limits of time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnavailableError } from "../unavailable.js";
import type { Database, Limits, Sql } from "./database.js";
import { Graph } from "./graph.js";
import type { Rights, Schema } from "./schema.js";

/** A database that only knows what a graph requests; `create` is what CREATE INDEX does. */
function scene(create: (attempt: number) => void, rights: Rights = { writes: true, owns: true }) {
  const statements: string[] = [];
  const limits: (Limits | undefined)[] = [];
  let [isThere, attempts] = [false, 0];
  const query = async (text: string): Promise<object[]> => {
    statements.push(text);
    if (/FROM pg_index/.test(text)) return isThere ? [{ valid: true }] : [];
    if (/pg_try_advisory_lock/.test(text)) return [{ mine: true }];
    if (/pg_backend_pid/.test(text)) return [{ pid: 1, items: 150_000 }];
    if (/count\(\*\)::int AS items FROM \(SELECT/.test(text)) return [{ items: 10_000 }];
    if (/^CREATE INDEX/.test(text)) {
      create(++attempts);
      isThere = true;
    }
    return [];
  };
  const sql = { query } as Sql;
  const database = {
    ...sql,
    title: "a database",
    isConcurrent: true,
    session: (work: (sql: Sql) => Promise<unknown>, given?: Limits) => {
      limits.push(given);
      return work(sql);
    },
  } as unknown as Database;
  const tables = { items: "i", codes: "c", order: "o", graph: "photos.graph" };
  const schema: Schema = {
    space: { bits: 64, dimensions: 0 },
    tables,
    vectorSchema: "public",
    rights,
    identity: undefined,
  };
  const notes: string[] = [];
  const graph = new Graph(database, schema, 10_000, (note) => notes.push(note));
  return { graph, notes, statements, limits, attempts: () => attempts };
}

function short(code: string, message: string): UnavailableError {
  const error = new UnavailableError(`a database has run out of something (${message})`);
  error.cause = Object.assign(new Error(message), { code });
  return error;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a graph for which there is too little shared memory is built by one process, then with the server's own memory", async () => {
  const { graph, statements, limits, notes } = scene((attempt) => {
    if (attempt < 3) throw short("53100", "could not resize shared memory segment");
  });
  await graph.build();
  assert.deepEqual(
    statements
      .filter((each) => /^(SET|RESET|CREATE|DROP)|set_config/.test(each))
      .map((each) => each.split(/[\n(]/)[0]!.trim()),
    [
      "SELECT set_config",
      'DROP INDEX CONCURRENTLY IF EXISTS vantage."photos.graph"',
      'CREATE INDEX CONCURRENTLY "photos.graph" ON c USING hnsw',
      "SET max_parallel_maintenance_workers = 0",
      "SELECT set_config",
      'DROP INDEX CONCURRENTLY IF EXISTS vantage."photos.graph"',
      'CREATE INDEX CONCURRENTLY "photos.graph" ON c USING hnsw',
      "SET max_parallel_maintenance_workers = 0",
      "RESET maintenance_work_mem",
      'DROP INDEX CONCURRENTLY IF EXISTS vantage."photos.graph"',
      'CREATE INDEX CONCURRENTLY "photos.graph" ON c USING hnsw',
      "RESET maintenance_work_mem",
      "RESET max_parallel_maintenance_workers",
    ],
  );
  assert.deepEqual(limits, [{ isEndless: true }]);
  assert.deepEqual(graph.state, { state: "ready" });
  assert.deepEqual(notes, []);
});

test("a graph that cannot be built is reported once and not tried at every search", async () => {
  const { graph, notes, attempts } = scene(() => {
    throw new UnavailableError("a database stopped the query (canceling statement due to statement timeout)");
  });
  for (let i = 0; i < 50; i++) {
    assert.equal(await graph.isReady(), false);
    await settled();
  }
  assert.equal(attempts(), 1);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0]!,
    /^"photos\.graph" for approximate search cannot be built, so it is exact: .*statement timeout\); the next attempt is in 1 min/,
  );
  const { state, error, retry } = graph.state;
  assert.equal(state, "failed");
  assert.match(error!, /statement timeout/);
  assert.ok(retry!.getTime() > Date.now() + 50_000);
  // who requests it gets the error each time
  await assert.rejects(graph.build(), UnavailableError);
  assert.equal(attempts(), 2);
});

test("on a replica, or without the right, nothing is tried", async () => {
  const { graph, notes, attempts, statements } = scene(() => {}, { writes: false, owns: false });
  for (let i = 0; i < 5; i++) assert.equal(await graph.isReady(), false);
  await settled();
  assert.equal(attempts(), 0);
  assert.deepEqual(notes, []);
  assert.ok(
    statements.every((each) => /FROM pg_index/.test(each)),
    statements.join(),
  );
  assert.deepEqual(graph.state, { state: "absent" });
});
