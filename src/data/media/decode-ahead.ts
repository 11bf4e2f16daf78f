// Pictures in batches, the next one decoded while the caller works on one; broken pictures are reported, not thrown.
import { UserError } from "../../errors.js";
import { decodePicture, type PictureSize } from "./decode.js";

/** A size that is the same for every picture. */
export interface BatchSize extends PictureSize {
  readonly fit: "contain" | "cover" | "fill";
}

/** A picture that could not be decoded. */
export interface BrokenPicture {
  /** Its place in the list of files. */
  readonly index: number;
  /** One line that names the file. */
  readonly reason: string;
}

/** Some of the pictures, in the order of the list. */
export interface PictureBatch {
  /** Places in the list of files of the pictures in `data`. */
  readonly indices: readonly number[];
  /** indices.length × height × width × 3 bytes (red, green, blue; sRGB). */
  readonly data: Uint8Array;
  /** Those of the same part of the list that could not be decoded; they are not in `data`. */
  readonly broken: readonly BrokenPicture[];
}

/** How many pictures at a time, and who hears of it. */
export interface BatchOptions {
  /** Pictures in a batch, 64 by default. */
  readonly batch?: number;
  /** Pictures that are decoded at the same time, 2 by default; Node.js has 4 threads for it unless UV_THREADPOOL_SIZE says more. */
  readonly threads?: number;
  /** Stops between two pictures; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Receives how many entries of the list are done, after each batch. */
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Decodes a list of pictures (see `decodePicture`). While the caller has a batch, the one after it is decoded, and none beyond: memory
 * is bounded by two batches and the files that are being decoded. Results are the same for any number of threads.
 * @example
 * for await (const { indices, data } of decodePictures(set.pictures, { width: 224, height: 224, fit: "cover" }))
 *   use(indices, data);
 * @param files paths or bytes; undefined where a sample has no picture: it is in no batch and not broken.
 */
export async function* decodePictures(
  files: readonly (string | Uint8Array | undefined)[],
  size: BatchSize,
  options: BatchOptions = {},
): AsyncGenerator<PictureBatch, void, undefined> {
  const { batch = 64, onProgress, signal } = options;
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const start = (from: number) => {
    if (from >= files.length) return undefined;
    const next = decodeBatch(files, from, Math.min(from + batch, files.length), size, options.threads ?? 2, stopped);
    // Its failure is thrown where it is awaited; until then it must not end the process.
    next.catch(() => {});
    return next;
  };
  try {
    let coming = start(0);
    for (let from = 0; coming; from += batch) {
      const ready = await coming;
      onProgress?.(Math.min(from + batch, files.length), files.length);
      coming = start(from + batch);
      if (ready.indices.length > 0 || ready.broken.length > 0) yield ready;
    }
  } finally {
    stop.abort();
  }
}

async function decodeBatch(
  files: readonly (string | Uint8Array | undefined)[],
  from: number,
  to: number,
  size: BatchSize,
  threads: number,
  signal: AbortSignal,
): Promise<PictureBatch> {
  const rows = Array.from({ length: to - from }, (_, i) => from + i).filter((index) => files[index] !== undefined);
  const length = size.width * size.height * 3;
  const data = new Uint8Array(rows.length * length);
  const faults = new Array<string | undefined>(rows.length);
  let next = 0;
  const work = async () => {
    while (next < rows.length) {
      signal.throwIfAborted();
      const row = next++;
      try {
        const { data: pixels } = await decodePicture(files[rows[row]!]!, size);
        data.set(pixels, row * length);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        faults[row] = error.message;
      }
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  signal.throwIfAborted();
  return withoutBroken(rows, data, faults, length);
}

/** Moves the pictures behind a broken one up. */
function withoutBroken(
  rows: readonly number[],
  data: Uint8Array,
  faults: readonly (string | undefined)[],
  length: number,
): PictureBatch {
  const indices: number[] = [];
  const broken: BrokenPicture[] = [];
  for (const [row, index] of rows.entries()) {
    const reason = faults[row];
    if (reason !== undefined) {
      broken.push({ index, reason });
      continue;
    }
    if (indices.length < row) data.copyWithin(indices.length * length, row * length, (row + 1) * length);
    indices.push(index);
  }
  return { indices, data: data.subarray(0, indices.length * length), broken };
}
