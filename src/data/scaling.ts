// Scaling of a view's features: fitted on some rows, applied to any, and small enough to live inside an ONNX graph.
import {
  type DenseMatrix,
  dense,
  type LazyMatrix,
  type Matrix,
  type SparseMatrix,
  selectRows,
  toDense,
} from "./matrix.js";
import { type ColumnStatistics, columnStatistics, columnVariance } from "./statistics.js";

/**
 * How features are scaled:
 * - `none`: not at all
 * - `minmax`: every column to [0, 1] by its own minimum and maximum (GMAE)
 * - `minmax-view`: all columns by the minimum and maximum of the whole view (MvLNet on Caltech101-20)
 * - `standard`: every column to mean 0 and variance 1
 * - `l2`: every row divided by its Euclidean norm
 * - `auto`: `standard` where the view is far from unit scale (a value beyond ±20, or, in a view that is not sparse, a column
 *   that deviates more than 100 times as much as half of the others), otherwise `none`
 */
export const scalingKinds = ["none", "minmax", "minmax-view", "standard", "l2", "auto"] as const;
/** One of the scalings: "none", "minmax", "minmax-view", "standard", "l2", "auto"; see `fitScaler`. */
export type ScalingKind = (typeof scalingKinds)[number];

/** `auto` standardizes a view with a value farther from 0 than this … */
const FARTHEST = 20;
/** … or with a column that deviates so many times as much as the median column … */
const MOST_UNEQUAL = 100;
/** … in a view with more than this share of non-zeros: among words and tags rare ones hardly deviate. */
const SPARSE = 0.25;

