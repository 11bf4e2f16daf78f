// The flags that name data and say how it is to be understood.
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { type Imputation, imputations } from "../data/imputation/imputer.js";
import { UserError } from "../errors.js";
import { type DataName, type DataSettings, withoutUndefined } from "../train/data-source.js";
import { collect } from "./repeated.js";

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
  readonly dropIncomplete?: boolean;
  /** Of commands that train. */
  readonly impute?: Imputation;
}

/** The flags that say which data, and how it is to be understood where a file leaves that open. */
export function addDataFlags(command: Command): Command {
  return command
    .option(
      "--data <path|name>",
      "a data file, or a data set by name; several files (a.csv,b.csv, or repeat the flag) are joined by id",
      collect,
    )
    .option(
      "--views <a=X1,b=X2>",
      "the variables that are views, with their names; for a table, columns, a common prefix, or a pattern such as rna_*",
    )
    .option("--labels <name>", "the variable or column with the labels; none for no labels")
    .option("--ids <name>", "the variable or column with the sample ids; none for no ids")
    .option(
      "--splits <name>",
      "the variable or column with the split of each sample (train, test, …); none for no split",
    )
    .option("--ignore <name>", "a variable or column to leave out; may be repeated", collect)
    .option("--samples <rows|columns>", "whether rows or columns are samples, if ambiguous")
    .option("--layout <file.yaml>", "a file with all of these settings; vantage datasets describe writes one")
    .option("--delimiter <sign>", 'of a text file: one character, "tab" or "blanks"')
    .option("--decimal <sign>", "text files: decimal separator, . or ,")
    .option("--thousands <sign>", "text files: thousands separator")
    .option("--header <yes|no>", "text files: whether the first line holds column names")
    .option("--encoding <name>", "text files: encoding, such as utf-8 or windows-1252")
    .option("--missing <text>", "cell text that marks a missing value; may be repeated", collect)
    .option("--drop-incomplete", "leave out samples that lack a view, or a value that --impute does not fill");
}

/** The flag that says how missing values are filled, for commands that train. */
export function addImputeFlag(command: Command): Command {
  return command.addOption(
    new Option(
      "--impute <how>",
      "fill single missing values with the mean or median of their column, or from the 5 nearest samples (knn); fitted on the training samples and applied wherever the run is used",
    ).choices(imputations),
  );
}

/** The data that flags name. */
export function dataName({ data }: DataFlags): DataName | undefined {
  const names = data?.flatMap(severalFiles);
  return names?.length === 1 ? names[0] : names;
}

/** "rna.csv,protein.csv" as two files, where no file is called so and all of its parts are. */
export function severalFiles(name: string): readonly string[] {
  if (!name.includes(",") || existsSync(name)) return [name];
  const parts = name.split(",").map((part) => part.trim());
  return parts.every((part) => part !== "" && existsSync(part)) ? parts : [name];
}

/** What flags say about data, without what they leave open. */
export function dataSettings(flags: DataFlags): DataSettings {
  const { views, labels, ids, splits, ignore, samples, layout, dropIncomplete, impute } = flags;
  const { delimiter, decimal, thousands, header, encoding, missing } = flags;
  if (samples !== undefined && samples !== "rows" && samples !== "columns")
    throw new UserError(`--samples ${samples}: expected rows or columns`);
  if (header !== undefined && header !== "yes" && header !== "no")
    throw new UserError(`--header ${header}: expected yes or no`);
  const text: NonNullable<DataSettings["text"]> = withoutUndefined({
    delimiter,
    decimal,
    thousands,
    header,
    encoding,
    missing,
  });
  return withoutUndefined({
    ...{ views, labels, ids, splits, ignore, samples, layout, impute, dropIncomplete },
    text: Object.keys(text).length > 0 ? text : undefined,
  });
}
