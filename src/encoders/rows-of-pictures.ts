// The rows of a set's pictures: files are read, looked up by content, decoded and encoded in batches, the next one decoded meanwhile.
import type { Pixels } from "../data/media/decode.js";
import type { MediaSet } from "../data/media/media-set.js";
import { readBytes } from "../data/media/read-bytes.js";
import { UserError } from "../errors.js";
import type { PictureEncoder } from "./encoder.js";
import { contentKey, type FeatureCache } from "./feature-cache.js";
import { pixelsFor } from "./picture-pixels.js";
import type { ViewRows } from "./view-rows.js";

/** Where rows go, and who hears of it. */
export interface RowRequest {
  readonly rows: ViewRows;
  readonly cache: FeatureCache | undefined;
  readonly signal: AbortSignal | undefined;
  onProgress(done: number): void;
  onNote(note: string): void;
}

/** Samples of a batch, and pictures that are decoded at the same time. */
const [batchSize, decoders] = [64, 3];
/** Bytes of a picture's file. */
const mostBytes = 2 ** 28;
/** Damaged pictures that are named. */
const mostNamed = 3;

interface Read {
  readonly sample: number;
  readonly key: string;
  readonly row?: Float32Array;
  readonly pixels?: Pixels;
  /** Why it cannot be encoded. */
  readonly fault?: string;
}

/** @throws the signal's reason once it is given; UserError where the encoder fails. Pictures that cannot be decoded become a note. */
export async function rowsOfPictures(
  { pictures, ids }: MediaSet,
  encoder: PictureEncoder,
  { rows, cache, signal, onProgress, onNote }: RowRequest,
): Promise<void> {
  const faults: string[] = [];
  const read = (from: number) => {
    if (from >= ids.length) return undefined;
    const next = readBatch(pictures!, ids, from, encoder, cache, signal);
    // Its failure is thrown where it is awaited; until then it must not end the process.
    next.catch(() => {});
    return next;
  };
  let coming = read(0);
  for (let from = 0; coming; from += batchSize) {
    const batch = await coming;
    coming = read(from + batchSize);
    for (const { sample, row, fault } of batch) {
      if (row) rows.set(sample, row);
      if (fault) faults.push(fault);
    }
    const fresh = new Map<string, Read>();
    for (const each of batch) if (each.pixels) fresh.set(each.key, each);
    if (fresh.size > 0) {
      const made = await encoder.encode(
        [...fresh.values()].map(({ pixels }) => pixels!),
        signal,
      );
      const places = new Map([...fresh.keys()].map((key, i) => [key, i]));
      for (const { sample, key, pixels } of batch) {
        if (pixels) rows.set(sample, rowAt(made, places.get(key)!, encoder.dimensions));
      }
      await cache?.add([...fresh.keys()], made);
    }
    onProgress(Math.min(from + batchSize, ids.length));
  }
  if (faults.length > 0) {
    const named = faults.slice(0, mostNamed).join("; ");
    onNote(
      `${faults.length} of ${ids.length} pictures cannot be decoded: ${named}${faults.length > mostNamed ? "; …" : ""}`,
    );
  }
}

/** One of several rows that lie one after the other. */
export function rowAt(rows: Float32Array, row: number, dimensions: number): Float32Array {
  return rows.subarray(row * dimensions, (row + 1) * dimensions);
}

async function readBatch(
  pictures: readonly (string | undefined)[],
  ids: readonly string[],
  from: number,
  encoder: PictureEncoder,
  cache: FeatureCache | undefined,
  signal: AbortSignal | undefined,
): Promise<Read[]> {
  const samples = Array.from({ length: Math.min(batchSize, ids.length - from) }, (_, i) => from + i);
  const waiting = samples.filter((sample) => pictures[sample] !== undefined).reverse();
  const found: Read[] = [];
  const work = async () => {
    for (let sample = waiting.pop(); sample !== undefined; sample = waiting.pop()) {
      signal?.throwIfAborted();
      found.push(await readOne(sample, pictures[sample]!, ids[sample]!, encoder, cache));
    }
  };
  await Promise.all(Array.from({ length: decoders }, work));
  // In the order of the samples, so that batches and cache files are the same at any number of decoders.
  return found.sort((a, b) => a.sample - b.sample);
}

async function readOne(
  sample: number,
  path: string,
  id: string,
  { decoding }: PictureEncoder,
  cache: FeatureCache | undefined,
): Promise<Read> {
  try {
    const bytes = await readBytes(path, mostBytes);
    const key = contentKey(bytes);
    const row = await cache?.get(key);
    if (row) return { sample, key, row };
    const pixels = await pixelsFor(bytes, decoding);
    return { sample, key, pixels };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { sample, key: "", fault: `${id}: ${error.message.replace(/^the picture:? /, "").replace(`${path} `, "")}` };
  }
}
