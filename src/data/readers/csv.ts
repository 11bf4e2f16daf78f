// Tables of comma, semicolon or tab separated values: a variable per column, numbers or text.
import { Readable } from "node:stream";
import { type Parser, parse } from "csv-parse";
import { UserError } from "../../errors.js";
import type { Source } from "./source.js";
import { type FileContent, numeric, type Variable } from "./variables.js";

const delimiters = [",", ";", "\t"];
const missing = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-nan"]);
const blockSize = 2 ** 20;
/** Rows whose cells are kept to decide which columns are numbers and whether the first row is a header. */
const sampledRows = 1000;

/**
 * Reads a table. The first row is a header where its cells are no numbers and those below are. A column is text where most
 * of its cells are; empty cells, NA, NaN, null and ? in a column of numbers become NaN.
 * @throws UserError where rows differ in length, a column of numbers holds a word, or there is no column of numbers.
 */
export async function readCsv(source: Source): Promise<FileContent> {
  const { path } = source;
  const delimiter = detectDelimiter(source);
  const rows = parse({ delimiter, bom: true, skip_empty_lines: true, trim: true, max_record_size: 2 ** 26 });
  const sample: string[][] = [];
  let table: Table | undefined;
  try {
    for await (const row of Readable.from(pieces(source)).pipe(rows) as Parser & AsyncIterable<string[]>) {
      if (table) append(table, row, path);
      else if (sample.push(row) === sampledRows) table = startTable(sample, delimiter, path);
    }
    table ??= startTable(sample, delimiter, path);
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`${path} cannot be read as a table: ${(error as Error).message}`);
  }
  source.close();
  const variables = new Map<string, Variable>(
    table.columns.map((column) => [
      column.name,
      column.values
        ? numeric("double", [table.rows], "row", Float64Array.from(column.values))
        : { kind: "text" as const, lines: column.lines },
    ]),
  );
  const numbers = table.columns.filter((column) => column.values).length;
  if (numbers === 0 || table.rows === 0) throw new UserError(`${path} is text without columns of numbers`);
  return { format: "csv", path, variables, table: { index: [], hasHeader: true }, notes: [], close: () => {} };
}

function* pieces(source: Source): Generator<Buffer> {
  for (let offset = 0; offset < source.size; offset += blockSize) {
    const bytes = source.read(offset, blockSize);
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

function detectDelimiter(source: Source): string {
  const start = Buffer.from(source.read(0, blockSize)).toString("utf8");
  const line = start.split(/\r?\n|\r/).find((each) => each.trim() !== "") ?? "";
  const bare = line.replace(/"(?:[^"]|"")*"/g, "");
  const counts = delimiters.map((each) => bare.split(each).length);
  return delimiters[counts.indexOf(Math.max(...counts))]!;
}

interface Column {
  readonly name: string;
  /** Absent in a column of text. */
  readonly values?: number[];
  readonly lines: string[];
}

interface Table {
  readonly columns: readonly Column[];
  readonly delimiter: string;
  rows: number;
}

function startTable(sample: string[][], delimiter: string, path: string): Table {
  const first = sample[0] ?? [];
  const width = first.length;
  const header = hasHeader(sample, delimiter);
  const body = header ? sample.slice(1) : sample;
  const names = first.map((cell, i) => (header ? cell || (i === 0 ? "index" : `column${i}`) : `column${i}`));
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new UserError(`${path} has two columns named "${repeated}"`);
  const columns = Array.from({ length: width }, (_, i): Column => {
    const numbers = isNumeric(body, i, delimiter);
    return { name: names[i]!, lines: [], ...(numbers && { values: [] }) };
  });
  const table: Table = { columns, delimiter, rows: 0 };
  for (const row of body) append(table, row, path);
  return table;
}

function append(table: Table, row: readonly string[], path: string): void {
  for (let i = 0; i < table.columns.length; i++) {
    const column = table.columns[i]!;
    const cell = row[i]!;
    if (!column.values) {
      column.lines.push(cell);
      continue;
    }
    const value = parseNumber(cell, table.delimiter);
    if (value === undefined) {
      throw new UserError(
        `${path}: column "${column.name}" holds "${cell.slice(0, 40)}" in row ${table.rows}, expected a number`,
      );
    }
    column.values.push(value);
  }
  table.rows++;
}

/** NaN for a missing cell, undefined for a word. */
function parseNumber(cell: string, delimiter: string): number | undefined {
  if (missing.has(cell.toLowerCase())) return Number.NaN;
  const decimal = delimiter === "," ? cell : cell.replace(/^([+-]?\d*),(\d+)/, "$1.$2");
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(decimal)) return Number(decimal);
  const infinite = /^([+-]?)inf(inity)?$/i.exec(cell);
  return infinite ? Number(`${infinite[1]}Infinity`) : undefined;
}

function isNumeric(rows: readonly string[][], column: number, delimiter: string): boolean {
  let numbers = 0;
  let words = 0;
  for (const row of rows) {
    const value = parseNumber(row[column] ?? "", delimiter);
    if (value === undefined) words++;
    else if (!Number.isNaN(value)) numbers++;
  }
  return numbers > words || words === 0;
}

function hasHeader(sample: readonly string[][], delimiter: string): boolean {
  const first = sample[0] ?? [];
  const isWord = (cell: string) => parseNumber(cell, delimiter) === undefined;
  if (first.every((cell) => isWord(cell) || cell === "")) return first.some(isWord);
  return first.some((cell, i) => isWord(cell) && sample.length > 1 && isNumeric(sample.slice(1), i, delimiter));
}
