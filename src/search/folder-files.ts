// Files of a folder store that are written whole: while they are written the event loop goes on.
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { fileError, syncFolder } from "../files.js";

/** The name under which a file is written before it takes its place. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

/**
 * Writes pieces to a file that takes the place of another once it is on the disk. One call at a time for one path.
 * @throws UserError where the disk is full or the folder cannot be written; the old file is then still there.
 */
export async function replaceFile(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "w");
    try {
      for (const piece of pieces) {
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

/** Whether a file is one that `replaceFile` left unfinished. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".items.") && name.endsWith(".tmp");
}

/** The pieces, and after them the CRC-32 of all their bytes. */
export function* withCrc(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let crc = 0;
  for (const piece of pieces) {
    crc = crc32(piece, crc);
    yield piece;
  }
  const end = Buffer.alloc(4);
  end.writeUInt32LE(crc);
  yield end;
}
