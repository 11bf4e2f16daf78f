// Matrices as data sets hold them: dense rows, compressed sparse rows, or rows that come from elsewhere when a batch needs them.
import { platform } from "#platform";
import { UserError } from "../errors.js";
import { checkMatrix, checkSize } from "./check-matrix.js";
import { denseFromRows, type PlainRows } from "./plain-rows.js";

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

/** Float32 rows that are not in memory as a matrix: read from a file, or taken from another matrix, when they are requested. */
export interface LazyMatrix {
  readonly kind: "lazy";
  readonly rows: number;
  readonly columns: number;
  /** As `gatherRows` does: the chosen rows into `target`, in the given order and as often as named. */
  gather(rows: ArrayLike<number>, target: Float32Array): void;
  /** Where the rows are pictures. */
  readonly pictures?: Pictures;
}

/** What rows that are pictures have beside their values, which are 0 to 255: channel by channel (red, green, blue), row by row. */
export interface Pictures {
  /** 3, height, width: their product is the number of columns. */
  readonly shape: PictureShape;
  /** The chosen rows as training sees them in an epoch: another part of each picture, and by chance mirrored. */
  gatherAugmented(rows: ArrayLike<number>, target: Float32Array, key: AugmentationKey): void;
}

/** Channels, height, width. */
export type PictureShape = readonly [channels: number, height: number, width: number];

/** What the part that is seen of a picture depends on, beside the picture. */
export interface AugmentationKey {
  readonly seed: number;
  readonly epoch: number;
}

/** The shape of a matrix's rows where they are pictures. */
export function pictureShape(matrix: Matrix): PictureShape | undefined {
  return matrix.kind === "lazy" ? matrix.pictures?.shape : undefined;
}

/** The features of a view: one row per sample, one column per feature. */
export type Matrix = DenseMatrix | SparseMatrix | LazyMatrix;

/** The rows as a dense matrix, in float32. @throws UserError where they are of different lengths, or a value is no number or beyond float32. */
export function dense(rows: PlainRows): DenseMatrix;
/**
 * A dense matrix over the given values (not copied); zeros where there are none.
 * @param data row after row.
 * @throws UserError where a size is no whole number, or the values are as many as another.
 * @example
 * ```ts
 * import { dense } from "vantage-ml/data";
 *
 * const a = dense(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6));
 * const b = dense([[1, 2, 3], [4, 5, 6]]); // the same
 * console.log(a.rows, b.columns); // 2 3
 * ```
 */
export function dense(rows: number, columns: number, data?: Float32Array): DenseMatrix;
export function dense(rows: number | PlainRows, columns?: number, data?: Float32Array): DenseMatrix {
  if (Array.isArray(rows)) return denseFromRows("dense", rows);
  checkSize("dense", "rows", rows);
  checkSize("dense", "columns", columns);
  const [height, width] = [rows as number, columns as number];
  const matrix = {
    kind: "dense",
    rows: height,
    columns: width,
    data: data ?? new Float32Array(height * width),
  } as const;
  if (data !== undefined) checkMatrix("dense", matrix);
  return matrix;
}

/**
 * A sparse matrix from compressed rows (CSR); typed arrays of the right kind are not copied.
 * @throws UserError where sizes and places do not fit each other, or a value is no number.
 * @example
 * ```ts
 * import { sparse } from "vantage-ml/data";
 *
 * // [[0, 5, 0], [0, 0, 0], [1, 0, 2]]
 * const matrix = sparse(3, 3, { offsets: [0, 1, 1, 3], indices: [1, 0, 2], values: [5, 1, 2] });
 * console.log(matrix.rows, matrix.values.length); // 3 3
 * ```
 */
