// A variable as a view's matrix: samples in rows, float32, dense or sparse as it was; validated.
import type { UserError } from "../../errors.js";
import { count, type NumericArray, type NumericVariable, type SparseVariable } from "../formats/variables.js";
import { type DenseMatrix, dense, denseParts, type LazyMatrix, type Matrix, type SparseMatrix } from "../matrix.js";

/** Values read from disk and turned at a time; also the reach of a tile while transposing. */
const blockValues = 2 ** 22;
const tile = 32;

/**
 * The matrix with a row per sample. Axes of length 1 do not count. The axes beyond the samples' one are flattened in row-major
 * order (the last one runs fastest), whatever the file and its storage order: the same pictures give the same columns from
 * MATLAB, NumPy and HDF5, in memory and read from disk.
 * @param samplesLast samples run along the last axis (features × samples) rather than the first.
 * @param fail makes an error about this variable.
 */
export async function toMatrix(
  variable: NumericVariable | SparseVariable,
  samplesLast: boolean,
  fail: (what: string) => UserError,
): Promise<Matrix> {
  return variable.kind === "sparse" ? sparseRows(variable, samplesLast, fail) : denseRows(variable, samplesLast);
}

/** Samples and columns of an array as a matrix. */
export function matrixSize({ shape }: { readonly shape: readonly number[] }, samplesLast: boolean): [number, number] {
  const axes = longAxesOf(shape);
  const rows = (samplesLast ? axes.at(-1) : axes[0]) ?? 1;
  return [rows, rows === 0 ? 0 : count(shape) / rows];
}

/** The axes that count: both of a plain matrix, otherwise those longer than 1. */
function longAxesOf(shape: readonly number[]): readonly number[] {
  if (shape.length <= 2 || shape.includes(0)) return shape;
  const axes = shape.filter((length) => length > 1);
  return axes.length === 0 ? [1] : axes;
}

async function denseRows(variable: NumericVariable, samplesLast: boolean): Promise<DenseMatrix> {
  const { shape, order } = variable;
  const [rows, columns] = matrixSize(variable, samplesLast);
  const axes = longAxesOf(shape);
  const outer = (order === "row" ? shape[0] : shape.at(-1))!;
  const inner = outer === 0 ? 0 : count(shape) / outer;
  // an outer axis of length 1 cannot be read in pieces
  const step = outer === 1 ? 1 : Math.max(1, Math.floor(blockValues / Math.max(1, inner)));
  const isInPlace = axes.length === 1 || (order === "row" ? !samplesLast : samplesLast && axes.length === 2);
  if (isInPlace && outer <= step) {
    const values = await variable.read();
    return dense(
      rows,
      columns,
      values instanceof Float32Array ? (values as Float32Array<ArrayBuffer>) : new Float32Array(values),
    );
  }
  const data = new Float32Array(rows * columns);
  const place = isInPlace || (axes.length === 2 && outer > 1) ? undefined : placesOf(axes, order, samplesLast, columns);
  for (let start = 0; start < outer; start += step) {
    const end = Math.min(outer, start + step);
    const block = await variable.read(start, end);
    if (isInPlace) data.set(block, start * inner);
    else if (place) scatter(data, block, start * inner, place);
    else transposeInto(data, block, start, end, rows, columns);
  }
  return dense(rows, columns, data);
}

/** Axes from the fastest in storage to the slowest, each with its length and its step in the matrix of samples. */
type Places = readonly { readonly length: number; readonly step: number }[];

function placesOf(axes: readonly number[], order: "row" | "column", samplesLast: boolean, columns: number): Places {
  const sampleAxis = samplesLast ? axes.length - 1 : 0;
  const steps = new Array<number>(axes.length).fill(columns);
  let step = 1;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    if (axis === sampleAxis) continue;
    steps[axis] = step;
    step *= axes[axis]!;
  }
  const places = axes.map((length, axis) => ({ length, step: steps[axis]! }));
  return order === "row" ? places.reverse() : places;
}

