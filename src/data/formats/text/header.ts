// Whether the first line of a table names its columns, also where names are numbers: wavelengths, years, 0, 1, 2.
import { AmbiguousDataError } from "../../../errors.js";
import { type CellKind, cellKind } from "./cell-kinds.js";
import type { MissingMarks } from "./missing.js";
import { formedNumber } from "./number-forms.js";
import type { SampledRow } from "./sample.js";

/** What speaks for a header (above 0) or against one. */
type Leaning = "yes" | "maybe" | "none" | "no";

const usualNames =
  /^(?:(?:sample|image|img|file|user|item|row|patient|class|label|target|text|true|gene)?[ _.-]?(?:id|ids|idx|index|name|names|label|labels|class|classes|target|category|path|file|filename|type|key|code|no|nr)|gt|y|species|group|cluster|image|images|text|caption|captions|sentence|title|word|words|tag|tags|genre|genres|subset|split|fold|set|sample|samples|subject|patient|gene|probe|date|time|timestamp|year|month|day|diagnosis|outcome|sex|gender|age|country|city|language|author|url|response|condition|treatment|batch|cell|cell[ _]?type)$/i;

interface ColumnBelow {
  /** What most cells below the first are; undefined where they are missing. */
  readonly kind: CellKind | undefined;
  readonly cells: readonly string[];
}

/**
 * Compares the first line with those below it.
 * @param rows lines of one width; the first one may be a header.
 * @throws AmbiguousDataError where a careful person could not tell.
 */
export function detectHeader(rows: readonly SampledRow[], missing: MissingMarks, path: string): boolean {
  const first = rows[0];
  if (!first) return false;
  const kinds = first.cells.map((cell) => cellKind(cell, missing));
  if (rows.length === 1) return kinds.every((kind) => kind === "word" || kind === "missing") && kinds.includes("word");
  const below = first.cells.map((_, column) => columnBelow(rows, column, missing));
  const columns = first.cells.map((_, column) => column);
  const typed = columns.filter((column) => below[column]!.kind !== undefined && below[column]!.kind !== "word");
  const words = typed.filter((column) => kinds[column] === "word");
  const numbers = typed.filter((column) => kinds[column] === "number" && below[column]!.kind === "number");
  const otherKind = typed.filter(
    (column) => kinds[column] !== "word" && kinds[column] !== "missing" && kinds[column] !== below[column]!.kind,
  );
  const sameKind = typed.filter((column) => kinds[column] === below[column]!.kind && kinds[column] !== "number");
  const named = leaningOfNumbers(rows, numbers, kinds, below);
  const ask = () =>
    new AmbiguousDataError(`${path}: does line ${first.line} (${shown(first.cells)}) name the columns?`, [
      { flags: "--header yes", meaning: "it names them" },
      { flags: "--header no", meaning: "it is a sample" },
    ]);
  if (sameKind.length > 0) {
    if (words.length === 0 || words.length < sameKind.length) return false;
    throw ask();
  }
  if (words.length + otherKind.length > 0) {
    if (numbers.length === 0 || named === "yes" || named === "maybe") return true;
    if (words.length >= 3 && words.length >= numbers.length) return true;
    // one word among a sample's numbers is an odd cell, which is refused where it is read
    if (words.length === 1 && numbers.length >= 3)
      return leaningOfTexts(first, columns, kinds, below) === "yes" ? fail(ask()) : false;
    throw ask();
  }
  const texts = leaningOfTexts(first, columns, kinds, below);
  if (numbers.length === 0) return typed.length === 0 && kinds.every((kind) => kind === "word" || kind === "missing");
  if (named === "yes") return texts === "no" ? fail(ask()) : true;
  if (named === "maybe") {
    if (texts === "no") return false;
    if (texts === "none") throw ask();
    return true;
  }
  if (named === "none" && texts === "yes") throw ask();
  return false;
}

function fail(error: Error): never {
  throw error;
}

const shown = (cells: readonly string[]): string => {
  const text = cells.slice(0, 6).join(", ");
  return (text.length > 60 ? `${text.slice(0, 60)}…` : text) + (cells.length > 6 && text.length <= 60 ? ", …" : "");
};

