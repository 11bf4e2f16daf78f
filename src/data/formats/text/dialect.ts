// How a text table is written: what separates its cells, where its rows begin, which lines are comments.
import { AmbiguousDataError, UserError } from "../../../errors.js";
import { cellKind } from "./cell-kinds.js";
import { type CellRules, cellRules } from "./cells.js";
import type { MissingMarks } from "./missing.js";
import { delimiterByte, type ReadOptions } from "./options.js";
import { type Sample, type SampledRow, splitRows } from "./sample.js";

export interface Dialect {
  readonly cells: CellRules;
  /** "comma-separated", "separated by blanks". */
  readonly name: string;
  /** The delimiter's byte; 0 for blanks; undefined where there is one column. */
  readonly delimiter: number | undefined;
  /** The lines of the table in the sample: a header perhaps, then rows. */
  readonly rows: readonly SampledRow[];
  /** Cells in a row of the body. */
  readonly width: number;
  /** Bytes that begin a comment. */
  readonly marks: Uint8Array;
  /** Lines above the table that are left out. */
  readonly title: readonly SampledRow[];
  readonly comments: readonly SampledRow[];
}

const candidates: readonly (readonly [number, string])[] = [
  [44, "comma-separated"],
  [59, "semicolon-separated"],
  [9, "tab-separated"],
  [124, "separated by |"],
  [0, "separated by blanks"],
];
/** A byte that no text has: every line is one cell. */
const none = 1;
const commentMarks = [35, 37, 33, 47];
const mostRows = 1000;
const mostCells = 150_000;

/** @throws AmbiguousDataError where a comma may separate cells or decimals. */
export function detectDialect(sample: Sample, options: ReadOptions, missing: MissingMarks, path: string): Dialect {
  const said = saidInFile(sample);
  const requested = options.delimiter === undefined ? said : delimiterByte(options.delimiter);
  const isThere = (byte: number) => (byte === 0 ? /[ \t]/.test(beginning) : sample.bytes.includes(byte));
  const beginning = sample.bytes.toString("latin1", 0, Math.min(sample.length, 2 ** 16));
  const choices = candidates.filter(([byte]) => (requested === undefined ? isThere(byte) : byte === requested));
  if (requested !== undefined && choices.length === 0)
    choices.push([requested, `separated by ${String.fromCharCode(requested)}`]);
  const tried = choices.map(([byte, name]) => {
    const cells = cellRules(byte, sample.lines);
    const all = splitRows(sample, cells, path, mostRows, mostCells);
    return layOut(said === undefined ? all : all.slice(1), cells, name, byte, sample);
  });
  const scored = tried.map((dialect) => ({ dialect, score: dialect.width < 2 ? 0 : score(dialect, missing) }));
  const best = scored.reduce<{ dialect: Dialect; score: number } | undefined>(
    (a, b) => (b.score > 0 && b.score > (a?.score ?? 0) ? b : a),
    undefined,
  );
  if (best && (requested !== undefined || best.score > 0.97)) return best.dialect;
  const single = layOut(
    splitRows(sample, cellRules(none, sample.lines), path, mostRows, mostCells),
    cellRules(none, sample.lines),
    "one column",
    undefined,
    sample,
  );
  if (!best) return single;
  if (best.dialect.delimiter === 44 && splitsDecimals(best.dialect, single)) {
    if (options.decimal === ",") return single;
    const example = single.rows.at(-1)?.cells[0] ?? "";
    throw new AmbiguousDataError(`${path}: is ${example} one number or two?`, [
      { flags: "--decimal ,", meaning: "one number" },
      { flags: "--delimiter ,", meaning: "two columns" },
    ]);
  }
  return best.score > score(single, missing) * 0.7 ? best.dialect : single;
}

/** "sep=;" in the first line, as Excel writes and reads it. */
function saidInFile(sample: Sample): number | undefined {
  const found = /^"?sep=([^\r\n"])"?\s*?[\r\n]/i.exec(sample.bytes.toString("latin1", 0, 16));
  return found ? found[1]!.charCodeAt(0) : undefined;
}

function layOut(
  all: readonly SampledRow[],
  cells: CellRules,
  name: string,
  byte: number | undefined,
  sample: Sample,
): Dialect {
  const filled = all.filter((row) => row.cells.some((cell) => cell !== ""));
  const marks = marksOf(filled, sample);
  const comments = filled.filter((row) => isComment(row, marks, sample));
  const lines = comments.length === 0 ? filled : filled.filter((row) => !isComment(row, marks, sample));
  const width = usualWidth(lines);
  const first = firstOfTable(lines, width);
  return {
    cells,
    name,
    delimiter: byte,
    rows: lines.slice(first),
    width,
    marks,
    title: lines.slice(0, first),
    comments,
  };
}

/** Bytes that begin comments here: lines begin with them, but not most lines. */
function marksOf(rows: readonly SampledRow[], sample: Sample): Uint8Array {
  const marks = new Uint8Array(256);
  for (const mark of commentMarks) {
    const count = rows.filter((row) => sample.bytes[row.start] === mark).length;
    if (count <= rows.length / 2 || isPreamble(rows, sample, mark)) marks[mark] = 1;
  }
  return marks;
}

