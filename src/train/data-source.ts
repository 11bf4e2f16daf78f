// Where a run's data is and how it is to be understood, as config.yaml keeps it; and opening it.
import { openDataset } from "../data/catalog.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { type LayoutOptions, parseViewSelection } from "../data/layout/index.js";
import type { LayoutFile } from "../data/layout/layout-file.js";
import type { MediaOptions } from "../data/media/picture-folder.js";
import { openPictures } from "./open-pictures.js";

/** How a data file is to be understood, where it leaves that open; each is a flag of `vantage train` of the same name. */
export interface DataSettings {
  /** `name=variable,…` */
  readonly views?: string;
  readonly labels?: string;
  readonly ids?: string;
  readonly splits?: string;
  readonly ignore?: readonly string[];
  readonly samples?: LayoutOptions["samples"];
  readonly layout?: string;
  readonly text?: LayoutFile["text"];
  /** How a folder of pictures is to be understood. */
  readonly media?: MediaSettings;
  /** Side of the squares of pixels that the pictures of a folder become, for a network that takes them. */
  readonly pixels?: number;
  /** The encoder of captions, beside pixels, such as bag:1386. */
  readonly words?: string;
}

/** How a folder of pictures is to be understood, where it leaves that open. */
export type MediaSettings = Omit<MediaOptions, "text" | "signal" | "onProgress">;

/** One data file or name, or several files that are one data set. */
export type DataName = string | readonly string[];

/** Data and how it is to be understood. */
export interface DataSource extends DataSettings {
  readonly data: DataName;
  readonly seed?: number;
}

export interface DataListeners {
  onNote?(note: string): void;
  /** Receives the share of a set that is built, 0 to 1. */
  onProgress?(share: number): void;
}

/** The settings among those that a run's configuration keeps. */
export function settingsOf(settings: DataSettings): DataSettings {
  const { views, labels, ids, splits, ignore, samples, layout, text, media, pixels, words } = settings;
  return withoutUndefined({ views, labels, ids, splits, ignore, samples, layout, text, media, pixels, words });
}

/** An object without the properties that are undefined. */
export function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** @throws UserError where the data cannot be opened or the selection does not fit it. */
export function openData(source: DataSource, listeners: DataListeners = {}): Promise<MultiViewDataset> {
  if (source.pixels !== undefined) return openPictures(source, listeners);
  const { data, views, media: _, words: __, ...settings } = source;
  const selection = views === undefined ? undefined : parseViewSelection(views);
  return openDataset(data, { ...settings, views: selection, ...listeners });
}
