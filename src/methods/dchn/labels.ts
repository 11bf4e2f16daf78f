// Labels as DCHN needs them: multi-hot rows, in the classes of the Hamming space.

import type { Random } from "../../core/kernels/random.js";
import { classCounts } from "../../data/check.js";
import { type Labels, MultiViewDataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { labelsOf, withLabel } from "../matching/labeled.js";
import { type Matrix64, matrix64 } from "./matrices.js";

/** @throws UserError where there are none. */
export function requireLabels({ name, labels }: MultiViewDataset): Labels {
  if (labels === undefined)
    throw new UserError(`${name}: dchn needs labels and there are none: name them with --labels`);
  return labels;
}

/** Calls back for each class that a sample has. */
export function forEachClass(labels: Labels, row: number, use: (label: number) => void): void {
  if (labels.kind === "single") {
    if (labels.values[row]! >= 0) use(labels.values[row]!);
  } else {
    const classes = labels.names.length;
    for (let c = 0; c < classes; c++) if (labels.matrix[row * classes + c] === 1) use(c);
  }
}

/** Those of the rows that have a label at all. */
export function labeledRows(labels: Labels, rows: Int32Array): Int32Array {
  if (labels.kind === "single") return withLabel(labels, rows);
  const classes = labels.names.length;
  return rows.filter((row) => labels.matrix.subarray(row * classes, (row + 1) * classes).includes(1));
}

/**
 * L of SHAM: the class identity and below it the labels of samples drawn at random, as many as `available` says or all.
 * @param rows the samples to draw from; those without a label are left out.
 */
export function labelRows(labels: Labels, rows: Int32Array, available: number, random: Random): Matrix64 {
  const classes = labels.names.length;
  const labeled = labeledRows(labels, rows);
  const drawn = random.choice(labeled.length, Math.min(available, labeled.length));
  const result = matrix64(classes + drawn.length, classes);
  for (let c = 0; c < classes; c++) result.data[c * (classes + 1)] = 1;
  drawn.forEach((place, i) => {
    forEachClass(labels, labeled[place]!, (label) => {
      result.data[(classes + i) * classes + label] = 1;
    });
  });
  return result;
}

/** @throws UserError where there are fewer than two classes, or one has no sample among the rows. */
export function requireEveryClass(name: string, labels: Labels, rows: Int32Array): void {
  if (labels.names.length < 2)
    throw new UserError(`${name}: only one class (${labels.names[0]}); dchn needs two or more`);
  const empty = classCounts(labelsOf(labels, rows)).indexOf(0);
  if (empty >= 0) {
    throw new UserError(
      `${name}: class "${labels.names[empty]}" has no training sample; dchn needs at least one per class`,
    );
  }
}

/**
 * The data with its labels numbered as the classes of the Hamming space.
 * @throws UserError for a class that is not among them, or one label per sample where there were several.
 */
export function withClasses(data: MultiViewDataset, kind: Labels["kind"], names: readonly string[]): MultiViewDataset {
  const labels = requireLabels(data);
  if (labels.kind !== kind) {
    const describe = (each: Labels["kind"]) =>
      each === "single" ? "one label per sample" : "several labels per sample";
    throw new UserError(`${data.name} has ${describe(labels.kind)}; the model was trained on ${describe(kind)}`);
  }
  if (labels.names.join("\0") === names.join("\0")) return data;
  const places = labels.names.map((name) => {
    const place = names.indexOf(name);
    if (place < 0) {
      throw new UserError(
        `${data.name}: class "${name}" is unknown; the model's classes are ${names.slice(0, 20).join(", ")}`,
      );
    }
    return place;
  });
  return new MultiViewDataset({ ...data, labels: renumbered(labels, places, names) }, { values: "trusted" });
}

function renumbered(labels: Labels, places: readonly number[], names: readonly string[]): Labels {
  if (labels.kind === "single")
    return { kind: "single", values: labels.values.map((value) => places[value] ?? -1), names };
  const old = labels.names.length;
  const matrix = new Uint8Array((labels.matrix.length / old) * names.length);
  labels.matrix.forEach((value, e) => {
    matrix[Math.floor(e / old) * names.length + places[e % old]!] = value;
  });
  return { kind: "multi", matrix, names };
}
