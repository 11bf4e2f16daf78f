// Writing files so that a reader sees the old bytes or the new ones, never half of them.
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { StorageError, UserError } from "./errors.js";

/** A new name beside a file, under which it is written before it takes its place. Nobody can have put a link there. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString("hex")}.tmp`);
}

/**
 * Writes a file under a temporary name beside it, syncs it to disk and renames it into place; its folder is made where
 * missing and synced too. The bytes may come in pieces, so that a large file need not exist in memory as one.
 * @param options `synced: false` for one of thousands of files that can be made again: the caller syncs their folder.
 * @throws UserError where the disk is full, the folder cannot be written, or a quota is reached.
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  { synced = true } = {},
): void {
  const folder = dirname(path);
  const temporary = temporaryName(path);
  try {
    makeFolder(folder);
    const file = openSync(temporary, "wx");
    try {
      const pieces = typeof content === "string" ? [Buffer.from(content)] : content;
      for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) {
        for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done);
      }
      if (synced) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    if (synced) syncFolder(folder);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // What was wrong with the folder is wrong with the removal too, and is what the caller is to get.
    }
    throw fileError(error, path, "written");
  }
}

/**
 * The same while the event loop goes on: for pieces that are large, or have to be waited for. Its folder is there.
 * @throws UserError as `writeFileAtomic`; the old file is then still there.
 */
export async function replaceFile(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "wx");
    try {
      for await (const piece of pieces) {
        for (let done = 0; done < piece.length; ) done += (await file.write(piece, done)).bytesWritten;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw fileError(error, path, "written");
  }
}

/** The text of a file. @throws UserError where it cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/** Whether a file is one that a writer which was killed left unfinished (or that one is at work on). */
export function isUnfinished(name: string): boolean {
  return /^\..+\.(?:[0-9a-f]{16}|\d+\.\d+)\.tmp$/.test(name);
}

/** Removes what killed writers left unfinished in a folder that nobody else writes to now. */
export function removeUnfinished(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (isUnfinished(name)) rmSync(join(folder, name), { force: true });
}

/**
 * Makes a folder where it is missing, and those above it. True where it was.
 * @throws StorageError where it cannot be made.
 */
export function makeFolder(path: string): boolean {
  try {
    return mkdirSync(path, { recursive: true }) !== undefined;
  } catch (error) {
    throw fileError(plainReason(error, path), path, "written");
  }
}

/** Why this process may not write in a folder; undefined where it may. */
export function writeProtection(folder: string): StorageError | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const reason = fileError(error, folder, "written");
    if (reason instanceof StorageError) return reason;
    throw reason;
  }
}

/** Where a disk is read-only Node.js says that a folder is missing when it makes several; making the first of them tells why. */
function plainReason(error: unknown, path: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") return error;
  let first = resolve(path);
  while (!existsSync(dirname(first))) first = dirname(first);
  try {
    mkdirSync(first);
    return error;
  } catch (reason) {
    return reason;
  }
}

/** Makes a rename or removal inside the folder survive a power cut (a no-op where folders cannot be opened, as on Windows). */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "a file is in the way",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is not a folder",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  ELOOP: "a symbolic link in it leads round in a circle, or may not be followed",
  ENAMETOOLONG: "its name is too long",
  EIO: "the disk fails",
  ENXIO: "it is not a plain file",
};

/** Turns a file system's error into a UserError (one of writing into a StorageError) that names the path and the reason; any other error is returned as it is. */
export function fileError(error: unknown, path: string, verb: "read" | "written"): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const reason = code === undefined ? undefined : reasons[code];
  if (reason === undefined) return error;
  return new (verb === "written" ? StorageError : UserError)(`${path} cannot be ${verb}: ${reason}`);
}
