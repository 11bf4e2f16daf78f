// Validates data sets: values that no method can use are refused, unusual values are warnings.
import { type Labels, type MultiViewDataset, presentRows, samplesByClass, type View } from "./dataset.js";
import { requireFinite } from "./finite.js";
import { pictureShape } from "./matrix.js";
import { columnStatistics, constantColumns } from "./statistics.js";

/**
 * Notes on what is odd but usable: constant columns, samples without any view, classes without samples, a single class.
 * @throws UserError for a value that is NaN or infinite, naming view, sample and column (all counted from 0).
 */
export function checkDataset(dataset: MultiViewDataset): string[] {
  const notes: string[] = [];
  for (const view of dataset.views) {
    // Their values are bytes, and all of them would take longer to read than to train on.
    if (pictureShape(view.matrix) !== undefined) continue;
    const { name, matrix, incomplete } = view;
    requireFinite(dataset.name, { name, matrix, ...(incomplete && { incomplete }) });
    const constant = constantColumns(columnStatistics(view.matrix, presentRows(view)));
    if (constant.length > 0) {
      notes.push(
        `view "${view.name}": ${constant.length} of ${view.matrix.columns} columns are constant (${few(constant)})`,
      );
    }
  }
  const unseen = countUnseen(dataset.views, dataset.samples);
  if (unseen > 0) notes.push(`${unseen} of ${dataset.samples} samples have no view at all`);
  if (dataset.labels) {
    const counts = classCounts(dataset.labels);
    const { names } = dataset.labels;
    const empty = names.filter((_, k) => counts[k] === 0);
    if (empty.length > 0) notes.push(`${empty.length} of ${names.length} classes have no sample (${few(empty)})`);
    if (names.length - empty.length === 1) notes.push("all labeled samples are of one class");
  }
  return notes;
}

/** Samples of each class. */
export function classCounts(labels: Labels): number[] {
  if (labels.kind === "single") return samplesByClass(labels).map((rows) => rows.length);
  const classes = labels.names.length;
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.matrix.length; i++) counts[i % classes]! += labels.matrix[i]!;
  return counts;
}

function countUnseen(views: readonly View[], samples: number): number {
  if (views.some(({ present }) => !present)) return 0;
  let count = 0;
  for (let row = 0; row < samples; row++) if (views.every(({ present }) => present![row] === 0)) count++;
  return count;
}

function few(items: ArrayLike<number | string>): string {
  const shown = Array.from(items).slice(0, 5).join(", ");
  return items.length > 5 ? `${shown}, …` : shown;
}