/** All lines that begin with the mark stand above all others. */
function isPreamble(rows: readonly SampledRow[], sample: Sample, mark: number): boolean {
  const other = rows.findIndex((row) => sample.bytes[row.start] !== mark);
  return other > 0 && rows.slice(other).every((row) => sample.bytes[row.start] !== mark) && rows.length - other >= 2;
}

function isComment({ start }: SampledRow, marks: Uint8Array, { bytes }: Sample): boolean {
  const byte = bytes[start]!;
  if (marks[byte] !== 1) return false;
  return byte === 47 ? bytes[start + 1] === 47 : byte !== 33 || /[a-z]/i.test(String.fromCharCode(bytes[start + 1]!));
}

/** The number of cells that most lines have; of the lower half of the lines where these agree. */
function usualWidth(rows: readonly SampledRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let [width, most] = [0, 0];
  for (const [cells, count] of counts)
    if (count > most || (count === most && cells > width)) [width, most] = [cells, count];
  return width;
}

/** Where the table begins: at its header (which may have one name less, or one more), or its first row. */
function firstOfTable(rows: readonly SampledRow[], width: number): number {
  const body = rows.findIndex(({ cells }) => cells.length === width);
  if (body <= 0) return titleCells(rows, body, width);
  const above = rows[body - 1]!;
  const count = above.cells.filter((cell) => cell !== "").length;
  const near = above.cells.length === width - 1 || above.cells.length === width + 1;
  if (near && count >= 2 && count >= above.cells.length - 1 && !isHeaderLike(rows[body]!)) return body - 1;
  if (width === 2 && count === 1 && above.cells.length === 1 && above.quoted[0]) return body - 1;
  return titleCells(rows, body, width);
}

/** A title in the first cell of a row whose others are empty, as Excel saves one. */
function titleCells(rows: readonly SampledRow[], body: number, width: number): number {
  let first = Math.max(0, body);
  while (
    width > 2 &&
    first + 1 < rows.length &&
    rows[first]!.cells.filter((cell) => cell !== "").length === 1 &&
    isHeaderLike(rows[first + 1]!)
  )
    first++;
  return first;
}

const isHeaderLike = ({ cells }: SampledRow): boolean =>
  cells.every((cell) => !/^[+-]?[\d.,]+$/.test(cell)) && cells.filter((cell) => cell !== "").length > cells.length / 2;

/** How well a delimiter explains the lines: the share of lines of one width, times the share of cells that make sense. */
function score({ rows, title, width, delimiter, cells }: Dialect, missing: MissingMarks): number {
  if (rows.length === 0 || (delimiter === 0 && isSentence(rows, missing))) return 0;
  const body = rows.filter((row) => row.cells.length === width).length;
  const header = rows[0]!.cells.length === width ? 0 : 1;
  const alike = (body + header) / rows.length;
  let [sense, count] = [0, 0];
  for (const row of rows.slice(0, 200)) {
    for (let i = 0; i < row.cells.length; i++) sense += cellSense(row.cells[i]!, row.quoted[i]!, missing, cells.kinds);
    count += row.cells.length;
    if (count > 40_000) break;
  }
  const plain = (alike * sense) / count;
  const penalty = (delimiter === 0 ? 0.8 : 1) * (title.length > 0 ? 0.9 : 1);
  return alike < 0.5 ? plain * 0.5 * penalty : plain * penalty;
}

/** One line of words with blanks between them. */
function isSentence(rows: readonly SampledRow[], missing: MissingMarks): boolean {
  if (rows.length > 1) return false;
  const { cells } = rows[0]!;
  return cells.filter((cell) => cellKind(cell, missing) === "number").length <= cells.length / 2;
}

function cellSense(cell: string, quoted: boolean, missing: MissingMarks, kinds: Uint8Array): number {
  if (cell === "") return 0.9;
  const kind = cellKind(cell, missing);
  if (kind === "vector") {
    if (/^[[({]/.test(cell)) return 1;
    return / {2}/.test(cell) || cell.split(" ").length === 2 ? 0.4 : 0.9;
  }
  if (kind !== "word") return 1;
  if (quoted) return 1;
  // a delimiter of another kind inside is no proof, but counts against it
  if (/[,;\t|]/.test(cell)) return 0.3;
  return / /.test(cell) && kinds[32] !== 2 ? 0.7 : 1;
}

/** Two whole numbers in each line below a header of one cell: "value" above 5,44. */
function splitsDecimals(two: Dialect, single: Dialect): boolean {
  const lines = [...two.title, ...two.rows];
  if (two.width !== 2 || single.width !== 1 || lines[0]?.cells.length !== 1) return false;
  return lines.slice(1).every(({ cells }) => cells.length === 2 && cells.every((cell) => /^-?\d+$/.test(cell)));
}

/** @throws UserError where most lines differ in length, so that the text is no table. */
export function checkIsTable({ rows, width }: Dialect, path: string): void {
  const alike = rows.filter(({ cells }) => cells.length === width).length;
  if (rows.length === 0 || alike < rows.length * 0.5) throw new UserError(`${path} is text without columns of numbers`);
}
