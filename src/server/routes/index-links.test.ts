// Tests of links in an index folder: whatever is a link is followed neither for reading nor for writing.
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { readIndexFolder } from "../../search/index/index-folder.js";
import { readIndexMap, writeIndexMap } from "../../search/index/index-map.js";
import { emojiDetails } from "../../search/index/item-details.js";
import { SearchIndex } from "../../search/index/search-index.js";
import { openPglite } from "../../search/stores/postgres/pglite.js";
import { featuresOf, writeSmallIndex } from "../fixture.testing.js";
import { createServer } from "../server.js";

const root = mkdtempSync(join(tmpdir(), "vantage-index-links-"));
const whole = join(root, "whole");
const folder = join(root, "index");
const other = join(root, "other");
let engine: Engine;
const noto = {
  name: "noto",
  columns: 1,
  model: "a",
  inputs: [] as { name: string; columns: number }[],
  output: "code",
  features: { encoder: "emoji:noto", material: "pictures" },
} as const;

before(async () => {
  engine = await Engine.open({ threads: 1 });
  writeSmallIndex(whole, "folder", { a: Array.from({ length: 16 }, (_, i) => `a${i}`) });
  await use(whole);
});
after(() => {
  engine.close();
  rmSync(root, { recursive: true });
});

/** Everything that is done with an index: opened, asked, added to, its map and pictures written. */
async function use(at: string): Promise<void> {
  const index = await SearchIndex.open(at, engine);
  try {
    await index.add([{ id: "x", view: "a", features: featuresOf(1) }]);
    await index.search({ view: "a", features: featuresOf(1), k: 1, mode: "exact" });
  } finally {
    await index.close();
  }
  const axis = Float32Array.of(1);
  writeIndexMap(at, { projection: "PCA", x: axis, y: axis, colorings: [], ids: ["x"] });
  readIndexMap(at);
  readIndexFolder(at);
  await emojiDetails(at, [noto], Int32Array.of(0));
}

function contents(at: string): Map<string, string> {
  const files = readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "hex")]),
  );
}

const parts = ["index.yaml", "columns.json", "map.safetensors", "model", "model/a.onnx", "store", "store/items.log"];
for (const part of [...parts, "store/items.columns", "thumbnails", "thumbnails/noto"]) {
  test(`${part} is a link to what is somebody else's`, async () => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(other, { recursive: true, force: true });
    cpSync(whole, folder, { recursive: true });
    mkdirSync(other);
    renameSync(join(folder, part), join(other, "target"));
    symlinkSync(join(other, "target"), join(folder, part));
    // A torn record, which whoever opens the log cuts off.
    if (part === "store/items.log") writeFileSync(join(other, "target"), "torn", { flag: "a" });
    const before = contents(other);
    const work = use(folder);
    // Columns that cannot be read are made anew from the log.
    if (part === "store/items.columns") await work;
    else
      await assert.rejects(work, (error: Error) => error instanceof UserError && /symbolic link/.test(error.message));
    assert.deepEqual(contents(other), before);
  });
}

test("a picture that is a link is not sent", async () => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(whole, folder, { recursive: true });
  symlinkSync("/etc/passwd", join(folder, "thumbnails", "a.svg"));
  symlinkSync("/etc", join(folder, "thumbnails", "etc"));
  writeFileSync(join(folder, "thumbnails", "b.svg"), "<svg/>");
  const index = await SearchIndex.open(folder, engine);
  const server = await createServer({ indexes: new Map([["small", index]]), localOnly: true, say: () => {} });
  const get = (name: string) => server.inject({ url: `/thumbnails/small/${name}`, headers: { host: "localhost" } });
  assert.equal((await get("b.svg")).statusCode, 200);
  for (const name of ["a.svg", "etc/a.svg"]) {
    const { statusCode, body } = await get(name);
    assert.ok(statusCode >= 400 && statusCode < 500, `${name} ${statusCode}`);
    assert.ok(!body.includes("root:"));
  }
  await server.close();
  await index.close();
});

