// The parts of a data set as they are given, checked, and plain arrays made what the data set holds.
import { UserError } from "../errors.js";
import { shortened } from "../visible.js";
import { checkMatrix } from "./check-matrix.js";
import type { DatasetInit, Labels, Splits, View, ViewInit } from "./dataset.js";
import { type PlainLabels, singleLabels } from "./plain-labels.js";
import { denseFromRows, isTyped, kindOf } from "./plain-rows.js";

/** Whether a number is that of a sample. */
export function isRow(row: number, samples: number): boolean {
  return Number.isInteger(row) && row >= 0 && row < samples;
}

/** Characters of a view's name: ONNX Runtime overflows its stack on names of several thousand. */
const longestName = 500;

/** The views, plain arrays as matrices. @param trusted whether matrices are known to be whole. @throws UserError, see `MultiViewDataset`. */
export function viewsOf({ name, views }: DatasetInit, trusted: boolean): readonly View[] {
  if (typeof name !== "string") throw new UserError(`a data set's name is ${kindOf(name)}, expected text`);
  if (!Array.isArray(views))
    throw new UserError(`${name}: views is ${kindOf(views)}, expected a list of { name, matrix }`);
  const made = trusted ? (views as readonly View[]) : views.map((view, v) => viewOf(name, view, v));
  checkViews(name, made);
  return made;
}

function viewOf(dataset: string, view: ViewInit, place: number): View {
  if (typeof view?.name !== "string") {
    const found = view === null || typeof view !== "object" ? kindOf(view) : `one whose name is ${kindOf(view.name)}`;
    throw new UserError(`${dataset}: view ${place} is ${found}, expected { name, matrix }`);
  }
  const { name, matrix, present, features } = view;
  const what = `${dataset}: view "${shortened(name, 40)}"`;
  if (!Array.isArray(matrix)) checkMatrix(what, matrix as View["matrix"]);
  features?.forEach((feature, j) => {
    if (typeof feature !== "string")
      throw new UserError(`${what}: the name of column ${j} is ${kindOf(feature)}, expected text`);
  });
  return {
    ...view,
    matrix: Array.isArray(matrix) ? denseFromRows(what, matrix) : (matrix as View["matrix"]),
    ...(present !== undefined && { present: maskOf(what, present) }),
  } as View;
}

function maskOf(what: string, present: NonNullable<ViewInit["present"]>): Uint8Array {
  if (!Array.isArray(present) && !isTyped(present, "Uint8Array")) {
    throw new UserError(`${what}: present is ${kindOf(present)}, expected true or false for each sample`);
  }
  for (let i = 0; i < present.length; i++) {
    const has: unknown = present[i];
    if (typeof has === "boolean" || has === 0 || has === 1) continue;
    throw new UserError(`${what}: present is ${kindOf(has)} at row ${i}, expected true or false`);
  }
  return Array.isArray(present) ? Uint8Array.from(present, Number) : (present as Uint8Array);
}

function checkViews(dataset: string, views: readonly View[]): void {
  const first = views[0];
  if (!first) throw new UserError(`${dataset}: no views; a data set needs at least one`);
  const names = new Set<string>();
  for (const { name, matrix, present, features } of views) {
    if (name === "") throw new UserError(`${dataset}: a view without a name`);
    if (name.length > longestName || /[\0\p{Cs}]/u.test(name)) {
      const what = name.length > longestName ? `of ${name.length} characters` : "that ONNX cannot hold";
      throw new UserError(
        `${dataset}: a view has a name ${what}: ${shortened(name, 40)}; give it one of up to ${longestName} letters`,
      );
    }
    if (names.has(name)) throw new UserError(`${dataset}: two views named "${name}"; give each its own name`);
    names.add(name);
    if (matrix.rows === 0 || matrix.columns === 0) {
      throw new UserError(`${dataset}: view "${name}" is empty (${matrix.rows} samples × ${matrix.columns} columns)`);
    }
    if (matrix.rows !== first.matrix.rows) {
      throw new UserError(
        `${dataset}: view "${name}" has ${matrix.rows} samples where view "${first.name}" has ${first.matrix.rows}; every view needs a row for each sample`,
      );
    }
    if (present && present.length !== matrix.rows) {
      throw new UserError(
        `${dataset}: the mask of view "${name}" has ${present.length} entries for ${matrix.rows} samples`,
      );
    }
    if (features && features.length !== matrix.columns) {
      throw new UserError(
        `${dataset}: view "${name}" has ${matrix.columns} columns and ${features.length} names for them`,
      );
    }
  }
}

