// Data files as a data set: one file, or several that hold the same samples.
import { basename, extname } from "node:path";
import { UserError } from "../errors.js";
import { ownValue } from "../records.js";
import { MultiViewDataset, presentRows, type ViewEncoding } from "./dataset.js";
import { type FileContent, readVariables } from "./formats/index.js";
import { isNone } from "./layout/columns.js";
import { type Layout, type LayoutOptions, layout, type ViewSelection } from "./layout/index.js";
import { type FileLayout, joinFiles } from "./layout/join.js";
import { type LayoutFile, layoutBeside, readLayoutFile } from "./layout/layout-file.js";
import { mixedModalLayout } from "./layout/mixed-modal-file.js";

/** How data files are to be understood; what is absent is worked out, or asked. */
export interface FileOptions extends LayoutOptions {
  /** A file that says all of this (`vantage datasets describe` writes it); options beside it go before. */
  readonly layout?: string;
  /** How a text file is written: delimiter, decimal sign, header, encoding. */
  readonly text?: LayoutFile["text"];
}

export interface OpenedFiles {
  readonly dataset: MultiViewDataset;
  readonly notes: readonly string[];
}

/**
 * Opens one file, or several as one data set.
 * @throws UserError where a file cannot be read or holds no data; AmbiguousDataError where it can be read in several ways.
 */
export async function openFiles(paths: readonly string[], options: FileOptions): Promise<OpenedFiles> {
  const [first, ...more] = paths;
  if (first === undefined) throw new UserError("no data file is given");
  return more.length === 0 ? openFile(first, options) : openSeveral(paths, options);
}

/** The options with those of a layout file behind them. */
function withLayoutFile(path: string, options: FileOptions): { options: FileOptions; notes: string[] } {
  const beside = options.layout === undefined ? layoutBeside(path) : undefined;
  const file = options.layout ?? beside;
  if (file === undefined) return { options, notes: [] };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const written = readLayoutFile(file);
  const text = { ...written.text, ...options.text };
  const notes = beside === undefined ? [] : [`read as ${beside} says`];
  return { options: { ...written, ...given, text }, notes };
}

const nameOf = (path: string): string => basename(path, extname(path));

async function openFile(path: string, given: FileOptions): Promise<OpenedFiles> {
  const { options, notes: before } = withLayoutFile(path, given);
  const content = await readVariables(path, options.text);
  try {
    // Who names the labels takes the file's matrices as they stand, one row of each for a sample.
    const mixed = options.labels === undefined ? await mixedModalLayout(content) : undefined;
    if (mixed) {
      const counts = mixed.views.map((view) => `${view.name} ${presentRows(view)!.length}`).join(", ");
      const dataset = options.views === undefined ? mixed : pickViews(mixed, options.views);
      return { dataset, notes: [...before, `each sample is in one modality (${counts})`] };
    }
    const { notes, ...read } = await layout(content, options);
    const dataset = new MultiViewDataset({ name: nameOf(path), ...read, source: path }, { values: "trusted" });
    return { dataset, notes: [...before, ...dialectNote(content), ...notes] };
  } finally {
    content.close();
  }
}

/** How a text file was understood, where that was not plain. */
function dialectNote({ table }: FileContent): string[] {
  return table?.dialect === undefined ? [] : [`read as ${table.dialect}`];
}

async function openSeveral(paths: readonly string[], options: FileOptions): Promise<OpenedFiles> {
  if (options.layout !== undefined)
    throw new UserError("--layout is for one file; keep a layout file beside each of several");
  const { views: selection, ...rest } = options;
  const files: FileLayout[] = [];
  const named = [options.labels, options.ids, options.splits, ...(options.ignore ?? [])];
  const absent = new Set(named.filter((name) => name !== undefined && !isNone(name)));
  for (const path of paths) {
    const { options: own, notes: before } = withLayoutFile(path, rest);
    const content = await readVariables(path, own.text);
    try {
      const has = (name: string | undefined) => name === undefined || isNone(name) || content.variables.has(name);
      for (const name of absent) if (has(name)) absent.delete(name);
      const requested = {
        ...own,
        ...(!has(own.labels) && { labels: "none" }),
        ...(!has(own.ids) && { ids: undefined }),
        ...(!has(own.splits) && { splits: undefined }),
        ignore: own.ignore?.filter((name) => content.variables.has(name)),
      };
      const read = await layout(content, requested, false);
      const notes = [...before, ...dialectNote(content), ...read.notes];
      files.push({ path, name: nameOf(path), layout: { ...read, notes }, samples: samplesOf(read) });
    } finally {
      content.close();
    }
  }
  for (const name of absent) throw new UserError(`none of ${paths.join(", ")} has a column or variable "${name}"`);
  const { notes, ...read } = joinFiles(files);
  const name = files.map((file) => file.name).join("+");
  const dataset = new MultiViewDataset({ name, ...read, source: paths.join(" ") }, { values: "trusted" });
  return { dataset: selection === undefined ? dataset : pickViews(dataset, selection), notes };
}

function samplesOf({ views, labels, ids }: Layout): number {
  if (views[0]) return views[0].matrix.rows;
  if (ids) return ids.length;
  return labels?.kind === "single" ? labels.values.length : labels ? labels.matrix.length / labels.names.length : 0;
}

/** Keeps the selected views under their new names. */
export function pickViews(dataset: MultiViewDataset, selection: readonly ViewSelection[]): MultiViewDataset {
  const encoders = new Map<string, ViewEncoding>();
  const views = selection.map(({ name, variable }) => {
    const isName = dataset.views.some((view) => view.name === variable);
    const numbered = !isName && /^\d+$/.test(variable) ? dataset.views[Number(variable)] : undefined;
    const view = numbered ?? dataset.selectViews([variable]).views[0]!;
    const encoding = ownValue(dataset.encoders ?? {}, view.name);
    if (encoding) encoders.set(name, encoding);
    return { ...view, name };
  });
  return new MultiViewDataset({ ...dataset, views, encoders: Object.fromEntries(encoders) }, { values: "trusted" });
}
