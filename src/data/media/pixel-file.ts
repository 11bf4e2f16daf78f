// The file of decoded pictures: a head, a checksum for each picture, pixels, and what could not be decoded.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { UnreadableError } from "../../errors.js";
import { fileError } from "../../files.js";
import type { BrokenPicture } from "./decode-ahead.js";

/** How many pictures, and the size of all of them. */
export interface PixelShape {
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

const magic = "VPIXELS1";
const headBytes = 32;
/** Of a picture: whether it was decoded, and the checksum of its pixels. */
const entryBytes = 5;
export const decoded = 1;

export const pictureBytes = ({ width, height }: PixelShape): number => 3 * width * height;
/** Where the pixels of a picture begin. */
export const pictureOffset = (shape: PixelShape, index: number): number =>
  headBytes + shape.count * entryBytes + index * pictureBytes(shape);
export const entryOffset = (index: number): number => headBytes + index * entryBytes;

/** The head of a file. @param trailer bytes of the list of what is broken; 0 while the file is being made. */
export function headOf({ count, width, height }: PixelShape, trailer: number): Buffer {
  const head = Buffer.alloc(headBytes);
  head.write(magic, "latin1");
  for (const [i, value] of [count, width, height, trailer].entries()) head.writeUInt32LE(value, 8 + 4 * i);
  head.writeUInt32LE(crc32(head.subarray(0, 24)), 24);
  return head;
}

/** A picture's entry. */
export function entryOf(pixels: Uint8Array): Buffer {
  const entry = Buffer.alloc(entryBytes);
  entry[0] = decoded;
  entry.writeUInt32LE(crc32(pixels), 1);
  return entry;
}

/** The list of what is broken, with its checksum. */
export function trailerOf(broken: readonly BrokenPicture[]): Buffer {
  const text = Buffer.from(JSON.stringify(broken));
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(text));
  return Buffer.concat([text, sum]);
}

/** Reads so many bytes at a place; fewer where the file ends before. */
export function readAt(
  file: number,
  length: number,
  position: number,
  target: Buffer = Buffer.allocUnsafe(length),
): Buffer {
  let done = 0;
  while (done < length) {
    const read = readSync(file, target, done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return target.subarray(0, done);
}

/** Pictures that were decoded, read by their places. */
export class PixelFile {
  /** 1 where the picture was decoded. */
  readonly present: Uint8Array;
  readonly #sums: Uint32Array;

  private constructor(
    readonly path: string,
    readonly shape: PixelShape,
    /** Those that could not be decoded. */
    readonly broken: readonly BrokenPicture[],
    entries: Buffer,
    private readonly file: number,
  ) {
    const { count } = shape;
    this.present = Uint8Array.from({ length: count }, (_, i) => (entries[i * entryBytes] === decoded ? 1 : 0));
    this.#sums = Uint32Array.from({ length: count }, (_, i) => entries.readUInt32LE(i * entryBytes + 1));
  }

  /** Opens a file; undefined where it is missing, damaged, or of other pictures. */
  static open(path: string, shape: PixelShape): PixelFile | undefined {
    let file: number | undefined;
    try {
      file = openSync(path, "r");
      const found = PixelFile.#read(path, shape, file);
      if (found === undefined) closeSync(file);
      return found;
    } catch (error) {
      if (file !== undefined) closeSync(file);
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw fileError(error, path, "read");
    }
  }

  static #read(path: string, shape: PixelShape, file: number): PixelFile | undefined {
    const head = readAt(file, headBytes, 0);
    const trailer = head.length === headBytes ? head.readUInt32LE(20) : 0;
    if (trailer < 4 || !head.equals(headOf(shape, trailer))) return undefined;
    const end = pictureOffset(shape, shape.count);
    if (fstatSync(file).size !== end + trailer) return undefined;
    const tail = readAt(file, trailer, end);
    const text = tail.subarray(0, -4);
    if (crc32(text) !== tail.readUInt32LE(tail.length - 4)) return undefined;
    const entries = readAt(file, shape.count * entryBytes, headBytes);
    return new PixelFile(path, shape, JSON.parse(text.toString()) as BrokenPicture[], entries, file);
  }

  /**
   * The pixels of a picture, height × width × 3 bytes.
   * @param target so many bytes, which are overwritten.
   * @throws UnreadableError where they are not those that were written.
   */
  read(index: number, target: Buffer): Buffer {
    const length = pictureBytes(this.shape);
    const pixels = readAt(this.file, length, pictureOffset(this.shape, index), target);
    if (pixels.length < length || crc32(pixels) !== this.#sums[index]) {
      throw new UnreadableError(`${this.path} is damaged at picture ${index}: remove the file, and it is made again`);
    }
    return pixels;
  }

  close(): void {
    closeSync(this.file);
  }
}
