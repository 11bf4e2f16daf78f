// Opening data as flags and configuration files name it.
import { openDataset } from "../data/catalogue.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { parseViewSelection } from "../data/layout/index.js";

/** What --data, --views and --labels say. */
export interface DataSource {
  readonly data: string;
  readonly views?: string;
  readonly labels?: string;
  readonly seed?: number;
}

export interface Listeners {
  onNote?(note: string): void;
  onProgress?(share: number): void;
}

/** @throws UserError where the data cannot be opened or the selection does not fit it. */
export function openData(
  { data, views, labels, seed }: DataSource,
  listeners: Listeners = {},
): Promise<MultiViewDataset> {
  const selection = views === undefined ? undefined : parseViewSelection(views);
  return openDataset(data, { views: selection, labels, seed, ...listeners });
}
