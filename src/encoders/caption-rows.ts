// The row of a sample that has several captions, in batches: one text, or the mean of unit rows.
import type { WordEncoder } from "./encoder.js";

/** Texts of each sample as the encoder gets them. */
export function textsFor(encoder: WordEncoder, captions: readonly string[]): readonly string[] {
  return encoder.captions === "joined" ? [captions.join("\n")] : captions;
}

/** The mean of unit rows, brought to unit length; a single row stays as it is. */
export function meanRow(rows: readonly Float32Array[], dimensions: number): Float32Array {
  if (rows.length === 1) return rows[0]!;
  const mean = new Float32Array(dimensions);
  for (const row of rows) {
    const length = norm(row);
    if (length > 0) for (let j = 0; j < dimensions; j++) mean[j]! += row[j]! / length;
  }
  const length = norm(mean);
  return length > 0 ? mean.map((value) => value / length) : mean;
}

function norm(row: Float32Array): number {
  let squares = 0;
  for (let j = 0; j < row.length; j++) squares += row[j]! ** 2;
  return Math.sqrt(squares);
}