test("a picture that becomes a link while it is requested is not sent", async (context) => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(whole, folder, { recursive: true });
  const pictures = join(folder, "thumbnails");
  for (const part of ["real", "secret"]) {
    mkdirSync(join(root, part));
    writeFileSync(join(root, part, "a.svg"), part === "real" ? "<svg/>" : "root:");
  }
  // Exchanges the picture, and the folder that another one is in, for links to a secret and back, without a pause.
  const script = `
    const { cpSync, renameSync, rmSync, symlinkSync } = require("node:fs");
    const { join } = require("node:path");
    const { workerData: [root, pictures], parentPort } = require("node:worker_threads");
    const [file, folder] = [join(pictures, "a.svg"), join(pictures, "in")];
    for (let round = 0; ; round++) {
      symlinkSync(join(root, "secret/a.svg"), file + "~");
      renameSync(file + "~", file);
      rmSync(folder, { recursive: true, force: true });
      symlinkSync(join(root, "secret"), folder);
      cpSync(join(root, "real/a.svg"), file + "~");
      renameSync(file + "~", file);
      cpSync(join(root, "real"), folder + "~", { recursive: true });
      rmSync(folder);
      renameSync(folder + "~", folder);
      if (round === 0) parentPort.postMessage("begun");
    }`;
  const worker = new Worker(script, { eval: true, workerData: [root, pictures] });
  context.after(() => worker.terminate());
  const begun = once(worker, "message");
  const index = await SearchIndex.open(folder, engine);
  const server = await createServer({ indexes: new Map([["small", index]]), localOnly: true, say: () => {} });
  await begun;
  const replies = new Map<number, number>();
  for (let i = 0; i < 600; i++) {
    const url = `/thumbnails/small/${i % 2 === 0 ? "a.svg" : "in/a.svg"}`;
    const { statusCode, body } = await server.inject({ url, headers: { host: "localhost" } });
    if (statusCode === 200) assert.equal(body, "<svg/>");
    else assert.ok(statusCode === 400 || statusCode === 404, `${statusCode} ${body}`);
    replies.set(statusCode, (replies.get(statusCode) ?? 0) + 1);
  }
  assert.ok(replies.get(200)! > 0, JSON.stringify([...replies]));
  await server.close();
  await index.close();
});

test("a picture that a client has already is not sent again", async () => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(whole, folder, { recursive: true });
  const picture = join(folder, "thumbnails", "a.svg");
  writeFileSync(picture, "<svg/>");
  const index = await SearchIndex.open(folder, engine);
  const server = await createServer({ indexes: new Map([["small", index]]), localOnly: true, say: () => {} });
  const ask = (headers = {}, method: "GET" | "HEAD" = "GET") =>
    server.inject({ method, url: "/thumbnails/small/a.svg", headers: { host: "localhost", ...headers } });
  const { statusCode, body, headers } = await ask();
  assert.deepEqual([statusCode, body, headers["content-length"]], [200, "<svg/>", "6"]);
  const same = await ask({ "if-none-match": `"other", ${headers.etag}` });
  assert.deepEqual([same.statusCode, same.body], [304, ""]);
  const head = await ask({}, "HEAD");
  assert.deepEqual([head.statusCode, head.body, head.headers["content-length"]], [200, "", "6"]);
  writeFileSync(picture, "<svg></svg>");
  assert.equal((await ask({ "if-none-match": headers.etag })).body, "<svg></svg>");
  await server.close();
  await index.close();
});

test("PGlite's files are looked through before it opens them", async () => {
  const database = join(root, "pglite", "database", "base");
  mkdirSync(database, { recursive: true });
  symlinkSync("/etc/passwd", join(database, "1"));
  await assert.rejects(openPglite(join(root, "pglite")), /database.base.1 is a symbolic link/);
  assert.deepEqual(readdirSync(join(root, "pglite")), ["database"], "its lock is given back");
});
