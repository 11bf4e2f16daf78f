// Who may ask: tokens and those who guess them, other sites' pages, names of the host.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { type SmallIndex, smallIndex } from "../fixture.testing.js";
import { createServer, type ServerOptions } from "../server.js";
import { isLoopback } from "./security.js";
import { addressOf } from "./token.js";

const token = "a-token-of-enough-length";
let small: SmallIndex;
before(async () => {
  small = await smallIndex();
});
after(() => small.close());

async function withServer(options: Partial<ServerOptions>, work: (server: FastifyInstance) => Promise<void>) {
  const said: string[] = [];
  const indexes = new Map([["small", small.index]]);
  const server = await createServer({ indexes, localOnly: true, say: (line) => said.push(line), ...options });
  try {
    await work(server);
  } finally {
    await server.close();
  }
  assert.deepEqual(said, []);
}

const get = (server: FastifyInstance, authorization?: string, remoteAddress = "127.0.0.1") =>
  server.inject({
    url: "/indexes",
    remoteAddress,
    headers: { host: "localhost", ...(authorization !== undefined && { authorization }) },
  });

test("the token in any spelling of Bearer, and nothing else", async () => {
  await withServer({ token }, async (server) => {
    for (const right of [`Bearer ${token}`, `bearer ${token}`, `BEARER  ${token}`]) {
      assert.equal((await get(server, right)).statusCode, 200, right);
    }
    for (const wrong of [
      undefined,
      "",
      "Bearer",
      `Basic ${token}`,
      token,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
    ]) {
      const { statusCode, headers } = await get(server, wrong);
      assert.equal(statusCode, 401, wrong);
      assert.equal(headers["www-authenticate"], "Bearer");
    }
  });
});

test("who guesses is answered later and later; the right token is taken all the while", async () => {
  await withServer({ token }, async (server) => {
    const started = performance.now();
    const statuses: number[] = [];
    let wait = "";
    for (let i = 0; i < 14; i++) {
      const { statusCode, headers } = await get(server, `Bearer guess-${i}`);
      statuses.push(statusCode);
      wait = String(headers["retry-after"] ?? "");
    }
    assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(4).fill(429)]);
    assert.equal(wait, "1");
    assert.ok(performance.now() - started > 1000, "answers are held back");
    const again = performance.now();
    assert.equal((await get(server, `Bearer ${token}`)).statusCode, 200);
    // Another address has guesses of its own.
    assert.equal((await get(server, "Bearer guess", "192.0.2.7")).statusCode, 401);
    // Without any token nothing is guessed.
    assert.equal((await get(server)).statusCode, 401);
    assert.ok(performance.now() - again < 1500);
  });
});

test("guesses from one network count together", () => {
  const network = addressOf("2001:db8:1:2:aaaa::1");
  assert.equal(addressOf("2001:db8:1:2::99"), network);
  assert.notEqual(addressOf("2001:db8:1:3::99"), network);
  assert.equal(addressOf("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(addressOf("::1"), addressOf("0:0:0:0:0:0:0:1"));
});

test("pages of allowed sites may ask from a browser, others may not", async () => {
  const origin = "https://app.example";
  await withServer({ token, allowedOrigins: [origin] }, async (server) => {
    const preflight = (from: string) =>
      server.inject({
        method: "OPTIONS",
        url: "/items",
        headers: { host: "localhost", origin: from, "access-control-request-method": "DELETE" },
      });
    const allowed = await preflight(origin);
    assert.equal(allowed.statusCode, 204);
    assert.equal(allowed.headers["access-control-allow-origin"], origin);
    assert.match(String(allowed.headers["access-control-allow-methods"]), /DELETE/);
    assert.match(String(allowed.headers["access-control-allow-headers"]), /authorization/);
    const foreign = await preflight("https://evil.example");
    assert.equal(foreign.headers["access-control-allow-origin"], undefined);
    assert.notEqual(foreign.statusCode, 204);
    const requested = await server.inject({
      url: "/indexes",
      headers: { host: "localhost", origin, authorization: `Bearer ${token}` },
    });
    assert.deepEqual([requested.statusCode, requested.headers["access-control-allow-origin"]], [200, origin]);
    assert.equal(requested.headers.vary, "origin");
    // Also a refusal can be read.
    const refused = await server.inject({ url: "/indexes", headers: { host: "localhost", origin } });
    assert.deepEqual([refused.statusCode, refused.headers["access-control-allow-origin"]], [401, origin]);
  });
  await withServer({}, async (server) => {
    const { headers } = await server.inject({ url: "/health", headers: { host: "localhost", origin } });
    assert.equal(headers["access-control-allow-origin"], undefined);
  });
});

test("addresses that only this machine reaches, in any spelling", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1"]) {
    assert.equal(isLoopback(address), true, address);
  }
  for (const address of [
    "0.0.0.0",
    "::",
    "192.0.2.1",
    "128.0.0.1",
    "::2",
    "::ffff:192.0.2.1",
    "127.evil.example",
    "",
  ]) {
    assert.equal(isLoopback(address), false, address);
  }
});

test("names of the host that are allowed", async () => {
  await withServer({ allowedHosts: ["search.example.com"] }, async (server) => {
    const ask = async (host: string) => (await server.inject({ url: "/indexes", headers: { host } })).statusCode;
    assert.equal(await ask("search.example.com"), 200);
    assert.equal(await ask("Search.Example.com:8443"), 200);
    assert.equal(await ask("localhost:1"), 200);
    assert.equal(await ask("evil.search.example.com"), 403);
    assert.equal(await ask("[::ffff:127.0.0.1]:1"), 200);
  });
});
