// The server's routes over a store in memory: what each takes and gives, who may ask, and what a browser receives.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { FastifyInstance, InjectOptions } from "fastify";
import { UnreadableError } from "../errors.js";
import type { Environment } from "../runs/environment.js";
import { createRun } from "../runs/run-folder.js";
import { featuresOf, type SmallIndex, smallIndex } from "./fixture.testing.js";
import { createServer, type ServerOptions } from "./server.js";

let small: SmallIndex;
let server: FastifyInstance;
const said: string[] = [];
const start = (more: Partial<ServerOptions> = {}) =>
  createServer({
    indexes: new Map([["small", small.index]]),
    localOnly: true,
    say: (line) => said.push(line),
    ...more,
  });

before(async () => {
  small = await smallIndex();
  server = await start();
});
after(async () => {
  await server.close();
  await small.close();
  assert.deepEqual(said, [], "no request was the server's own failure");
});

type Method = NonNullable<InjectOptions["method"]>;
async function ask(method: Method, url: string, payload?: object, headers: Record<string, string> = {}, of = server) {
  const reply = await of.inject({
    method,
    url,
    headers: { host: "localhost:4000", ...headers },
    ...(payload && { payload }),
  });
  return {
    status: reply.statusCode,
    body: reply.body === "" ? undefined : JSON.parse(reply.body),
    headers: reply.headers,
  };
}

test("items are added, found by features and by id, looked up, replaced and deleted", async () => {
  const items = [
    { id: "x", view: "a", features: featuresOf(0b1111_0000_0000_0000), metadata: { title: "X", thumbnail: "p/x.svg" } },
    { id: "x", view: "b", features: featuresOf(0b1111_0000_0000_0001) },
    { id: "y/ü 🐈", view: "b", features: featuresOf(0b0000_0000_1111_1111), metadata: { label: ["l"] } },
  ];
  assert.deepEqual((await ask("POST", "/items", { items })).body, { added: 3 });
  const query = { view: "a", features: featuresOf(0b1111_0000_0000_0000), k: 2 };
  const { status, body } = await ask("POST", "/search", query);
  assert.equal(status, 200);
  assert.deepEqual(
    { ...body, seconds: 0 },
    {
      index: "small",
      bits: 16,
      hits: [
        { id: "x", view: "a", distance: 0, metadata: { title: "X", thumbnail: "thumbnails/small/p/x.svg" } },
        { id: "x", view: "b", distance: 1 },
      ],
      seconds: 0,
    },
  );
  const reranked = await ask("POST", "/search", { id: "x", view: "b", target: "b", rerank: 10 });
  assert.deepEqual(
    reranked.body.hits.map((hit: { id: string }) => hit.id),
    ["x", "y/ü 🐈"],
  );
  assert.ok(Math.abs(reranked.body.hits[0].similarity - 1) < 1e-6);
  const looked = await ask("GET", `/items/${encodeURIComponent("y/ü 🐈")}`);
  assert.deepEqual(looked.body, { id: "y/ü 🐈", views: [{ view: "b", metadata: { label: ["l"] } }] });
  await ask("POST", "/items", { items: [{ id: "x", view: "a", features: featuresOf(0xffff) }] });
  assert.equal((await ask("POST", "/search", { ...query, target: "a" })).body.hits[0].distance, 12);
  assert.deepEqual((await ask("DELETE", "/items", { ids: ["x", "none"], view: "b" })).body, { deleted: 1 });
  assert.deepEqual((await ask("DELETE", "/items", { ids: ["x", "y/ü 🐈"] })).body, { deleted: 2 });
  assert.equal((await ask("GET", "/items/x")).status, 404);
});

test("distinct: an id that two views hold is one hit, and takes no other's place", async () => {
  const items = [
    ...["a", "b"].map((view) => ({ id: "both", view, features: featuresOf(0b1010_1010_1010_1010) })),
    { id: "one", view: "b", features: featuresOf(0b1010_1010_1010_1111) },
  ];
  await ask("POST", "/items", { items });
  const query = { view: "a", features: featuresOf(0b1010_1010_1010_1010), k: 2 };
  const found = async (more: object) =>
    (await ask("POST", "/search", { ...query, ...more })).body.hits.map(({ id }: { id: string }) => id);
  assert.deepEqual(await found({}), ["both", "both"]);
  assert.deepEqual(await found({ distinct: false }), ["both", "both"]);
  assert.deepEqual(await found({ distinct: true }), ["both", "one"]);
  const { status, body } = await ask("POST", "/search", { ...query, distinct: 1 });
  assert.equal(status, 400);
  assert.match(body.error, /distinct/);
  await ask("DELETE", "/items", { ids: ["both", "one"] });
  const description = (await ask("GET", "/openapi.json")).body;
  const { properties } = description.paths["/search"].post.requestBody.content["application/json"].schema;
  assert.match(properties.distinct.description, /each id once/);
});

