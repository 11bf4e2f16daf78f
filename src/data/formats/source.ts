// A file that is read piece by piece.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";

/** An open file, or bytes that behave like one. */
export interface Source {
  readonly path: string;
  readonly size: number;
  /** The path leads to these very bytes. */
  readonly onDisk: boolean;
  /** The bytes at offset … offset+length-1, fewer where the file ends before. */
  read(offset: number, length: number): Uint8Array;
  /** May be called again. */
  close(): void;
}

const largestRead = 2 ** 30;

/** @throws UserError where the path is no readable file. */
export function openSource(path: string): Source {
  try {
    // looked at before it is opened: a pipe would wait for its writer
    const status = statSync(path);
    if (!status.isFile()) {
      const what = status.isDirectory() ? "it is a folder" : "it is not a plain file";
      throw new UserError(`${path} cannot be read: ${what}`);
    }
    const file = openSync(path, "r");
    let isOpen = true;
    return {
      path,
      size: status.size,
      onDisk: true,
      read: (offset, length) => {
        if (!isOpen) throw new TypeError(`${path} is read after it was closed`);
        const bytes = new Uint8Array(Math.max(0, Math.min(length, status.size - offset)));
        try {
          let done = 0;
          while (done < bytes.length) {
            const got = readSync(file, bytes, done, Math.min(bytes.length - done, largestRead), offset + done);
            if (got === 0) break;
            done += got;
          }
          return bytes.subarray(0, done);
        } catch (error) {
          throw fileError(error, path, "read");
        }
      },
      close: () => {
        if (isOpen) closeSync(file);
        isOpen = false;
      },
    };
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/** Bytes in memory as a source; the path only serves messages. */
export function bytesSource(path: string, bytes: Uint8Array): Source {
  return {
    path,
    size: bytes.length,
    onDisk: false,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => {},
  };
}
