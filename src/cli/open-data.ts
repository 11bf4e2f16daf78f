// Opening data as flags and configuration files name it.
import type { Command } from "commander";
import { openDataset } from "../data/catalogue.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { type LayoutOptions, parseViewSelection } from "../data/layout/index.js";
import type { LayoutFile } from "../data/layout/layout-file.js";
import { UserError } from "../errors.js";

/** What flags say about data besides where it is; a run's configuration keeps it. */
export interface DataSettings {
  readonly views?: string;
  readonly labels?: string;
  readonly ids?: string;
  readonly splits?: string;
  readonly ignore?: readonly string[];
  readonly samples?: LayoutOptions["samples"];
  readonly layout?: string;
  readonly text?: LayoutFile["text"];
}

/** One data file or name, or several files that are one data set. */
export type DataName = string | readonly string[];

/** Data and how it is to be understood. */
export interface DataSource extends DataSettings {
  readonly data: DataName;
  readonly seed?: number;
}

/** The flags of `addDataFlags` as commander gives them. */
export interface DataFlags {
  readonly data?: readonly string[];
  readonly views?: string;
  readonly labels?: string;
  readonly ids?: string;
  readonly splits?: string;
  readonly ignore?: readonly string[];
  readonly samples?: string;
  readonly layout?: string;
  readonly delimiter?: string;
  readonly decimal?: string;
  readonly thousands?: string;
  readonly header?: string;
  readonly encoding?: string;
  readonly missing?: readonly string[];
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** The flags that say which data, and how it is to be understood where a file leaves that open. */
export function addDataFlags(command: Command): Command {
  return command
    .option("--data <path|name>", "a data file, or a data set by name; several files are joined by their ids", collect)
    .option(
      "--views <a=X1,b=X2>",
      "which variables are views, and their names; in a table columns, their common start, or a pattern such as rna_*",
    )
    .option("--labels <name>", "which variable or column holds the labels; none for no labels")
    .option("--ids <name>", "which one holds the ids of the samples; none for no ids")
    .option("--splits <name>", "which one says the part of each sample (train, test, …); none for no split")
    .option("--ignore <name>", "a variable or column to leave out; may be given again", collect)
    .option("--samples <rows|columns>", "which side of the matrices holds the samples, where nothing else says so")
    .option("--layout <file.yaml>", "a file that says all of this; vantage datasets describe writes one")
    .option("--delimiter <sign>", 'of a text file: one character, "tab" or "blanks"')
    .option("--decimal <sign>", "of a text file: the decimal sign, . or ,")
    .option("--thousands <sign>", "of a text file: what separates thousands")
    .option("--header <yes|no>", "whether the first line of a text file holds the names of the columns")
    .option("--encoding <name>", "of a text file, such as utf-8 or windows-1252")
    .option("--missing <text>", "a cell that means that there is no value; may be given again", collect);
}

/** The data that flags name. */
export function dataName({ data }: DataFlags): DataName | undefined {
  return data?.length === 1 ? data[0] : data;
}

/** What flags say about data, without what they leave open. */
export function dataSettings(flags: DataFlags): DataSettings {
  const { views, labels, ids, splits, ignore, samples, layout } = flags;
  const { delimiter, decimal, thousands, header, encoding, missing } = flags;
  if (samples !== undefined && samples !== "rows" && samples !== "columns")
    throw new UserError(`--samples ${samples}: expected rows or columns`);
  if (header !== undefined && header !== "yes" && header !== "no")
    throw new UserError(`--header ${header}: expected yes or no`);
  const text: NonNullable<DataSettings["text"]> = given({ delimiter, decimal, thousands, header, encoding, missing });
  return given({
    ...{ views, labels, ids, splits, ignore, samples, layout },
    text: Object.keys(text).length > 0 ? text : undefined,
  });
}

/** An object without the properties that are undefined. */
function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** The settings among those that a run's configuration keeps. */
export function settingsOf({ views, labels, ids, splits, ignore, samples, layout, text }: DataSettings): DataSettings {
  return given({ views, labels, ids, splits, ignore, samples, layout, text });
}

export interface Listeners {
  onNote?(note: string): void;
  onProgress?(share: number): void;
}

/** @throws UserError where the data cannot be opened or the selection does not fit it. */
export function openData(
  { data, views, ...settings }: DataSource,
  listeners: Listeners = {},
): Promise<MultiViewDataset> {
  const selection = views === undefined ? undefined : parseViewSelection(views);
  return openDataset(data, { ...settings, views: selection, ...listeners });
}
