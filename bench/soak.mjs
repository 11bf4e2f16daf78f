// A real server for minutes on end, with faults: upserts, deletes, searches and pages on a folder index and a PostgreSQL index,
// while connections are cut, the database and the server are killed and the disk is full. At the end everything that was
// acknowledged has to be there, as it was last acknowledged, and the server's memory and disk flat.
// node bench/soak.mjs --minutes 20 [--writers 4] [--ids 300] [--seed 1] [--pause 25]; needs `npm run build:tests` and the programs of PostgreSQL
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Random } from "../dist/core/kernels/random.js";
import { encodeModel } from "../dist/core/onnx/model.js";
import { Engine } from "../dist/core/runtime/index.js";
import { greater, input, mul } from "../dist/core/tensor/index.js";
import { createIndexFolder, readIndexFolder } from "../dist/search/index/index-folder.js";
import { openStore } from "../dist/search/stores/open-store.js";
import { FreezingProxy } from "../dist/search/stores/postgres/freezing-proxy.testing.js";
import { PostgresServer } from "../dist/search/stores/postgres/postgres.testing.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    writers: { type: "string", default: "4" },
    ids: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    pause: { type: "string", default: "25" },
  },
});
const [minutes, writers, ids, seed, pause] = ["minutes", "writers", "ids", "seed", "pause"].map((key) =>
  Number(values[key]),
);
const bits = 64;
/** Replies have to come within 30 s; a little more for this process, which waits for its turn too. */
const longestReply = 33;
const place = mkdtempSync(join(tmpdir(), "vantage-soak-"));
const disk = join(place, "disk");
const begun = performance.now();
const seconds = () => (performance.now() - begun) / 1000;
const log = (text) => process.stdout.write(`${seconds().toFixed(0).padStart(5)} s  ${text}\n`);
const problems = [];
function problem(text) {
  problems.push(text);
  log(`PROBLEM: ${text}`);
}

// The two indexes, and the ways to them.
const postgres = PostgresServer.start();
if (typeof postgres === "string") {
  process.stderr.write(`${postgres}\n`);
  process.exit(2);
}
const proxy = await FreezingProxy.before(join(postgres.folder, ".s.PGSQL.5432"));
const login = `${postgres.user}:${encodeURIComponent(postgres.password)}`;
process.env.DATABASE_URL = `postgres://${login}@127.0.0.1:${proxy.port}/postgres`;
mkdirSync(disk);
// room for a log of twice its live bytes while it is written anew
const isSmall = spawnSync("mount", ["-t", "tmpfs", "-o", "size=96m", "tmpfs", disk]).status === 0;
if (!isSmall) log("no right to mount a small disk: it will not be full");
const folders = { folder: join(disk, "in-folder"), postgres: join(place, "in-postgres") };
for (const [kind, folder] of Object.entries(folders)) await makeIndex(kind, folder);

async function makeIndex(kind, folder) {
  const x = input("a", ["n", bits]);
  const code = mul(x, 1);
  const models = new Map([["a.onnx", encodeModel({ name: "a", outputs: { code, bits: greater(code, 0) } })]]);
  const about = { name: kind, created: new Date().toISOString(), method: "dchn", dataset: "random", run: "none" };
  const view = { name: "a", columns: bits, model: "a.onnx", inputs: [{ name: "a", columns: bits }], output: "code" };
  const what = { ...about, bits, dimensions: bits, codes: "sign", views: [view], store: kind };
  const engine = await Engine.open({ threads: 1 });
  await (await openStore(createIndexFolder(folder, what, models), engine, { isMaking: true })).close();
  engine.close();
}

// The server.
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const url = `http://127.0.0.1:${port}`;
const script = new URL("../bin/vantage.js", import.meta.url).pathname;
let server;
let lives = 0;