test("queries of the same time are looked up together, and each gets its own answer", async () => {
  const bits = Array.from({ length: 40 }, (_, i) => i * 1601);
  await ask("POST", "/items", {
    items: bits.map((each, i) => ({ id: `n${i}`, view: "a", features: featuresOf(each) })),
  });
  let calls = 0;
  const original = small.store.search;
  small.store.search = (queries) => {
    calls++;
    return original.call(small.store, queries);
  };
  const found = await Promise.all(
    bits.map((each) => ask("POST", "/search", { view: "a", features: featuresOf(each), k: 1 })),
  );
  small.store.search = original;
  found.forEach(({ body }, i) => {
    assert.deepEqual([body.hits[0].id, body.hits[0].distance], [`n${i}`, 0]);
  });
  assert.ok(calls <= 20, `${calls} calls for 40 queries`);
  await ask("DELETE", "/items", { ids: bits.map((_, i) => `n${i}`) });
});

const mistakes: Record<string, { ask: [Method, string, object?]; status?: number; expected: RegExp }> = {
  "nothing to search by": { ask: ["POST", "/search", { view: "a" }], expected: /expected one of id, features, words/ },
  "two things to search by": { ask: ["POST", "/search", { id: "x", words: "y" }], expected: /expected one of/ },
  "features of no view": {
    ask: ["POST", "/search", { features: [1] }],
    expected: /view is missing: a, b take features/,
  },
  "too few features": { ask: ["POST", "/search", { view: "a", features: [1] }], expected: /has 16 features, got 1/ },
  "features beyond float32": {
    ask: ["POST", "/search", { view: "a", features: Array(16).fill(1e39) }],
    expected: /feature 0 is 1e\+39/,
  },
  "a view that is not there": {
    ask: ["POST", "/search", { view: "c", features: [1] }],
    status: 404,
    expected: /no view "c"; the index has a, b/,
  },
  "an index that is not there": {
    ask: ["POST", "/search", { index: "big", id: "x" }],
    status: 404,
    expected: /no index "big"/,
  },
  "an id that is not there": { ask: ["POST", "/search", { id: "nobody" }], status: 404, expected: /no item "nobody"/ },
  "words for a view without": {
    ask: ["POST", "/search", { view: "a", words: "cat" }],
    expected: /view "a" takes no words/,
  },
  "k of nothing": { ask: ["POST", "/search", { id: "x", k: 0 }], expected: /^body\.k: / },
  "k as text": { ask: ["POST", "/search", { id: "x", k: "5" }], expected: /^body\.k: / },
  "k too large": { ask: ["POST", "/search", { id: "x", k: 1001 }], expected: /^body\.k: / },
  "an unknown key": { ask: ["POST", "/search", { id: "x", kk: 1 }], expected: /kk/ },
  "an empty list": { ask: ["POST", "/items", { items: [] }], expected: /^body\.items: / },
  "an id with a control character": {
    ask: ["POST", "/items", { items: [{ id: "a\0b", view: "a", features: featuresOf(0) }] }],
    expected: /items\.0\.id/,
  },
  "metadata too deep": {
    ask: [
      "POST",
      "/items",
      {
        items: [
          {
            id: "d",
            view: "a",
            features: featuresOf(0),
            metadata: JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`),
          },
        ],
      },
    ],
    expected: /16 deep/,
  },
  "one wrong item of two": {
    ask: [
      "POST",
      "/items",
      {
        items: [
          { id: "good", view: "a", features: featuresOf(0) },
          { id: "bad", view: "a", features: [] },
        ],
      },
    ],
    expected: /item "bad": view "a" has 16 features, got 0/,
  },
  "a path that is not there": { ask: ["GET", "/nothing"], status: 404, expected: /no GET \/nothing/ },
  "no runs folder": { ask: ["GET", "/runs/x"], expected: /give --runs/ },
  "no map": { ask: ["GET", "/map"], status: 404, expected: /has no map/ },
};
for (const [what, { ask: request, status = 400, expected }] of Object.entries(mistakes)) {
  test(`mistake: ${what}`, async () => {
    const reply = await ask(...request);
    assert.equal(reply.status, status, JSON.stringify(reply.body));
    assert.match(reply.body.error, expected);
    assert.deepEqual(Object.keys(reply.body), ["error"]);
  });
}

test("what is stored and cannot be read back is the server's failure, and the asker learns no path", async () => {
  const received: string[] = [];
  const of = await start({ say: (line) => received.push(line) });
  const original = small.store.get;
  small.store.get = () => Promise.reject(new UnreadableError("/srv/items.log is damaged: the item at byte 36"));
  const { status, body } = await ask("GET", "/items/x", undefined, {}, of);
  small.store.get = original;
  await of.close();
  assert.deepEqual([status, body], [500, { error: "internal error" }]);
  assert.deepEqual(received, ["GET /items/:id: /srv/items.log is damaged: the item at byte 36"]);
});

test("nothing of a request with a wrong item is stored", async () => {
  assert.equal((await ask("GET", "/items/good")).status, 404);
});

test("the description lists every route with its schemas", async () => {
  const { body } = await ask("GET", "/openapi.json");
  assert.equal(body.openapi, "3.1.0");
  const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  assert.deepEqual(routes.sort(), [
    "delete /items",
    "delete /runs/{name}",
    "get /health",
    "get /indexes",
    "get /items/{id}",
    "get /map",
    "get /metrics",
    "get /ready",
    "get /runs",
    "get /runs/{name}",
    "get /runs/{name}/report",
    "get /runs/{name}/settings",
    "get /thumbnails/{index}/{path}",
    "post /items",
    "post /search",
  ]);
  const { schema } = body.paths["/search"].post.requestBody.content["application/json"];
  assert.equal(schema.properties.k.maximum, 1000);
  assert.equal(schema.additionalProperties, false);
});

test("metrics count requests by route and status, and items", async () => {
  const reply = await server.inject({ url: "/metrics", headers: { host: "localhost" } });
  assert.match(reply.body, /vantage_http_requests_total\{route="\/search",method="POST",status="200"\} \d+/);
  assert.match(reply.body, /vantage_http_request_seconds_bucket\{le="0.001",route="\/search"\}/);
  assert.match(reply.body, /vantage_nodejs_eventloop_lag_seconds/);
});

test("indexes say what their views take", async () => {
  const { body } = await ask("GET", "/indexes");
  assert.deepEqual(body.indexes[0].views[0], { name: "a", items: 0, columns: 16, takes: ["features"] });
});

test("with a token, requests without it are refused; health stays open", async () => {
  const guarded = await start({ token: "secret" });
  try {
    assert.equal((await ask("GET", "/health", undefined, {}, guarded)).status, 200);
    for (const [method, url] of [
      ["GET", "/indexes"],
      ["GET", "/metrics"],
      ["GET", "/openapi.json"],
      ["POST", "/search"],
      ["POST", "/items"],
      ["DELETE", "/items"],
      ["GET", "/thumbnails/small/x.svg"],
      ["GET", "/runs"],
    ] as const) {
      const { status, body } = await ask(method, url, method === "GET" ? undefined : {}, {}, guarded);
      assert.equal(status, 401, url);
      assert.equal(typeof body.error, "string");
    }
    assert.equal((await ask("GET", "/indexes", undefined, { authorization: "Bearer wrong" }, guarded)).status, 401);
    assert.equal((await ask("GET", "/indexes", undefined, { authorization: "Bearer secret" }, guarded)).status, 200);
  } finally {
    await guarded.close();
  }
});

test("a foreign host name is refused on loopback (DNS rebinding)", async () => {
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"]) {
    assert.equal((await ask("GET", "/indexes", undefined, { host })).status, 403, host);
  }
  for (const host of ["localhost", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"]) {
    assert.equal((await ask("GET", "/indexes", undefined, { host })).status, 200, host);
  }
});

test("thumbnails: pictures only, from their folder only, and they can do nothing", async () => {
  const folder = join(small.folder, "thumbnails", "p");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "x.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  writeFileSync(join(folder, ".hidden.svg"), "<svg/>");
  writeFileSync(join(folder, "page.html"), "<p>");
  const get = (path: string) => server.inject({ url: `/thumbnails/${path}`, headers: { host: "localhost" } });
  const found = await get("small/p/x.svg");
  assert.equal(found.headers["cache-control"], "private, max-age=3600");
  assert.equal(found.statusCode, 200);
  assert.equal(found.headers["content-type"], "image/svg+xml");
  assert.match(found.headers["content-security-policy"] as string, /^default-src 'none'.*sandbox$/);
  assert.equal(found.headers["x-content-type-options"], "nosniff");
  for (const path of [
    "small/p/.hidden.svg",
    "small/p/page.html",
    "small/../index.yaml",
    "small/%2e%2e/index.yaml",
    "small/..%2findex.yaml",
    "small/p/..%2f..%2findex.yaml",
    "small/%2fetc%2fpasswd",
    "small/p/x.svg%00.png",
    "small/p%5cx.svg",
    "other/p/x.svg",
    "..%2f..%2f/p/x.svg",
  ]) {
    assert.equal((await get(path)).statusCode, 404, path);
  }
  const none = await get("small/p/none.svg");
  assert.equal(none.statusCode, 404);
  assert.equal(none.json().error, "there is no such picture");
  assert.equal(none.headers["cache-control"], undefined);
});

test("the page's files are open, under a policy that allows its own scripts only", async () => {
  const page = join(small.folder, "page");
  mkdirSync(page, { recursive: true });
  writeFileSync(join(page, "index.html"), "<!doctype html><title>Vantage</title>");
  writeFileSync(join(page, "studio.js"), "");
  const guarded = await start({ page, token: "secret" });
  try {
    for (const [url, type] of [
      ["/", /^text\/html/],
      ["/studio.js", /javascript/],
    ] as const) {
      const { statusCode, headers } = await guarded.inject({ url, headers: { host: "localhost" } });
      assert.equal(statusCode, 200, url);
      assert.match(headers["content-type"] as string, type);
      assert.match(headers["content-security-policy"] as string, /^default-src 'none'; script-src 'self';/);
      assert.equal(headers["x-content-type-options"], "nosniff");
    }
  } finally {
    await guarded.close();
  }
});

test("runs: the list, a log from a line on while it is written, the report in a sandbox", async () => {
  const runs = join(small.folder, "runs");
  const environment = { started: "2026-01-01T00:00:00.000Z", files: [] } as unknown as Environment;
  const run = createRun(
    join(runs, "lengths", "bits-16"),
    { method: "dchn", dataset: { name: "d" }, seed: 3, options: {} },
    environment,
  );
  const served = await start({ runs });
  try {
    const line = { stage: "a", epoch: 1, seconds: 1, losses: { total: Number.NaN }, metrics: {} };
    run.log(line);
    run.log({ ...line, epoch: 2 });
    const { body } = await ask("GET", "/runs", undefined, {}, served);
    assert.deepEqual(body.runs, [
      {
        name: "lengths/bits-16",
        method: "dchn",
        task: "",
        dataset: "d",
        seed: 3,
        started: "2026-01-01T00:00:00.000Z",
        isRunning: true,
        isFinished: false,
        lines: 2,
        hasReport: false,
      },
    ]);
    const url = `/runs/${encodeURIComponent("lengths/bits-16")}`;
    const later = await ask("GET", `${url}?after=1`, undefined, {}, served);
    assert.deepEqual(later.body.metrics, [{ stage: "a", epoch: 2, seconds: 1, losses: { total: null }, metrics: {} }]);
    assert.equal((await ask("GET", `${url}?after=x`, undefined, {}, served)).status, 400);
    assert.equal((await ask("GET", `${url}/report`, undefined, {}, served)).status, 404);
    writeFileSync(join(runs, "lengths", "bits-16", "report.html"), "<p>report");
    const report = await served.inject({ url: `${url}/report`, headers: { host: "localhost" } });
    assert.equal(report.statusCode, 200);
    assert.match(report.headers["content-security-policy"] as string, /^sandbox allow-scripts; default-src 'none'/);
    run.close();
    assert.equal((await ask("GET", url, undefined, {}, served)).body.run.isRunning, false);
  } finally {
    await served.close();
  }
});

test("features with names are put in the view's order, and what is not used is reported", async () => {
  const served = await smallIndex({ b: Array.from({ length: 16 }, (_, j) => `b${j}`) });
  const named = await start({ indexes: new Map([["small", served.index]]) });
  try {
    const features = featuresOf(0b1111_0000_0000_0001).map((value, j) => value * (j + 1));
    const names = features.map((_, j) => `b${j}`);
    await ask("POST", "/items", { items: [{ id: "x", view: "b", features }] }, {}, named);
    const turned = { features: [3, ...features.toReversed()], names: ["age", ...names.toReversed()] };
    const { body } = await ask("POST", "/search", { view: "b", ...turned }, {}, named);
    assert.deepEqual([body.hits[0].distance, body.notes.length], [0, 2]);
    assert.match(body.notes[0], /column "age" is unknown and not used/);
    const added = await ask("POST", "/items", { items: [{ id: "y", view: "b", ...turned }] }, {}, named);
    assert.deepEqual([added.body.added, added.body.notes.length], [1, 2]);
    const [y] = await served.store.get("y");
    const [x] = await served.store.get("x");
    assert.deepEqual(y!.vector, x!.vector);
    const lacking = await ask("POST", "/search", { view: "b", features: [1], names: ["b3"] }, {}, named);
    assert.equal(lacking.status, 400);
    assert.match(lacking.body.error, /lacks 15 columns/);
  } finally {
    await named.close();
    await served.close();
  }
});
