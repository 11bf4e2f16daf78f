// What the columns of a text table are, from all of their cells: numbers in which style, truth values, vectors, text.
import { AmbiguousDataError, UserError } from "../../../errors.js";
import { truthValue } from "./cell-kinds.js";
import { cellFlag } from "./decimal.js";
import type { MissingMarks } from "./missing.js";
import { evidence, type FormedNumber, form, formedNumber, type NumberStyle, signEvidence } from "./number-forms.js";
import type { ReadOptions } from "./options.js";
import type { ScannedColumn } from "./scan.js";
import { decideStyle } from "./style.js";

/** Share of the cells with a value that are numbers, from which on a word among them is a mistake rather than text. */
const nearlyAll = 0.9;

/** What all cells of a column of numbers prove about its signs, as bits of `evidence`. */
export function columnEvidence({ flags, oddTexts }: ScannedColumn, decimal: number): number {
  let bits = 0;
  if ((flags & cellFlag.decimal) !== 0) bits |= decimal === 44 ? evidence.decimalComma : evidence.decimalPoint;
  else if ((flags & cellFlag.fraction) !== 0) bits |= decimal === 44 ? evidence.eitherComma : evidence.eitherPoint;
  if (oddTexts.length > 0) for (const text of new Set(oddTexts)) bits |= signEvidence(text);
  return bits;
}

/**
 * The style of a column of numbers.
 * @throws AmbiguousDataError where 1,055 could be a thousand and fifty-five, or one and a bit.
 * @throws UserError where both signs stand before decimals.
 */
export function columnStyle(
  name: string,
  column: ScannedColumn,
  example: () => string,
  own: number,
  file: number,
  delimiter: number | undefined,
  options: ReadOptions,
  path: string,
): NumberStyle {
  const wholes = column.flags & (cellFlag.short | cellFlag.long);
  const style = decideStyle(own, file, delimiter, wholes === cellFlag.short, options);
  if (typeof style === "object") return style;
  const sign = (own & (evidence.eitherComma | evidence.decimalComma)) !== 0 ? "," : ".";
  if (style === "mixed")
    throw new UserError(
      `${path}: column "${name}" has points and commas before decimals (${example()}); --decimal says which is right`,
    );
  throw new AmbiguousDataError(`${path}: column "${name}" has ${example()}: are these thousands or decimals?`, [
    { flags: `--thousands ${sign}`, meaning: "thousands" },
    { flags: `--decimal ${sign}`, meaning: "decimals" },
  ]);
}

export interface OddCells {
  readonly values: readonly (number | undefined)[];
  /** Bits of `form`, of all numbers among them. */
  readonly forms: number;
  /** Words: how many, and the first one's place in the list. */
  readonly words: number;
  readonly firstWord: number;
  /** "12% is read as 12", for each form that is not plain. */
  readonly examples: readonly string[];
}

const notPlain = form.thousands | form.percent | form.currency | form.parentheses | form.hexadecimal;

/**
 * Reads the odd cells of a column in its style. Percentages and currencies count where all are of one kind.
 * @param hasPlain whether the column has plain numbers besides 0.
 */
export function readOddCells({ oddTexts }: ScannedColumn, hasPlain: () => boolean, style: NumberStyle): OddCells {
  const known = new Map<string, FormedNumber | undefined>();
  const numbers = oddTexts.map((text) => {
    if (!known.has(text)) known.set(text, formedNumber(text, style));
    return known.get(text);
  });
  const currencies = new Set<string>();
  let percents = 0;
  let others = 0;
  for (const number of numbers) {
    if (!number) continue;
    if (number.currency !== "") currencies.add(number.currency);
    if ((number.forms & form.percent) !== 0) percents++;
    else if (number.value !== 0) others++;
  }
  const rejected =
    (currencies.size > 1 ? form.currency : 0) | (percents > 0 && (others > 0 || hasPlain()) ? form.percent : 0);
  let [forms, words, firstWord] = [0, 0, -1];
  const examples: string[] = [];
  const values = numbers.map((number, i) => {
    if (number && (number.forms & rejected) === 0) {
      if ((number.forms & ~forms & notPlain) !== 0) examples.push(`${oddTexts[i]} is read as ${number.value}`);
      forms |= number.forms;
      return number.value;
    }
    words++;
    if (firstWord < 0) firstWord = i;
    return undefined;
  });
  return { values, forms, words, firstWord, examples };
}

/**
 * Whether a column with words among its numbers is text.
 * @throws UserError where nearly all of its cells are numbers.
 */
export function isTextColumn(
  name: string,
  column: ScannedColumn,
  odd: OddCells,
  numbers: number,
  path: string,
): boolean {
  if (odd.words === 0) return false;
  const isMistake = numbers > odd.words && (odd.words === 1 || numbers >= nearlyAll * (numbers + odd.words));
  if (!isMistake) return true;
  const word = column.oddTexts[odd.firstWord]!;
  throw new UserError(
    `${path}: column "${name}" holds "${word.slice(0, 40)}" in row ${column.oddRows[odd.firstWord]}, expected a number; --missing says which words mean that there is no value`,
  );
}

/** Truth values as 1 and 0, NaN where missing; undefined where any line is another word. */
export function truthColumn(lines: readonly string[], missing: MissingMarks): Float64Array | undefined {
  const first = lines.find((line) => !missing.has(line));
  if (first === undefined || truthValue(first) === undefined) return undefined;
  const values = new Float64Array(lines.length);
  for (let i = 0; i < lines.length; i++) {
    const value = truthValue(lines[i]!);
    if (value === undefined && !missing.has(lines[i]!)) return undefined;
    values[i] = value === undefined ? Number.NaN : Number(value);
  }
  return values;
}
