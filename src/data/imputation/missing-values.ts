// Single missing values of views: how many there are, where the first is, and leaving out the samples that lack any.
import { UserError } from "../../errors.js";
import { MultiViewDataset, type View } from "../dataset.js";
import type { DenseMatrix } from "../matrix.js";

/** The missing values of a view, sample by sample. */
function* missingOf({ matrix, present, incomplete }: View): Generator<{ row: number; column: number }> {
  if (!incomplete) return;
  const { rows, columns, data } = matrix as DenseMatrix;
  for (let row = 0; row < rows; row++) {
    if (present?.[row] === 0) continue;
    for (let column = 0; column < columns; column++) {
      if (Number.isNaN(data[row * columns + column]!)) yield { row, column };
    }
  }
}

/** How many single values a view lacks, and in how many samples. */
export function countMissing(view: View): { readonly values: number; readonly samples: number } {
  let [values, samples, last] = [0, 0, -1];
  for (const { row } of missingOf(view)) {
    values++;
    if (row !== last) samples++;
    last = row;
  }
  return { values, samples };
}

/** "342 values, the first in column "rna_9" of row 0 (counted from 0)"; undefined where none is missing. */
export function firstMissing(view: View): string | undefined {
  const [first] = missingOf(view);
  if (first === undefined) return undefined;
  const { values } = countMissing(view);
  const column = view.features ? JSON.stringify(view.features[first.column]) : String(first.column);
  return `${values === 1 ? "a value," : `${values} values, the first`} in column ${column} of row ${first.row} (counted from 0)`;
}

/** What `dropIncomplete` leaves out: samples that lack a whole view, or those that lack any value as well. */
export type DropIncomplete = "views" | "values";

/**
 * The samples that have every view and, for "values", every single value.
 * @param onNote receives how many are left out, and why.
 * @throws UserError where none is left.
 * @example
 * ```ts
 * import { MultiViewDataset } from "vantage-ml";
 * import { dropIncomplete } from "vantage-ml/data";
 *
 * const image = { name: "image", matrix: [[1, 2], [3, 4], [5, 6]], present: [true, false, true] };
 * const data = new MultiViewDataset({ name: "pairs", views: [image, { name: "text", matrix: [[1], [2], [3]] }] });
 * console.log(dropIncomplete(data).samples); // 2
 * ```
 */
export function dropIncomplete(
  data: MultiViewDataset,
  drop: DropIncomplete = "values",
  onNote: (note: string) => void = () => {},
): MultiViewDataset {
  const keep = new Uint8Array(data.samples).fill(1);
  const reasons: string[] = [];
  for (const view of data.views) {
    const { present, name } = view;
    const lacking = present?.reduce((sum, each) => sum + 1 - each, 0) ?? 0;
    if (lacking > 0) reasons.push(`${lacking} lack view "${name}"`);
    present?.forEach((each, row) => {
      if (each === 0) keep[row] = 0;
    });
    if (drop === "views") continue;
    const { samples } = countMissing(view);
    if (samples > 0) reasons.push(`${samples} lack values of view "${name}"`);
    for (const { row } of missingOf(view)) keep[row] = 0;
  }
  const rows = Int32Array.from(keep.keys()).filter((row) => keep[row] === 1);
  const left = data.samples - rows.length;
  if (left === 0 && drop === "views") return data;
  if (rows.length === 0) throw new UserError(`${data.name}: no sample is complete (${reasons.join(", ")})`);
  if (left > 0) onNote(`${left} of ${data.samples} samples are left out as incomplete: ${reasons.join(", ")}`);
  const kept = left === 0 ? data : data.select(rows);
  return drop === "values" ? withoutMarks(kept) : kept;
}

/** The same data, known to lack no single value. */
function withoutMarks(data: MultiViewDataset): MultiViewDataset {
  const views = data.views.map(({ incomplete: _, ...view }) => view);
  return new MultiViewDataset({ ...data, views }, { values: "trusted" });
}
