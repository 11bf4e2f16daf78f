// A data set by its card: variables of the card's files become views, labels and splits.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.js";
import { inside } from "../../inside.js";
import { type Labels, MultiViewDataset, type Splits, type View } from "../dataset.js";
import { type FileContent, readVariables } from "../formats/index.js";
import { asMatrix } from "../layout/entry.js";
import { labelLengths, readLabels } from "../layout/labels.js";
import { loadMixedModal, publishedFiles } from "../layout/mixed-modal-file.js";
import { orientViews } from "../layout/orientation.js";
import { resolveReference } from "../layout/selection.js";
import { readView } from "../layout/view.js";
import { perLabelSplit } from "../splits.js";
import { stackViews } from "../stack-rows.js";
import { joinLabels, unpaired } from "../unpaired.js";
import { type Card, type CardPart, cardFiles, type RowSelection, splitReference, viewNames } from "./card.js";

export interface OpenCardOptions {
  /** See `PlacedCard`. */
  readonly cameWithFiles: boolean;
  /** Seed of splits that are drawn. */
  readonly seed: number;
  readonly onNote: (note: string) => void;
}

/** What one part gives: its views side by side, or a single view with its own labels. */
interface Table {
  readonly rows: number;
  readonly views: readonly View[];
  readonly labels?: Labels;
}

/**
 * Opens a data set whose files lie in a folder.
 * @throws UserError where a file or variable is missing, or they do not fit together.
 */
export async function openCard(card: Card, folder: string, options: OpenCardOptions): Promise<MultiViewDataset> {
  const named =
    card.layout === "mixed-modal" ? [...cardFiles(card), ...Object.values(publishedFiles)] : cardFiles(card);
  if (options.cameWithFiles) for (const file of named) inside(folder, file);
  const missing = cardFiles(card).filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) {
    throw new UserError(
      `${card.name}: there is no ${missing.join(" and no ")} in ${folder}; ${card.source ?? "its card names these files"}`,
    );
  }
  const files = new Map<string, FileContent>();
  try {
    const dataset = await assemble(card, folder, files, options);
    for (const note of unexpected(card, dataset)) options.onNote(note);
    return dataset;
  } finally {
    for (const content of files.values()) content.close();
  }
}

async function assemble(
  card: Card,
  folder: string,
  files: Map<string, FileContent>,
  { seed, onNote }: OpenCardOptions,
): Promise<MultiViewDataset> {
  const source = `${card.name}:${folder}`;
  if (card.layout === "mixed-modal") {
    return new MultiViewDataset({ ...(await loadMixedModal(folder)), name: card.name, source }, { values: "trusted" });
  }
  const open = async (file: string): Promise<FileContent> => {
    const content = files.get(file) ?? (await readVariables(join(folder, file)));
    files.set(file, content);
    return content;
  };
  const names = viewNames(card.parts);
  const parts = Object.values(card.parts);
  if (!card.paired) {
    const views = [];
    for (const name of names) {
      const tables = [];
      for (const part of parts) tables.push(await readTable(part, [name], open, onNote));
      const [view] = viewsOfTables(tables, card.name);
      const { labels } = withLabels(tables, card);
      views.push({ name, matrix: view!.matrix, ...(labels && { labels }), splits: rangeSplits(card, tables) });
    }
    return unpaired(card.name, views, source);
  }
  const tables = [];
  for (const part of parts) tables.push(await readTable(part, names, open, onNote));
  const { labels } = withLabels(tables, card);
  let splits = rangeSplits(card, tables);
  if (card.draw) {
    if (!labels) throw new UserError(`${card.name}: splits are drawn by labels, and the card names none`);
    splits = { ...perLabelSplit(labels, { ...card.draw, seed }) };
  }
  return new MultiViewDataset(
    { name: card.name, views: viewsOfTables(tables, card.name), labels, splits, source },
    { values: "trusted" },
  );
}

