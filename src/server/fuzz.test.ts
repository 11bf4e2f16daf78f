// Fuzzing of the HTTP API: changed bytes on the socket and changed bodies, against the real server. VANTAGE_FUZZ sets how many.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { UserError } from "../errors.js";
import { fuzz } from "../fuzz.testing.js";
import { featuresOf, writeSmallIndex } from "./fixture.testing.js";
import { type RealServer, send, startServer } from "./real-server.testing.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-api-fuzz-"));
const agent = new Agent({ keepAlive: true });
let server: RealServer;
before(async () => {
  writeSmallIndex(folder);
  mkdirSync(join(folder, "runs/one"), { recursive: true });
  writeFileSync(
    join(folder, "runs/one/config.yaml"),
    "format: 1\nmethod: cca\ndataset: { name: a }\nseed: 0\noptions: {}\n",
  );
  writeFileSync(join(folder, "runs/one/environment.json"), '{"started":"2026-01-01","files":[]}');
  server = await startServer(folder, ["--runs", "runs"]);
  await addGood();
});
after(async () => {
  agent.destroy();
  assert.doesNotMatch(server.said(), /unexpected|Error:|\n\s+at /);
  // On Linux the most memory that the process had.
  if (process.platform === "linux") {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.process.pid}/status`, "utf8"))!;
    console.log(`the server had ${(Number(kibibytes) / 1024).toFixed(0)} MiB at most`);
    assert.ok(Number(kibibytes) < 600 * 1024);
  }
  assert.equal(await server.end("SIGTERM"), 0);
  rmSync(folder, { recursive: true, force: true });
});

const good = { id: "good", view: "a", features: featuresOf(0xf0f0) };

async function addGood(): Promise<void> {
  assert.equal((await send(server, "POST", "/items", { items: [good] })).status, 200);
}

/** It is the process that was started, and it still answers. */
async function isWell(): Promise<void> {
  assert.equal(server.process.exitCode, null);
  await addGood();
  const { body } = await send(server, "POST", "/search", { view: "a", features: good.features, k: 1 });
  assert.equal((body.hits as unknown[]).length, 1);
}

function checkOutcome(status: number, what: string): void {
  if (status >= 400 && status < 500) throw new UserError("refused");
  assert.ok((status >= 100 && status < 400) || status === 503, `${status}: ${what}`);
}

const bodies = [
  ["POST", "/search", { view: "a", features: good.features, k: 3, mode: "approximate", target: "a", rerank: 10 }],
  ["POST", "/search", { id: "good", view: "a", index: "small" }],
  ["POST", "/search", { view: "a", words: "red heart" }],
  ["POST", "/search", { view: "a", image: "iVBORw0KGgo=" }],
  ["POST", "/items", { items: [{ ...good, id: "x", metadata: { title: "X", n: [1, { a: null }] } }], index: "small" }],
  ["DELETE", "/items", { ids: ["x", "y"], view: "a" }],
] as const;

const paths = [
  ...["/", "/health", "/indexes", "/map?index=small", "/items/good", "/items/none?index=small", "/metrics"],
  ...["/openapi.json", "/thumbnails/small/a.svg", "/runs", "/runs/one?after=0", "/runs/one/report", "/index.html"],
];

function requestText(method: string, path: string, body?: unknown): string {
  const text = body === undefined ? "" : JSON.stringify(body);
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n`;
  const content = body === undefined ? "" : `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`;
  return `${head}${content}Accept: */*\r\nConnection: close\r\n\r\n${text}`;
}

/**
 * What the server says to these bytes until it closes the connection. Our side ends after a tenth of a second, since Node.js
 * drops the requests of a client that has ended.
 */
function exchange(bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write(bytes);
      setTimeout(() => socket.end(), 100);
    });
    let text = "";
    socket.setTimeout(40_000, () => {
      socket.destroy();
      reject(new Error("no end"));
    });
    socket.on("data", (data) => (text += data.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}

test("fuzzing: bytes on the socket", { timeout: 2 ** 31 - 1 }, async () => {
  const one = [
    ...bodies.map(([method, path, body]) => requestText(method, path, body)),
    ...paths.map((path) => requestText("GET", path)),
  ];
  const keep = (text: string) => text.replace("Connection: close", "Connection: keep-alive");
  const chunked = `${requestText("POST", "/search").replace(
    "Accept: */*",
    "Content-Type: application/json\r\nTransfer-Encoding: chunked",
  )}5\r\n{"id"\r\n8\r\n:"good"}\r\n0\r\n\r\n`;
  const pipelined = keep(one[0]!) + keep(one[7]!) + one[4]!;
  await fuzz("bytes on the socket", {
    seeds: [...one, pipelined, chunked],
    mayRefuse: true,
    share: 0.2,
    patience: 45_000,
    async read(bytes) {
      const said = await exchange(bytes);
      const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
      for (const status of statuses) checkOutcome(status, said.slice(0, 300));
    },
  });
  await isWell();
});

test("fuzzing: bodies", { timeout: 2 ** 31 - 1 }, async () => {
  const routes = new Map(bodies.map(([method, path], i) => [i, { method, path }]));
  for (const [i, { method, path }] of routes) {
    await fuzz(`${method} ${path}, ${Object.keys(bodies[i]![2]).join(" ")}`, {
      seeds: [JSON.stringify(bodies[i]![2])],
      mayRefuse: true,
      share: 0.05,
      patience: 45_000,
      read: async (bytes) => checkOutcome(await post(method, path, bytes), Buffer.from(bytes).toString("latin1")),
    });
  }
  await isWell();
});

/** The status of the reply, which is one line of JSON where it is a refusal. */
function post(method: string, path: string, body: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const requested = request({ agent, port: server.port, host: "127.0.0.1", method, path, headers }, (reply) => {
      let text = "";
      reply.on("data", (data) => (text += data));
      reply.on("end", () => {
        const status = reply.statusCode!;
        const { error } = JSON.parse(text);
        if (status >= 400 && (typeof error !== "string" || /\n|node_modules|\.js:\d/.test(error))) {
          reject(new Error(`${status} ${text}`));
        } else resolve(status);
      });
    });
    requested.on("error", reject);
    requested.end(body);
  });
}
