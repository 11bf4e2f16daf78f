// Matrices as data sets hold them: dense rows, or compressed sparse rows that stay sparse until a batch needs them.

/** Row-major float32 matrix. */
export interface DenseMatrix {
  readonly kind: "dense";
  readonly rows: number;
  readonly columns: number;
  /** rows × columns values, row after row. */
  readonly data: Float32Array;
}

/** Compressed sparse row (CSR) matrix: row i has its columns and values at offsets[i] … offsets[i+1]-1, columns ascending. */
export interface SparseMatrix {
  readonly kind: "sparse";
  readonly rows: number;
  readonly columns: number;
  /** rows + 1 offsets into `indices` and `values`. */
  readonly offsets: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

export type Matrix = DenseMatrix | SparseMatrix;

/** A dense matrix over the given values (not copied). */
export function dense(
  rows: number,
  columns: number,
  data: Float32Array = new Float32Array(rows * columns),
): DenseMatrix {
  if (data.length !== rows * columns) {
    throw new RangeError(`dense: ${data.length} values for ${rows} × ${columns}`);
  }
  return { kind: "dense", rows, columns, data };
}

/**
 * Copies the chosen rows, in the given order and as often as named, into `target` as dense rows.
 * @param target at least rows.length × columns values.
 */
export function gatherRows(matrix: Matrix, rows: ArrayLike<number>, target: Float32Array): void {
  const { columns } = matrix;
  if (matrix.kind === "dense") {
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i]! * columns;
      target.set(matrix.data.subarray(from, from + columns), i * columns);
    }
    return;
  }
  const { offsets, indices, values } = matrix;
  target.fill(0, 0, rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) target[i * columns + indices[e]!] = values[e]!;
  }
}

/** The matrix as dense rows: itself where it already is, otherwise a new copy. */
export function toDense(matrix: Matrix): DenseMatrix {
  if (matrix.kind === "dense") return matrix;
  const result = dense(matrix.rows, matrix.columns);
  gatherRows(
    matrix,
    Uint32Array.from({ length: matrix.rows }, (_, i) => i),
    result.data,
  );
  return result;
}

/** The chosen rows as a matrix of the same kind. */
export function selectRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  if (matrix.kind === "dense") {
    const result = dense(rows.length, matrix.columns);
    gatherRows(matrix, rows, result.data);
    return result;
  }
  const offsets = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    offsets[i + 1] = offsets[i]! + matrix.offsets[rows[i]! + 1]! - matrix.offsets[rows[i]!]!;
  }
  const indices = new Uint32Array(offsets[rows.length]!);
  const values = new Float32Array(offsets[rows.length]!);
  for (let i = 0; i < rows.length; i++) {
    const from = matrix.offsets[rows[i]!]!;
    const to = matrix.offsets[rows[i]! + 1]!;
    indices.set(matrix.indices.subarray(from, to), offsets[i]!);
    values.set(matrix.values.subarray(from, to), offsets[i]!);
  }
  return { kind: "sparse", rows: rows.length, columns: matrix.columns, offsets, indices, values };
}
