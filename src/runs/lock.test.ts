// Tests of the folder lock: held, given back, taken over from the dead.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../errors.js";
import { isLock, lockFolder } from "./lock.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-lock-"));
after(() => rmSync(folder, { recursive: true }));

/** A process that locks the folder, says so, and waits to be killed. */
async function holder(): Promise<ReturnType<typeof spawn>> {
  const module = JSON.stringify(new URL("./lock.js", import.meta.url).href);
  const code = `import(${module}).then(({ lockFolder }) => {
    lockFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000);
  })`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout!, "data");
  return child;
}

test("a folder is held by one process, and given back", () => {
  const release = lockFolder(folder);
  assert.deepEqual(readdirSync(folder).map(isLock), [true]);
  assert.throws(
    () => lockFolder(folder),
    new UserError(`run ${folder} is in use by process ${process.pid}, which is this one`),
  );
  release();
  assert.deepEqual(readdirSync(folder), []);
  lockFolder(folder)();
});

test("another process's folder is refused while it lives, and taken over once it is killed", async () => {
  const child = await holder();
  assert.throws(() => lockFolder(folder), new UserError(`run ${folder} is in use by process ${child.pid}`));
  assert.equal(readdirSync(folder).length, 1, "the one that failed leaves no lock");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(readdirSync(folder).length, 1, "the killed one could not tidy up");
  lockFolder(folder)();
  assert.deepEqual(readdirSync(folder), []);
});

test("a process number used again is not the one that held the lock", { skip: process.platform !== "linux" }, () => {
  writeFileSync(join(folder, `lock-${encodeURIComponent(hostname())}-${process.ppid}-1`), "");
  lockFolder(folder)();
  assert.deepEqual(readdirSync(folder), []);
});

test("another machine's lock is trusted, and the message says which file to delete", () => {
  const other = join(folder, "lock-else%20where-1-1");
  writeFileSync(other, "");
  assert.throws(
    () => lockFolder(folder),
    new UserError(`run ${folder} is in use by process 1 on else where; if that is no longer so, delete ${other}`),
  );
  assert.deepEqual(readdirSync(folder), ["lock-else%20where-1-1"]);
  rmSync(other);
});

test("a folder that is not there", () => {
  assert.throws(() => lockFolder(join(folder, "no")), /no cannot be written: no such file or folder/);
});