/** Puts values that lie one after the other in storage, from position `from` on, to their places. */
function scatter(data: Float32Array, block: NumericArray, from: number, places: Places): void {
  const fastest = places[0]!;
  const position = places.map(() => 0);
  let rest = from;
  for (const [axis, { length }] of places.entries()) {
    position[axis] = rest % length;
    rest = Math.floor(rest / length);
  }
  let target = places.reduce((sum, { step }, axis) => sum + step * position[axis]!, 0);
  for (let k = 0; k < block.length; ) {
    const run = Math.min(fastest.length - position[0]!, block.length - k);
    for (let i = 0; i < run; i++) data[target + i * fastest.step] = block[k + i]!;
    k += run;
    target -= fastest.step * position[0]!;
    position[0] = 0;
    for (let axis = 1; axis < places.length; axis++) {
      const { length, step } = places[axis]!;
      target += step;
      if (++position[axis]! < length) break;
      position[axis] = 0;
      target -= step * length;
    }
  }
}

/**
 * Samples that lie one after the other along the slowest axis of a column-major array, each with its features in row-major
 * order.
 * @param featureAxes lengths of the axes before the samples' one.
 */
export function featuresRowMajor(values: NumericArray, featureAxes: readonly number[], samples: number): Float32Array {
  const axes = [...featureAxes.filter((length) => length > 1), samples];
  const data = new Float32Array(values.length);
  scatter(data, values, 0, placesOf(axes, "column", true, values.length / samples));
  return data;
}

/** Columns start … end-1 of a row-major matrix from a block that holds them one after the other. */
function transposeInto(
  data: Float32Array,
  block: NumericArray,
  start: number,
  end: number,
  rows: number,
  columns: number,
): void {
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const i1 = Math.min(rows, i0 + tile);
    for (let j = start; j < end; j++) {
      const from = (j - start) * rows;
      for (let i = i0; i < i1; i++) data[i * columns + j] = block[from + i]!;
    }
  }
}

async function sparseRows(
  variable: SparseVariable,
  samplesLast: boolean,
  fail: (what: string) => UserError,
): Promise<SparseMatrix> {
  const [height, width] = variable.shape;
  const { columnOffsets, rowIndices, values } = await variable.read();
  // compressed columns of features × samples are compressed rows of samples × features
  if (samplesLast) {
    return {
      kind: "sparse",
      rows: width,
      columns: height,
      offsets: columnOffsets,
      indices: rowIndices,
      values: new Float32Array(values),
    };
  }
  if (height > 2 ** 31) throw fail(`has ${height} rows`);
  const offsets = new Uint32Array(height + 1);
  for (let e = 0; e < rowIndices.length; e++) offsets[rowIndices[e]! + 1]!++;
  for (let i = 0; i < height; i++) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice(0, height);
  const indices = new Uint32Array(rowIndices.length);
  const turned = new Float32Array(rowIndices.length);
  for (let j = 0; j < width; j++) {
    for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++) {
      const at = next[rowIndices[e]!]!++;
      indices[at] = j;
      turned[at] = values[e]!;
    }
  }
  return { kind: "sparse", rows: height, columns: width, offsets, indices, values: turned };
}

/** What looking at every value of a view has shown. */
export interface Inspection {
  readonly matrix: Matrix;
  /** 0 for the samples whose row held nothing but NaN; absent where there are none. Their rows are now 0. */
  readonly present?: Uint8Array;
  /** Least and greatest value of each column over the present samples; absent for a sparse matrix. */
  readonly range?: { readonly min: Float32Array; readonly max: Float32Array };
  /** Single values that are NaN, where they are kept. */
  readonly missing?: number;
}

/** What is known of a view that is looked through. */
export interface InspectionOptions {
  /** Names of the columns. */
  readonly features?: readonly string[];
  /** NaN in a matrix in memory stays, as a missing value. */
  readonly keepsMissing?: boolean;
}

/**
 * Looks for values that are no numbers. A row of nothing but NaN is a sample without this view (where the view has more than
 * one column): it is blanked and marked missing.
 * @throws UserError (made by `fail`) for an empty view, and for infinity or any other NaN that is not kept: where and how many.
 */
export function inspect(
  matrix: Matrix,
  fail: (what: string) => UserError,
  options: InspectionOptions = {},
): Inspection {
  const { rows, columns } = matrix;
  if (rows === 0 || columns === 0) throw fail(`is empty (${rows} samples × ${columns} columns)`);
  return matrix.kind === "sparse" ? inspectSparse(matrix, fail) : inspectRows(matrix, fail, options);
}

