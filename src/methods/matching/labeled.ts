// Labels of some of the samples: samples without one are learned from where labels do not matter, and left out where they do.
import type { Labels, MultiViewDataset } from "../../data/dataset.js";

/** Those of the rows that have a label; a sample of several labels that has none of the classes counts as labeled. */
export function withLabel(labels: Labels, rows: Int32Array): Int32Array {
  if (labels.kind === "multi") return rows;
  return rows.every((row) => labels.values[row]! >= 0) ? rows : rows.filter((row) => labels.values[row]! >= 0);
}

/** The labels of the given rows, all of which have one. */
export function classesOf(labels: Extract<Labels, { kind: "single" }>, rows: Int32Array): Int32Array {
  return rows.map((row) => labels.values[row]!);
}

/** A note on the samples without a label, in a list; none where every sample has one, or none has. @param effect what becomes of them. */
export function unlabeledNotes({ labels, samples }: MultiViewDataset, effect: string): string[] {
  if (labels?.kind !== "single") return [];
  const count = labels.values.reduce((sum, value) => sum + (value < 0 ? 1 : 0), 0);
  return count === 0 ? [] : [`${count} of ${samples} samples have no label: ${effect}`];
}
/** The labels of the given rows, in their order. */
export function labelsOf(labels: Labels, rows: Int32Array): Labels {
  if (labels.kind === "single") return { ...labels, values: rows.map((row) => labels.values[row]!) };
  const classes = labels.names.length;
  const matrix = new Uint8Array(rows.length * classes);
  rows.forEach((row, i) => {
    matrix.set(labels.matrix.subarray(row * classes, (row + 1) * classes), i * classes);
  });
  return { ...labels, matrix };
}