export function sparse(
  rows: number,
  columns: number,
  {
    offsets,
    indices,
    values,
  }: {
    /** rows + 1 places in `indices` and `values`: row i has those from offsets[i] to offsets[i + 1] - 1. */
    readonly offsets: Uint32Array | readonly number[];
    /** Column of each value, ascending within a row. */
    readonly indices: Uint32Array | readonly number[];
    readonly values: Float32Array | readonly number[];
  },
): SparseMatrix {
  const places = (name: string, list: Uint32Array | readonly number[]) => {
    if (!Array.isArray(list)) return list as Uint32Array;
    for (const [i, place] of list.entries()) checkSize("sparse", `${name}[${i}]`, place);
    return Uint32Array.from(list);
  };
  const matrix: SparseMatrix = {
    kind: "sparse",
    rows,
    columns,
    offsets: places("offsets", offsets),
    indices: places("indices", indices),
    values: Array.isArray(values) ? denseFromRows("sparse", [values]).data : (values as Float32Array),
  };
  checkMatrix("sparse", matrix);
  return matrix;
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
  if (matrix.kind === "lazy") {
    matrix.gather(rows, target);
    return;
  }
  const { offsets, indices, values } = matrix;
  target.fill(0, 0, rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) target[i * columns + indices[e]!] = values[e]!;
  }
}

/**
 * The matrix as dense rows: itself where it already is, otherwise a new copy.
 * @throws UserError where the copy would not fit into this machine's memory.
 * @example
 * ```ts
 * import { sparse, toDense } from "vantage-ml/data";
 *
 * const matrix = sparse(2, 2, { offsets: [0, 1, 2], indices: [1, 0], values: [5, 1] });
 * console.log(toDense(matrix).data); // Float32Array(4) [ 0, 5, 1, 0 ]
 * ```
 */
export function toDense(matrix: Matrix): DenseMatrix {
  if (matrix.kind === "dense") return matrix;
  const bytes = matrix.rows * matrix.columns * Float32Array.BYTES_PER_ELEMENT;
  const memory = platform.memoryBytes();
  if (bytes > memory) {
    const gigabytes = (size: number) => `${(size / 2 ** 30).toFixed(1)} GiB`;
    throw new UserError(
      `${matrix.rows} × ${matrix.columns} values at once need ${gigabytes(bytes)}, this machine has ${gigabytes(memory)}; take fewer samples, or a method that trains in batches`,
    );
  }
  const result = dense(matrix.rows, matrix.columns);
  gatherRows(
    matrix,
    Uint32Array.from({ length: matrix.rows }, (_, i) => i),
    result.data,
  );
  return result;
}

/**
 * The chosen rows as a matrix of the same kind.
 * @example
 * ```ts
 * import { dense, selectRows, toDense } from "vantage-ml/data";
 *
 * const matrix = dense([[1, 2], [3, 4], [5, 6]]);
 * console.log(toDense(selectRows(matrix, [2, 0])).data); // Float32Array(4) [ 5, 6, 1, 2 ]
 * ```
 */
export function selectRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  if (matrix.kind === "lazy") {
    const chosen = Int32Array.from(rows);
    const own = (requested: ArrayLike<number>) => Int32Array.from(requested, (row) => chosen[row]!);
    const { pictures, columns } = matrix;
    return {
      kind: "lazy",
      rows: chosen.length,
      columns,
      gather: (requested, target) => matrix.gather(own(requested), target),
      ...(pictures && {
        pictures: {
          shape: pictures.shape,
          gatherAugmented: (requested, target, key) => pictures.gatherAugmented(own(requested), target, key),
        },
      }),
    };
  }
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

/**
 * The chosen columns, in the given order. A sparse matrix is copied, of any other the values are picked as its rows are gathered.
 * @param places columns of the matrix, each named once at most.
 */
export function selectColumns(matrix: Matrix, places: Int32Array): Matrix {
  const { rows } = matrix;
  const columns = places.length;
  if (matrix.kind === "sparse") return selectSparseColumns(matrix, places);
  return {
    kind: "lazy",
    rows,
    columns,
    gather(requested, target) {
      // Rows of a file are read together.
      const step = Math.min(requested.length, Math.max(1, Math.floor(partValues / matrix.columns)));
      const whole = new Float32Array(step * matrix.columns);
      for (let start = 0; start < requested.length; start += step) {
        const part = Int32Array.from(
          { length: Math.min(step, requested.length - start) },
          (_, i) => requested[start + i]!,
        );
        gatherRows(matrix, part, whole);
        for (let i = 0; i < part.length; i++) {
          const [from, to] = [i * matrix.columns, (start + i) * columns];
          for (let j = 0; j < columns; j++) target[to + j] = whole[from + places[j]!]!;
        }
      }
    },
  };
}

