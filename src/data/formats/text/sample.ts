// The beginning of a text, split into lines and cells in one way or another.
import { UserError } from "../../../errors.js";
import { CellFinder, type CellRules, newline, separator } from "./cells.js";

export interface SampledRow {
  /** Counted from 1. */
  readonly line: number;
  /** Where it begins and where the next one does, in bytes of UTF-8. */
  readonly start: number;
  readonly end: number;
  readonly cells: readonly string[];
  /** Of each cell, whether it stood in quotation marks. */
  readonly quoted: readonly boolean[];
}

/** More columns than any measured table has; each takes memory before it holds a value. */
const mostColumns = 2 ** 21;
const least = 2 ** 18;
const most = 2 ** 26;
const wantedLines = 50;
const leastRows = 6;

export interface Sample {
  /** Bytes of UTF-8, with zeros behind `length`. */
  readonly bytes: Buffer;
  readonly length: number;
  /** The whole text is in it; then it ends with a line end. */
  readonly whole: boolean;
  /** What ends its lines. */
  readonly lines: "lf" | "cr";
}

/**
 * As much of the text as is needed to see some dozens of lines.
 * @throws UserError where the first line does not end in it.
 */
export function takeSample(blocks: Iterable<Uint8Array>, path: string): Sample {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let lines = 0;
  let whole = true;
  for (const block of blocks) {
    const piece = block.subarray(0, lines < wantedLines ? most - length : Math.max(0, least - length));
    pieces.push(piece);
    length += piece.length;
    lines += count(piece, 10) || count(piece, 13);
    if (length >= most || (length >= least && lines >= wantedLines)) {
      whole = false;
      break;
    }
  }
  if (!whole && lines === 0)
    throw new UserError(`${path} cannot be read as a table: its first line has more than ${most} bytes`);
  let bytes = Buffer.concat(pieces);
  const ending = bytes.includes(10) || !bytes.includes(13) ? "lf" : "cr";
  if (whole) bytes = Buffer.concat([bytes, Buffer.from(ending === "lf" ? "\n" : "\r")]);
  return { bytes: Buffer.concat([bytes, Buffer.alloc(8)]), length: bytes.length, whole, lines: ending };
}

/**
 * Splits the sample's complete lines.
 * @param mostRows and `mostCells`: where enough is.
 */
export function splitRows(
  sample: Sample,
  rules: CellRules,
  path: string,
  mostRows: number,
  mostCells: number,
): SampledRow[] {
  const { bytes, length, whole } = sample;
  const { kinds, blanks } = rules;
  const finder = new CellFinder(rules, path);
  const rows: SampledRow[] = [];
  let [cells, quoted]: [string[], boolean[]] = [[], []];
  let [at, start, line, rowLine, total] = [0, 0, 1, 1, 0];
  const lineEnd = sample.lines === "lf" ? 10 : 13;
  const endRow = (end: number) => {
    rows.push({ line: rowLine, start, end, cells, quoted });
    [cells, quoted] = [[], []];
    at = end;
    start = end;
    rowLine = ++line;
  };
  while (at < length && rows.length < mostRows && (total < mostCells || rows.length < leastRows)) {
    if (blanks) {
      while (kinds[bytes[at]!] === separator) at++;
      if (kinds[bytes[at]!] === newline) {
        endRow(at + 1);
        continue;
      }
    }
    const stop = finder.find(bytes, at, length, whole);
    if (stop < 0) break;
    const text = finder.text(bytes);
    if (finder.quoted) for (let i = finder.from; i < finder.to; i++) if (bytes[i] === lineEnd) line++;
    if (cells.length === mostColumns)
      throw new UserError(`${path} cannot be read as a table: line ${rowLine} has more than ${mostColumns} cells`);
    cells.push(text);
    quoted.push(finder.quoted);
    total++;
    at = stop + 1;
    if (kinds[bytes[stop]!] === newline) endRow(at);
  }
  return rows;
}

function count(bytes: Uint8Array, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}
