// Files of a folder store that are written whole: what they begin and end with, and how they are read back.
import { closeSync, fstatSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { openRegular } from "../../../inside.js";

/** Whether a file is one that `replaceFile` left unfinished. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".items.") && name.endsWith(".tmp");
}

/** The beginning of a file that `CrcReader` reads: its mark, the length of a header as JSON, the header. */
export function encodeHeader(mark: string, header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from(mark), length, text]);
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

/** Reads a file that begins with `encodeHeader` and ends with the checksum of `withCrc`, from front to back. */
export class CrcReader {
  readonly #file: number;
  #crc = 0;

  /** @throws Error where the file cannot be opened. */
  constructor(private readonly path: string) {
    this.#file = openRegular(path);
  }

  /** Fills a target with the bytes that follow. @throws RangeError where there are fewer. */
  read<T extends Uint8Array>(target: T): T {
    for (let done = 0; done < target.length; ) {
      const got = readSync(this.#file, target, done, target.length - done, null);
      if (got === 0) throw new RangeError(`${this.path} ends early`);
      done += got;
    }
    this.#crc = crc32(target, this.#crc);
    return target;
  }

  /** The header; undefined where the file begins with another mark, or the header would be longer than `most` bytes or the file. */
  readHeader(mark: string, most: number): unknown {
    if (this.read(Buffer.alloc(mark.length)).toString() !== mark) return undefined;
    const length = this.read(Buffer.alloc(4)).readUInt32LE();
    if (length > Math.min(most, fstatSync(this.#file).size)) return undefined;
    return JSON.parse(this.read(Buffer.alloc(length)).toString());
  }

  /** @throws RangeError where the checksum that follows is not that of all bytes before it. */
  checkEnd(): void {
    const expected = this.#crc;
    if (this.read(Buffer.alloc(4)).readUInt32LE() !== expected) throw new RangeError(`${this.path} is damaged`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