function columnBelow(rows: readonly SampledRow[], column: number, missing: MissingMarks): ColumnBelow {
  const counts = new Map<CellKind, number>();
  const cells: string[] = [];
  // a few dozen rows say enough
  const end = Math.min(rows.length, 200, Math.max(12, Math.floor(50_000 / rows[0]!.cells.length)));
  for (let i = 1; i < end; i++) {
    const cell = rows[i]!.cells[column]!;
    cells.push(cell);
    const kind = cellKind(cell, missing);
    if (kind !== "missing") counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  let kind: CellKind | undefined;
  for (const [each, count] of counts) if (kind === undefined || count > counts.get(kind)!) kind = each;
  return { kind, cells };
}

/** A number in whichever style; enough to compare lines. */
function looseNumber(cell: string): number {
  const plain = Number(cell);
  if (cell !== "" && !Number.isNaN(plain)) return plain;
  if (/^[+-]?\d+,\d+$/.test(cell)) return Number(cell.replace(",", "."));
  const value = formedNumber(cell, { decimal: ".", thousands: "," })?.value;
  return value ?? formedNumber(cell, { decimal: ",", thousands: "." })?.value ?? Number.NaN;
}

/** Whether the numbers in the first line look like names: counted, evenly spaced, rising, whole above fractions, in quotation marks. */
function leaningOfNumbers(
  rows: readonly SampledRow[],
  columns: readonly number[],
  kinds: readonly CellKind[],
  below: readonly ColumnBelow[],
): Leaning {
  const first = rows[0]!;
  if (columns.length === 0) return "none";
  const values = (row: SampledRow): number[] => columns.map((column) => looseNumber(row.cells[column]!));
  const names = values(first);
  const distinct = new Set(names).size === names.length;
  if (!distinct) return "no";
  if (hasUnnamedIndex(first, kinds, below)) return "yes";
  const quoted = columns.filter((column) => first.quoted[column]).length;
  if (quoted === columns.length && columns.every((column) => rows.slice(1, 20).every((row) => !row.quoted[column])))
    return "yes";
  const others = rows.slice(1, 40).map(values);
  const rarely = (test: (row: readonly number[]) => boolean) => others.filter(test).length <= others.length * 0.1;
  const fractions = shareOfFractions(others);
  if (columns.length >= 3 && isCounted(names) && rarely(isConsecutive))
    return fractions > 0.2 || columns.length >= 5 ? "yes" : "maybe";
  if (columns.length >= 4 && isEven(names) && rarely(isEven)) return "yes";
  if (columns.length >= 2 && areYears(names) && rarely((row) => row.some((value) => value >= 1800 && value <= 2200)))
    return "yes";
  if (columns.length >= 8 && isRising(names) && rarely(isRising)) return "yes";
  const whole = names.every(Number.isInteger);
  const chance = whole ? chanceOfWholes(others) : 1;
  if (columns.length >= 3 && chance < 1e-4) return "yes";
  if (chance < 0.05) return "maybe";
  if (columns.length === 3 && isEven(names) && rarely(isEven)) return "maybe";
  if (columns.length >= 5 && isRising(names) && rarely(isRising)) return "maybe";
  return whole || isRising(names) ? "none" : "no";
}

/** The first column has no name, and holds 0, 1, 2, … or other names of the rows. */
function hasUnnamedIndex(first: SampledRow, kinds: readonly CellKind[], below: readonly ColumnBelow[]): boolean {
  if (first.cells[0] !== "" || below[0]!.cells.some((cell) => cell === "")) return false;
  const { cells } = below[0]!;
  if (new Set(cells).size !== cells.length || kinds.slice(1).every((kind) => kind === "missing")) return false;
  return below[0]!.kind === "word" || cells.every((cell) => /^\d+$/.test(cell));
}

const isConsecutive = (values: readonly number[]): boolean => values.every((value, i) => value === values[0]! + i);

const isCounted = (values: readonly number[]): boolean => (values[0] === 0 || values[0] === 1) && isConsecutive(values);

function isEven(values: readonly number[]): boolean {
  const step = (values.at(-1)! - values[0]!) / (values.length - 1);
  if (!(Math.abs(step) > 0)) return false;
  return values.every((value, i) => Math.abs(value - values[0]! - i * step) <= Math.abs(step) * 0.02);
}

const isRising = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value > values[i - 1]!);

const areYears = (values: readonly number[]): boolean =>
  values.every((value, i) => value >= 1800 && value <= 2200 && value === values[0]! + i * (values[1]! - values[0]!)) &&
  isRising(values);

function shareOfFractions(rows: readonly (readonly number[])[]): number {
  const all = rows.flat().filter((value) => Number.isFinite(value));
  return all.length === 0 ? 0 : all.filter((value) => !Number.isInteger(value)).length / all.length;
}

/** How likely a row like those below would have whole numbers alone. */
function chanceOfWholes(rows: readonly (readonly number[])[]): number {
  let chance = 1;
  const width = rows[0]?.length ?? 0;
  for (let j = 0; j < width && chance > 1e-9; j++) {
    const wholes = rows.filter((row) => Number.isInteger(row[j]!)).length;
    chance *= (wholes + 1) / (rows.length + 2);
  }
  return chance;
}

/** Whether the words in the first line look like names of columns, or like the words below them. */
function leaningOfTexts(
  first: SampledRow,
  columns: readonly number[],
  kinds: readonly CellKind[],
  below: readonly ColumnBelow[],
): Leaning {
  let [yes, maybe, no] = [0, 0, 0];
  for (const column of columns) {
    if (below[column]!.kind !== "word" || kinds[column] === "missing") continue;
    const cell = first.cells[column]!;
    const cells = below[column]!.cells;
    const distinct = new Set(cells);
    if (distinct.has(cell)) no++;
    else if (usualNames.test(cell)) yes++;
    else if (hasOneShape(cells)) {
      if (shape(cells[0]!) === shape(cell)) no++;
      else yes++;
    } else if (cells.length >= 4 && distinct.size <= cells.length / 2) maybe++;
  }
  if (yes > 0 && no > 0) return yes > no ? "maybe" : "none";
  return yes > 0 ? "yes" : no > 0 ? "no" : maybe > 0 ? "maybe" : "none";
}

/** Digits as 9, letters as a: img12.jpg is a9.a. */
const shape = (cell: string): string => cell.replace(/\p{L}+/gu, "a").replace(/\d+/g, "9");

/** All cells have one form, with digits in it. */
function hasOneShape(cells: readonly string[]): boolean {
  if (cells.length < 3) return false;
  const form = shape(cells[0]!);
  return form.includes("9") && cells.every((cell) => shape(cell) === form);
}
