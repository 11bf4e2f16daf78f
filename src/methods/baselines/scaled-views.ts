// Views as baselines see them: features scaled to [0, 1], a view that a sample lacks at its mean.

import { Random } from "../../core/kernels/random.js";
import type { MultiViewDataset, View } from "../../data/dataset.js";
import { type DenseMatrix, toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler } from "../../data/scaling.js";
import { columnStatistics } from "../../data/statistics.js";

/** Values of a matrix that a baseline may hold: 400 MB. */
const MOST_VALUES = 1e8;

/** Rows of one view, scaled as the rows `fit` say (min–max); a column that is constant there becomes 0. */
export function scaledView({ matrix, present }: View, fit: Int32Array, rows: Int32Array): DenseMatrix {
  const has = present === undefined ? fit : fit.filter((row) => present[row] === 1);
  if (has.length === 0) return { kind: "dense", rows: rows.length, columns: 1, data: new Float32Array(rows.length) };
  const scaler = fitScaler("minmax", matrix, has);
  const scaled = toDense(applyScaler(scaler, matrix, rows));
  if (present === undefined) return scaled;
  const { mean } = columnStatistics(matrix, has);
  const filling = scaler.scale.map((scale, j) => mean[j]! * scale + scaler.shift[j]!);
  rows.forEach((row, i) => {
    if (present[row] === 0) scaled.data.set(filling, i * scaled.columns);
  });
  return scaled;
}

/** All columns of a data set. */
export function totalColumns(data: MultiViewDataset): number {
  return data.dimensions.reduce((sum, columns) => sum + columns, 0);
}

/**
 * As many of the rows as the work allows, drawn by the seed, ascending; all of them where they are not too many.
 * @param columns of the matrix that they make.
 * @param mostRows that the time allows.
 */
export function affordable(rows: Int32Array, columns: number, mostRows: number, seed: number): Int32Array {
  const most = Math.floor(Math.min(mostRows, MOST_VALUES / columns));
  if (rows.length <= most) return rows;
  const places = new Random(seed, "baseline").choice(rows.length, most).sort();
  return Int32Array.from(places, (place) => rows[place]!);
}
