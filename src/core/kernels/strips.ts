// A square matrix of float64 in strips of 16 columns, on which reflections and plane rotations work.
import type { Kernels } from "./kernels.js";

/** Columns of a strip (assembly/strips.ts). */
export const stripWidth = 16;

/** Strips of a matrix of n columns; what is beyond n is 0. */
export const stripsOf = (n: number): number => Math.ceil(n / stripWidth);

/** Where the element in a row and a column stands. */
export const stripPlace = (row: number, column: number, n: number): number =>
  (Math.floor(column / stripWidth) * n + row) * stripWidth + (column % stripWidth);

/** Sizes: `n`; all arrays lie in the kernels' memory. */
export interface Reflections {
  /** n × n in strips. */
  readonly basis: Float64Array;
  /** n × n, row after row: v of reflection k are the entries after k of row k. */
  readonly reflectors: Float64Array;
  /** β of each reflection; 0 where there is none. */
  readonly betas: Float64Array;
  readonly n: number;
}

/** Column i of the basis is reflected, x ← x − β (vᵀx) v, by each k from n − 3 down to 0 that is less than i. */
export function reflectStrips(kernels: Kernels, reflections: Reflections): void {
  kernels.run("reflectStrips", stripsOf(reflections.n), 1, reflections);
}

/** Sizes: `n`, and the number of `rotations` r; all arrays lie in the kernels' memory. */
export interface Rotations {
  /** n × n in strips. */
  readonly basis: Float64Array;
  /** The upper of the two rows that are rotated. */
  readonly places: Uint32Array;
  /** Sine and cosine of each. */
  readonly turns: Float64Array;
  readonly rotations: number;
  readonly n: number;
}

/** Rotates pairs of rows, one pair after the other: (a, b) ← (cosine a − sine b, sine a + cosine b). */
export function rotateStrips(kernels: Kernels, rotations: Rotations): void {
  kernels.run("rotateStrips", stripsOf(rotations.n), 1, rotations);
}
