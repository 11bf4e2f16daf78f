// A column whose cells hold vectors: one matrix, where all vectors have one length.
import type { MissingMarks } from "./missing.js";
import { insideBrackets, vectorIn } from "./vectors.js";

export type VectorColumn =
  | { readonly values: Float64Array; readonly width: number }
  /** The cells are vectors, but no matrix. */
  | { readonly reason: string };

/** Undefined where the lines are no vectors. A missing one becomes a row of NaN. */
export function vectorColumn(lines: readonly string[], missing: MissingMarks): VectorColumn | undefined {
  let width = 0;
  let firstRow = -1;
  let values: Float64Array | undefined;
  let reason: string | undefined;
  for (let row = 0; row < lines.length; row++) {
    const line = lines[row]!;
    if (missing.has(line)) continue;
    const vector = vectorIn(line);
    if (vector === undefined) return undefined;
    if (vector === "shortened") {
      reason ??= `its vectors were shortened (...) when they were written, as in row ${row}`;
      continue;
    }
    if (firstRow < 0) {
      [width, firstRow] = [vector.length, row];
      values = new Float64Array(lines.length * width).fill(Number.NaN);
    }
    if (vector.length !== width) {
      // lists of several lengths without brackets are text: names of classes, tags
      if (insideBrackets(line) === undefined) return undefined;
      reason ??= `its vectors differ in length: ${width} values in row ${firstRow}, ${vector.length} in row ${row}`;
    } else values!.set(vector, row * width);
  }
  if (reason !== undefined) return { reason };
  return values && width > 0 ? { values, width } : undefined;
}
