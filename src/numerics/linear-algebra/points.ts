// Rows as points of Euclidean space: moved so that their mean is 0, which keeps distances from float32 products accurate.
import type { DenseMatrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";

export interface Points {
  readonly rows: number;
  readonly columns: number;
  /** rows × columns, less `origin`. */
  readonly data: Float32Array;
  /** What was taken from each row, one value per column. */
  readonly origin: Float64Array;
  /** Squared Euclidean norm of each row. */
  readonly squares: Float64Array;
}

/**
 * A copy of the rows less `origin`, by default their mean.
 * @throws UserError where a row holds NaN or infinity.
 */
export function toPoints(x: DenseMatrix, origin: Float64Array = columnMeans(x)): Points {
  const { rows, columns } = x;
  const data = new Float32Array(rows * columns);
  const squares = new Float64Array(rows);
  for (let i = 0, e = 0; i < rows; i++) {
    let square = 0;
    for (let j = 0; j < columns; j++, e++) {
      const value = x.data[e]! - origin[j]!;
      data[e] = value;
      square += data[e]! * data[e]!;
    }
    squares[i] = square;
  }
  if (!squares.every(Number.isFinite)) {
    checkFinite(x);
    throw new UserError("representation: values are too large for distances in float32; scale them down");
  }
  return { rows, columns, data, origin, squares };
}

/** Mean of each column; 0 where there are no rows. */
export function columnMeans({ rows, columns, data }: DenseMatrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0, e = 0; i < rows; i++) for (let j = 0; j < columns; j++, e++) means[j]! += data[e]!;
  return rows === 0 ? means : means.map((sum) => sum / rows);
}

/** The chosen rows of the points, one after another. */
export function gatherPoints({ columns, data }: Points, rows: Int32Array): Float32Array {
  const chosen = new Float32Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    chosen.set(data.subarray(rows[i]! * columns, (rows[i]! + 1) * columns), i * columns);
  }
  return chosen;
}

/** @throws UserError naming the first value that is NaN or infinite. */
export function checkFinite({ rows, columns, data }: DenseMatrix): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new UserError(
    `representation: row ${Math.floor(at / columns)}, column ${at % columns} of ${rows} × ${columns} is ${data[at]}; expected finite numbers`,
  );
}
