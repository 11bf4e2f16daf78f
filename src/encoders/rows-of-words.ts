// The rows of a set's captions, looked up by content and encoded in batches.
import type { MediaSet } from "../data/media/media-set.js";
import { meanRow, textsFor } from "./caption-rows.js";
import type { WordEncoder } from "./encoder.js";
import { contentKey } from "./feature-cache.js";
import { type RowRequest, rowAt } from "./rows-of-pictures.js";

/** Samples of a batch. */
const batchSize = 64;

/** @throws the signal's reason once it is given; UserError where the encoder fails. Texts without words become a note. */
export async function rowsOfWords(
  { texts, ids }: MediaSet,
  encoder: WordEncoder,
  { rows, cache, signal, onProgress, onNote }: RowRequest,
): Promise<void> {
  const { dimensions } = encoder;
  let empty = 0;
  for (let from = 0; from < ids.length; from += batchSize) {
    signal?.throwIfAborted();
    const samples = Array.from({ length: Math.min(batchSize, ids.length - from) }, (_, i) => from + i);
    const wanted = samples.map((sample) => (texts![sample]!.length === 0 ? [] : textsFor(encoder, texts![sample]!)));
    const known = new Map<string, Float32Array>();
    for (const text of new Set(wanted.flat())) {
      const row = await cache?.get(contentKey(text));
      if (row) known.set(text, row);
    }
    const fresh = [...new Set(wanted.flat())].filter((text) => !known.has(text));
    if (fresh.length > 0) {
      const made = await encoder.encode(fresh, signal);
      for (const [i, text] of fresh.entries()) known.set(text, rowAt(made, i, dimensions));
      await cache?.add(fresh.map(contentKey), made);
    }
    for (const [i, sample] of samples.entries()) {
      if (wanted[i]!.length === 0) continue;
      const row = meanRow(
        wanted[i]!.map((text) => known.get(text)!),
        dimensions,
      );
      if (row.some((value) => value !== 0)) rows.set(sample, row);
      else empty++;
    }
    onProgress(Math.min(from + batchSize, ids.length));
  }
  if (empty > 0) onNote(`${empty} of ${ids.length} texts hold no word: they are missing in the view`);
}
