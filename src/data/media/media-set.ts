// A set of pictures with words: which files, which captions, which labels belong to each sample. No pixel is in memory.
import type { Labels, Splits } from "../dataset.js";

/** Samples that are pictures, words, or both; each list has an entry per sample, in the same order. */
export interface MediaSet {
  readonly name: string;
  /** One per sample, all different: for a picture its path inside the folder, with `/`. */
  readonly ids: readonly string[];
  /** Absolute path of each sample's picture; undefined where it has none. Absent where no sample has one. */
  readonly pictures?: readonly (string | undefined)[];
  /** Captions of each sample; an empty list where it has no words. Absent where no sample has any. */
  readonly texts?: readonly (readonly string[])[];
  readonly labels?: Labels;
  readonly splits?: Splits;
  /** The folder and, where there is one, the file of captions. */
  readonly source: string;
  /** What was worked out, left out or is odd, a line each. */
  readonly notes: readonly string[];
}
