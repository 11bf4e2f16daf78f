// Labels of some of the samples.
import type { Labels } from "../../data/dataset.js";

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