async function startServer() {
  lives++;
  const child = spawn(
    process.execPath,
    [script, "serve", folders.folder, folders.postgres, "--port", `${port}`, "--threads", "1"],
    { cwd: place, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
    if (said.length > 1 << 20) said = said.slice(-1000);
  });
  const ended = new Promise((resolve) => child.once("close", (status, signal) => resolve(signal ?? status)));
  server = { child, ended, since: seconds(), said: () => said };
  const isUp = await new Promise((resolve) => {
    child.stderr.on("data", () => /serving /.test(said) && resolve(true));
    void ended.then(() => resolve(false));
    setTimeout(resolve, 60_000, false);
  });
  if (isUp) return;
  child.kill("SIGKILL");
  // with its database away it says so and ends: whoever watches it starts it again
  if (!/does not answer|run out|starting up/.test(said)) problem(`the server did not start: ${said.slice(-500)}`);
  await sleep(2000);
  await startServer();
}

/** One request; `status` 0 where there was no reply. */
const counts = new Map();
let slowest = 0;
async function ask(method, path, body) {
  const since = performance.now();
  let [status, reply] = [0, undefined];
  try {
    const response = await fetch(url + path, {
      method,
      signal: AbortSignal.timeout(90_000),
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    reply = await response.json();
    status = response.status;
  } catch (error) {
    if (error.name === "TimeoutError") problem(`${method} ${path}: no reply within 90 s`);
  }
  const took = (performance.now() - since) / 1000;
  if (status !== 0) slowest = Math.max(slowest, took);
  if (status !== 0 && took > longestReply) problem(`${method} ${path}: ${status} after ${took.toFixed(1)} s`);
  const key = `${method} ${path.split(/[/?]/)[1]} ${status || "no reply"}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  return { status, reply };
}

/** The features of a version of an item: random signs. */
function features(id, version) {
  const random = new Random(version, id);
  return Array.from({ length: bits }, () => (random.next() < 0.5 ? -1 : 1));
}

// What each item may be: the versions that a reply left open, 0 where it is not there.
const states = { folder: new Map(), postgres: new Map() };
let isOver = false;

/** Works on ids of its own, one request after the other, so that it knows what each has to be. */
async function write(kind, number) {
  const random = new Random(seed, `writer ${kind} ${number}`);
  const known = states[kind];
  let version = 0;
  while (!isOver) {
    const chosen = Array.from({ length: 1 + random.integer(8) }, () => `w${number}-${random.integer(ids)}`);
    const own = [...new Set(chosen)];
    const isDelete = random.next() < 0.2;
    const next = isDelete ? 0 : ++version;
    for (const id of own) known.set(id, new Set([...(known.get(id) ?? [0]), next]));
    const item = (id) => ({
      id,
      view: "a",
      features: features(id, next),
      metadata: { version: next, pad: "x".repeat(random.integer(1500)) },
    });
    const { status } = isDelete
      ? await ask("DELETE", "/items", { index: kind, ids: own })
      : await ask("POST", "/items", { index: kind, items: own.map(item) });
    if (status === 200) for (const id of own) known.set(id, new Set([next]));
    else if (status !== 0 && status < 500) problem(`${kind}: ${isDelete ? "DELETE" : "POST"} ${status}`);
    else await sleep(200 + random.integer(500));
    if (random.next() < 0.3) await look(kind, own[0]);
    await sleep(random.integer(40));
  }
}

/** What is stored of an item that nobody else writes now. */
async function look(kind, id) {
  const { status, reply } = await ask("GET", `/items/${id}?index=${kind}`);
  if (status !== 200 && status !== 404) return;
  const found = status === 404 ? 0 : reply.views[0].metadata.version;
  check(kind, id, found);
}

function check(kind, id, found) {
  const allowed = states[kind].get(id) ?? new Set([0]);
  if (!allowed.has(found)) problem(`${kind}: ${id} is version ${found}, expected ${[...allowed].join(" or ")}`);
}

async function search(kind, number) {
  const random = new Random(seed, `search ${kind} ${number}`);
  while (!isOver) {
    const mode = random.next() < 0.5 ? "exact" : "approximate";
    const query = { index: kind, view: "a", features: features("query", random.integer(1e6)), k: 10, mode };
    const { status, reply } = await ask("POST", "/search", query);
    if (status === 200) {
      const order = reply.hits.map(({ distance }) => distance);
      if (order.some((distance, i) => i > 0 && distance < order[i - 1])) problem(`${kind}: hits out of order`);
      if (new Set(reply.hits.map(({ id }) => id)).size < reply.hits.length) problem(`${kind}: a hit twice`);
    } else if (status !== 0 && status < 500) problem(`${kind}: POST /search ${status} ${JSON.stringify(reply)}`);
    await sleep(20 + random.integer(60));
  }
}

/** Goes through all pages again and again, beside the server: what was there before and after is on exactly one page. */
async function page() {
  const engine = await Engine.open({ threads: 1 });
  while (!isOver) {
    try {
      const store = await openStore(readIndexFolder(folders.postgres), engine);
      try {
        const certain = () => [...states.postgres].filter(([, each]) => !each.has(0)).map(([id]) => id);
        const before = new Set(certain());
        const touched = new Map([...states.postgres].map(([id, each]) => [id, each]));
        const seen = new Map();
        for (
          let items = await store.page(undefined, 50);
          items.length > 0;
          items = await store.page(items.at(-1), 50)
        ) {
          for (const { id } of items) seen.set(id, (seen.get(id) ?? 0) + 1);
          await sleep(10);
        }
        for (const id of certain()) {
          // one that was written meanwhile may have been deleted in between
          const isSame = before.has(id) && touched.get(id) === states.postgres.get(id);
          if (isSame && seen.get(id) !== 1) problem(`postgres: ${id} is on ${seen.get(id) ?? 0} pages`);
        }
      } finally {
        await store.close();
      }
      await sleep(1000);
    } catch (error) {
      if (error.code !== "ERR_UNAVAILABLE") problem(`pages: ${error.message}`);
      await sleep(1000);
    }
  }
  engine.close();
}

// The faults.
const random = new Random(seed, "faults");
const faults = {
  "connections to the database are cut": async () => proxy.freeze(),
  "one connection to the database is cut": async () => proxy.freeze(1),
  "the database cannot be reached": async () => {
    proxy.freeze();
    proxy.swallowsNew = true;
    await sleep(5000 + random.integer(20_000));
    proxy.swallowsNew = false;
    // what is held on the way never comes through
  },
  "the database is killed": async () => {
    postgres.crash();
    await sleep(2000 + random.integer(6000));
    postgres.up();
  },
  "the server is killed": async () => {
    server.child.kill("SIGKILL");
    await server.ended;
    await startServer();
  },
  "the server is stopped": async () => {
    const since = seconds();
    server.child.kill("SIGTERM");
    const status = await Promise.race([server.ended, sleep(30_000, "nothing", { ref: false })]);
    if (status !== 0) problem(`SIGTERM: the server ended with ${status} after ${(seconds() - since).toFixed(1)} s`);
    server.child.kill("SIGKILL");
    await startServer();
  },
  ...(isSmall && {
    "the disk is full": async () => {
      const filler = join(disk, "filler");
      try {
        writeFileSync(filler, Buffer.alloc(128 << 20));
      } catch {
        // as much as fits
      }
      await sleep(3000 + random.integer(8000));
      rmSync(filler, { force: true });
    },
  }),
};

async function disturb(until) {
  const names = Object.keys(faults);
  let turn = 0;
  for (;;) {
    await sleep(1000 * (pause / 2 + random.integer(pause)));
    if (seconds() >= until) return;
    // each kind comes before the first comes again
    if (turn % names.length === 0) random.shuffle(names);
    const name = names[turn++ % names.length];
    log(name);
    await faults[name]();
  }
}

// What is measured.
const samples = [];
function measure() {
  try {
    const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
    const memory = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
    const files = sizeOf(join(folders.folder, "store"));
    samples.push({ at: seconds() / 60, life: seconds() - server.since, memory, files });
  } catch {
    // between two lives
  }
}

function sizeOf(folder) {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size / 2 ** 20, 0);
}

/** Least squares, a minute. */
function slope(points, key) {
  const mean = (of) => points.reduce((sum, each) => sum + of(each), 0) / points.length;
  const [x, y] = [mean(({ at }) => at), mean((each) => each[key])];
  const square = mean(({ at }) => (at - x) ** 2);
  return square === 0 ? 0 : mean((each) => (each.at - x) * (each[key] - y)) / square;
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}

/** @param room what may be added, in MiB: files grow to twice what is live before they are written anew. */
function flat(what, points, key, room) {
  const third = Math.floor(points.length / 3);
  const [first, last] = [points.slice(0, third), points.slice(-third)].map((part) =>
    median(part.map((each) => each[key])),
  );
  const most = Math.max(...points.map((each) => each[key]));
  log(
    `${what}: ${first.toFixed(1)} MiB in the first third, ${last.toFixed(1)} in the last, at most ${most.toFixed(1)}; ` +
      `slope ${slope(points, key).toFixed(3)} MiB a minute`,
  );
  if (last > 1.25 * first + room) problem(`${what} grows`);
}

// All of it.
let status = 1;
try {
  await startServer();
  const measuring = setInterval(measure, 2000);
  const workers = [
    ...Object.keys(folders).flatMap((kind) => [
      ...Array.from({ length: writers }, (_, i) => write(kind, i)),
      search(kind, 0),
      search(kind, 1),
    ]),
    page(),
  ];
  log(`${writers} writers and 2 searches on each of two indexes, for ${minutes} minutes`);
  await disturb(minutes * 60);
  log("no more faults");
  await sleep(15_000);
  isOver = true;
  await Promise.all(workers);
  clearInterval(measuring);

  for (const kind of Object.keys(folders)) for (const id of states[kind].keys()) await look(kind, id);
  server.child.kill("SIGTERM");
  const ended = await Promise.race([server.ended, sleep(30_000, "nothing", { ref: false })]);
  if (ended !== 0) problem(`the server ended with ${ended}: ${server.said().slice(-500)}`);
  const engine = await Engine.open({ threads: 1 });
  for (const [kind, folder] of Object.entries(folders)) {
    const store = await openStore(readIndexFolder(folder), engine);
    const found = new Map();
    for (let items = await store.page(undefined, 500); items.length > 0; items = await store.page(items.at(-1), 500)) {
      for (const { id, code, metadata } of items) {
        if (found.has(id)) problem(`${kind}: ${id} is on two pages`);
        found.set(id, metadata.version);
        const wanted = new Uint8Array(bits / 8);
        features(id, metadata.version).forEach((value, i) => {
          if (value > 0) wanted[i >> 3] |= 0x80 >> (i & 7);
        });
        if (Buffer.compare(code, wanted) !== 0) problem(`${kind}: ${id} has another version's code`);
      }
    }
    for (const id of new Set([...found.keys(), ...states[kind].keys()])) check(kind, id, found.get(id) ?? 0);
    const open = [...states[kind].values()].filter((each) => each.size > 1).length;
    log(`${kind}: ${found.size} items, ${states[kind].size} ids written, ${open} of them without a last reply`);
    await store.close();
  }
  engine.close();

  for (const [key, count] of [...counts].sort()) log(`${key}: ${count}`);
  log(`slowest reply ${slowest.toFixed(1)} s; ${lives} lives of the server`);
  const settled = samples.filter(({ life }) => life > 20);
  if (settled.length >= 9) {
    flat("memory of the server", settled, "memory", 24);
    flat("files of the folder index", samples, "files", 8);
  }
  postgres.sql("VACUUM");
  log(
    `database: ${(Number(postgres.sql("SELECT pg_database_size('postgres')")) / 2 ** 20).toFixed(1)} MiB after a VACUUM`,
  );
  log(problems.length === 0 ? "nothing acknowledged is lost" : `${problems.length} problems`);
  status = problems.length === 0 ? 0 : 1;
} finally {
  server?.child.kill("SIGKILL");
  proxy.close();
  postgres.stop();
  if (isSmall) spawnSync("umount", [disk]);
  rmSync(place, { recursive: true, force: true });
}
process.exit(status);