function selectSparseColumns(
  { rows, columns, offsets, indices, values }: SparseMatrix,
  places: Int32Array,
): SparseMatrix {
  const newPlace = new Int32Array(columns).fill(-1);
  places.forEach((place, j) => {
    newPlace[place] = j;
  });
  const chosen = { offsets: new Uint32Array(rows + 1), indices: [] as number[], values: [] as number[] };
  for (let row = 0; row < rows; row++) {
    const entries: [number, number][] = [];
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
      const j = newPlace[indices[e]!]!;
      if (j >= 0) entries.push([j, values[e]!]);
    }
    for (const [j, value] of entries.sort(([a], [b]) => a - b)) {
      chosen.indices.push(j);
      chosen.values.push(value);
    }
    chosen.offsets[row + 1] = chosen.indices.length;
  }
  return {
    kind: "sparse",
    rows,
    columns: places.length,
    offsets: chosen.offsets,
    indices: Uint32Array.from(chosen.indices),
    values: Float32Array.from(chosen.values),
  };
}

/** Values of a lazy matrix that are in memory at a time while all of it is gone through. */
const partValues = 2 ** 22;

/**
 * A matrix, or some of its rows, as dense matrices one after the other with the numbers of their rows to look at (all where
 * absent): a dense one as it is, a lazy one in parts that share their memory.
 */
export function* denseParts(
  matrix: DenseMatrix | LazyMatrix,
  rows?: ArrayLike<number>,
): Generator<{ readonly part: DenseMatrix; readonly rows?: ArrayLike<number> }> {
  if (matrix.kind === "dense") {
    yield { part: matrix, rows };
    return;
  }
  const { columns } = matrix;
  const count = rows?.length ?? matrix.rows;
  const step = Math.min(count, Math.max(1, Math.floor(partValues / columns)));
  const memory = new Float32Array(step * columns);
  for (let start = 0; start < count; start += step) {
    const length = Math.min(step, count - start);
    const requested = Int32Array.from({ length }, (_, i) => (rows ? rows[start + i]! : start + i));
    matrix.gather(requested, memory);
    yield { part: dense(length, columns, memory.subarray(0, length * columns)) };
  }
}

/**
 * The matrix with `before` rows of zeros above it and as many below as make `rows` in all; nothing is copied.
 * @throws RangeError where it does not fit.
 */
export function padRows(matrix: Matrix, before: number, rows: number): Matrix {
  const { columns } = matrix;
  if (before < 0 || before + matrix.rows > rows) {
    throw new RangeError(`padRows: ${matrix.rows} rows after ${before} do not fit into ${rows}`);
  }
  if (matrix.kind === "sparse") {
    const offsets = new Uint32Array(rows + 1).fill(matrix.offsets[matrix.rows]!, before);
    offsets.fill(0, 0, before);
    offsets.set(matrix.offsets, before);
    return { ...matrix, rows, offsets };
  }
  return {
    kind: "lazy",
    rows,
    columns,
    gather: (requested, target) => {
      target.fill(0, 0, requested.length * columns);
      const places: number[] = [];
      for (let i = 0; i < requested.length; i++) {
        if (requested[i]! >= before && requested[i]! < before + matrix.rows) places.push(i);
      }
      // Runs of rows that the matrix has are requested together.
      for (let p = 0; p < places.length; ) {
        let end = p + 1;
        while (end < places.length && places[end] === places[end - 1]! + 1) end++;
        const own = Int32Array.from(places.slice(p, end), (i) => requested[i]! - before);
        gatherRows(matrix, own, target.subarray(places[p]! * columns, (places[end - 1]! + 1) * columns));
        p = end;
      }
    },
  };
}
