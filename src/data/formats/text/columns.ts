// From scanned columns to variables, with notes on all that is left out or read in a way that is not plain.
import { UserError } from "../../../errors.js";
import { type ElementClass, type NumericVariable, numeric, type TextVariable, type Variable } from "../variables.js";
import { columnEvidence, columnStyle, isTextColumn, readOddCells, truthColumn } from "./cell-evidence.js";
import { ColumnNotes } from "./column-notes.js";
import { cellFlag } from "./decimal.js";
import type { MissingMarks } from "./missing.js";
import { form, type NumberStyle, signEvidence } from "./number-forms.js";
import type { ReadOptions } from "./options.js";
import type { ColumnPlans } from "./plan.js";
import { columnMode, type ScannedColumn, type ScannedTable } from "./scan.js";
import { vectorColumn } from "./vector-column.js";
import { WrittenCells } from "./written.js";

export interface ColumnsInput {
  readonly path: string;
  readonly names: readonly string[];
  readonly lastIsUnnamed: boolean;
  readonly delimiter: number | undefined;
  readonly missing: MissingMarks;
  readonly options: ReadOptions;
  readonly plans: ColumnPlans;
  readonly scanned: ScannedTable;
  /** Reads the file again, with other modes and decimal signs. */
  readonly scan: (modes: Uint8Array, decimals: Uint8Array) => ScannedTable;
  readonly readTexts: (columns: readonly number[]) => ReadonlyMap<number, readonly string[]>;
}

export interface ColumnVariables {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly notes: readonly string[];
  /** The decimal sign of the numbers that have one. */
  readonly decimal?: "." | ",";
  /** The file is read again when something uses `written`. */
  readonly rereads: boolean;
}

/** @throws UserError where a column of numbers holds a word, or no column holds numbers. */
export function columnVariables(input: ColumnsInput): ColumnVariables {
  const { path, names, missing, plans } = input;
  const { rows } = input.scanned;
  const notes = new ColumnNotes(names);
  const { styles, scannedOf, valuesOf, decimal } = settleStyles(input);
  const made: (Variable | undefined)[] = new Array(names.length);
  const texts: number[] = [];
  const written: number[] = [];
  let cells: WrittenCells | undefined;
  const number = (
    i: number,
    element: ElementClass,
    values: () => Float64Array,
    hasWritten: boolean,
  ): NumericVariable => {
    const variable = numeric(element, [rows], "row", values);
    if (!hasWritten) return variable;
    written.push(i);
    return { ...variable, written: async () => cells!.of(i) };
  };
  for (let i = 0; i < names.length; i++) {
    if (plans.modes[i] !== columnMode.number) {
      texts.push(i);
      continue;
    }
    const column = scannedOf(i);
    if (column.oddTexts.length === 0) {
      if (missingCount(column) === rows) made[i] = emptyColumn(column, i, input, notes);
      else made[i] = plainColumn(i, column, number, () => valuesOf(i), path, names, notes);
      continue;
    }
    const plainNumbers = rows - missingCount(column) - column.oddTexts.length;
    const odd = readOddCells(column, () => valuesOf(i).some((value) => Math.abs(value) > 0), styles.get(i)!);
    const numbers = plainNumbers + column.oddTexts.length - odd.words;
    if (isTextColumn(names[i]!, column, odd, numbers, path)) {
      if (numbers > 0) notes.mixed(i, column.oddTexts[odd.firstWord]!, column.oddRows[odd.firstWord]!);
      texts.push(i);
      continue;
    }
    const values = valuesOf(i);
    for (let k = 0; k < odd.values.length; k++) values[column.oddRows[k]!] = odd.values[k]!;
    notes.forms(i, odd);
    notes.missing(i, column.missing);
    const isFraction = (column.flags & cellFlag.fraction) !== 0 || (odd.forms & form.fraction) !== 0;
    const isBeyond = (column.flags & cellFlag.beyond) !== 0 || (odd.forms & form.beyond) !== 0;
    made[i] = number(i, "double", () => values, true);
    if (isBeyond && !isFraction) made[i] = beyond(made[i] as NumericVariable, names[i]!, path);
  }
  const again = texts.filter((i) => plans.modes[i] === columnMode.number);
  const reread = again.length > 0 ? input.readTexts(again) : new Map<number, readonly string[]>();
  for (const i of texts) {
    const lines = reread.get(i) ?? scannedOf(i).texts;
    made[i] = textColumn(i, lines, missing, number, notes);
    const { trimmed } = scannedOf(i);
    // where all cells are filled up to one width, nothing is lost
    if (trimmed > 0 && trimmed * 2 < rows) notes.trimmed(i, trimmed);
  }
  cells = new WrittenCells(
    written.sort((a, b) => a - b),
    rows,
    input.readTexts,
    path,
  );
  const variables = new Map<string, Variable>();
  if (input.lastIsUnnamed && made.at(-1)) notes.unnamed(names.length - 1);
  for (const [i, variable] of made.entries()) if (variable) variables.set(names[i]!, variable);
  checkIsUseful(variables, rows, input.delimiter, path);
  return { variables, notes: notes.all(), decimal, rereads: written.length > 0 };
}