function inspectRows(
  matrix: DenseMatrix | LazyMatrix,
  fail: (what: string) => UserError,
  { features, keepsMissing = false }: InspectionOptions,
): Inspection {
  const { rows, columns } = matrix;
  const keepsNaN = keepsMissing && matrix.kind === "dense";
  let [bad, kept] = [0, 0];
  let first: { value: number; row: number; column: number } | undefined;
  const missing: number[] = [];
  const min = new Float32Array(columns).fill(Number.POSITIVE_INFINITY);
  const max = new Float32Array(columns).fill(Number.NEGATIVE_INFINITY);
  let row = 0;
  for (const { part } of denseParts(matrix)) {
    for (let at = 0; at < part.data.length; at += columns, row++) {
      const values = part.data.subarray(at, at + columns);
      const before = bad;
      let nans = 0;
      for (let j = 0; j < columns; j++) {
        const value = values[j]!;
        // true for NaN and the infinities alone
        if (value - value !== 0) {
          if (Number.isNaN(value)) nans++;
          else bad++;
        }
      }
      if (nans === columns && columns > 1) {
        missing.push(row);
        continue;
      }
      if (keepsNaN) kept += nans;
      else bad += nans;
      if (bad > before && !first) {
        const column = values.findIndex((value) => value - value !== 0 && !(keepsNaN && Number.isNaN(value)));
        first = { value: values[column]!, row, column };
      }
      for (let j = 0; j < columns; j++) {
        const value = values[j]!;
        if (value < min[j]!) min[j] = value;
        if (value > max[j]!) max[j] = value;
      }
    }
  }
  if (first) {
    const found = notFinite(bad, first.value, first.row, first.column, features);
    // What is read from disk cannot be filled.
    throw fail(
      Number.isNaN(first.value) && matrix.kind === "dense" ? `${found}; ${waysOut}` : `${found}; remove or fill them`,
    );
  }
  if (missing.length === rows) throw fail("is empty: all its values are NaN");
  const range = { min, max };
  const holes = kept > 0 ? { missing: kept } : {};
  if (missing.length === 0) return { matrix, range, ...holes };
  const present = new Uint8Array(rows).fill(1);
  for (const i of missing) present[i] = 0;
  return { matrix: blank(matrix, present), present, range, ...holes };
}

/** The matrix with zeros in the rows that are not present. */
function blank(matrix: DenseMatrix | LazyMatrix, present: Uint8Array): Matrix {
  const { rows, columns } = matrix;
  const clear = (values: Float32Array, requested: ArrayLike<number>) => {
    for (let i = 0; i < requested.length; i++)
      if (!present[requested[i]!]) values.fill(0, i * columns, (i + 1) * columns);
  };
  if (matrix.kind === "dense") {
    const copy = dense(rows, columns, new Float32Array(matrix.data));
    clear(
      copy.data,
      Int32Array.from({ length: rows }, (_, i) => i),
    );
    return copy;
  }
  const gather = (requested: ArrayLike<number>, target: Float32Array) => {
    matrix.gather(requested, target);
    clear(target, requested);
  };
  return { ...matrix, gather };
}

function inspectSparse(matrix: SparseMatrix, fail: (what: string) => UserError): Inspection {
  const { offsets, indices, values } = matrix;
  let bad = 0;
  let first = -1;
  for (let e = 0; e < values.length; e++) {
    if (Number.isFinite(values[e])) continue;
    bad++;
    if (first < 0) first = e;
  }
  if (bad > 0) {
    let row = 0;
    while (offsets[row + 1]! <= first) row++;
    throw fail(`${notFinite(bad, values[first]!, row, indices[first]!)}; remove or fill them`);
  }
  return { matrix };
}

function notFinite(bad: number, value: number, row: number, column: number, features?: readonly string[]): string {
  const what = Number.isNaN(value) ? "NaN" : `${value > 0 ? "" : "-"}infinity or a number beyond float32`;
  const named = features ? `, named ${JSON.stringify(features[column])}` : "";
  return `holds ${what} at row ${row}, column ${column} (counting from 0)${named}${bad > 1 ? `, ${bad} such values in all` : ""}`;
}

/** What to do about single values that are missing. */
const waysOut = "fill them with --impute mean (or median, knn), or leave such samples out with --drop-incomplete";
