// The bytes of a picture's file, or of its beginning: plain files only, and no more bytes than allowed.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";

const { O_RDONLY, O_NONBLOCK = 0 } = constants;

/** @throws UserError where there is no such plain file, or it has more than `most` bytes. */
export function readBytes(path: string, most: number): Promise<Buffer> {
  return withFile(path, async (file, size) => {
    if (size > most) throw new UserError(`${path} has ${size} bytes, expected ${most} at most`);
    return readStart(file, size);
  });
}

/** The first `length` bytes, fewer where the file ends before. @throws UserError where there is no such plain file. */
export function readBeginning(path: string, length: number): Promise<Buffer> {
  return withFile(path, (file, size) => readStart(file, Math.min(size, length)));
}

async function withFile<T>(path: string, use: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  try {
    // A pipe without a writer would wait for one.
    const file = await open(path, O_RDONLY | O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile()) {
        throw new UserError(
          `${path} cannot be read: ${status.isDirectory() ? "it is a folder" : "it is not a plain file"}`,
        );
      }
      return await use(file, status.size);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

async function readStart(file: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
