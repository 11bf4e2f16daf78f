// A trained run and the data that encode and predict use it on: the run's own, or other data by flags.
import { extname } from "node:path";
import type { Command } from "commander";
import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { dropIncomplete } from "../data/imputation/missing-values.js";
import { UserError } from "../errors.js";
import { openModel } from "../train/saved-model.js";
import type { AnyMethod } from "../train/summary.js";
import { addDataFlags, type DataFlags, dataName, dataSettings } from "./data-flags.js";
import { Notes, noteTrained, openOtherData } from "./other-data.js";
import { encodedFormats } from "./output/encoded-file.js";
import { addPictureFlags, type PictureFlags, pictureSettings } from "./picture-flags.js";

/** The flags of `addUseFlags`. */
export interface UseFlags extends DataFlags, PictureFlags {
  readonly out: string;
  readonly format?: string;
  readonly threads?: string;
}

/** The flags of a command that writes a table of what a run makes of data. */
export function addUseFlags(command: Command, out: string): Command {
  return addPictureFlags(addDataFlags(command))
    .requiredOption("--out <file>", out)
    .option("--format <name>", "csv, tsv, parquet, npz or npy (default: by the extension of --out)")
    .option("--threads <n>", "threads for matrix products and kernels");
}

/** The format of the file to write, as an ending. @throws UserError for one that is not known. */
export function formatOf({ out, format }: Pick<UseFlags, "out" | "format">): string {
  const ending = format === undefined ? extname(out).toLowerCase() : `.${format}`;
  if (encodedFormats.includes(ending)) return ending;
  if (format !== undefined) {
    throw new UserError(`--format ${format}: expected ${encodedFormats.map((each) => each.slice(1)).join(", ")}`);
  }
  throw new UserError(`--out ${out}: expected a name that ends in ${encodedFormats.join(", ")}, or --format`);
}

/** A run ready to be used on data. */
export interface UsedRun {
  readonly method: AnyMethod;
  readonly data: MultiViewDataset;
  readonly notes: Notes;
}

/**
 * Opens a run and data for it. Other data needs no labels: none are taken but those that the run's own data, or the flags, name.
 * @throws UserError where there is no run, or the data cannot be opened.
 */
export async function openUsedRun(folder: string, flags: UseFlags, engine: Engine): Promise<UsedRun> {
  const { method, restore, config, ownData } = openModel(folder, engine);
  const path = dataName(flags);
  const notes = new Notes();
  const settings = { ...dataSettings(flags), ...pictureSettings(flags) };
  if (path === undefined) {
    const data = await ownData();
    await restore();
    const drop = method.imputation === undefined ? "values" : "views";
    return { method, data: flags.dropIncomplete ? dropIncomplete(data, drop, notes.add) : data, notes };
  }
  const data = await openOtherData(folder, config, { ...settings, data: path, guessesLabels: false }, notes.add);
  await restore();
  return { method, data, notes };
}

/** Notes on samples that the run was trained on, in the views that it is used on, and on classes that it does not know. */
export function noteKnown({ method, data, notes }: UsedRun, flags: UseFlags, views: readonly string[]): void {
  if (flags.data !== undefined && views.length > 0) noteTrained(method, data.selectViews(views), notes.add);
  const unknown = Object.entries(method.unknownClasses(data)).map(([name, samples]) => `"${name}" ${samples}`);
  if (unknown.length === 0) return;
  notes.add(`samples of classes unknown to the model, which it cannot predict: ${unknown.slice(0, 10).join(", ")}`);
}

/** Notes on what a reader of the file should know. */
export function noteTable({ ids }: MultiViewDataset, format: string, { add }: Notes): void {
  if (format === ".npy") {
    add("a .npy file holds the matrix alone: .npz, .parquet, .csv and .tsv have ids, labels and predictions");
    return;
  }
  if (ids === undefined) add("the data has no ids: the rows are numbered from 0; --ids COLUMN names a column of ids");
  if (format !== ".csv" && format !== ".tsv") return;
  const formulas = ids?.filter((id) => /^[=+\-@\t\r]/.test(id)).length ?? 0;
  if (formulas > 0)
    add(
      `${formulas} ids begin with =, +, - or @, which spreadsheets interpret as formulas; they are written unchanged`,
    );
}
