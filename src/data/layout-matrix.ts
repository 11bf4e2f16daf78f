// A variable as a view's matrix: samples in rows, float32, dense or sparse as it was; and the checks at the door.
import type { UserError } from "../errors.js";
import { type DenseMatrix, dense, denseParts, type LazyMatrix, type Matrix, type SparseMatrix } from "./matrix.js";
import { count, type NumericArray, type NumericVariable, type SparseVariable } from "./readers/variables.js";

/** Values read from disk and turned at a time; also the reach of a tile while transposing. */
const blockValues = 2 ** 22;
const tile = 32;

/**
 * The matrix with a row per sample. Axes beyond the samples' one are flattened in the order in which they are stored.
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

async function denseRows(variable: NumericVariable, samplesLast: boolean): Promise<DenseMatrix> {
  const { shape, order } = variable;
  const rows = (samplesLast ? shape.at(-1) : shape[0])!;
  const columns = rows === 0 ? 0 : count(shape) / rows;
  const outer = (order === "row" ? shape[0] : shape.at(-1))!;
  const inner = outer === 0 ? 0 : count(shape) / outer;
  const step = Math.max(1, Math.floor(blockValues / Math.max(1, inner)));
  const contiguous = (order === "row") !== samplesLast || shape.length === 1;
  if (contiguous && outer <= step) {
    const values = await variable.read();
    return dense(
      rows,
      columns,
      values instanceof Float32Array ? (values as Float32Array<ArrayBuffer>) : new Float32Array(values),
    );
  }
  const data = new Float32Array(rows * columns);
  for (let start = 0; start < outer; start += step) {
    const end = Math.min(outer, start + step);
    const block = await variable.read(start, end);
    if (contiguous) data.set(block, start * inner);
    else transposeInto(data, block, start, end, rows, columns);
  }
  return dense(rows, columns, data);
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
  /** Columns with one value in all present samples. */
  readonly constantColumns: number;
}

/**
 * Looks for values that are no numbers. A row of nothing but NaN is a sample without this view (where the view has more than
 * one column): it is blanked and marked missing.
 * @throws UserError (made by `fail`) for an empty view, and for any other NaN or infinity: where and how many.
 */
export function inspect(matrix: Matrix, fail: (what: string) => UserError): Inspection {
  const { rows, columns } = matrix;
  if (rows === 0 || columns === 0) throw fail(`is empty (${rows} samples × ${columns} columns)`);
  return matrix.kind === "sparse" ? inspectSparse(matrix, fail) : inspectRows(matrix, fail);
}

function inspectRows(matrix: DenseMatrix | LazyMatrix, fail: (what: string) => UserError): Inspection {
  const { rows, columns } = matrix;
  let bad = 0;
  let first: { value: number; row: number; column: number } | undefined;
  const missing: number[] = [];
  const constant = new Uint8Array(columns).fill(1);
  let reference: Float32Array | undefined;
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
          bad++;
          if (Number.isNaN(value)) nans++;
        }
      }
      if (nans === columns && columns > 1) {
        bad = before;
        missing.push(row);
        continue;
      }
      if (bad > before && !first) {
        const column = values.findIndex((value) => !Number.isFinite(value));
        first = { value: values[column]!, row, column };
      }
      reference ??= values.slice();
      for (let j = 0; j < columns; j++) if (values[j] !== reference[j]) constant[j] = 0;
    }
  }
  if (first) throw fail(notFinite(bad, first.value, first.row, first.column));
  if (missing.length === rows) throw fail("is empty: all its values are NaN");
  const constantColumns = rows - missing.length > 1 ? constant.reduce((sum, each) => sum + each, 0) : 0;
  if (missing.length === 0) return { matrix, constantColumns };
  const present = new Uint8Array(rows).fill(1);
  for (const i of missing) present[i] = 0;
  return { matrix: blank(matrix, present), present, constantColumns };
}

/** The matrix with zeros in the rows that are not present. */
function blank(matrix: DenseMatrix | LazyMatrix, present: Uint8Array): Matrix {
  const { rows, columns } = matrix;
  const clear = (values: Float32Array, asked: ArrayLike<number>) => {
    for (let i = 0; i < asked.length; i++) if (!present[asked[i]!]) values.fill(0, i * columns, (i + 1) * columns);
  };
  if (matrix.kind === "dense") {
    const copy = dense(rows, columns, new Float32Array(matrix.data));
    clear(
      copy.data,
      Int32Array.from({ length: rows }, (_, i) => i),
    );
    return copy;
  }
  const gather = (asked: ArrayLike<number>, target: Float32Array) => {
    matrix.gather(asked, target);
    clear(target, asked);
  };
  return { ...matrix, gather };
}

function inspectSparse(matrix: SparseMatrix, fail: (what: string) => UserError): Inspection {
  const { rows, columns, offsets, indices, values } = matrix;
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
    throw fail(notFinite(bad, values[first]!, row, indices[first]!));
  }
  const entries = new Uint32Array(columns);
  const value = new Float32Array(columns);
  const varies = new Uint8Array(columns);
  for (let e = 0; e < values.length; e++) {
    const j = indices[e]!;
    if (entries[j]!++ === 0) value[j] = values[e]!;
    else if (values[e] !== value[j]) varies[j] = 1;
  }
  let constantColumns = 0;
  for (let j = 0; j < columns; j++) {
    const same = entries[j] === rows || value[j] === 0;
    if (!varies[j] && same) constantColumns++;
  }
  return { matrix, constantColumns: rows > 1 ? constantColumns : 0 };
}

function notFinite(bad: number, value: number, row: number, column: number): string {
  const what = Number.isNaN(value) ? "NaN" : `${value > 0 ? "" : "-"}infinity or a number beyond float32`;
  return `holds ${what} at row ${row}, column ${column} (counting from 0)${bad > 1 ? `, ${bad} such values in all` : ""}; remove or fill them`;
}
