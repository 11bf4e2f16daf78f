// DELETE /runs/:name: moves a run's folder into the trash, and nothing else; best measures and settings of runs besides.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { createRun } from "../../runs/run-folder.js";
import { type SmallIndex, smallIndex } from "../fixture.testing.js";
import { createServer } from "../server.js";

let small: SmallIndex;
let server: FastifyInstance;
let runs: string;
const environment = {
  ...{ started: "2026-01-01", vantage: "1", node: "20", onnxruntime: "1", platform: "x", cpu: "x", cores: 2 },
  ...{ memoryBytes: 1, files: [] },
};

function makeRun(folder: string) {
  const run = createRun(
    folder,
    { method: "gmae", dataset: { name: "d" }, seed: 1, options: { lr: 0.01 } },
    environment,
  );
  for (const [i, acc] of [0.2, 0.7, 0.5].entries()) {
    run.log({ stage: "train", epoch: i + 1, seconds: i, losses: {}, metrics: { nmi: 0.9, acc } });
  }
  return run;
}

before(async () => {
  small = await smallIndex();
  runs = join(small.folder, "runs");
  const indexes = new Map([["small", small.index]]);
  server = await createServer({ indexes, runs, localOnly: true, say: assert.fail });
});
after(async () => {
  await server.close();
  await small.close();
});

async function ask(method: "DELETE" | "GET", path: string, headers: Record<string, string> = {}) {
  const { statusCode, body } = await server.inject({ method, url: path, headers: { host: "localhost", ...headers } });
  return { status: statusCode, body: JSON.parse(body) };
}

test("a run is moved into the trash, whole, and is no longer listed; a run inside a folder too", async () => {
  makeRun(join(runs, "one")).close();
  mkdirSync(join(runs, "several"));
  makeRun(join(runs, "several", "bits-64")).close();
  for (const name of ["one", "several/bits-64"]) {
    const { status, body } = await ask("DELETE", `/runs/${encodeURIComponent(name)}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.movedTo, /^\.trash\//);
    assert.ok(existsSync(join(runs, body.movedTo, "metrics.jsonl")));
    assert.equal(existsSync(join(runs, name)), false);
    assert.equal((await ask("DELETE", `/runs/${encodeURIComponent(name)}`)).status, 404);
  }
  assert.deepEqual((await ask("GET", "/runs")).body.runs, []);
  makeRun(join(runs, "one")).close();
  assert.equal((await ask("DELETE", "/runs/one")).status, 200, "one of the same name does not stand in the way");
  assert.equal(readdirSync(join(runs, ".trash")).length, 3);
});

test("a run that a process writes to stays", async () => {
  const run = makeRun(join(runs, "busy"));
  const { status, body } = await ask("DELETE", "/runs/busy");
  assert.deepEqual([status, body.error], [409, 'run "busy" is in use: stop its training first']);
  assert.ok(existsSync(join(runs, "busy", "config.yaml")));
  run.close();
  assert.equal((await ask("DELETE", "/runs/busy")).status, 200);
});

test("nothing outside the folder, no link, no folder that is not a run, and nobody else's page", async () => {
  const outside = join(small.folder, "outside");
  makeRun(outside).close();
  symlinkSync(outside, join(runs, "link"));
  mkdirSync(join(runs, "other"));
  writeFileSync(join(runs, "other", "notes.txt"), "mine");
  for (const name of ["../outside", "link", "other", ".trash", "..", "", "a/b/c", "/etc"]) {
    const { status } = await ask("DELETE", `/runs/${encodeURIComponent(name)}`);
    assert.ok(status === 404 || status === 400, `${name}: ${status}`);
  }
  assert.ok(existsSync(join(outside, "config.yaml")));
  assert.ok(existsSync(join(runs, "other", "notes.txt")));
  makeRun(join(runs, "kept")).close();
  assert.equal((await ask("DELETE", "/runs/kept", { host: "evil.example" })).status, 403);
  const indexes = new Map([["small", small.index]]);
  const guarded = await createServer({ indexes, runs, token: "let-me-in", localOnly: true, say: assert.fail });
  const refused = await guarded.inject({ method: "DELETE", url: "/runs/kept", headers: { host: "localhost" } });
  assert.equal(refused.statusCode, 401);
  await guarded.close();
  assert.ok(existsSync(join(runs, "kept")));
});

test("a trash that is a link is not written through", async () => {
  const elsewhere = await smallIndex();
  const folder = join(elsewhere.folder, "runs");
  const there = join(elsewhere.folder, "there");
  mkdirSync(there);
  makeRun(join(folder, "one")).close();
  symlinkSync(there, join(folder, ".trash"));
  const indexes = new Map([["small", elsewhere.index]]);
  const other = await createServer({ indexes, runs: folder, localOnly: true, say: () => {} });
  const { statusCode } = await other.inject({ method: "DELETE", url: "/runs/one", headers: { host: "localhost" } });
  assert.equal(statusCode, 400);
  assert.deepEqual([existsSync(join(folder, "one")), readdirSync(there)], [true, []]);
  await other.close();
  await elsewhere.close();
});

test("the list says each run's chief measure at its highest, and a run its settings", async () => {
  makeRun(join(runs, "measured")).close();
  const { runs: listed } = (await ask("GET", "/runs")).body;
  const own = listed.find(({ name }: { name: string }) => name === "measured");
  assert.deepEqual(own.best, { path: ["acc"], value: 0.7 });
  const { settings } = (await ask("GET", "/runs/measured/settings")).body;
  assert.deepEqual([settings.method, settings.options], ["gmae", { lr: 0.01 }]);
  assert.equal((await ask("GET", "/runs/nobody/settings")).status, 404);
});
