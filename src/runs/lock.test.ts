// Tests of the folder lock: held by one process in whatever container, given back, free once its process is gone.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.js";
import { hasWriter, isLock, lockFolder } from "./lock.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-lock-"));
const program = fileURLToPath(new URL("./lock.child.testing.js", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
after(() => rmSync(folder, { recursive: true }));

/** unshare kills what it has started when it is killed itself. */
const container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const unshared = spawnSync(container[0]!, [...container.slice(1), "true"]).status === 0;
const skip = unshared ? false : "this user may not make process namespaces (unshare)";

interface Started {
  readonly child: ChildProcess;
  /** Its first line of stdout. */
  readonly said: string;
}

async function start(task: string, before: readonly string[] = [], env = process.env): Promise<Started> {
  const [command, ...args] = [...before, process.execPath, program, task, folder];
  const child = spawn(command!, args, { stdio: ["ignore", "pipe", "inherit"], env });
  children.push(child);
  if (task === "look") {
    await wait(200);
    return { child, said: "" };
  }
  let said = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (!said.includes("\n")) await Promise.race([once(child.stdout!, "data"), once(child, "exit")]);
  return { child, said: said.trim() };
}

async function kill({ child }: Started): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A killed container is gone a moment after the process that began it. */
async function takeSoon(): Promise<() => void> {
  for (let i = 0; ; i++) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (i === 100) throw error;
      await wait(20);
    }
  }
}

test("a folder is held by one process, and given back", () => {
  const release = lockFolder(folder);
  assert.deepEqual(readdirSync(folder), ["lock"]);
  assert.deepEqual(readdirSync(folder).map(isLock), [true]);
  assert.ok(hasWriter(folder));
  assert.throws(
    () => lockFolder(folder),
    new UserError(`run ${folder} is in use by process ${process.pid}, which is this one`),
  );
  release();
  assert.deepEqual(readdirSync(folder), []);
  assert.ok(!hasWriter(folder));
  const again = lockFolder(folder);
  release();
  assert.ok(hasWriter(folder), "given back a second time it would be somebody else's");
  again();
});

test("another process's folder is refused while it lives, and taken over once it is killed", async () => {
  const holder = await start("hold");
  assert.throws(() => lockFolder(folder), new UserError(`run ${folder} is in use by process ${holder.child.pid}`));
  assert.ok(hasWriter(folder));
  await kill(holder);
  assert.deepEqual(readdirSync(folder), ["lock"], "the killed one could not tidy up");
  assert.ok(!hasWriter(folder));
  lockFolder(folder)();
  assert.deepEqual(readdirSync(folder), []);
});

for (const [name, more] of [
  ["of the same host name", []],
  ["of another host name", ["--uts", "sh", "-c", 'hostname elsewhere; exec "$@"', "sh"]],
] as const) {
  test(`a container ${name} holds a folder, and is kept out of one`, { skip }, async () => {
    const inside = [...container, ...more];
    const holder = await start("hold", inside);
    assert.equal(holder.said, "held");
    const host = name.includes("another") ? "elsewhere" : hostname();
    const refused = `run ${folder} is in use by process 1 of another container or process namespace (host ${host})`;
    assert.throws(() => lockFolder(folder), new UserError(refused));
    assert.ok(hasWriter(folder));
    await kill(holder);
    const release = await takeSoon();
    const other = await start("hold", inside);
    const mine = `process ${process.pid} of another container or process namespace (host ${hostname()})`;
    assert.equal(other.said, `refused run ${folder} is in use by ${mine}`);
    release();
  });
}

test("of 20 processes that start at once one gets the folder", async () => {
  const started = await Promise.all(Array.from({ length: 20 }, () => start("hold")));
  const winners = started.filter(({ said }) => said === "held");
  assert.equal(winners.length, 1);
  const { pid } = winners[0]!.child;
  for (const { said } of started) {
    if (said !== "held") assert.equal(said, `refused run ${folder} is in use by process ${pid}`);
  }
  await kill(winners[0]!);
  lockFolder(folder)();
});

