// Where the lines of a growing log begin: of a file that has grown only the new bytes are looked through.
import { closeSync, fstatSync, readSync } from "node:fs";
import { UserError } from "../errors.js";
import { openRegular } from "../inside.js";

/** Places are kept of every so many-th line. */
const every = 256;
const pieceBytes = 1 << 20;
const newline = 10;
const mostLineBytes = 2 ** 24;

/** Reads a text file of lines, which another process may be appending to. One call at a time. */
export class LogIndex {
  /** Byte at which line i · 256 begins. */
  #places = [0];
  /** Whole lines, and the bytes of them. */
  #lines = 0;
  #end = 0;
  #seen = "";
  /** The last bytes of the whole lines: of a file that was cut back and has grown again they are others. */
  #tail: Buffer = Buffer.alloc(0);

  /** @param most bytes that the file may have. */
  constructor(
    readonly path: string,
    private readonly most: number,
  ) {}

  /** Whole lines in the file now; 0 where there is none. @throws UserError where it is no plain file, or too long. */
  count(): number {
    return this.#open((file) => this.#refresh(file)) ?? 0;
  }

  /**
   * The lines from one on.
   * @param bytes no further line is begun once they have so many.
   * @returns the lines, and how many the file has.
   * @throws UserError as `count`.
   */
  read(from: number, bytes: number): { lines: string[]; count: number } {
    const found = this.#open((file) => {
      const count = this.#refresh(file);
      const lines: string[] = [];
      if (from >= count) return { lines, count };
      const place = Math.floor(from / every);
      let skip = from - place * every;
      let left = bytes;
      let begun: Uint8Array[] = [];
      let begunBytes = 0;
      for (let at = this.#places[place]!; at < this.#end && left > 0; at += pieceBytes) {
        const piece = readPiece(file, at, Math.min(pieceBytes, this.#end - at));
        let begin = 0;
        for (let end = piece.indexOf(newline); end >= 0 && left > 0; end = piece.indexOf(newline, begin)) {
          const line = Buffer.concat([...begun, piece.subarray(begin, end)]);
          begun = [];
          begunBytes = 0;
          begin = end + 1;
          if (skip-- > 0) continue;
          left -= line.length;
          lines.push(line.toString("utf8"));
        }
        begun.push(piece.subarray(begin));
        begunBytes += piece.length - begin;
        if (begunBytes > mostLineBytes)
          throw new UserError(`${this.path}: a line has more than ${mostLineBytes} bytes`);
      }
      return { lines, count };
    });
    return found ?? { lines: [], count: 0 };
  }

  #open<Result>(use: (file: number) => Result): Result | undefined {
    let file: number;
    try {
      file = openRegular(this.path);
    } catch (error) {
      if (/no such file/.test((error as Error).message)) return undefined;
      throw error;
    }
    try {
      return use(file);
    } finally {
      closeSync(file);
    }
  }

  #refresh(file: number): number {
    const { ino, size, mtimeMs } = fstatSync(file);
    if (size > this.most) throw new UserError(`${this.path} has ${size} bytes, expected ${this.most} at most`);
    const seen = `${ino} ${size} ${mtimeMs}`;
    if (seen === this.#seen) return this.#lines;
    if (size < this.#end || !readPiece(file, this.#end - this.#tail.length, this.#tail.length).equals(this.#tail)) {
      this.#places = [0];
      this.#lines = 0;
      this.#end = 0;
    }
    for (let at = this.#end; at < size; at += pieceBytes) {
      const piece = readPiece(file, at, Math.min(pieceBytes, size - at));
      for (let found = piece.indexOf(newline); found >= 0; found = piece.indexOf(newline, found + 1)) {
        this.#lines++;
        this.#end = at + found + 1;
        if (this.#lines % every === 0) this.#places.push(this.#end);
      }
    }
    const length = Math.min(256, this.#end);
    this.#tail = readPiece(file, this.#end - length, length);
    this.#seen = seen;
    return this.#lines;
  }
}

function readPiece(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = readSync(file, bytes, done, length - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}
