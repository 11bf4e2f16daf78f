// Filling single missing values of views: by column means or medians, or from the nearest samples; fitted on some rows, applied to any.
import { UserError } from "../../errors.js";
import { MultiViewDataset, type View } from "../dataset.js";
import { type DenseMatrix, dense } from "../matrix.js";
import { countMissing, firstMissing } from "./missing-values.js";
import { fillFromNeighbors } from "./nearest.js";

/**
 * How single missing values are filled:
 * - `mean`, `median`: by that of their column
 * - `knn`: by the mean of their column over the 5 nearest samples that have it (scikit-learn's KNNImputer with its defaults)
 */
export const imputations = ["mean", "median", "knn"] as const;
/** One of the ways to fill missing values: "mean", "median", "knn". */
export type Imputation = (typeof imputations)[number];

/** What is kept of one view. */
export interface ViewImputer {
  readonly name: string;
  /** Mean or median of each column; under `knn` the mean, for samples that have nothing in common with any other. */
  readonly fill: Float32Array;
  /** Under `knn` the rows that were fitted, NaN where they lack a value. */
  readonly reference?: DenseMatrix;
}

/** A fitted imputation. Views without an entry are none whose values can be filled: sparse ones, and rows read from disk. */
export interface Imputer {
  readonly kind: Imputation;
  readonly views: readonly ViewImputer[];
}

/**
 * Fits an imputation on some samples; those that lack a view are passed over in it.
 * @param rows the samples to learn from, as the training set.
 * @throws UserError for a column without a single value in these rows.
 */
export function fitImputer(kind: Imputation, { name, views }: MultiViewDataset, rows: ArrayLike<number>): Imputer {
  return {
    kind,
    views: views.flatMap((view) => (view.matrix.kind === "dense" ? [fitView(kind, name, view, rows)] : [])),
  };
}

function fitView(kind: Imputation, dataset: string, view: View, rows: ArrayLike<number>): ViewImputer {
  const { name, present, features } = view;
  const { columns, data } = view.matrix as DenseMatrix;
  const own = Array.from(rows).filter((row) => present?.[row] !== 0);
  const fill = new Float32Array(columns);
  for (let j = 0; j < columns; j++) {
    const values = own.map((row) => data[row * columns + j]!).filter((value) => !Number.isNaN(value));
    if (values.length === 0) {
      const column = features ? JSON.stringify(features[j]) : String(j);
      const flag = features ? `; leave it out with --ignore ${features[j]}` : "";
      throw new UserError(
        `${dataset}: column ${column} of view "${name}" has no value in the ${own.length} training samples, so nothing can fill it${flag}`,
      );
    }
    fill[j] = kind === "median" ? median(values) : values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  if (kind !== "knn") return { name, fill };
  const reference = dense(own.length, columns);
  for (const [i, row] of own.entries()) {
    reference.data.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  }
  return { name, fill, reference };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Data whose missing values are filled, with what was done, a sentence each. */
export interface Imputed {
  readonly data: MultiViewDataset;
  readonly notes: readonly string[];
}

/**
 * Fills the missing values of a data set; where it lacks none it stays the same.
 * @param data its views have the columns that were fitted, in their order.
 * @throws UserError where a value is missing in a view that was not fitted.
 */
export function impute(imputer: Imputer | undefined, data: MultiViewDataset): Imputed {
  const notes: string[] = [];
  if (!data.views.some(({ incomplete }) => incomplete)) return { data, notes };
  const views = data.views.map((view): View => {
    const { incomplete: _, ...whole } = view;
    const missing = firstMissing(view);
    if (missing === undefined) return whole;
    const own = imputer?.views.find(({ name }) => name === view.name);
    if (own === undefined) {
      throw new UserError(
        `${data.name}: view "${view.name}" lacks ${missing}, and the model has not learned to fill them: train with --impute mean (or median, knn), or leave such samples out with --drop-incomplete`,
      );
    }
    const { values, samples } = countMissing(view);
    const what = `${values} missing ${values === 1 ? "value" : "values"} of ${samples} ${samples === 1 ? "sample" : "samples"}`;
    notes.push(`view "${view.name}": ${what} filled (${imputer!.kind}, learned on the training samples)`);
    return { ...whole, matrix: fillView(imputer!.kind, own, view) };
  });
  return { data: new MultiViewDataset({ ...data, views }, { values: "trusted" }), notes };
}

function fillView(kind: Imputation, { fill, reference }: ViewImputer, { matrix, present }: View): DenseMatrix {
  const { rows, columns, data } = matrix as DenseMatrix;
  const filled = dense(rows, columns, new Float32Array(data));
  for (let row = 0; row < rows; row++) {
    if (present?.[row] === 0) continue;
    const values = filled.data.subarray(row * columns, (row + 1) * columns);
    if (!values.some(Number.isNaN)) continue;
    if (kind === "knn") fillFromNeighbors(values, reference!, fill);
    else for (let j = 0; j < columns; j++) if (Number.isNaN(values[j]!)) values[j] = fill[j]!;
  }
  return filled;
}
