// The folder that an index is made in: looked at, made, kept for this process, and removed again where nothing comes of it.
import { existsSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../../errors.js";
import { makeFolder } from "../../files.js";
import { isIndexFolder, isOfStart, removeStart } from "./index-folder.js";
import { lockIndex } from "./lock-index.js";

/**
 * Does the work of making an index, or of adding to one, in its folder.
 * @throws UserError where the folder holds something else than an index, or another process has it.
 */
export async function inIndexFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  checkPlace(folder);
  const first = firstMissing(folder);
  makeFolder(folder);
  try {
    // The store has a lock of its own; this one is for the files around it, of which the store may be elsewhere.
    const unlock = lockIndex(folder);
    try {
      return await work();
    } finally {
      unlock();
    }
  } catch (error) {
    if (first !== undefined && !isIndexFolder(folder)) removeMade(folder, first);
    throw error;
  }
}

function checkPlace(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new UserError(`${folder} is a file, not a folder`);
  if (found && !isIndexFolder(folder) && readdirSync(folder).some((file) => !isOfStart(file))) {
    throw new UserError(`${folder} is not empty and not an index: give another folder`);
  }
}

/** The highest folder on the way to a path that is not there; undefined where all are. */
function firstMissing(path: string): string | undefined {
  let first: string | undefined;
  for (let each = resolve(path); !existsSync(each); each = dirname(each)) first = each;
  return first;
}

/** Takes an index that came to nothing away, and the folders that were made for it. What somebody else has put there stays. */
function removeMade(folder: string, first: string): void {
  try {
    removeStart(folder);
    for (let each = resolve(folder); ; each = dirname(each)) {
      rmdirSync(each);
      if (each === first) return;
    }
  } catch {
    // a folder that is in use, or a disk that fails: what went wrong before is to be reported
  }
}
