// Unpaired views, each with samples and labels of its own (XMedia: images, texts, audio, video, 3D models), as one data set.
import { UserError } from "../errors.js";
import { ownValue } from "../records.js";
import { type Labels, MultiViewDataset, type Splits, type View } from "./dataset.js";
import { type Matrix, padRows } from "./matrix.js";

/** A view with its own samples. */
export interface UnpairedView {
  readonly name: string;
  readonly matrix: Matrix;
  /** One per row of the matrix; either every view has labels or none. */
  readonly labels?: Labels;
  /** One per row of the matrix. */
  readonly ids?: readonly string[];
  /** Rows of the matrix. */
  readonly splits?: Splits;
}

/**
 * The samples of all views one after the other, each present in its own view only. Matrices are not copied: a dense one
 * becomes a lazy one that gives zeros elsewhere. Classes are distinguished by their names; they come in numeric order where all
 * names are numbers, otherwise as they are first met. Splits of the same name are joined.
 * @throws UserError where there is no view, some have labels and others none, or single and multi-label are mixed.
 */
export function unpaired(name: string, views: readonly UnpairedView[], source?: string): MultiViewDataset {
  const total = views.reduce((sum, { matrix }) => sum + matrix.rows, 0);
  const starts = views.map((_, v) => views.slice(0, v).reduce((sum, { matrix }) => sum + matrix.rows, 0));
  const padded = views.map(({ name: view, matrix }, v): View => {
    const present = new Uint8Array(total).fill(1, starts[v]!, starts[v]! + matrix.rows);
    return { name: view, matrix: padRows(matrix, starts[v]!, total), present };
  });
  const labels = views.flatMap((view) => view.labels ?? []);
  if (labels.length > 0 && labels.length < views.length) {
    const without = views.filter((view) => !view.labels).map((view) => view.name);
    throw new UserError(`${name}: no labels for ${without.join(", ")}; either every view has labels or none`);
  }
  const named = views.every((view) => view.ids);
  const parts = {
    name,
    views: padded,
    ...(labels.length > 0 && { labels: joinLabels(labels, name) }),
    ...(named && { ids: views.flatMap((view) => view.ids!) }),
    splits: joinSplits(views, starts),
    source,
  };
  return new MultiViewDataset(parts, { values: "trusted" });
}

function joinSplits(views: readonly UnpairedView[], starts: readonly number[]): Splits {
  const names = new Set(views.flatMap((view) => Object.keys(view.splits ?? {})));
  const rows = (split: string) =>
    views.flatMap((view, v) => Array.from(ownValue(view.splits ?? {}, split) ?? [], (row) => row + starts[v]!));
  return Object.fromEntries([...names].map((split) => [split, Int32Array.from(rows(split))]));
}

/**
 * Labels of samples that come one after the other; classes are the same where their names are.
 * @throws UserError where single and multi-label are mixed.
 */
export function joinLabels(parts: readonly Labels[], dataset: string): Labels {
  const names = classNames(parts);
  const place = new Map(names.map((name, c) => [name, c]));
  const singles = parts.flatMap((part) => (part.kind === "single" ? part : []));
  if (singles.length === parts.length) {
    const values = Int32Array.from(
      singles.flatMap((part) => Array.from(part.values, (c) => (c < 0 ? -1 : place.get(part.names[c]!)!))),
    );
    return { kind: "single", values, names };
  }
  if (singles.length > 0) {
    throw new UserError(`${dataset}: some of the labels are one class per sample and others are several`);
  }
  const rows = parts.map((part) => (part.kind === "multi" ? part.matrix.length / part.names.length : 0));
  const matrix = new Uint8Array(rows.reduce((sum, count) => sum + count, 0) * names.length);
  let row = 0;
  for (const part of parts) {
    if (part.kind !== "multi") continue;
    const columns = part.names.map((name) => place.get(name)!);
    for (let at = 0; at < part.matrix.length; at += columns.length, row++) {
      for (const [c, column] of columns.entries()) matrix[row * names.length + column] = part.matrix[at + c]!;
    }
  }
  return { kind: "multi", matrix, names };
}

function classNames(parts: readonly Labels[]): string[] {
  const names = [...new Set(parts.flatMap((part) => part.names))];
  return names.every((name) => /^-?\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}
