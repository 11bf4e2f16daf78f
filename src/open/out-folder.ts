// The folder that opening keeps its results in: a new one, or one from opening before; never one with files of somebody else.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { UserError } from "../errors.js";
import { fileError, isUnfinished, makeFolder, removeUnfinished, writeFileAtomic } from "../files.js";
import { isLock, lockFolder } from "../runs/lock.js";

/** Holds the summary; a folder that has one is from opening, and what is in its run and candidates may be made anew. */
export const summaryFile = "open.json";

/**
 * Whether results may be kept in a folder, before the minutes that they take.
 * @param source the folder that is opened, where there is one: its pictures are not to be mixed with those of the results.
 * @throws UserError where the folder is a file, holds something else, or lies inside the source.
 */
export function checkOutFolder(out: string, source?: string): void {
  const found = statSync(out, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new UserError(`--out ${out} is a file, expected a folder`);
  if (source !== undefined && isInside(source, out)) {
    throw new UserError(
      `--out ${out} lies inside ${source}, and its pictures would be read as the folder's: give --out a folder outside it`,
    );
  }
  const other = found && !existsSync(join(out, summaryFile)) ? filesOf(out)[0] : undefined;
  if (other !== undefined) {
    throw new UserError(`--out ${out} holds other files (${other}): give a new folder, or one of an earlier opening`);
  }
}

/**
 * Takes the folder for this process, made where it is not there.
 * @returns the function that gives it back.
 * @throws UserError as `checkOutFolder`, and where another process has the folder.
 */
export function takeOutFolder(out: string): () => void {
  checkOutFolder(out);
  makeFolder(out);
  const release = lockFolder(out, "folder");
  try {
    checkOutFolder(out);
    removeUnfinished(out);
    if (!existsSync(join(out, summaryFile))) forgetSummary(out);
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

/** Nothing in the folder counts as finished from now on but the candidates that say so themselves. */
export function forgetSummary(out: string): void {
  writeFileAtomic(join(out, summaryFile), "{}\n");
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !isUnfinished(name) && !isLock(name));
  } catch (error) {
    throw fileError(error, folder, "read");
  }
}

/** Whether a path, which need not exist, lies in a folder or is it, links followed. */
function isInside(folder: string, path: string): boolean {
  const way = relative(realpathSync(folder), realPlace(resolve(path)));
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function realPlace(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path);
  return join(realPlace(dirname(path)), basename(path));
}
