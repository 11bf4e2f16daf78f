// NaN and infinities in a view are refused, with their place.
import { UserError } from "../errors.js";
import type { View } from "./dataset.js";
import { denseParts } from "./matrix.js";

/** Whether every value is a finite number. */
function areFinite(values: Float32Array): boolean {
  let sum = 0;
  // x - x is 0, and NaN for NaN and both infinities.
  for (let e = 0; e < values.length; e++) sum += values[e]! - values[e]!;
  return sum === 0;
}

/**
 * Checks that every value of a view is a finite number.
 * @param view rows that `present` says are absent are passed over, and NaN where it is `incomplete`.
 * @throws UserError that names view, row and column, counted from 0.
 */
export function requireFinite(dataset: string, { name, matrix, present, incomplete }: View): void {
  let first: { value: number; row: number; column: number } | undefined;
  let count = 0;
  const look = (values: Float32Array, place: (e: number) => { row: number; column: number }) => {
    if (areFinite(values)) return;
    for (let e = 0; e < values.length; e++) {
      if (values[e]! - values[e]! === 0) continue;
      const { row, column } = place(e);
      if (present?.[row] === 0 || (incomplete && Number.isNaN(values[e]!))) continue;
      count++;
      first ??= { value: values[e]!, row, column };
    }
  };
  if (matrix.kind === "sparse") {
    const { offsets, indices } = matrix;
    let row = 0;
    look(matrix.values, (e) => {
      while (offsets[row + 1]! <= e) row++;
      return { row, column: indices[e]! };
    });
  } else {
    let start = 0;
    for (const { part } of denseParts(matrix)) {
      const { columns } = part;
      look(part.data, (e) => ({ row: start + Math.floor(e / columns), column: e % columns }));
      start += part.rows;
    }
  }
  if (!first) return;
  const more = count > 1 ? ` and ${count - 1} more such ${count === 2 ? "value" : "values"}` : "";
  throw new UserError(
    `${dataset}: view "${name}" holds ${first.value} at row ${first.row}, column ${first.column} (counted from 0)${more}; replace or remove what is not a finite number`,
  );
}
