// Disks that are full or read-only, folders that two want at once, data that changes under a run: one line, and nothing is lost.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { openRun } from "../runs/run-folder.js";
import { itemOf } from "../search/stores/folder/folder-store.fixture.testing.js";
import { openFolderStore } from "../search/stores/folder/folder-store.js";
import { featuresOf, writeSmallIndex } from "../server/fixture.testing.js";
import { send, startServer } from "../server/real-server.testing.js";
import { startCommand, workplace, writeBlobs } from "./command.testing.js";

const place = workplace();
const small = ["--set", "hidden=[16,8]", "--set", "latent=6", "--set", "starts=4", "--threads", "1"];
const train = (...more: string[]) => ["train", "gmae", "--data", "blobs.npz", ...small, "--epochs", "3", ...more];

before(async () => {
  writeBlobs(place.path("blobs.npz"));
  await place.succeed(train("--out", "run"));
});
after(() => place.remove());

/** A small disk in a folder of its own, or nothing (and the test is skipped) where mounting is not allowed. */
function disk(
  context: TestContext,
  name: string,
  size: string,
): { fill(): void; free(): void; seal(): void } | undefined {
  const path = place.path(name);
  mkdirSync(path);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]).status !== 0) {
    context.skip("needs the right to mount a small disk");
    return undefined;
  }
  context.after(() => spawnSync("umount", [path]));
  return {
    fill: () => void spawnSync("dd", ["if=/dev/zero", `of=${path}/filler`, "bs=4k"], { stdio: "ignore" }),
    free: () => rmSync(`${path}/filler`),
    seal: () => assert.equal(spawnSync("mount", ["-o", "remount,ro", path]).status, 0),
  };
}

const halfWritten = (folder: string) =>
  readdirSync(place.path(folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));

test("a full disk: a run stops with one line, and goes on once there is room", async (context) => {
  const full = disk(context, "full-run", "256k");
  if (!full) return;
  await place.refuse(train("--out", "full-run/run"), /full-run\/run.* cannot be written: the disk is full$/);
  assert.deepEqual(halfWritten("full-run"), []);
  spawnSync("mount", ["-o", "remount,size=8m", place.path("full-run")]);
  await place.succeed(["train", "gmae", "--resume", "full-run/run", "--threads", "1"]);
  assert.deepEqual(openRun(place.path("full-run/run")).result!.metrics, openRun(place.path("run")).result!.metrics);
});

test("a full disk: encode, index", async (context) => {
  const full = disk(context, "full-out", "1m");
  if (!full) return;
  full.fill();
  for (const file of ["z.npy", "z.npz", "z.parquet"]) {
    await place.refuse(["encode", "run", "--out", `full-out/${file}`, "--threads", "1"], /the disk is full$/);
    assert.ok(!existsSync(place.path(`full-out/${file}`)));
  }
  await place.refuse(["index", "run", "--out", "full-out/index", "--threads", "1"], /the disk is full$/);
  assert.deepEqual(halfWritten("full-out"), []);
  full.free();
  await place.succeed(["index", "run", "--out", "full-out/index", "--threads", "1"]);
});

test("a full disk: a store keeps what it has acknowledged, goes on reading, and adds again once there is room", async (context) => {
  const full = disk(context, "full-store", "4m");
  if (!full) return;
  const space = { bits: 64, dimensions: 64 };
  const folder = place.path("full-store/store");
  const store = await openFolderStore(folder, { space });
  const items = (turn: number) => Array.from({ length: 100 }, (_, i) => itemOf(turn * 100 + i, space));
  let turns = 0;
  await assert.rejects(
    async () => {
      for (; ; turns++) await store.add(items(turns));
    },
    { name: "StorageError", message: /items\.log cannot be written: the disk is full$/ },
  );
  assert.ok(turns > 10);
  const [last] = await store.get(`item-${turns * 100 - 1}`);
  assert.deepEqual(last, itemOf(turns * 100 - 1, space));
  assert.deepEqual(await store.get(`item-${turns * 100}`), []);
  const { code } = itemOf(7, space);
  const [hits] = await store.search([{ code, k: 1, rerank: 0, mode: "exact" }]);
  assert.equal(hits![0]!.id, "item-7");
  await assert.rejects(store.add(items(turns)), /the disk is full$/);
  spawnSync("mount", ["-o", "remount,size=16m", place.path("full-store")]);
  await store.add(items(turns));
  await store.close();
  const again = await openFolderStore(folder);
  assert.deepEqual([...(await again.counts()).values()], [100 * (turns + 1)]);
  await again.close();
});

test("a full disk under a server: 507 with one line, searches go on, adding works again once there is room", async (context) => {
  const full = disk(context, "full-index", "2m");
  if (!full) return;
  const folder = place.path("full-index");
  writeSmallIndex(folder);
  const server = await startServer(folder);
  const item = { id: "good", view: "a", features: featuresOf(0xf0f0) };
  assert.equal((await send(server, "POST", "/items", { items: [item] })).status, 200);
  full.fill();
  const large = { ...item, id: "large", metadata: { text: "x".repeat(9000) } };
  const { status, body } = await send(server, "POST", "/items", { items: [large] });
  assert.equal(status, 507);
  assert.match(body.error as string, /cannot be written: the disk is full$/);
  assert.equal((await send(server, "GET", "/items/large")).status, 404);
  const found = await send(server, "POST", "/search", { view: "a", features: item.features, k: 1 });
  assert.equal((found.body.hits as { id: string }[])[0]!.id, "good");
  full.free();
  assert.equal((await send(server, "POST", "/items", { items: [large] })).status, 200);
  assert.equal(await server.end("SIGTERM"), 0);
});

