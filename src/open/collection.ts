// What `vantage open` works on, wherever it comes from: two views of features, which pairs are held out, and what is shown of an item.
import type { MultiViewDataset } from "../data/dataset.js";
import type { Metadata } from "../search/stores/store.js";
import type { HeldOut } from "./held-out.js";

/** Samples of two views with all that an index of them needs. */
export interface Collection {
  /** Two views; a sample may lack one. */
  readonly data: MultiViewDataset;
  /** Of the samples that have both views; undefined where there are too few to learn from. */
  readonly heldOut: HeldOut;
  /** What an index keeps of each sample, by id. */
  readonly details: ReadonlyMap<string, Metadata>;
  /** Writes small pictures of the samples into an index folder, where `details` name them. */
  writeThumbnails?(folder: string, signal?: AbortSignal): Promise<void>;
}

/** How opening is followed and ended. */
export interface OpenHooks {
  readonly signal?: AbortSignal;
  /** What was found and what is odd. */
  onNote?(note: string): void;
  /** What is going on now, and how far it is. */
  onProgress?(what: string, done: number, total: number): void;
}

/** The complete samples of a collection with the splits that candidates train on and are measured on. */
export function pairsOf({ data, heldOut }: Pick<Collection, "data" | "heldOut">): MultiViewDataset {
  const { train, test } = heldOut;
  const rows = Int32Array.from([...train, ...test]);
  const places = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
  return data.select(rows).withSplits({ train: places(0, train.length), test: places(train.length, test.length) });
}
