// Rows of numbers as plain arrays, made a float32 matrix and checked on the way.
import { UserError } from "../errors.js";
import type { DenseMatrix } from "./matrix.js";

/** A matrix as plain arrays: one list of numbers per row, all of one length. */
export type PlainRows = readonly ArrayLike<number>[];

/** The largest float32. */
const largest = (2 - 2 ** -23) * 2 ** 127;

/**
 * The rows as a float32 matrix.
 * @param what begins the message: `animals: view "image"`.
 * @throws UserError where a row is no list or of another length than the first, or a value is no number or beyond float32. NaN and
 *   infinities are left to `requireFinite`.
 */
export function denseFromRows(what: string, rows: PlainRows): DenseMatrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!Array.isArray(row) && !ArrayBuffer.isView(row)) {
      throw new UserError(`${what}: row ${i} is ${kindOf(row)}, expected a list of numbers`);
    }
    if (row.length !== columns) {
      throw new UserError(
        `${what}: row ${i} has ${row.length} values where row 0 has ${columns}; every row needs as many`,
      );
    }
    for (let j = 0; j < columns; j++) {
      const value: number = row[j];
      if (typeof value !== "number") {
        throw new UserError(
          `${what} holds ${kindOf(value)} at row ${i}, column ${j} (counted from 0); expected a number`,
        );
      }
      if (Math.abs(value) > largest && Number.isFinite(value)) {
        throw new UserError(
          `${what} holds ${value} at row ${i}, column ${j} (counted from 0), beyond float32; scale it`,
        );
      }
      data[i * columns + j] = value;
    }
  }
  return { kind: "dense", rows: rows.length, columns, data };
}

/** What a value of the wrong type is, for messages: `the string "5"`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "string") {
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  }
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return `the ${typeof value} ${value}`;
  if (ArrayBuffer.isView(value)) return `a ${tagOf(value)}`;
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Whether a value is a typed array of that name, also where it comes from another realm, as in tests that run in a sandbox. */
export function isTyped(value: unknown, name: "Float32Array" | "Uint32Array" | "Int32Array" | "Uint8Array"): boolean {
  return ArrayBuffer.isView(value) && tagOf(value) === name;
}

function tagOf(value: ArrayBufferView): string {
  return (value as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag];
}
