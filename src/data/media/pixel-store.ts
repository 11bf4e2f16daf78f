// All pictures of a set decoded once, to one size, into one file of the cache; a decoding that was interrupted is resumed.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { StorageError, UserError } from "../../errors.js";
import { fileError, makeFolder, syncFolder } from "../../files.js";
import { cacheFolder } from "../cache.js";
import { limits } from "./decode.js";
import { type BrokenPicture, decodePictures } from "./decode-ahead.js";
import {
  decoded,
  entryOf,
  entryOffset,
  headOf,
  PixelFile,
  type PixelShape,
  pictureBytes,
  pictureOffset,
  readAt,
  trailerOf,
} from "./pixel-file.js";
import { readBytes } from "./read-bytes.js";

/** How the pictures are decoded, and who follows it. */
export interface PixelStoreOptions {
  /** Side of the squares that are stored: the middle of each picture, its shorter side resized to this. */
  readonly side: number;
  /** Receives the share that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Ends it between two pictures; what was decoded is kept for the next time. */
  readonly signal?: AbortSignal;
  /** Default: the folder of the cache. */
  readonly folder?: string;
}

/** How a picture becomes a square of pixels: its middle; torchvision's Resize interpolates linearly too. */
export const squareOf = (side: number) => ({ width: side, height: side, fit: "cover", kernel: "linear" }) as const;

/** Belongs to the contents: a file that another version decoded otherwise is not taken. */
const version = 1;
/** Bytes of pictures that are decoded at a time. */
const batchBytes = 2 ** 24;
/** Share of the work that reading the files for their checksums is. */
const hashing = 0.1;

/**
 * The pixels of some pictures, red, green and blue: decoded into a file of the cache that is named after the contents of the
 * pictures, or taken from there. In memory are two batches of 16 MB. An interrupted or killed decoding is resumed.
 * @param files paths; undefined where a sample has no picture.
 * @throws UserError where the disk is full or the cache cannot be written; the signal's reason once it is given.
 */
export async function openPixels(
  files: readonly (string | undefined)[],
  { side, onProgress = () => {}, signal, folder = join(cacheFolder(), "pixels") }: PixelStoreOptions,
): Promise<PixelFile> {
  const shape: PixelShape = { count: files.length, width: side, height: side };
  const key = await contentKey(files, shape, (share) => onProgress(hashing * share), signal);
  const path = join(folder, `${key}.pixels`);
  const present = PixelFile.open(path, shape);
  if (present !== undefined) return present;
  makeFolder(folder);
  await decodeInto(path, files, shape, (share) => onProgress(hashing + (1 - hashing) * share), signal);
  const made = PixelFile.open(path, shape);
  if (made === undefined) throw new UserError(`${path} is not what was written: another program changed it`);
  return made;
}

/** A name for the pictures' contents and their size. */
async function contentKey(
  files: readonly (string | undefined)[],
  { width, height }: PixelShape,
  onProgress: (share: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const key = createHash("sha256").update(`vantage pixels ${version} ${width} ${height} cover ${files.length}\n`);
  for (const [i, file] of files.entries()) {
    signal?.throwIfAborted();
    key.update(file === undefined ? "none\n" : `${await contentHash(file)}\n`);
    if (i % 64 === 0) onProgress(i / files.length);
  }
  return key.digest("hex").slice(0, 32);
}

/** A file that cannot be read has a hash of its own: the decoder says what is wrong with it. */
async function contentHash(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readBytes(path, limits.bytes))
      .digest("hex");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return "unreadable";
  }
}

/** Two processes that decode the same pictures write the same bytes to the same places; the first that is done renames the file. */
async function decodeInto(
  path: string,
  files: readonly (string | undefined)[],
  shape: PixelShape,
  onProgress: (share: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      await decodeRest(file, files, shape, onProgress, signal);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    syncFolder(join(path, ".."));
  } catch (error) {
    // What fills a disk is no use to anybody.
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") await rm(partial, { force: true });
    const found = fileError(error, path, "written");
    if (found === error || !(found instanceof StorageError)) throw error;
    const size = Math.ceil(pictureOffset(shape, shape.count) / 2 ** 20);
    throw new StorageError(`${found.message} (${basename(path)} takes ${size} MB; VANTAGE_CACHE names another folder)`);
  }
}

async function decodeRest(
  file: FileHandle,
  files: readonly (string | undefined)[],
  shape: PixelShape,
  onProgress: (share: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const done = await decodedBefore(file, shape);
  await writeAt(file, headOf(shape, 0), 0);
  const bytes = pictureBytes(shape);
  const broken: BrokenPicture[] = [];
  const rest = files.map((each, i) => (done[i] === 1 ? undefined : each));
  const size = squareOf(shape.width);
  const batch = Math.max(1, Math.min(64, Math.floor(batchBytes / bytes)));
  const follow = { signal, batch, onProgress: (count: number, all: number) => onProgress(count / all) };
  for await (const part of decodePictures(rest, size, follow)) {
    broken.push(...part.broken);
    for (const [i, index] of part.indices.entries()) {
      const pixels = part.data.subarray(i * bytes, (i + 1) * bytes);
      await writeAt(file, pixels, pictureOffset(shape, index));
      await writeAt(file, entryOf(pixels), entryOffset(index));
    }
  }
  const trailer = trailerOf(broken);
  const end = pictureOffset(shape, shape.count);
  await file.truncate(end);
  await writeAt(file, trailer, end);
  await file.sync();
  await writeAt(file, headOf(shape, trailer.length), 0);
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** Which pictures an interrupted decoding left whole: after a power cut an entry may be there without its pixels. */
async function decodedBefore(file: FileHandle, shape: PixelShape): Promise<Uint8Array> {
  const done = new Uint8Array(shape.count);
  const head = headOf(shape, 0);
  if (!readAt(file.fd, head.length, 0).subarray(0, 20).equals(head.subarray(0, 20))) {
    await file.truncate(0);
    return done;
  }
  const pixels = Buffer.allocUnsafe(pictureBytes(shape));
  for (let i = 0; i < shape.count; i++) {
    const entry = readAt(file.fd, 5, entryOffset(i));
    if (entry.length < 5 || entry[0] !== decoded) continue;
    const found = readAt(file.fd, pixels.length, pictureOffset(shape, i), pixels);
    if (found.length === pixels.length && crc32(found) === entry.readUInt32LE(1)) done[i] = 1;
    // The event loop goes on.
    if (i % 64 === 63) await new Promise(setImmediate);
  }
  return done;
}
