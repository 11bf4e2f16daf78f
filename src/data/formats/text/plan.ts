// What the columns of a text table seem to hold, by the rows in the sample.
import { type CellKind, cellKind } from "./cell-kinds.js";
import type { MissingMarks } from "./missing.js";
import { evidence, signEvidence } from "./number-forms.js";
import type { ReadOptions } from "./options.js";
import type { SampledRow } from "./sample.js";
import { columnMode } from "./scan.js";
import { decideStyle } from "./style.js";

export interface ColumnPlans {
  /** `columnMode` of each column. */
  readonly modes: Uint8Array;
  /** The byte of the decimal sign. */
  readonly decimals: Uint8Array;
  /** Columns whose cells in the sample are all numbers. */
  readonly numbers: readonly number[];
}

const mostRows = 200;
const mostCells = 50_000;

export function planColumns(
  body: readonly SampledRow[],
  width: number,
  delimiter: number | undefined,
  missing: MissingMarks,
  options: ReadOptions,
): ColumnPlans {
  const rows = body.slice(0, Math.min(mostRows, Math.max(10, Math.floor(mostCells / width))));
  const modes = new Uint8Array(width);
  const signs = new Uint8Array(width);
  const numbers: number[] = [];
  let file = 0;
  for (let i = 0; i < width; i++) {
    const counts: Record<CellKind, number> = { missing: 0, number: 0, truth: 0, time: 0, vector: 0, word: 0 };
    for (const { cells } of rows) {
      const cell = cells[i]!;
      const kind = cellKind(cell, missing);
      counts[kind]++;
      if (kind === "number") signs[i]! |= signsIn(cell);
    }
    const others = counts.truth + counts.time + counts.vector + counts.word;
    modes[i] = others > counts.number ? columnMode.text : columnMode.number;
    if (others === 0 && counts.number > 0 && numbers.length < 8) numbers.push(i);
    file |= signs[i]!;
  }
  const decimals = new Uint8Array(width).fill(46);
  for (let i = 0; i < width; i++) {
    const style = decideStyle(signs[i]!, file, delimiter, false, options);
    if (typeof style === "object" && style.decimal === ",") decimals[i] = 44;
  }
  // a column without signs may have some further below
  if ((file & evidence.decimalComma) !== 0 && (file & evidence.decimalPoint) === 0)
    for (let i = 0; i < width; i++) if (signs[i] === 0) decimals[i] = 44;
  return { modes, decimals, numbers };
}

/** What a cell's signs prove; plain decimals, the most frequent case, at first sight. */
function signsIn(cell: string): number {
  const plain = /^[+-]?(\d+)(?:([.,])(\d+))?$/.exec(cell);
  if (!plain) return signEvidence(cell);
  const [, whole, sign, fraction] = plain;
  if (sign === undefined) return 0;
  const either = fraction!.length === 3 && whole!.length <= 3 && whole![0] !== "0";
  if (sign === ".") return either ? evidence.eitherPoint : evidence.decimalPoint;
  return either ? evidence.eitherComma : evidence.decimalComma;
}