async function readTable(
  part: CardPart,
  names: readonly string[],
  open: (file: string) => Promise<FileContent>,
  onNote: (note: string) => void,
): Promise<Table> {
  const find = async (text: string) => {
    const { file, variable } = splitReference(text, part.file);
    const { variables, path } = await open(file!);
    return { reference: variable, path, variable: resolveReference(variables, variable, path) };
  };
  const found = [];
  for (const name of names) {
    const { reference, path, variable } = await find(part.views[name]!);
    found.push({ name, reference, path, variable: asMatrix(variable, reference, path) });
  }
  const text = typeof part.labels === "object" ? part.labels[names[0]!] : part.labels;
  const labeled = text === undefined ? undefined : await find(text);
  const lengths = labeled ? labelLengths(labeled.variable) : [];
  if (labeled && lengths.length === 0) {
    throw new UserError(
      `${labeled.path}: labels ${labeled.reference} are ${labeled.variable.kind}, expected integers, a matrix of 0 and 1, or strings`,
    );
  }
  const { samples, samplesLast } = orientViews(found, lengths, labeled?.reference, true, found[0]!.path);
  const views: View[] = [];
  const notes: string[] = [];
  for (const [v, each] of found.entries())
    views.push(await readView({ ...each, samplesLast: samplesLast[v]! }, each.path, notes, false));
  const read = labeled && (await readLabels({ ...labeled, lengths }, samples, labeled.path));
  for (const note of [...notes, ...(read?.notes ?? [])]) onNote(note);
  return { rows: samples, views, ...(read && { labels: read.labels }) };
}

function viewsOfTables(tables: readonly Table[], card: string): View[] {
  return tables[0]!.views.map(({ name, matrix }, v) => {
    const own = tables.map((table) => table.views[v]!);
    const odd = own.find((view) => view.matrix.columns !== matrix.columns);
    if (odd) {
      throw new UserError(
        `${card}: view "${name}" has ${matrix.columns} columns in one part and ${odd.matrix.columns} in another`,
      );
    }
    return stackViews(own);
  });
}

/** The labels of all tables under the card's class names. */
function withLabels(tables: readonly Table[], { name, classes }: Card): { labels?: Labels } {
  const parts = tables.flatMap((table) => table.labels ?? []);
  if (parts.length === 0) return {};
  const several = parts.some((part) => part.kind === "multi");
  const labels = joinLabels(several ? parts.map(multiHot) : parts, name);
  if (!classes) return { labels };
  if (classes.length !== labels.names.length) {
    throw new UserError(`${name}: the labels have ${labels.names.length} classes, the card names ${classes.length}`);
  }
  return { labels: { ...labels, names: classes } };
}

function multiHot(labels: Labels): Labels {
  if (labels.kind === "multi") return labels;
  const { values, names } = labels;
  const matrix = new Uint8Array(values.length * names.length);
  for (const [row, c] of values.entries()) matrix[row * names.length + c] = 1;
  return { kind: "multi", matrix, names };
}

/** The card's splits as rows of the tables one below the other. */
function rangeSplits(card: Card, tables: readonly Table[]): Splits {
  const names = Object.keys(card.parts);
  const starts = tables.map((_, t) => tables.slice(0, t).reduce((sum, { rows }) => sum + rows, 0));
  const total = starts.at(-1)! + tables.at(-1)!.rows;
  const rows = (split: string, selection: RowSelection): number[] => {
    const {
      part = undefined,
      from = 0,
      to = undefined,
    } = typeof selection === "string" ? { part: selection } : selection;
    const t = part === undefined ? -1 : names.indexOf(part);
    const [start, length] = t < 0 ? [0, total] : [starts[t]!, tables[t]!.rows];
    const [first, last] = [from, to ?? length].map((edge) => (edge < 0 ? length + edge : edge)) as [number, number];
    if (first < 0 || last > length || first >= last) {
      throw new UserError(
        `${card.name}: split "${split}" names rows ${from} to ${to ?? "the end"} of ${length}${part === undefined ? "" : ` in ${part}`}`,
      );
    }
    return Array.from({ length: last - first }, (_, i) => start + first + i);
  };
  return Object.fromEntries(
    Object.entries(card.splits).map(([split, chosen]) => {
      const all: number[] = [];
      for (const each of [chosen].flat()) {
        for (const row of rows(split, each)) all.push(row);
        if (all.length > total) {
          throw new UserError(
            `${card.name}: split "${split}" has more rows than there are samples (${total}): some are named again`,
          );
        }
      }
      return [split, Int32Array.from(all)];
    }),
  );
}

/** Where a data set is not as its card has it. */
function unexpected({ name, expect }: Card, { samples, classes, views }: MultiViewDataset): string[] {
  const notes: string[] = [];
  const compare = (what: string, published: number | undefined, found: number | undefined) => {
    if (published !== undefined && published !== found)
      notes.push(`${name} as published has ${published} ${what}, this one has ${found ?? "none"}`);
  };
  compare("samples", expect.samples, samples);
  compare("classes", expect.classes, classes);
  for (const [view, columns] of Object.entries(expect.columns ?? {})) {
    compare(`columns in view "${view}"`, columns, views.find((each) => each.name === view)?.matrix.columns);
  }
  return notes;
}
