// vantage serve as a process: who it lets in by its flags, and how it ends.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { checkToken } from "../../server/access/token.js";
import { featuresOf, writeSmallIndex } from "../../server/fixture.testing.js";
import { startServer } from "../../server/real-server.testing.js";

const script = fileURLToPath(new URL("../../../bin/vantage.js", import.meta.url));
const hanging = fileURLToPath(new URL("./serve-hang.child.testing.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vantage-serve-"));
before(() => void writeSmallIndex(folder));
after(() => rmSync(folder, { recursive: true, force: true }));

const refusals: Record<string, { args: readonly string[]; env?: NodeJS.ProcessEnv; expected: RegExp }> = {
  "all addresses without a token": { args: ["--host", "0.0.0.0"], expected: /VANTAGE_TOKEN.*--token.*--without-token/ },
  "a short token": { args: [], env: { VANTAGE_TOKEN: "secret" }, expected: /6 characters, expected 8/ },
  "an origin that is none": { args: ["--allow-origin", "*"], expected: /--allow-origin.*expected/ },
};
for (const [what, { args, env, expected }] of Object.entries(refusals)) {
  test(`refused: ${what}`, () => {
    const { status, stderr } = spawnSync(process.execPath, [script, "serve", folder, "--port", "0", ...args], {
      encoding: "utf8",
      env: { ...process.env, VANTAGE_TOKEN: undefined, ...env },
      timeout: 30_000,
    });
    assert.equal(status, 2, stderr);
    assert.match(stderr, expected);
    assert.equal(stderr.trim().split("\n").length, 1);
  });
}

test("refused by demo before it trains", () => {
  const args = [script, "demo", "--serve", "--host", "0.0.0.0", "--out", join(folder, "demo")];
  const env = { ...process.env, VANTAGE_TOKEN: undefined };
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env, timeout: 30_000 });
  assert.equal(status, 2);
  assert.match(stderr, /^vantage: .*--without-token/);
});

test("tokens that nobody can send, or that are soon guessed, are refused", () => {
  for (const token of [
    "",
    "1234567",
    " long-enough",
    "ключ-ключ-ключ",
    "one-line\ntwo",
    "tökén-tökén",
    "x".repeat(20_000),
  ]) {
    assert.throws(() => checkToken(token), { name: "UserError" }, token.slice(0, 20));
  }
  for (const token of ["12345678", "a/b+c=d~e.f_g-h", "x".repeat(1024)]) checkToken(token);
});

async function ask(url: string, host: string): Promise<number> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    request(`${url}/indexes`, { headers: { host }, agent: false }, (reply) => resolve(reply.resume().statusCode!))
      .on("error", reject)
      .end();
  });
}

test("loopback in any spelling answers to its own names only, and to those that are allowed", async () => {
  for (const host of ["127.1", "localhost"]) {
    const server = await startServer(folder, ["--host", host, "--allow-host", "Search.example"]);
    assert.equal(await ask(server.url, "evil.example"), 403, host);
    assert.equal(await ask(server.url, "127.0.0.1:1"), 200, host);
    assert.equal(await ask(server.url, "search.example:80"), 200, host);
    assert.equal(await server.end("SIGTERM"), 0);
  }
});

test("all addresses where that is wanted", async () => {
  const server = await startServer(folder, ["--host", "0.0.0.0", "--without-token"]);
  assert.equal(await ask(server.url, "anything.example"), 200);
  assert.equal(await server.end("SIGINT"), 130);
});

interface Ended {
  readonly status: number | null;
  readonly said: string;
  readonly seconds: number;
}

function ending(child: ChildProcess): { said(): string; end(signal: NodeJS.Signals): Promise<Ended> } {
  let said = "";
  child.stderr!.on("data", (data) => (said += data));
  const closed = new Promise<number | null>((resolve) => child.once("close", (status) => resolve(status)));
  return {
    said: () => said,
    async end(signal) {
      const started = performance.now();
      child.kill(signal);
      const status = await closed;
      return { status, said, seconds: (performance.now() - started) / 1000 };
    },
  };
}

test("SIGTERM with a search that never ends: the process ends within ten seconds and says so", async () => {
  const child = spawn(process.execPath, [hanging, "serve", folder, "--port", "0", "--threads", "1"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const server = ending(child);
  let url: string | undefined;
  for (; url === undefined; await sleep(20)) url = /at (http:\S+)\//.exec(server.said())?.[1];
  const options = { method: "POST", headers: { "content-type": "application/json" } };
  const body = JSON.stringify({ view: "a", features: featuresOf(1) });
  const hung = fetch(`${url}/search`, { ...options, body }).then(
    ({ status }) => status,
    () => "cut",
  );
  await sleep(200);
  const { status, said, seconds } = await server.end("SIGTERM");
  assert.equal(await hung, "cut");
  // 9.5 s, and what a busy machine adds.
  assert.ok(seconds < 12, `${seconds} s`);
  assert.match(said, /still open; exit status 1/);
  assert.equal(status, 1);
});

const canUnshare = process.platform === "linux" && spawnSync("unshare", ["--pid", "--fork", "true"]).status === 0;
test("SIGTERM to process 1 of a container while it starts: it ends before it serves", {
  skip: canUnshare ? false : "no unshare",
}, async () => {
  const child = spawn(
    "unshare",
    ["--pid", "--fork", "--kill-child", process.execPath, script, "serve", folder, "--port", "0", "--threads", "1"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const server = ending(child);
  let isClosed = false;
  child.once("close", () => {
    isClosed = true;
  });
  // Node.js itself takes a while until it receives any signal.
  for (const started = performance.now(); !isClosed && performance.now() - started < 9000; await sleep(50)) {
    const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" });
    if (/\d/.test(stdout)) process.kill(Number(stdout), "SIGTERM");
  }
  const { status, said } = await server.end("SIGKILL");
  assert.ok([0, 130, 143].includes(status!), `${status} ${said}`);
  assert.doesNotMatch(said, /serving/);
});
