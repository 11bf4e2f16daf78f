// Matrices of as many rows, joined column after column.
import { type DenseMatrix, dense } from "../../data/matrix.js";

/** Matrices of as many rows side by side. */
export function sideBySide(parts: readonly DenseMatrix[]): DenseMatrix {
  const { rows } = parts[0]!;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const joined = dense(rows, columns);
  let offset = 0;
  for (const part of parts) {
    for (let i = 0; i < rows; i++) {
      joined.data.set(part.data.subarray(i * part.columns, (i + 1) * part.columns), i * columns + offset);
    }
    offset += part.columns;
  }
  return joined;
}
