// Checks that a matrix is one: sizes, types of arrays, places of a sparse matrix.
import { UserError } from "../errors.js";
import type { Matrix, SparseMatrix } from "./matrix.js";
import { isTyped, kindOf } from "./plain-rows.js";

/**
 * Checks everything but the values themselves, which `requireFinite` does.
 * @param what begins the message: `animals: view "image"`.
 * @throws UserError where a size is no whole number, an array of another type or length, or an entry of a sparse matrix out of place.
 */
export function checkMatrix(what: string, matrix: Matrix): void {
  const { kind } = (matrix ?? {}) as { readonly kind?: unknown };
  if (kind !== "dense" && kind !== "sparse" && kind !== "lazy") {
    throw new UserError(`${what} is ${kindOf(matrix)}, expected rows of numbers, dense(…) or sparse(…)`);
  }
  for (const side of ["rows", "columns"] as const) checkSize(what, side, matrix[side]);
  if (matrix.kind === "dense") {
    checkType(what, "data", matrix.data, "Float32Array");
    const { rows, columns, data } = matrix;
    if (data.length !== rows * columns) {
      throw new UserError(`${what} has ${data.length} values, expected ${rows} × ${columns} = ${rows * columns}`);
    }
  } else if (matrix.kind === "sparse") checkSparse(what, matrix);
  else if (typeof matrix.gather !== "function") {
    throw new UserError(`${what}: gather is ${kindOf(matrix.gather)}, expected a function`);
  }
}

/** @throws UserError where a number of rows or columns is no whole number from 0. */
export function checkSize(what: string, side: string, size: unknown): void {
  if (!Number.isSafeInteger(size) || (size as number) < 0) {
    throw new UserError(`${what}: ${side} is ${kindOf(size)}, expected a whole number from 0`);
  }
}

function checkType(what: string, part: string, value: unknown, type: "Float32Array" | "Uint32Array"): void {
  if (!isTyped(value, type)) throw new UserError(`${what}: ${part} is ${kindOf(value)}, expected a ${type}`);
}

function checkSparse(what: string, { rows, columns, offsets, indices, values }: SparseMatrix): void {
  checkType(what, "offsets", offsets, "Uint32Array");
  checkType(what, "indices", indices, "Uint32Array");
  checkType(what, "values", values, "Float32Array");
  if (offsets.length !== rows + 1) {
    throw new UserError(`${what} has ${offsets.length} offsets for ${rows} rows, expected ${rows + 1}`);
  }
  if (indices.length !== values.length) {
    throw new UserError(`${what} has ${indices.length} indices and ${values.length} values, expected as many`);
  }
  if (offsets[0] !== 0 || offsets[rows] !== values.length) {
    throw new UserError(
      `${what}: offsets go from ${offsets[0]} to ${offsets[rows]}, expected 0 to ${values.length}, the number of values`,
    );
  }
  for (let row = 0; row < rows; row++) {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    if (to < from) throw new UserError(`${what}: offsets descend from ${from} to ${to} at row ${row}`);
    if (to > values.length)
      throw new UserError(`${what}: offset ${to} at row ${row} is beyond the ${values.length} values`);
    for (let e = from; e < to; e++) {
      if (indices[e]! >= columns) {
        throw new UserError(`${what}: row ${row} has a value in column ${indices[e]}, expected 0 … ${columns - 1}`);
      }
      if (e > from && indices[e]! <= indices[e - 1]!) {
        throw new UserError(
          `${what}: row ${row} names column ${indices[e]} after ${indices[e - 1]}; columns ascend, each once`,
        );
      }
    }
  }
}
