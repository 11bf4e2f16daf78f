// Where a run's data is and how it is to be understood, as config.yaml keeps it; and opening it.
import { openDataset } from "../data/catalog.js";
import type { MultiViewDataset, ViewEncoding } from "../data/dataset.js";
import type { Imputation } from "../data/imputation/imputer.js";
import { dropIncomplete } from "../data/imputation/missing-values.js";
import { type LayoutOptions, parseViewSelection } from "../data/layout/index.js";
import type { LayoutFile } from "../data/layout/layout-file.js";
import type { MediaOptions } from "../data/media/picture-folder.js";
import { UserError } from "../errors.js";
import { flagOf, isPictureFolder, openPictures } from "./open-pictures.js";

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
  /** How single missing values of views are filled, learned from the training samples. */
  readonly impute?: Imputation;
  /** Leaves out samples that lack a view or, without `impute`, a single value. */
  readonly dropIncomplete?: boolean;
  /** How a folder of pictures is to be understood. */
  readonly media?: MediaSettings;
  /** What makes features of its pictures, such as builtin:pictures, or pixels:224 for a network that takes pixels. */
  readonly imageEncoder?: string;
  /** What makes features of its words, such as builtin:words, or bag:1386 beside pixels. */
  readonly textEncoder?: string;
}

/** How a folder of pictures is to be understood, where it leaves that open. */
export type MediaSettings = Omit<MediaOptions, "text" | "signal" | "onProgress">;

/** One data file or name, or several files that are one data set. */
export type DataName = string | readonly string[];

/** Data and how it is to be understood. */
export interface DataSource extends DataSettings {
  readonly data: DataName;
  readonly seed?: number;
  /** What the encoders of a run learned, by view: where the data is another folder of pictures. */
  readonly learned?: Readonly<Record<string, ViewEncoding>>;
  /** Keeps single missing values where nothing above says what becomes of them: a model may have learned to fill them. */
  readonly keepsMissing?: boolean;
  /** Keeps columns of a table that are empty, all of whose values are missing. */
  readonly keepsEmpty?: boolean;
  /** Whether labels may be found by what a column holds; by default they may. */
  readonly guessesLabels?: boolean;
}

export interface DataListeners {
  onNote?(note: string): void;
  /** Receives the share of a set that is built, 0 to 1. */
  onProgress?(share: number): void;
}

/** The settings among those that a run's configuration keeps. */
export function settingsOf(settings: DataSettings): DataSettings {
  const { views, labels, ids, splits, ignore, samples, layout, text, media, imageEncoder, textEncoder } = settings;
  const { impute, dropIncomplete } = settings;
  const ofFiles = { views, labels, ids, splits, ignore, samples, layout, text, impute, dropIncomplete };
  return withoutUndefined({ ...ofFiles, media, imageEncoder, textEncoder });
}

/** An object without the properties that are undefined. */
export function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** @throws UserError where the data cannot be opened, the selection does not fit it, or no sample is complete. */
export async function openData(source: DataSource, listeners: DataListeners = {}): Promise<MultiViewDataset> {
  const { impute, dropIncomplete: drops } = source;
  const data = await (isPictureFolder(source.data) ? openPictures(source, listeners) : openFeatures(source, listeners));
  return drops ? dropIncomplete(data, impute === undefined ? "values" : "views", listeners.onNote) : data;
}

function openFeatures(source: DataSource, listeners: DataListeners): Promise<MultiViewDataset> {
  const { data, views, media, imageEncoder, textEncoder, learned: _, impute, dropIncomplete, ...settings } = source;
  const stray = Object.entries({ ...media, imageEncoder, textEncoder }).find(([, value]) => value !== undefined)?.[0];
  if (stray !== undefined)
    throw new UserError(`${[data].flat().join(" ")} is not a folder of pictures: ${flagOf(stray)} is for one`);
  const selection = views === undefined ? undefined : parseViewSelection(views);
  const keepsMissing = (settings.keepsMissing ?? false) || impute !== undefined || (dropIncomplete ?? false);
  return openDataset(data, { ...settings, keepsMissing, views: selection, ...listeners });
}
