// Rows brought to length 1, for cosine similarity.
import type { DenseMatrix } from "../data/matrix.js";
import { UserError } from "../errors.js";

/**
 * A copy of the values with every row divided by its Euclidean norm; a row of zeros stays so.
 * @param name what the rows are, for the error message.
 * @throws UserError where a row holds NaN or infinity.
 */
export function unitRows({ rows, columns, data }: DenseMatrix, name: string): Float32Array {
  const unit = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let e = i * columns; e < (i + 1) * columns; e++) square += data[e]! * data[e]!;
    if (!Number.isFinite(square))
      throw new UserError(`${name}: row ${i} holds NaN or infinity; expected finite numbers`);
    const norm = square === 0 ? 1 : Math.sqrt(square);
    for (let e = i * columns; e < (i + 1) * columns; e++) unit[e] = data[e]! / norm;
  }
  return unit;
}