/** A fitted scaling: x·scale + shift column by column in float32, then, for `l2` only, each row over its norm. */
export interface Scaler {
  readonly kind: ScalingKind;
  readonly columns: number;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/**
 * Fits a scaling to a matrix. A constant column gets scale 0 and shift 0, so it becomes 0 whatever comes later (under
 * `minmax-view` only where the whole view is constant).
 * @param rows the rows to fit on, as the training set; all of them where it is left out.
 * @throws RangeError where there is no row to fit on.
 * @example
 * ```ts
 * import { dense, fitScaler } from "vantage-ml/data";
 *
 * const { scale, shift } = fitScaler("standard", dense([[1], [3]]));
 * console.log(scale, shift); // Float32Array(1) [ 1 ] Float32Array(1) [ -2 ]
 * ```
 */
export function fitScaler(kind: ScalingKind, matrix: Matrix, rows?: ArrayLike<number>): Scaler {
  const { columns } = matrix;
  const scale = new Float32Array(columns).fill(1);
  const shift = new Float32Array(columns);
  const scaler = { kind, columns, scale, shift };
  if (kind === "none" || kind === "l2") return scaler;
  if ((rows?.length ?? matrix.rows) === 0) throw new RangeError(`fitScaler: no rows to fit "${kind}" on`);

  const statistics = columnStatistics(matrix, rows);
  const { min, max, mean } = statistics;
  const variance = kind === "standard" || kind === "auto" ? columnVariance(matrix, mean, rows) : undefined;
  const values = (rows?.length ?? matrix.rows) * columns;
  if (kind === "auto" && isNearUnit(statistics, variance!, values)) return scaler;
  if (kind === "minmax-view") {
    min.fill(min.reduce((a, b) => Math.min(a, b)));
    max.fill(max.reduce((a, b) => Math.max(a, b)));
  }
  for (let j = 0; j < columns; j++) {
    const spread = variance ? Math.sqrt(variance[j]!) : max[j]! - min[j]!;
    // A spread too small for float32's reciprocal is rounding noise of a constant.
    const constant = min[j]! === max[j]! || !Number.isFinite(Math.fround(1 / spread));
    scale[j] = constant ? 0 : 1 / spread;
    // From the rounded scale, so that the minimum lands on 0 exactly; + 0 makes -0 a 0.
    shift[j] = constant ? 0 : -(variance ? mean[j]! : min[j]!) * scale[j]! + 0;
  }
  return scaler;
}

function isNearUnit({ min, max, nonZero }: ColumnStatistics, variance: Float64Array, values: number): boolean {
  if (min.some((value) => value < -FARTHEST) || max.some((value) => value > FARTHEST)) return false;
  if (nonZero <= SPARSE * values) return true;
  const varying = variance.filter((_, j) => min[j] !== max[j]).sort();
  const middle = varying[Math.floor((varying.length - 1) / 2)] ?? 0;
  return (varying.at(-1) ?? 0) <= MOST_UNEQUAL ** 2 * middle;
}

/** What `auto` did to a view that is far from unit scale, as a note for the user; undefined where it left the view as it is. */
export function scalingNote({ kind, scale, shift }: Scaler, view: string): string | undefined {
  if (kind !== "auto" || scale.every((value) => value === 1)) return undefined;
  let [mean, least, most] = [0, Number.POSITIVE_INFINITY, 0];
  for (let j = 0; j < scale.length; j++) {
    if (scale[j] === 0) continue;
    mean = Math.max(mean, Math.abs(shift[j]! / scale[j]!));
    least = Math.min(least, 1 / scale[j]!);
    most = Math.max(most, 1 / scale[j]!);
  }
  const [far, from, to] = [mean, least, most].map((value) => Number(value.toPrecision(2)));
  return `view "${view}" is far from unit scale (means up to ±${far}, deviations from ${from} to ${to}), so its columns are standardized; --set scaling=none takes them as they are`;
}

/**
 * The scaled rows as a new matrix. Sparse stays sparse where no column is shifted (zeros stay zeros), otherwise it becomes
 * dense; lazy stays lazy. Rounded to float32 after the product and after the sum, as an ONNX graph with Mul and Add does.
 * @param rows the rows to take, in this order; all of them where it is left out.
 * @throws RangeError where the matrix has other columns than the scaler was fitted on.
 * @example
 * ```ts
 * import { applyScaler, dense, fitScaler, toDense } from "vantage-ml/data";
 *
 * const [train, test] = [dense([[0], [10]]), dense([[5]])];
 * console.log(toDense(applyScaler(fitScaler("minmax", train), test)).data); // Float32Array(1) [ 0.5 ]
 * ```
 */
export function applyScaler(scaler: Scaler, matrix: Matrix, rows?: ArrayLike<number>): Matrix {
  if (matrix.columns !== scaler.columns) {
    throw new RangeError(`applyScaler: ${matrix.columns} columns, the scaler was fitted on ${scaler.columns}`);
  }
  const chosen = rows ? selectRows(matrix, rows) : matrix;
  if (scaler.kind === "none") return chosen;
  if (chosen.kind === "lazy") return scaleLazily(scaler, chosen);
  if (scaler.kind === "l2") return normalizeRows(chosen);
  if (chosen.kind === "dense")
    return shiftRows(scaler, chosen, chosen === matrix ? dense(chosen.rows, chosen.columns) : chosen);
  if (scaler.shift.every((shift) => shift === 0)) {
    const { values, indices } = chosen;
    return { ...chosen, values: values.map((value, e) => value * scaler.scale[indices[e]!]!) };
  }
  const filled = toDense(chosen);
  return shiftRows(scaler, filled, filled);
}

/** Scaled when gathered. */
function scaleLazily(scaler: Scaler, matrix: LazyMatrix): LazyMatrix {
  const gather = (rows: ArrayLike<number>, target: Float32Array) => {
    matrix.gather(rows, target);
    const part = dense(rows.length, matrix.columns, target.subarray(0, rows.length * matrix.columns));
    if (scaler.kind === "l2") target.set(toDense(normalizeRows(part)).data);
    else shiftRows(scaler, part, part);
  };
  return { ...matrix, gather };
}

function shiftRows({ scale, shift, columns }: Scaler, from: DenseMatrix, to: DenseMatrix): DenseMatrix {
  for (let start = 0; start < from.data.length; start += columns) {
    for (let j = 0; j < columns; j++) {
      to.data[start + j] = Math.fround(from.data[start + j]! * scale[j]!) + shift[j]!;
    }
  }
  return to;
}

/** Each row over its Euclidean norm; a row of zeros stays one. */
function normalizeRows(matrix: DenseMatrix | SparseMatrix): DenseMatrix | SparseMatrix {
  const from = matrix.kind === "dense" ? matrix.data : matrix.values;
  const to = new Float32Array(from.length);
  for (let row = 0; row < matrix.rows; row++) {
    const [start, end] = rowRange(matrix, row);
    let squares = 0;
    for (let e = start; e < end; e++) squares += from[e]! * from[e]!;
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let e = start; e < end; e++) to[e] = from[e]! * factor;
  }
  return matrix.kind === "dense" ? { ...matrix, data: to } : { ...matrix, values: to };
}

function rowRange(matrix: DenseMatrix | SparseMatrix, row: number): [start: number, end: number] {
  if (matrix.kind === "dense") return [row * matrix.columns, (row + 1) * matrix.columns];
  return [matrix.offsets[row]!, matrix.offsets[row + 1]!];
}
