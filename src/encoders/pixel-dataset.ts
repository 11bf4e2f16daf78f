// A set of pictures with words as a data set whose pictures are pixels: for methods with a network that takes them.
import { MultiViewDataset, type View, type ViewEncoding } from "../data/dataset.js";
import type { BrokenPicture } from "../data/media/decode-ahead.js";
import type { MediaSet } from "../data/media/media-set.js";
import { pictureMatrix } from "../data/media/picture-matrix.js";
import type { PixelFile } from "../data/media/pixel-file.js";
import { openPixels, type PixelStoreOptions } from "../data/media/pixel-store.js";
import { UserError } from "../errors.js";
import { wordsOfState } from "./bag-of-words.js";
import { encodeViews } from "./encode-views.js";
import { pixelsSpec, storedSide } from "./pixels.js";

/** How pictures and words become views. */
export interface PixelDatasetOptions extends Omit<PixelStoreOptions, "side"> {
  /** Side of the squares that a network sees; stored are larger ones, as 256 for 224. */
  readonly side: number;
  /** The encoder of words, by default `bag:1386`: as many words as MIRFLICKR-25K has tags. */
  readonly words?: string;
  /** What that encoder learned before, where it is not to learn from this set. */
  readonly state?: string;
}

/** The encoder of words beside pixels. */
export const usualWords = "bag:1386";

/**
 * View `image` of pixels, 3 × side × side values from 0 to 255 for each picture, and view `text` of the encoded words. The data set
 * remembers both encoders, so that a picture or words can be made a row of theirs.
 * @returns the set, and notes: those of the media set and what could not be decoded.
 * @throws UserError where no picture can be decoded, or the pixels cannot be stored.
 */
export async function pixelDataset(
  set: MediaSet,
  { side, words = usualWords, state, ...options }: PixelDatasetOptions,
): Promise<{ dataset: MultiViewDataset; notes: string[] }> {
  const spec = pixelsSpec(side);
  const { name, ids, pictures, labels, splits, source } = set;
  const notes = [...set.notes];
  const views: View[] = [];
  const encoders: Record<string, ViewEncoding> = {};
  if (pictures !== undefined) {
    const rows = pictures.flatMap((path, row) => (path === undefined ? [] : [row]));
    const file = await openPixels(
      rows.map((row) => pictures[row]!),
      { ...options, side: storedSide(side) },
    );
    notes.push(...brokenNotes(file.broken, (index) => ids[rows[index]!]!));
    if (!file.present.includes(1)) throw new UserError(`${source}: ${notes.at(-1) ?? "it has no pictures"}`);
    const placed = atRows(file, rows, ids.length);
    const present = placed.present.includes(0) ? { present: placed.present } : {};
    views.push({ name: "image", matrix: pictureMatrix(placed, side), ...present });
    encoders.image = { encoder: spec, material: "pictures" };
  }
  if (set.texts !== undefined) {
    const { signal } = options;
    const onNote = (note: string) => void notes.push(note);
    const text = { name: "text", material: "words", encoder: words, ...(state !== undefined && { state }) } as const;
    const encoded = await encodeViews(set, [text], { onNote, ...(signal && { signal }) });
    const encoding = encoded.encoders!.text!;
    // By their names the columns of other data are known again.
    const features = encoding.encoder.startsWith("bag:") ? { features: wordsOfState(encoding.state!) } : {};
    views.push({ ...encoded.views[0]!, ...features });
    encoders.text = encoding;
    notes.push(`view "text" is made by ${encoding.encoder}, learned from ${learnedFrom(set, state)}`);
  }
  const parts = { name, ids, views, source, encoders, ...(labels && { labels }), ...(splits && { splits }) };
  return { dataset: new MultiViewDataset(parts), notes };
}

function learnedFrom({ splits }: MediaSet, state: string | undefined): string {
  if (state !== undefined) return "the run's own captions";
  return splits?.train || splits?.database ? "the training captions" : "all captions";
}

/** Decoded pictures, a row for each sample; those without a picture take no room in the file. */
function atRows(file: PixelFile, rows: readonly number[], count: number) {
  const { shape, present } = file;
  const places = new Int32Array(count).fill(-1);
  rows.forEach((row, place) => {
    places[row] = place;
  });
  return {
    shape: { ...shape, count },
    present: Uint8Array.from(places, (place) => (place < 0 ? 0 : present[place]!)),
    read: (row: number, target: Buffer) => file.read(places[row]!, target),
  };
}

function brokenNotes(broken: readonly BrokenPicture[], idOf: (index: number) => string): string[] {
  if (broken.length === 0) return [];
  const shown = broken.slice(0, 5).map(({ index, reason }) => `${idOf(index)}: ${reason}`);
  const more = broken.length > 5 ? `; and ${broken.length - 5} more` : "";
  const what =
    broken.length === 1
      ? "1 picture cannot be decoded and counts"
      : `${broken.length} pictures cannot be decoded and count`;
  return [`${what} as missing: ${shown.join("; ")}${more}`];
}
