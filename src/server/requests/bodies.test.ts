// Bodies: what is refused and in which words, that the refusal arrives, and that large ones do not hold up others.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { featuresOf, writeSmallIndex } from "../fixture.testing.js";
import { type RealServer, send, startServer } from "../real-server.testing.js";
import { limits } from "../server.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-bodies-"));
let server: RealServer;
before(async () => {
  writeSmallIndex(folder);
  server = await startServer(folder);
});
after(async () => {
  assert.doesNotMatch(server.said(), /unexpected|Error:|\n\s+at /);
  assert.equal(await server.end("SIGTERM"), 0);
  rmSync(folder, { recursive: true, force: true });
});

const json = { "content-type": "application/json" };

async function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const reply = await fetch(server.url + path, { method: "POST", headers: { ...json, ...headers }, body });
  return { status: reply.status, error: ((await reply.json()) as { error: string }).error };
}
const item = (metadata: string, id = "n") =>
  `{"items":[{"id":"${id}","view":"a","features":[${featuresOf(1)}],"metadata":${metadata}}]}`;

test("numbers that would be stored as others are refused by name", async () => {
  for (const [metadata, place] of [
    ['{"n":12345678901234567890}', /^body\.items\.0\.metadata\.n: 12345678901234567890 cannot be kept/],
    ['{"a":{"b":[1,-9007199254740993]}}', /^body\.items\.0\.metadata\.a\.b\.1: -9007199254740993 /],
    ['{"big":1e400}', /metadata.*big/],
    ['{"n":"x","m":-1e999}', /metadata.*m/],
  ] as const) {
    const { status, error } = await post("/items", item(metadata));
    assert.equal(status, 400, metadata);
    assert.match(error, place);
  }
  // What comes back as it came in is taken, and so are features, which become float32 in any case.
  const kept = '{"n":9007199254740992,"f":0.12345678901234567,"e":1e300,"text":"12345678901234567890"}';
  const wide = `{"items":[{"id":"kept","view":"a","features":[${Array(16).fill("12345678901234567890")}],"metadata":${kept}}]}`;
  assert.equal((await post("/items", wide)).status, 200);
  const { body } = await send(server, "GET", "/items/kept");
  assert.deepEqual((body.views as { metadata: unknown }[])[0]!.metadata, JSON.parse(kept));
});

test("keys that reach into prototypes are named", async () => {
  for (const [body, place] of [
    [item('{"__proto__":1}'), "body.items.0.metadata.__proto__"],
    [item('{"a":[{"\\u005f_proto__":{}}]}'), "body.items.0.metadata.a.0.__proto__"],
    [item('{"constructor":{"prototype":{}}}'), "body.items.0.metadata.constructor"],
    ['{"__proto__":{},"items":[]}', "body.__proto__"],
  ] as const) {
    assert.deepEqual(await post("/items", body), { status: 400, error: `${place}: this key is not allowed` });
  }
  assert.equal((await post("/items", item('{"constructor":"Ferrari"}', "car"))).status, 200);
});

test("compressed bodies are refused as such", async () => {
  const { status, error } = await post("/items", new Uint8Array(gzipSync(item("{}"))), { "content-encoding": "gzip" });
  assert.equal(status, 415);
  assert.match(error, /content-encoding.*"gzip"/);
  assert.equal((await post("/items", item("{}"), { "content-encoding": "identity" })).status, 200);
});

test("an item that is given twice counts once, and the last one stays", async () => {
  const twice = [1, 2].map((n) => ({ id: "twice", view: "a", features: featuresOf(n), metadata: { n } }));
  const other = { id: "twice", view: "b", features: featuresOf(3) };
  const { body } = await send(server, "POST", "/items", { items: [...twice, other] });
  assert.deepEqual(body, { added: 2 });
  const found = await send(server, "GET", "/items/twice");
  assert.deepEqual((found.body.views as unknown[])[0], { view: "a", metadata: { n: 2 } });
});

test("deleting in a view that is not there is a mistake, as searching is", async () => {
  const { status, body } = await send(server, "DELETE", "/items", { ids: ["x"], view: "c" });
  assert.equal(status, 404);
  assert.match(body.error as string, /no view "c"/);
});

test("whatever can be added can be looked up, searched by and deleted", async () => {
  for (const id of ["a/b", "ü 猫 😀", "%2f", "__proto__", "?x=1#y", "...", "x".repeat(512)]) {
    const items = [{ id, view: "a", features: featuresOf(5) }];
    assert.equal((await send(server, "POST", "/items", { items })).status, 200, id);
    assert.equal((await send(server, "GET", `/items/${encodeURIComponent(id)}`)).status, 200, id);
    assert.equal((await send(server, "POST", "/search", { id, k: 1 })).status, 200, id);
    assert.deepEqual((await send(server, "DELETE", "/items", { ids: [id] })).body, { deleted: 1 }, id);
  }
  for (const id of ["", ".", "..", "a\tb", "\ud800", "x".repeat(513)]) {
    const items = [{ id, view: "a", features: featuresOf(5) }];
    assert.equal((await send(server, "POST", "/items", { items })).status, 400, JSON.stringify(id));
  }
});