interface Settled {
  readonly styles: ReadonlyMap<number, NumberStyle>;
  readonly scannedOf: (column: number) => ScannedColumn;
  readonly valuesOf: (column: number) => Float64Array;
  readonly decimal?: "." | ",";
}

/** Decides the style of each column of numbers by all of its cells, and reads those again that were read in another one. */
function settleStyles({ path, names, delimiter, options, plans, scanned, scan }: ColumnsInput): Settled {
  const own = new Uint8Array(names.length);
  let file = 0;
  for (const [i, column] of scanned.columns.entries()) {
    if (!column) continue;
    if (plans.modes[i] === columnMode.number) own[i] = columnEvidence(column, plans.decimals[i]!);
    file |= own[i]!;
  }
  const styles = new Map<number, NumberStyle>();
  const modes = new Uint8Array(names.length);
  const decimals = plans.decimals.slice();
  const signs = new Set<"." | ",">();
  let changed = false;
  for (const [i, column] of scanned.columns.entries()) {
    const bits = own[i]!;
    if (!column || plans.modes[i] !== columnMode.number || (bits === 0 && column.oddTexts.length === 0)) continue;
    const example = () => exampleOf(column, () => scanned.values(i));
    const style = columnStyle(names[i]!, column, example, bits, file, delimiter, options, path);
    styles.set(i, style);
    if (bits !== 0) signs.add(style.decimal);
    const byte = style.decimal.charCodeAt(0);
    if (byte === decimals[i] || (column.flags & cellFlag.fraction) === 0) continue;
    decimals[i] = byte;
    modes[i] = columnMode.number;
    changed = true;
  }
  const second = changed ? scan(modes, decimals) : undefined;
  return {
    styles,
    scannedOf: (i) => (modes[i] === columnMode.number ? second! : scanned).columns[i]!,
    valuesOf: (i) => (modes[i] === columnMode.number ? second! : scanned).values(i),
    decimal: signs.size === 1 ? [...signs][0] : undefined,
  };
}

/** A cell that a sign in it makes doubtful. */
function exampleOf({ oddTexts, oddRows }: ScannedColumn, values: () => Float64Array): string {
  const odd = oddTexts.findIndex((text) => signEvidence(text) !== 0);
  if (odd >= 0) return `${oddTexts[odd]} in row ${oddRows[odd]}`;
  const all = values();
  const row = all.findIndex((value) => !Number.isInteger(value) && !Number.isNaN(value));
  return row < 0 ? "such numbers" : `${all[row]!.toFixed(3)} in row ${row}`;
}

function missingCount({ missing }: ScannedColumn): number {
  let count = 0;
  for (const each of missing.values()) count += each;
  return count;
}

