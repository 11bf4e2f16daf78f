// Requests by somebody who means harm, against the real server: each is refused with 4xx, and the server lives on.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { featuresOf, writeSmallIndex } from "./fixture.testing.js";
import { type RealServer, send, startServer } from "./real-server.testing.js";
import { limits } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-hostile-"));
let server: RealServer;
before(async () => {
  writeSmallIndex(folder);
  server = await startServer(folder);
  await send(server, "POST", "/items", { items: [{ id: "good", view: "a", features: featuresOf(0xf0f0) }] });
});
after(async () => {
  // It is the process that was started, and it still answers.
  const found = await send(server, "POST", "/search", { view: "a", features: featuresOf(0xf0f0), k: 1 });
  assert.equal(found.status, 200);
  assert.equal((found.body.hits as { id: string }[])[0]!.id, "good");
  assert.doesNotMatch(server.said(), /unexpected|Error:|\n\s+at /);
  assert.equal(await server.end("SIGTERM"), 0);
  rmSync(folder, { recursive: true, force: true });
});

interface Raw {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Sends bytes as they are; the status, and the reply's error. */
function raw({
  method = "POST",
  path = "/search",
  headers = {},
  body,
}: Raw): Promise<{ status: number; error: unknown }> {
  return new Promise((resolve, reject) => {
    const requested = request(
      {
        port: server.port,
        host: "127.0.0.1",
        method,
        path,
        headers: { "content-type": "application/json", ...headers },
      },
      (reply) => {
        let text = "";
        reply.on("data", (data) => (text += data));
        reply.on("end", () => {
          try {
            resolve({ status: reply.statusCode!, error: JSON.parse(text).error });
          } catch {
            reject(new Error(`no JSON: ${text.slice(0, 200)}`));
          }
        });
      },
    );
    requested.on("error", reject);
    requested.end(body);
  });
}

function refused({ status, error }: { status: number; error: unknown }, what: string): void {
  assert.ok(status >= 400 && status < 500, `${what}: ${status} ${error}`);
  assert.equal(typeof error, "string", what);
  assert.doesNotMatch(error as string, /\n|node_modules|\.js:\d|\/dist\//, what);
}

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const bodies: Record<string, string | Uint8Array> = {
  "no JSON": "{",
  nothing: "",
  "a word": "null",
  "a list": "[]",
  "text after the end": '{"id":"x"} {"id":"y"}',
  "bad UTF-8": Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d),
  "UTF-8 of a surrogate": Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  "half a surrogate pair": '{"id":"\\ud800"}',
  NaN: '{"view":"a","features":[NaN]}',
  Infinity: '{"view":"a","features":[Infinity]}',
  "a number beyond double": `{"view":"a","features":[${Array(16).fill("1e999")}]}`,
  "a number beyond float32": `{"view":"a","features":[${Array(16).fill("1e300")}]}`,
  ["__proto__"]: '{"__proto__":{"isAdmin":true},"id":"good"}',
  "__proto__ in escapes": '{"\\u005f\\u005fproto__":{"x":1},"id":"good"}',
  constructor: '{"constructor":{"prototype":{"x":1}},"id":"good"}',
  "deep lists": `{"id":${nested(200_000)}}`,
  "deep features": `{"view":"a","features":${nested(200_000)}}`,
  "a k of a million": '{"id":"good","k":1000000}',
  "a negative k": '{"id":"good","k":-1}',
  "half a k": '{"id":"good","k":1.5}',
  "features that are text": '{"view":"a","features":["1"]}',
  "features that are one number": '{"view":"a","features":1}',
  "a million features": `{"view":"a","features":[${"0,".repeat(999_999)}0]}`,
  "more than a million features": `{"view":"a","features":[${"0,".repeat(1_000_001)}0]}`,
  "a long id": `{"id":"${"x".repeat(1000)}"}`,
  "an image that is none": '{"view":"a","image":"AAAA"}',
  "an image that is no base64": '{"view":"a","image":"***"}',
};
for (const [what, body] of Object.entries(bodies)) {
  test(`refused: ${what}`, async () => refused(await raw({ body }), what));
}

test("refused: items with prototypes, deep metadata, NUL", async () => {
  const item = (metadata: string) =>
    `{"items":[{"id":"bad","view":"a","features":[${featuresOf(1)}],"metadata":${metadata}}]}`;
  for (const metadata of [
    '{"__proto__":{"x":1}}',
    `{"a":${nested(100_000)}}`,
    '{"a":"\\u0000"}',
    '{"a":"\\udc00"}',
    `{"a":"${"x".repeat(70_000)}"}`,
    "[]",
    "1",
  ]) {
    refused(await raw({ path: "/items", body: item(metadata) }), metadata.slice(0, 40));
  }
  assert.equal((await send(server, "GET", "/items/bad")).status, 404);
});

test("refused: a body over the limit, said or not said beforehand", async () => {
  const { status } = await raw({ headers: { "content-length": String(limits.bodyBytes + 1) }, body: "{" }).catch(
    () => ({ status: 413 }),
  );
  assert.equal(status, 413);
  const large = Buffer.alloc(limits.bodyBytes + 1024, 0x20);
  const sent = await raw({ headers: { "transfer-encoding": "chunked" }, body: large }).catch((error) => {
    // The server need not read what it has refused.
    assert.match(String(error.code), /EPIPE|ECONNRESET/);
    return { status: 413 };
  });
  assert.equal(sent.status, 413);
});

test("refused: other types of content, methods, and paths", async () => {
  const cases: Raw[] = [
    { headers: { "content-type": "text/plain" }, body: '{"id":"good"}' },
    { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "id=good" },
    { headers: { "content-type": "application/json; charset=utf-16" }, body: Uint8Array.of(0xff, 0xfe, 0x7b) },
    { method: "PUT", body: "{}" },
    { method: "GET", path: "/search" },
    { method: "TRACE", path: "/" },
    { method: "GET", path: "/../../etc/passwd" },
    { method: "GET", path: "/%2e%2e/%2e%2e/etc/passwd" },
    { method: "GET", path: "/..%2f..%2f..%2fetc%2fpasswd" },
    { method: "GET", path: "/thumbnails/small/..%2f..%2findex.yaml" },
    { method: "GET", path: "/thumbnails/..%2f..%2f/etc/passwd.svg" },
    { method: "GET", path: "/thumbnails/small/%00.svg" },
    { method: "GET", path: "/runs/..%2f..%2f/report" },
    { method: "GET", path: "/runs/%2e%2e/report" },
    { method: "GET", path: "/items/%" },
    { method: "GET", path: "/items/%ff" },
    { method: "GET", path: `/items/${"x".repeat(10_000)}` },
    { method: "GET", path: "/items/good?index=nothing" },
    { method: "GET", path: "/items/good?__proto__=1" },
    { method: "GET", path: "/index.yaml" },
    { method: "GET", path: "/.git/config" },
    { method: "GET", path: "//evil.example/" },
    { method: "GET", path: "/indexes", headers: { host: "evil.example" } },
  ];
  for (const each of cases)
    refused(await raw(each), `${each.method ?? "POST"} ${each.path ?? each.headers?.["content-type"]}`);
});

/** Writes to a socket and gives what comes back until it is closed. */
function talk(bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.end(bytes));
    let text = "";
    socket.on("data", (data) => (text += data));
    socket.on("close", () => resolve(text));
    socket.on("error", () => resolve(text));
  });
}