test("a view may be called by as many characters as in a data set", async () => {
  const features = featuresOf(5);
  const requests = (view: string): [string, string, object][] => [
    ["POST", "/search", { view, features }],
    ["POST", "/items", { items: [{ id: "x", view, features }] }],
    ["DELETE", "/items", { view, ids: ["x"] }],
  ];
  for (const [length, expected] of [
    [500, /no view "v/],
    [501, /view: .*500/],
  ] as const) {
    for (const request of requests("v".repeat(length))) {
      assert.match((await send(server, ...request)).body.error as string, expected);
    }
  }
});

test("a body that is too long is answered 413, whichever client sends it", async () => {
  const large = Buffer.alloc(limits.bodyBytes + 4 * 2 ** 20, 0x20);
  const [node, fetched] = [[] as unknown[], [] as unknown[]];
  for (let i = 0; i < 5; i++) {
    for (const headers of [
      { ...json, "content-length": large.length },
      { ...json, "transfer-encoding": "chunked" },
    ]) {
      node.push(
        await new Promise((resolve) => {
          request(`${server.url}/items`, { method: "POST", headers, agent: false }, (reply) => {
            reply.resume().on("end", () => resolve(reply.statusCode));
          })
            .on("error", (error) => resolve(String(error)))
            .end(large);
        }),
      );
    }
    fetched.push(await post("/items", new Uint8Array(large)).then(({ status }) => status, String));
  }
  assert.deepEqual(node, Array(10).fill(413));
  assert.deepEqual(fetched, Array(5).fill(413));
  // A search is far shorter.
  assert.equal((await post("/search", " ".repeat(2 ** 20))).status, 413);
  const script = `
import urllib.request, urllib.error, sys
for i in range(5):
    r = urllib.request.Request(sys.argv[1], data=b" " * ${large.length}, headers={"content-type": "application/json"})
    try: print(urllib.request.urlopen(r).status)
    except urllib.error.HTTPError as e: print(e.code)
    except Exception as e: print(e)`;
  const python = spawnSync("python3", ["-c", script, `${server.url}/items`], { encoding: "utf8" });
  if (python.error === undefined) assert.deepEqual(python.stdout.trim().split("\n"), Array(5).fill("413"));
});

/** Milliseconds of processor time of the server's main thread: other programs on the machine do not count. */
function processorTime(): number {
  const { pid } = server.process;
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
}

const manyItems = (metadata: () => unknown, n: number) =>
  JSON.stringify({
    items: Array.from({ length: n }, (_, i) => ({
      id: `l${i}`,
      view: "a",
      features: featuresOf(i),
      metadata: metadata(),
    })),
  });
const large: Record<string, () => string> = {
  "twelve million brackets": () => "[".repeat(limits.bodyBytes),
  "four million objects": () => `[${"{},".repeat(4_000_000)}{}]`,
  "many keys": () => `{${Array.from({ length: 240_000 }, (_, i) => `"k${i}":1`).join()}}`,
  "a million features of an item": () => `{"items":[{"id":"x","view":"a","features":[${"0.5,".repeat(999_999)}0]}]}`,
  "metadata of 63 KB each": () => manyItems(() => ({ text: "x".repeat(63_000) }), 180),
  "metadata of many keys": () =>
    manyItems(() => Object.fromEntries(Array.from({ length: 240 }, (_, j) => [`k${j}`, j])), 1000),
};
const skip = process.platform === "linux" ? false : "no /proc";
for (const [what, make] of Object.entries(large)) {
  test(`others are answered meanwhile: ${what}`, { skip }, async () => {
    const body = make();
    let left = 4;
    const statuses = Promise.all(
      Array.from({ length: left }, async () => {
        const { status } = await post("/items", body);
        left--;
        return status;
      }),
    );
    const held: number[] = [];
    while (left > 0) {
      const before = processorTime();
      assert.equal((await send(server, "GET", "/health")).status, 200);
      held.push(processorTime() - before);
      await sleep(10);
    }
    for (const status of await statuses) assert.ok([200, 400].includes(status), `${status}`);
    const longest = Math.max(...held);
    console.log(`${what}: ${longest.toFixed(0)} ms at most, asked ${held.length} times`);
    // The event loop was blocked for seconds; what is left is garbage collection and copying.
    assert.ok(longest < 200, `${longest} ms`);
  });
}
