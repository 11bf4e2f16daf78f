// What kind of thing a cell of text is, by itself.
import type { MissingMarks } from "./missing.js";
import { formedNumber, signEvidence } from "./number-forms.js";
import { looksLikeVector } from "./vectors.js";

export type CellKind = "missing" | "number" | "truth" | "time" | "vector" | "word";

const truths: ReadonlyMap<string, boolean> = new Map(
  ["true", "True", "TRUE", "yes", "Yes", "YES", "false", "False", "FALSE", "no", "No", "NO"].map((word, i) => [
    word,
    i < 6,
  ]),
);
const time =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?:[T ]\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AP]M)?$/i;
const plain = /^[+-]?(?:\d+[.,]?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** @param decimal the sign that is taken for the decimal sign where a number has only one. */
export function cellKind(cell: string, missing: MissingMarks): CellKind {
  if (plain.test(cell)) return "number";
  if (missing.has(cell)) return "missing";
  if (truths.has(cell)) return "truth";
  if (isNumber(cell)) return "number";
  if (time.test(cell)) return "time";
  return looksLikeVector(cell) ? "vector" : "word";
}

/** True and False in their usual forms; undefined for other words. */
export const truthValue = (cell: string): boolean | undefined => truths.get(cell);

/** Whether a cell is a number in either style. */
function isNumber(cell: string): boolean {
  if (formedNumber(cell, { decimal: ".", thousands: "," }) !== undefined) return true;
  return signEvidence(cell) !== 0 && formedNumber(cell, { decimal: ",", thousands: "." }) !== undefined;
}