test("a read-only disk: runs and indexes say so; what only reads goes on", async (context) => {
  const sealed = disk(context, "sealed", "8m");
  if (!sealed) return;
  cpSync(place.path("run"), place.path("sealed/run"), { recursive: true });
  await place.succeed(["index", "run", "--out", "sealed/index", "--threads", "1"]);
  sealed.seal();
  const readOnly = /sealed\/.* cannot be written: the file system is read-only$/;
  await place.refuse(train("--out", "sealed/new"), readOnly);
  await place.refuse(["train", "gmae", "--resume", "sealed/run"], readOnly);
  await place.refuse(["encode", "run", "--out", "sealed/z.npy"], readOnly);
  await place.refuse(["index", "run", "--out", "sealed/index"], readOnly);
  await place.succeed(["evaluate", "sealed/run", "--threads", "1"]);
  await place.succeed(["encode", "sealed/run", "--out", "z.npy", "--threads", "1"]);
});

test("an index on a read-only disk: searched by as many as like, not written", async (context) => {
  const sealed = disk(context, "sealed-index", "8m");
  if (!sealed) return;
  writeSmallIndex(place.path("sealed-index"));
  const folder = place.path("sealed-index");
  const first = await startServer(folder);
  const item = { id: "good", view: "a", features: featuresOf(0xf0f0) };
  assert.equal((await send(first, "POST", "/items", { items: [item] })).status, 200);
  await first.end("SIGKILL");
  // A torn last record, as a kill leaves it, which cannot be cut off here.
  appendFileSync(join(folder, "store/items.log"), "RECtorn");
  sealed.seal();
  const servers = [await startServer(folder), await startServer(folder)];
  for (const server of servers) {
    assert.match(server.said(), /sealed-index is read-only: items cannot be added or deleted/);
    const found = await send(server, "POST", "/search", { view: "a", features: item.features, k: 1 });
    assert.equal((found.body.hits as { id: string }[])[0]!.id, "good");
    const [info] = (await send(server, "GET", "/indexes")).body.indexes as { isReadOnly: boolean }[];
    assert.equal(info!.isReadOnly, true);
    for (const [method, body] of [
      ["POST", { items: [item] }],
      ["DELETE", { ids: ["good"] }],
    ] as const) {
      const { status, body: reply } = await send(server, method, "/items", body);
      assert.equal(status, 507);
      assert.match(reply.error as string, /^index small is read-only: items cannot be added or deleted$/);
    }
  }
  await place.succeed(["search", "sealed-index", "--id", "good", "--view", "a", "--threads", "1"]);
  for (const server of servers) assert.equal(await server.end("SIGTERM"), 0);
});

test("two commands in one folder: the second is refused, whatever it wants to do, and the first is not disturbed", async () => {
  const first = startCommand(train("--epochs", "100000", "--out", "shared"), place.folder);
  await first.saw("epoch 1/100000");
  await place.refuse(train("--out", "shared"), /^vantage: run shared is in use by process \d+$/);
  await place.refuse(["train", "gmae", "--resume", "shared"], /^vantage: run shared is in use by process \d+$/);
  first.kill("SIGKILL");
  assert.equal((await first.done).status, null);
  await place.refuse(
    train("--out", "shared"),
    /^vantage: shared already holds a run: resume it, or give another folder$/,
  );
  await place.succeed(["index", "run", "--out", "index", "--threads", "1"]);
  const server = await startServer(place.path("index"));
  await place.refuse(["index", "run", "--out", "index"], /^vantage: index index\/store is in use by process \d+: /);
  // Searching writes nothing, so it goes beside the server.
  await place.succeed(["search", "index", "--id", "3", "--view", "all", "--threads", "1"]);
  await server.end("SIGKILL");
  await place.succeed(["search", "index", "--id", "3", "--view", "all", "--threads", "1"]);
});

test("data that changed between stop and resume: refused, of a file and of a card's files", async () => {
  for (const [data, changed] of [
    ["blobs.npz", "moved.npz"],
    ["card.yaml", "moved.npz"],
  ] as const) {
    cpSync(place.path("blobs.npz"), place.path("moved.npz"));
    writeFileSync(
      place.path("card.yaml"),
      "name: moved\ntitle: moved\nparts:\n  all: { file: moved.npz, views: { a: X1, b: X2 }, labels: Y }\n",
    );
    const source = data === "card.yaml" ? data : changed;
    const out = `cut-${data}`;
    const args = ["train", "gmae", "--data", source, ...small, "--epochs", "100000", "--out", out];
    const command = startCommand(args, place.folder);
    await command.saw("epoch 1/100000");
    command.kill("SIGINT");
    assert.equal((await command.done).status, 130);
    const { size } = statSync(place.path(changed));
    writeBlobs(place.path(changed), 120, (x1) => x1.fill(0.25, 3, 4));
    assert.equal(statSync(place.path(changed)).size, size);
    await place.refuse(["train", "gmae", "--resume", out], /moved\.npz has changed since the run began/);
  }
});

test("a resumed run that is interrupted says so, and can be resumed again", async () => {
  const args = ["train", "gmae", "--data", "blobs.npz", ...small, "--epochs", "100000", "--out", "twice"];
  for (const each of [args, ["train", "gmae", "--resume", "twice", "--threads", "1"]]) {
    const command = startCommand(each, place.folder);
    await command.saw("epoch ");
    command.kill("SIGINT");
    const { status, stderr } = await command.done;
    assert.equal(status, 130, stderr);
    assert.match(
      stderr,
      /vantage: interrupted in stage train after epoch \d+; continue with: vantage train gmae --resume .+\n$/,
    );
  }
  await place.refuse(
    ["train", "gmae", "--resume", "run", "--epochs", "9"],
    /run is finished: --epochs cannot make it longer$/,
  );
});
