// A set of pictures with words as a data set whose pictures are pixels: for methods with a network that takes them.
import { UserError } from "../../errors.js";
import { MultiViewDataset, type View } from "../dataset.js";
import { bagOfWords } from "./bag-of-words.js";
import type { MediaSet } from "./media-set.js";
import { pictureMatrix } from "./picture-matrix.js";
import { openPixels, type PixelStoreOptions } from "./pixel-store.js";

/** How pictures and words become views. */
export interface PixelDatasetOptions extends Omit<PixelStoreOptions, "side"> {
  /** Side of the squares that a network sees; stored are squares an eighth larger and more, as 256 for 224. */
  readonly side: number;
  /** So many of the most frequent words are columns of the words' view, 1386 by default as in MIRFLICKR-25K. */
  readonly words?: number;
}

/** The side of the squares that are stored for squares that are seen: 256 for 224. */
export const storedSide = (side: number): number => Math.round((side * 8) / 7);

/** More is none that a network here was made for, and would fill a disk. */
const mostSide = 1024;

/**
 * View `image` of pixels, 3 × side × side values from 0 to 255 for each picture, and view `text` of bags of words.
 * @returns the set, and notes: those of the media set and what could not be decoded.
 * @throws UserError where no picture can be decoded, or the pixels cannot be stored.
 */
export async function pixelDataset(
  set: MediaSet,
  { side, words = 1386, ...options }: PixelDatasetOptions,
): Promise<{ dataset: MultiViewDataset; notes: string[] }> {
  if (!(side >= 32 && side <= mostSide)) {
    throw new UserError(`pictures of ${side} × ${side} pixels: expected a side of 32 to ${mostSide}`);
  }
  const { name, ids, pictures, texts, labels, splits, source } = set;
  const notes = [...set.notes];
  const views: View[] = [];
  if (pictures !== undefined) {
    const file = await openPixels(pictures, { ...options, side: storedSide(side) });
    notes.push(...brokenNotes(set, file.broken));
    if (!file.present.includes(1))
      throw new UserError(`${source}: none of its pictures can be decoded (${notes.at(-1)})`);
    const present = file.present.includes(0) ? { present: file.present } : {};
    views.push({ name: "image", matrix: pictureMatrix(file, side), ...present });
  }
  if (texts !== undefined) {
    const bag = bagOfWords(texts, words, splits?.train);
    if (bag.words.length === 0) throw new UserError(`${source}: its captions hold no word`);
    const present = bag.present.includes(0) ? { present: bag.present } : {};
    views.push({ name: "text", matrix: bag.matrix, features: bag.words, ...present });
    notes.push(...wordNotes(texts, bag.present, bag.words.length, splits?.train !== undefined));
  }
  return { dataset: new MultiViewDataset({ name, ids, views, labels, splits, source }), notes };
}

function brokenNotes(
  { ids }: MediaSet,
  broken: readonly { readonly index: number; readonly reason: string }[],
): string[] {
  const shown = broken.slice(0, 5).map(({ index, reason }) => `${ids[index]}: ${reason}`);
  if (broken.length === 0) return [];
  const more = broken.length > 5 ? `; and ${broken.length - 5} more` : "";
  const what = broken.length === 1 ? "1 picture" : `${broken.length} pictures`;
  return [`${what} cannot be decoded and count as missing: ${shown.join("; ")}${more}`];
}

function wordNotes(
  texts: readonly (readonly string[])[],
  present: Uint8Array,
  words: number,
  trained: boolean,
): string[] {
  const of = trained ? "the training captions" : "all captions";
  const lost = texts.filter((captions, i) => captions.length > 0 && present[i] === 0).length;
  const without =
    lost === 0 ? "" : `; ${lost} samples have captions with none of them, and count as samples without words`;
  return [`view "text": bags of the ${words} most frequent words of ${of}${without}`];
}
