// The bytes of a picture's file: plain files only, and no more bytes than allowed.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";

const { O_RDONLY, O_NONBLOCK = 0 } = constants;

/** @throws UserError where there is no such plain file, or it has more than `most` bytes. */
export async function readBytes(path: string, most: number): Promise<Buffer> {
  try {
    // A pipe without a writer would wait for one.
    const file = await open(path, O_RDONLY | O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile()) {
        const what = status.isDirectory() ? "it is a folder" : "it is not a plain file";
        throw new UserError(`${path} cannot be read: ${what}`);
      }
      if (status.size > most) throw new UserError(`${path} has ${status.size} bytes, expected ${most} at most`);
      return await readAll(file, status.size);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

async function readAll(file: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
