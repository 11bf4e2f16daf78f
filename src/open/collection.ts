// What `vantage open` works on, wherever it comes from: two views of features, how new ones are made, and what is shown of an item.
import type { MultiViewDataset } from "../data/dataset.js";
import type { Metadata } from "../search/stores/store.js";

/** Samples of two views with all that an index of them needs. */
export interface Collection {
  /** Two views; a sample may lack one. */
  readonly data: MultiViewDataset;
  /** For each view the encoder that made its features; none where the features were given. */
  readonly encoders: Readonly<Record<string, string>>;
  /** For each sample what makes it the same as another one: its words, its picture. */
  readonly keys: readonly (readonly string[])[];
  /** What an index keeps of each sample, by id. */
  readonly details: ReadonlyMap<string, Metadata>;
  /** Writes small pictures of the samples into an index folder, where `details` name them. */
  writeThumbnails?(folder: string, signal?: AbortSignal): Promise<void>;
  /** What was found and what is odd, a line each. */
  readonly notes: readonly string[];
}
