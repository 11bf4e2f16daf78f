// One writer per folder: the operating system's lock on the file `lock` in it. What the file says is for messages only.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../errors.js";
import { fileError } from "../files.js";
import { inside, openRegular } from "../inside.js";
import { describeSelf, type LockHolder, nameHolder, parseHolder } from "./lock-holder.js";
import { clearOldLocks, isOldLock } from "./old-locks.js";
import { SystemLockError, systemLock } from "./system-lock.js";

const lockName = "lock";
const { O_RDWR, O_CREAT } = constants;
/** Milliseconds for which looks of others (`hasWriter`) are waited out, and for which a new holder may not have written its name. */
const patience = { looks: 2000, name: 200 };

/**
 * Takes the folder for this process and returns the function that gives it back. The kernel holds the lock, for processes of other
 * containers and namespaces too, until it is given back or the process ends, however it ends.
 * @param what what the folder is, for messages.
 * @param advice what to do where another process has it.
 * @throws UserError where another process has the folder, or this one has it already, or the file system has no locks.
 */
export function lockFolder(folder: string, what = "run", advice = ""): () => void {
  const path = inside(folder, lockName);
  for (;;) {
    const file = openLock(path);
    try {
      if (!takeAlone(file))
        throw new UserError(`${what} ${folder} is in use by ${nameHolder(readHolder(file))}${advice}`);
      if (isAt(path, file)) {
        const old = clearOldLocks(folder);
        if (old !== undefined) throw new UserError(`${what} ${folder} is in use by process ${old}${advice}`);
        sign(file);
        return giveBack(resolve(path), file);
      }
    } catch (error) {
      closeSync(file);
      if (error instanceof SystemLockError) {
        throw new UserError(
          `${what} ${folder}: its file system has no locks (${error.code}), so that nothing keeps other processes out: put it on another`,
        );
      }
      throw fileError(error, folder, "written");
    }
    // Its last holder has removed it since it was opened: a lock on it would keep nobody out.
    closeSync(file);
  }
}

/** Whether a process writes to the folder. A look takes nothing from anybody: who wants the lock waits it out. */
export function hasWriter(folder: string): boolean {
  let file: number;
  try {
    file = openRegular(join(folder, lockName));
  } catch {
    return false;
  }
  try {
    return !systemLock().take(file, "shared");
  } catch {
    return false;
  } finally {
    // Closing it gives back the lock that the look has taken.
    closeSync(file);
  }
}

/** Whether a file in a run folder is a lock. */
export function isLock(name: string): boolean {
  return name === lockName || isOldLock(name);
}

/** One that another user's process has left may only be read, and can be locked all the same. */
function openLock(path: string): number {
  try {
    return openRegular(path, O_RDWR | O_CREAT);
  } catch (error) {
    if (!existsSync(path)) throw error;
    return openRegular(path);
  }
}

/** Takes the lock unless somebody has it alone; those who only look (`hasWriter`) have it for moments. */
function takeAlone(file: number): boolean {
  const lock = systemLock();
  const deadline = performance.now() + patience.looks;
  while (!lock.take(file, "exclusive")) {
    if (!lock.take(file, "shared") || performance.now() > deadline) return false;
    lock.giveBack(file);
    // Of several that start together each waits for another time.
    sleep(1 + 9 * Math.random());
  }
  return true;
}

/** Whether the path still leads to the open file. */
function isAt(path: string, file: number): boolean {
  const [there, open] = [statSync(path, { throwIfNoEntry: false, bigint: true }), fstatSync(file, { bigint: true })];
  return there?.ino === open.ino && there.dev === open.dev;
}

/** Writes who has the lock. It holds without: a full disk, or a file of another user, is no reason to give up. */
function sign(file: number): void {
  try {
    ftruncateSync(file);
    writeSync(file, describeSelf(), 0);
  } catch {
    // The message will say "another process".
  }
}

function giveBack(path: string, file: number): () => void {
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    try {
      // While it is still locked: who has opened it meanwhile sees that it is gone. It may have moved with its folder.
      if (isAt(path, file)) rmSync(path, { force: true });
    } catch {
      // A file without a lock keeps nobody out.
    } finally {
      closeSync(file);
    }
  };
}

/** Who has the lock; undefined where it has not said so. */
function readHolder(file: number): LockHolder | undefined {
  const bytes = Buffer.alloc(1024);
  const deadline = performance.now() + patience.name;
  for (;;) {
    const holder = parseHolder(bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, 0)));
    if (holder !== undefined || performance.now() > deadline) return holder;
    sleep(5);
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