test("refused: what is no HTTP, two lengths, large headers", async () => {
  const head = "POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  for (const bytes of [
    "hello\r\n\r\n",
    Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 256),
    "GET / HTTP/9.9\r\n\r\n",
    `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   `,
    `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}Content-Length: -1\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
  ]) {
    assert.match(await talk(bytes), /^HTTP\/1\.1 4\d\d /, String(bytes).slice(0, 80));
  }
});

test("slow senders are cut off, and others are served meanwhile", async () => {
  const slow = Array.from({ length: 50 }, () => {
    const socket = connect(server.port, "127.0.0.1", () =>
      socket.write("POST /search HTTP/1.1\r\nHost: localhost\r\n"),
    );
    const drip = setInterval(() => socket.write("X: y\r\n"), 500);
    socket.on("error", () => {}).resume();
    return new Promise<void>((resolve) =>
      socket.on("close", () => {
        clearInterval(drip);
        resolve();
      }),
    );
  });
  await sleep(300);
  assert.equal((await send(server, "GET", "/health")).status, 200);
  const cut = await Promise.race([Promise.all(slow), sleep(4 * limits.headers, "still there", { ref: false })]);
  assert.notEqual(cut, "still there");
});

test("many at once, half of them broken off", async () => {
  const results = await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      if (i % 2 === 0) {
        const abort = new AbortController();
        setTimeout(() => abort.abort(), i % 40);
        const body = JSON.stringify({ view: "a", features: featuresOf(i) });
        const options = { method: "POST", body, headers: { "content-type": "application/json" }, signal: abort.signal };
        return fetch(`${server.url}/search`, options).then(
          (reply) => reply.status,
          () => 200,
        );
      }
      return (await send(server, "POST", "/search", { view: "a", features: featuresOf(i), k: 1 })).status;
    }),
  );
  assert.deepEqual(
    results.filter((status) => status !== 200),
    [],
  );
});

test("large bodies that are begun together and never ended are turned away before they fill the memory", async () => {
  const head = `POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${limits.bodyBytes}\r\n\r\n[`;
  const most = Math.floor(limits.intakeBytes / limits.bodyBytes);
  const sockets = Array.from({ length: most + 10 }, () => connect(server.port, "127.0.0.1"));
  let refusedAtOnce = 0;
  for (const socket of sockets) {
    socket
      .on("error", () => {})
      .on("data", (data) => {
        if (String(data).startsWith("HTTP/1.1 503")) refusedAtOnce++;
      });
    socket.write(head);
  }
  while (refusedAtOnce < 10) await sleep(50);
  assert.equal((await send(server, "GET", "/health")).status, 200);
  for (const socket of sockets) socket.destroy();
  // Room is free again once the connections are gone.
  let status = 503;
  while (status === 503) status = (await send(server, "DELETE", "/items", { ids: ["none"] })).status;
  assert.equal(status, 200);
});

test("bodies made up at random get an answer below 500", async () => {
  const word = fc.constantFrom(
    "id",
    "view",
    "features",
    "words",
    "image",
    "k",
    "mode",
    "rerank",
    "target",
    "index",
    "items",
    "metadata",
    "ids",
    "__proto__",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("a", "b", "good", "exact", "", "\0", "\ud800", 0, -1, 1e308, true, null),
      fc.string(),
      fc.double(),
      fc.array(fc.double({ noNaN: true }), { maxLength: 20 }),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(word, tie("any"), { maxKeys: 5 }),
    ),
  })).any;
  const path = fc.constantFrom(["POST", "/search"], ["POST", "/items"], ["DELETE", "/items"]);
  const made = fc.asyncProperty(path, fc.dictionary(word, value, { maxKeys: 6 }), async ([method, route], body) => {
    const reply = await fetch(server.url + route!, {
      method: method!,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await reply.text();
    assert.ok(reply.status < 500, `${reply.status}`);
  });
  await fc.assert(made, { numRuns: 300 });
  await send(server, "POST", "/items", { items: [{ id: "good", view: "a", features: featuresOf(0xf0f0) }] });
});