test("processes that take and give back by turns are never in it together", async () => {
  const started = await Promise.all(Array.from({ length: 4 }, () => start("turns")));
  for (const { said } of started) assert.match(said, /^taken [1-9]/);
  assert.deepEqual(readdirSync(folder), []);
});

test("looking at a folder takes it from nobody", async () => {
  const release = lockFolder(folder);
  release();
  await Promise.all([start("look"), start("look")]);
  for (let i = 0; i < 200; i++) {
    const free = lockFolder(folder);
    free();
  }
});

test("a child process does not keep the folder", { skip: process.platform === "win32" }, async () => {
  const holder = await start("parent");
  let { said } = holder;
  while (!said.includes("child")) said += String(await once(holder.child.stdout!, "data"));
  await kill(holder);
  lockFolder(folder)();
  process.kill(Number(/child (\d+)/.exec(said)![1]), "SIGKILL");
});

test("locks of the old form keep out only while their process lives here", {
  skip: process.platform !== "linux",
}, () => {
  const host = encodeURIComponent(hostname());
  const dead = [`lock-${host}-${process.ppid}-1`, "lock-else%20where-1-1", "lock-%E0%A4%A-1-1"];
  for (const name of dead) writeFileSync(join(folder, name), "");
  assert.ok(dead.every(isLock));
  lockFolder(folder)();
  assert.deepEqual(readdirSync(folder), []);
  const fields = readFileSync(`/proc/${process.pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  const living = join(folder, `lock-${host}-${process.pid}-${fields[19]}`);
  writeFileSync(living, "");
  assert.throws(() => lockFolder(folder), new UserError(`run ${folder} is in use by process ${process.pid}`));
  assert.ok(existsSync(living));
  rmSync(living);
  lockFolder(folder)();
  assert.deepEqual(readdirSync(folder), [], "the refused one keeps nothing");
});

test("what stands in a lock file decides nothing", () => {
  writeFileSync(join(folder, "lock"), `process ${process.ppid} on ${hostname()} in x\n`);
  lockFolder(folder)();
  writeFileSync(join(folder, "lock"), Buffer.alloc(5000, 255));
  lockFolder(folder)();
  assert.deepEqual(readdirSync(folder), []);
});

test("a lock that is a link to another file leaves that file alone", () => {
  const other = mkdtempSync(join(tmpdir(), "vantage-lock-other-"));
  writeFileSync(join(other, "mine"), "my words");
  symlinkSync(join(other, "mine"), join(folder, "lock"));
  assert.throws(() => lockFolder(folder), /lock is a symbolic link/);
  rmSync(join(folder, "lock"));
  linkSync(join(other, "mine"), join(folder, "lock"));
  lockFolder(folder)();
  assert.equal(readFileSync(join(other, "mine"), "utf8"), "my words");
  rmSync(other, { recursive: true });
});

test("a folder that is not there", () => {
  assert.throws(() => lockFolder(join(folder, "no")), /no.lock cannot be written: no such file or folder/);
});

const compiler = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;

test("a file system without locks is said", { skip: compiler ? false : "there is no C compiler" }, async () => {
  const other = mkdtempSync(join(tmpdir(), "vantage-lock-library-"));
  const library = join(other, "flock.so");
  writeFileSync(join(other, "flock.c"), "#include <errno.h>\nint flock(int f, int o) { errno = ENOLCK; return -1; }\n");
  assert.equal(spawnSync("cc", ["-shared", "-fPIC", "-o", library, join(other, "flock.c")]).status, 0);
  const { said } = await start("hold", [], { ...process.env, LD_PRELOAD: library });
  assert.match(said, /^refused run .*: its file system has no locks \(ENOLCK\)/);
  rmSync(other, { recursive: true });
  rmSync(join(folder, "lock"), { force: true });
});
