// Tests of what a folder store keeps after a crash and with damaged files.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Kernels } from "../../../core/kernels/kernels.js";
import { StorageError, UnreadableError } from "../../../errors.js";
import { itemOf, space, testFolder } from "./folder-store.fixture.testing.js";
import { openFolderStore } from "./folder-store.js";
import { Log } from "./log.js";

let kernels: Kernels;
before(async () => {
  kernels = await Kernels.open({ threads: 1 });
});
after(() => kernels.close());

async function ids(folder: string): Promise<string[]> {
  const store = await openFolderStore(folder, { kernels });
  try {
    return (await store.page(undefined, 1e6)).map((item) => item.id);
  } finally {
    await store.close();
  }
}

/** A folder with two records, and the log's length after each. */
async function twoRecords(): Promise<{ folder: string; first: number; log: Buffer }> {
  const folder = testFolder();
  const store = await openFolderStore(folder, { space, kernels });
  const path = join(folder, "items.log");
  await store.add([itemOf(1), itemOf(2)]);
  const first = statSync(path).size;
  await store.add([itemOf(3), itemOf(4)]);
  await store.close();
  return { folder, first, log: readFileSync(path) };
}

test("a log torn at any byte of its last record opens with what was before, and takes more", async () => {
  const { folder, first, log } = await twoRecords();
  for (let length = first; length < log.length; length++) {
    rmSync(join(folder, "items.columns"), { force: true });
    writeFileSync(join(folder, "items.log"), log.subarray(0, length));
    assert.deepEqual(await ids(folder), ["item-1", "item-2"], `${length} bytes`);
    assert.equal(statSync(join(folder, "items.log")).size, first);
  }
  const store = await openFolderStore(folder, { kernels });
  await store.add([itemOf(9)]);
  await store.close();
  rmSync(join(folder, "items.columns"));
  assert.deepEqual(await ids(folder), ["item-1", "item-2", "item-9"]);
});

test("a last record of zeros, as a power cut may leave it, is cut off", async () => {
  const { folder, first, log } = await twoRecords();
  rmSync(join(folder, "items.columns"));
  writeFileSync(join(folder, "items.log"), Buffer.from(log).fill(0, first));
  assert.deepEqual(await ids(folder), ["item-1", "item-2"]);
});

test("damage before whole records is an error, at any byte, and nothing is cut", async () => {
  const { folder, first, log } = await twoRecords();
  for (let at = 0; at < first; at++) {
    rmSync(join(folder, "items.columns"), { force: true });
    const damaged = Buffer.from(log);
    damaged[at]! ^= 0x41;
    writeFileSync(join(folder, "items.log"), damaged);
    if (at >= 36 && at < 40) continue; // unused bytes of the header
    await assert.rejects(ids(folder), { name: "UserError" }, `byte ${at}`);
    assert.equal(statSync(join(folder, "items.log")).size, log.length);
  }
});

test("damage behind the file of columns is found when the item is read", async () => {
  const { folder, first, log } = await twoRecords();
  const damaged = Buffer.from(log);
  damaged[first - 3]! ^= 1;
  writeFileSync(join(folder, "items.log"), damaged);
  const store = await openFolderStore(folder, { kernels });
  assert.equal((await store.get("item-1")).length, 1);
  const unreadable = { constructor: UnreadableError, message: /is damaged: the item at byte \d+ cannot be read/ };
  await assert.rejects(store.get("item-2"), unreadable);
  await store.close();
});

test("a log that lost its end after the columns were written is an error", async () => {
  const { folder, first, log } = await twoRecords();
  writeFileSync(join(folder, "items.log"), log.subarray(0, first));
  await assert.rejects(ids(folder), /items\.log is damaged: it has \d+ bytes, and had \d+/);
});

test("columns of another log are not used", async () => {
  const { folder } = await twoRecords();
  const other = testFolder();
  const store = await openFolderStore(other, { space, kernels });
  await store.add([itemOf(70), itemOf(71), itemOf(72), itemOf(73), itemOf(74)]);
  await store.close();
  copyFileSync(join(folder, "items.columns"), join(other, "items.columns"));
  assert.deepEqual(await ids(other), ["item-70", "item-71", "item-72", "item-73", "item-74"]);
  appendFileSync(join(other, "items.columns"), "x");
  mkdirSync(join(other, ".items.log.tmp"));
  await assert.rejects(ids(other));
});

const child = fileURLToPath(new URL("./crash.child.testing.js", import.meta.url));

test("a process killed twenty times while it adds and deletes loses nothing it acknowledged", async () => {
  const folder = testFolder();
  const alive = new Map<string, boolean>();
  for (let round = 0; round < 20; round++) {
    const process = fork(child, [folder, String(round)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const pending = new Set<string>();
    await new Promise<void>((resolve) => {
      process.on("message", ([what, id]: [string, string]) => {
        if (what === "asked") pending.add(id);
        else {
          pending.delete(id);
          alive.set(id, what === "added");
        }
        if (alive.size >= (round + 1) * 8) resolve();
      });
      process.on("exit", () => resolve());
    });
    await kill(process);
    const found = new Set(await ids(folder));
    for (const [id, is] of alive) if (!pending.has(id)) assert.equal(found.has(id), is, `round ${round}: ${id}`);
    assert.ok(alive.size >= (round + 1) * 8, `round ${round}: only ${alive.size} were acknowledged`);
    // What was under way may be there or not; from now on it stays what it is.
    for (const id of pending) alive.set(id, found.has(id));
  }
});

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  const gone = once(process, "exit");
  process.kill("SIGKILL");
  await gone;
}

test("a torn record is reported, counted and kept in a file; a log that may only be read stays as it is", async () => {
  const { folder, first, log } = await twoRecords();
  const path = join(folder, "items.log");
  rmSync(join(folder, "items.columns"));
  writeFileSync(path, log.subarray(0, log.length - 1));
  const notes: string[] = [];
  const store = await openFolderStore(folder, { kernels, onNote: (note) => notes.push(note) });
  await store.close();
  assert.equal(notes.length, 1);
  const bytes = log.length - 1 - first;
  assert.ok(
    notes[0]!.includes(`${bytes} bytes (1 whole items or deletions in them) are left out and kept in`),
    notes[0],
  );
  assert.deepEqual(readFileSync(join(folder, "items.torn")), log.subarray(first, log.length - 1));
  assert.equal(statSync(path).size, first);
  // whole logs have nothing to tell
  await (await openFolderStore(folder, { kernels, onNote: (note) => notes.push(note) })).close();
  assert.equal(notes.length, 1);
  writeFileSync(path, log.subarray(0, log.length - 1));
  const read = Log.open(path, new StorageError("only read"));
  assert.deepEqual(
    read.replay(Log.start, () => {}),
    { bytes, entries: 1 },
  );
  assert.equal(statSync(path).size, log.length - 1);
  read.close();
});