/** A column without values: skipped, or gone where only a delimiter at the end of every line makes it. */
function emptyColumn(column: ScannedColumn, i: number, input: ColumnsInput, notes: ColumnNotes): Variable | undefined {
  const isEmpty = column.missing.size === 1 && column.missing.has("");
  if (isEmpty && input.lastIsUnnamed && i === input.names.length - 1) {
    notes.trailing();
    return undefined;
  }
  notes.empty(i);
  return { kind: "skipped", reason: isEmpty ? "an empty column" : "a column without any value", isEmpty: true };
}

function plainColumn(
  i: number,
  column: ScannedColumn,
  number: (i: number, element: ElementClass, values: () => Float64Array, hasWritten: boolean) => NumericVariable,
  values: () => Float64Array,
  path: string,
  names: readonly string[],
  notes: ColumnNotes,
): Variable {
  const { flags, missing } = column;
  if (missing.size > 0) notes.missing(i, missing);
  const hasMarks = missing.size > 1 || (missing.size === 1 && !missing.has(""));
  const variable = number(i, "double", values, (flags & cellFlag.written) !== 0 || hasMarks);
  const isBeyond = (flags & cellFlag.beyond) !== 0 && (flags & cellFlag.fraction) === 0;
  return isBeyond ? beyond(variable, names[i]!, path) : variable;
}

/** Whole numbers that a double cannot hold: there as text, not as numbers. */
function beyond(variable: NumericVariable, name: string, path: string): NumericVariable {
  const refuse = async (): Promise<never> => {
    throw new UserError(
      `${path}: column "${name}" holds integers beyond 2^53, which cannot be read as numbers exactly`,
    );
  };
  return { ...variable, element: "int64", read: refuse, slice: refuse };
}

function textColumn(
  i: number,
  lines: readonly string[],
  missing: MissingMarks,
  number: (i: number, element: ElementClass, values: () => Float64Array, hasWritten: boolean) => NumericVariable,
  notes: ColumnNotes,
): Variable {
  const truths = truthColumn(lines, missing);
  if (truths) {
    notes.truths(i, lines);
    return number(i, "logical", () => truths, true);
  }
  const vectors = vectorColumn(lines, missing);
  if (vectors && "reason" in vectors) {
    notes.vectors(i, vectors.reason);
    return { kind: "skipped", reason: vectors.reason };
  }
  if (vectors) return numeric("double", [lines.length, vectors.width], "row", vectors.values);
  let flags: Uint8Array | undefined;
  const marks = new Map<string, number>();
  for (let row = 0; row < lines.length; row++) {
    const line = lines[row]!;
    if (missing.isEmpty(line)) {
      flags ??= new Uint8Array(lines.length);
      flags[row] = 1;
    } else if (missing.has(line)) marks.set(line, (marks.get(line) ?? 0) + 1);
  }
  notes.text(i, lines, marks);
  if (!flags) return { kind: "text", lines };
  const kept = lines.map((line, row) => (flags[row] === 1 ? "" : line));
  const variable: TextVariable = { kind: "text", lines: kept, missing: flags };
  return variable;
}

/** One of several files of a data set may hold ids and labels alone; a single column of text is no table. */
function checkIsUseful(
  variables: ReadonlyMap<string, Variable>,
  rows: number,
  delimiter: number | undefined,
  path: string,
): void {
  const all = [...variables];
  // words between blanks are prose
  const texts = delimiter === 0 ? 0 : all.filter(([, { kind }]) => kind === "text").length;
  if (rows > 0 && (texts > 1 || all.some(([, { kind }]) => kind === "numeric"))) return;
  const skipped = all.find(([, variable]) => variable.kind === "skipped" && variable.reason.startsWith("its"));
  if (!skipped) throw new UserError(`${path} is text without columns of numbers`);
  throw new UserError(
    `${path} has no column of numbers; "${skipped[0]}" cannot be used: ${(skipped[1] as { reason: string }).reason}`,
  );
}
