// A store that fails, hangs or may only be read: what is said of it, and that the others go on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Fastify from "fastify";
import { UnavailableError } from "../../search/stores/unavailable.js";
import { featuresOf, type SmallIndex, smallIndex } from "../fixture.testing.js";
import { endOf, limitAnswers } from "../requests/deadline.js";
import { createServer } from "../server.js";
import { refuseWhenBehind } from "./overload.js";

let good: SmallIndex;
let bad: SmallIndex;
before(async () => {
  [good, bad] = [await smallIndex(), await smallIndex()];
});
after(async () => {
  await good.close();
  await bad.close();
});

const headers = { host: "localhost" };
const start = () =>
  createServer({
    indexes: new Map([
      ["good", good.index],
      ["bad", bad.index],
    ]),
    localOnly: true,
    say: assert.fail,
  });

test("one store that fails takes neither /metrics nor /indexes with it, and /ready says so", async () => {
  const server = await start();
  await good.store.add([{ id: "x", view: "a", code: Uint8Array.of(0, 1), vector: Float32Array.from(featuresOf(1)) }]);
  const ask = async (url: string) => server.inject({ url, headers });
  assert.deepEqual((await ask("/ready")).json(), { status: "ok" });
  const { counts, get } = bad.store;
  for (const fail of [() => Promise.reject(new UnavailableError("away")), () => new Promise<never>(() => {})]) {
    Object.assign(bad.store, { counts: fail, get: fail });
    const started = performance.now();
    const [listed, metrics] = await Promise.all([ask("/indexes"), ask("/metrics")]);
    assert.deepEqual(
      listed.json().indexes.map((each: Record<string, unknown>) => [each.name, each.items, each.isAvailable]),
      [
        ["good", 1, true],
        ["bad", 0, false],
      ],
    );
    assert.equal(metrics.statusCode, 200);
    assert.match(metrics.body, /vantage_items\{index="good",view="a"\} 1/);
    assert.match(metrics.body, /vantage_index_available\{index="good"\} 1/);
    // An answer that a store is there is kept for a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const ready = await ask("/ready");
    assert.equal(ready.statusCode, 503);
    assert.equal(ready.headers["retry-after"], "5");
    assert.deepEqual(ready.json(), { error: "1 of 2 indexes do not answer" });
    assert.match((await ask("/metrics")).body, /vantage_index_available\{index="bad"\} 0/);
    assert.ok(performance.now() - started < 10_000);
    assert.equal((await ask("/health")).statusCode, 200);
  }
  Object.assign(bad.store, { counts, get });
  await server.close();
});

test("a store is counted once for all who ask at the same time, and seldom where counting takes long", async () => {
  const server = await start();
  let calls = 0;
  const { counts } = bad.store;
  bad.store.counts = async () => {
    calls++;
    await new Promise((resolve) => setTimeout(resolve, 60));
    return new Map([["a", 7]]);
  };
  for (let i = 0; i < 5; i++) {
    const requested = Array.from({ length: 4 }, () => server.inject({ url: "/indexes", headers }));
    for (const each of await Promise.all(requested)) assert.equal(each.json().indexes[1].items, 7);
  }
  assert.equal(calls, 1);
  bad.store.counts = counts;
  await server.close();
});

test("what approximate searches go through is shown, and why it could not be built", async () => {
  const server = await start();
  const status = { state: "failed", error: "could not extend file:\nno space left", retry: new Date(0) };
  Object.assign(bad.store, { graphStatus: status });
  const { indexes } = (await server.inject({ url: "/indexes", headers })).json();
  const graph = { state: "failed", error: "could not extend file: no space left", retry: "1970-01-01T00:00:00.000Z" };
  assert.deepEqual(indexes[1].graph, graph);
  assert.equal("graph" in indexes[0], false, "of a store that has none");
  const ask = async () => (await server.inject({ url: "/metrics", headers })).body;
  assert.match(await ask(), /vantage_index_graph\{index="bad",state="failed"\} 1/);
  assert.doesNotMatch(await ask(), /vantage_index_graph\{index="good"/);
  Object.assign(bad.store, { graphStatus: { state: "ready" } });
  assert.match(await ask(), /vantage_index_graph\{index="bad",state="ready"\} 1/);
  assert.match(await ask(), /vantage_index_graph\{index="bad",state="failed"\} 0/);
  Object.assign(bad.store, { graphStatus: undefined });
  await server.close();
});

test("an index that may only be read is answered with 507, whatever its store is", async () => {
  const server = await start();
  Object.assign(bad.store, { isReadOnly: true });
  const items = [{ id: "x", view: "a", features: featuresOf(1) }];
  for (const [method, payload] of [
    ["POST", { index: "bad", items }],
    ["DELETE", { index: "bad", ids: ["x"] }],
  ] as const) {
    const { statusCode, body } = await server.inject({ method, url: "/items", headers, payload });
    assert.equal(statusCode, 507);
    assert.match(body, /is read-only/);
  }
  Object.assign(bad.store, { isReadOnly: false });
  await server.close();
});

test("every request is answered in time, with a body or without, and its work is canceled then", async () => {
  const server = Fastify({ forceCloseConnections: true });
  limitAnswers(server, 200);
  let ended = 0;
  server.all("/hang", (request) => {
    endOf(request).addEventListener("abort", () => ended++);
    return new Promise(() => {});
  });
  server.all("/late", () => new Promise((resolve) => setTimeout(() => resolve("late"), 300)));
  const url = await server.listen({ port: 0, host: "127.0.0.1" });
  for (const path of ["/hang", "/late"]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const started = performance.now();
      const body = method === "GET" ? undefined : "{}";
      const reply = await fetch(url + path, { method, body, headers: body && { "content-type": "application/json" } });
      assert.equal(reply.status, 503, `${method} ${path}`);
      assert.equal(reply.headers.get("retry-after"), "5");
      assert.match(((await reply.json()) as { error: string }).error, /no answer within 0.2 s/);
      assert.ok(performance.now() - started < 2000);
    }
  }
  assert.equal(ended, 3);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  await assert.rejects(fetch(`${url}/hang`, { method: "POST", signal: abort.signal }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(ended, 4, "a client that is gone");
  await server.close();
});

test("work that held up everything for a while turns requests away only where it was long", async () => {
  for (const [most, status] of [
    [15_000, 200],
    [1000, 503],
  ] as const) {
    const server = Fastify();
    refuseWhenBehind(server, most);
    server.get("/", async () => "there");
    await server.ready();
    // Twice, with no time between: a mean over no samples was taken for an endless delay.
    for (let i = 0; i < 2; i++) {
      const end = performance.now() + 2000;
      while (performance.now() < end);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal((await server.inject("/")).statusCode, status);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.equal((await server.inject("/")).statusCode, 200);
    await server.close();
  }
});