/** The labels, plain lists with their classes numbered. @throws UserError, see `MultiViewDataset`. */
export function labelsOf({ name, labels }: DatasetInit, samples: number): Labels | undefined {
  if (labels === undefined) return undefined;
  const isList = Array.isArray(labels) || ArrayBuffer.isView(labels);
  if (isList && labels.length !== samples) {
    throw new UserError(`${name}: ${labels.length} labels for ${samples} samples`);
  }
  const made = isList ? singleLabels(name, labels as PlainLabels) : (labels as Labels);
  checkLabelTypes(name, made);
  checkLabels(name, made, samples);
  return made;
}

function checkLabelTypes(dataset: string, labels: Labels): void {
  if (labels?.kind !== "single" && labels?.kind !== "multi") {
    throw new UserError(`${dataset}: labels is ${kindOf(labels)}, expected a class for each sample`);
  }
  const [part, held, type] =
    labels.kind === "single"
      ? (["values", labels.values, "Int32Array"] as const)
      : (["matrix", labels.matrix, "Uint8Array"] as const);
  if (!isTyped(held, type)) throw new UserError(`${dataset}: labels.${part} is ${kindOf(held)}, expected an ${type}`);
  if (!Array.isArray(labels.names)) {
    throw new UserError(`${dataset}: labels.names is ${kindOf(labels.names)}, expected the names of the classes`);
  }
  const odd = labels.names.findIndex((name) => typeof name !== "string");
  if (odd >= 0)
    throw new UserError(`${dataset}: the name of class ${odd} is ${kindOf(labels.names[odd])}, expected text`);
}

/** @throws UserError where ids are no texts, or not one for each sample. */
export function checkIds({ name, ids }: DatasetInit, samples: number): void {
  if (ids === undefined) return;
  if (!Array.isArray(ids)) throw new UserError(`${name}: ids is ${kindOf(ids)}, expected a text for each sample`);
  if (ids.length !== samples) throw new UserError(`${name}: ${ids.length} ids for ${samples} samples`);
  for (let i = 0; i < samples; i++) {
    if (typeof ids[i] !== "string")
      throw new UserError(`${name}: the id of sample ${i} is ${kindOf(ids[i])}, expected text`);
  }
}

function checkLabels(dataset: string, labels: Labels, samples: number): void {
  const classes = labels.names.length;
  if (labels.kind === "single") {
    const { values } = labels;
    if (values.length !== samples) throw new UserError(`${dataset}: ${values.length} labels for ${samples} samples`);
    for (let i = 0; i < samples; i++) {
      if (values[i]! < -1 || values[i]! >= classes) {
        throw new UserError(
          `${dataset}: sample ${i} has label ${values[i]}, expected 0 … ${classes - 1}, or -1 where it has none`,
        );
      }
    }
    return;
  }
  const { matrix } = labels;
  if (classes === 0 || matrix.length !== samples * classes) {
    throw new UserError(
      `${dataset}: the label matrix has ${matrix.length} entries, expected ${samples} samples × ${classes} classes`,
    );
  }
  for (let i = 0; i < matrix.length; i++) {
    if (matrix[i]! > 1) {
      const where = `sample ${Math.floor(i / classes)}, class ${labels.names[i % classes]}`;
      throw new UserError(`${dataset}: the label matrix holds ${matrix[i]} at ${where}, expected 0 or 1`);
    }
  }
}

/** The splits as typed arrays. @throws UserError where a row is out of range, or named twice by one split. */
export function splitsOf({ name, splits = {} }: DatasetInit, samples: number): Splits {
  const made = Object.entries(splits).map(([split, rows]) => {
    if (!Array.isArray(rows) && !isTyped(rows, "Int32Array")) {
      throw new UserError(`${name}: split "${split}" is ${kindOf(rows)}, expected a list of row numbers`);
    }
    const seen = new Uint8Array(samples);
    for (const row of rows) {
      if (!isRow(row, samples)) {
        throw new UserError(`${name}: split "${split}" names row ${row}, expected 0 … ${samples - 1}`);
      }
      if (seen[row]) throw new UserError(`${name}: split "${split}" names row ${row} twice`);
      seen[row] = 1;
    }
    return [split, Array.isArray(rows) ? Int32Array.from(rows) : (rows as Int32Array)] as const;
  });
  return Object.fromEntries(made);
}
