// Columns put together from the parts of a columnar file, each part into place, so that no column is held twice.
import { UserError } from "../../errors.js";
import { decimalText } from "./column-text.js";
import type { Column, ColumnValues, SkippedColumn } from "./columns.js";
import type { ElementClass, NumericArray } from "./variables.js";

/** Values beyond these are more than a file of its size can honestly hold: some for small files, more with the bytes. */
const harmless = 2 ** 24;
const valuesPerByte = 200;

/** How many values may still be kept of a file: so few bytes cannot mean more, and what claims it would only take memory. */
export class Budget {
  #left: number;
  readonly #complaint: string;

  constructor(path: string, size: number) {
    this.#left = harmless + size * valuesPerByte;
    this.#complaint = `${path} is corrupt: ${size} bytes claim to hold more than ${this.#left} values`;
  }

  /** @throws UserError where so many values are too many. */
  take(values: number): void {
    this.#left -= values;
    if (!(this.#left >= 0)) throw new UserError(this.#complaint);
  }
}

/** What takes the cells of one column in order; `present`, where given, is 0 for a cell without a value. */
export interface ColumnBuilder {
  /** Rows that were appended. */
  readonly rows: number;
  /** The column, once all rows were appended. */
  finish(): Column;
}

const kinds = {
  double: Float64Array,
  single: Float32Array,
  half: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  logical: Uint8Array,
} as const satisfies Record<ElementClass, unknown>;

/** Numbers filled in from the front. A missing one is NaN; integers of 32 bits and fewer become doubles for that. */
class NumberCells {
  readonly #element: ElementClass;
  values: ColumnValues;
  missing: Uint8Array | undefined;
  length = 0;
  /** Whether there is any value. */
  any = false;

  constructor(element: ElementClass, capacity: number) {
    this.#element = element;
    this.values = new kinds[element](capacity);
  }

  append(values: ColumnValues, from: number, to: number, present: Uint8Array | undefined): void {
    const start = this.length;
    this.length += to - from;
    if (this.length > this.values.length) throw new RangeError("a column with more values than rows");
    const nulls = present?.subarray(from, to);
    if (!nulls?.includes(0)) {
      (this.values as Float64Array).set(values.subarray(from, to) as Float64Array, start);
      this.any ||= to > from;
      return;
    }
    const target = this.#withNulls();
    for (let i = from; i < to; i++) {
      const at = start + i - from;
      if (present![i]) {
        target[at] = values[i]!;
        this.any = true;
      } else this.#setNull(at);
    }
  }

  appendNulls(count: number): void {
    const start = this.length;
    this.length += count;
    if (this.length > this.values.length) throw new RangeError("a column with more values than rows");
    this.#withNulls();
    for (let at = start; at < this.length; at++) this.#setNull(at);
  }

  /** The values, able to hold that one is missing. */
  #withNulls(): (number | bigint)[] {
    if (this.#element === "int64" || this.#element === "uint64") this.missing ??= new Uint8Array(this.values.length);
    else if (!(this.values instanceof Float64Array || this.values instanceof Float32Array)) {
      this.values = Float64Array.from(this.values as NumericArray);
    }
    return this.values as unknown as (number | bigint)[];
  }

  #setNull(at: number): void {
    if (this.missing) this.missing[at] = 1;
    else this.values[at] = Number.NaN;
  }
}

const empty = (name: string): SkippedColumn => ({ kind: "skipped", name, reason: "an empty column", isEmpty: true });

/** A column with one number a row. */
export class NumberColumn implements ColumnBuilder {
  readonly #name: string;
  readonly #element: ElementClass;
  readonly #cells: NumberCells;

  constructor(name: string, element: ElementClass, rows: number, budget: Budget) {
    budget.take(rows);
    this.#name = name;
    this.#element = element;
    this.#cells = new NumberCells(element, rows);
  }

  get rows(): number {
    return this.#cells.length;
  }

  append(values: ColumnValues, present?: Uint8Array): void {
    this.#cells.append(values, 0, values.length, present);
  }

  finish(): Column {
    const { values, missing, length, any } = this.#cells;
    if (!any) return empty(this.#name);
    return {
      kind: "numeric",
      name: this.#name,
      element: this.#element,
      shape: [length],
      values,
      ...(missing && { missing }),
    };
  }
}

/** A column with one decimal a row: numbers, and the text that the file means. */
export class DecimalColumn implements ColumnBuilder {
  readonly #name: string;
  readonly #scale: number;
  readonly #written: string[] = [];
  readonly #values: Float64Array;
  #any = false;

  constructor(name: string, scale: number, rows: number, budget: Budget) {
    budget.take(rows);
    this.#name = name;
    this.#scale = scale;
    this.#values = new Float64Array(rows);
  }

  get rows(): number {
    return this.#written.length;
  }

  /** One more decimal, without its point. */
  append(unscaled: bigint | undefined): void {
    const text = unscaled === undefined ? "" : decimalText(unscaled, this.#scale);
    this.#values[this.#written.length] = unscaled === undefined ? Number.NaN : Number(text);
    this.#written.push(text);
    this.#any ||= unscaled !== undefined;
  }

  finish(): Column {
    if (!this.#any) return empty(this.#name);
    const shape = [this.#values.length];
    return {
      kind: "numeric",
      name: this.#name,
      element: "double",
      shape,
      values: this.#values,
      written: this.#written,
    };
  }
}

/** A column with one line of text a row; every distinct line is kept once. */
export class WordColumn implements ColumnBuilder {
  readonly #name: string;
  readonly #categorical: boolean;
  readonly #words: string[] = [];
  readonly #codeOf = new Map<string, number>();
  readonly #codes: Int32Array;
  #any = false;
  rows = 0;

  constructor(name: string, categorical: boolean, rows: number, budget: Budget) {
    budget.take(rows);
    this.#name = name;
    this.#categorical = categorical;
    this.#codes = new Int32Array(rows);
  }

  /** The number of a word, to be appended or not: categories that no row has are categories all the same. */
  code(word: string): number {
    let code = this.#codeOf.get(word);
    if (code === undefined) {
      code = this.#words.push(word) - 1;
      this.#codeOf.set(word, code);
    }
    return code;
  }

  /** One more row: a word's number, or -1 for none. */
  append(code: number): void {
    if (this.rows >= this.#codes.length) throw new RangeError("a column with more values than rows");
    this.#codes[this.rows++] = code;
    this.#any ||= code >= 0;
  }

  finish(): Column {
    if (!this.#any) return empty(this.#name);
    return { kind: "text", name: this.#name, words: this.#words, codes: this.#codes, categorical: this.#categorical };
  }
}

/** Cells of a list, copied. */
interface Run {
  readonly values: ColumnValues;
  readonly present: Uint8Array | undefined;
}

/** A column with a list of numbers a row: a matrix where all lists have one form, otherwise skipped. */
export class ListColumn implements ColumnBuilder {
  readonly #name: string;
  readonly #element: ElementClass;
  readonly #length: number;
  readonly #budget: Budget;
  /** The first list, until it is whole. */
  readonly #first: Run[] = [];
  /** How deep each cell of the first list begins a list within lists. */
  readonly #levels: number[] = [];
  /** Lists missing before the first one. */
  #leading = 0;
  #cells: NumberCells | undefined;
  #width = 0;
  /** Cells of the present row, -1 between rows. */
  #filled = -1;
  #reason: string | undefined;
  rows = 0;

  constructor(name: string, element: ElementClass, rows: number, budget: Budget) {
    this.#name = name;
    this.#element = element;
    this.#length = rows;
    this.#budget = budget;
  }

  /** Set where the lists make no matrix: nothing more need be appended. */
  get reason(): string | undefined {
    return this.#reason;
  }

  skip(reason: string): void {
    this.#reason ??= reason;
  }

  startRow(): void {
    this.#endRow();
    this.rows++;
    this.#filled = 0;
  }

  /** A row without a list. */
  nullRow(): void {
    this.#endRow();
    this.rows++;
    if (this.#cells) this.#cells.appendNulls(this.#width);
    else this.#leading++;
  }

  /**
   * More cells of the row. `levels`, in lists of lists: 1 where a cell begins an inner list, 2 where it begins one inside
   * of that or goes on in it, and so on.
   */
  append(values: ColumnValues, from: number, to: number, present?: Uint8Array, levels?: Uint8Array): void {
    if (this.#reason !== undefined) return;
    if (levels) this.#compare(levels, from, to);
    this.#filled += to - from;
    if (!this.#cells) this.#first.push({ values: values.slice(from, to), present: present?.slice(from, to) });
    else if (this.#filled <= this.#width) this.#cells.append(values, from, to, present);
  }

  /** Inner lists must lie as in the first row. */
  #compare(levels: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const place = this.#filled + i - from;
      const level = place === 0 ? 0 : levels[i]!;
      if (!this.#cells) this.#levels.push(level);
      else if (this.#levels[place] !== level) this.skip("lists of lists of different lengths");
    }
  }

  #endRow(): void {
    const filled = this.#filled;
    this.#filled = -1;
    if (filled < 0 || this.#reason !== undefined) return;
    if (!this.#cells) this.#begin(filled);
    else if (filled !== this.#width) {
      this.skip(`lists of different lengths (${this.#width} numbers first, ${filled} in row ${this.rows - 1})`);
    }
  }

  /** The first list is whole, and with it the width of the matrix. */
  #begin(width: number): void {
    this.#budget.take(this.#length * width);
    this.#width = width;
    this.#cells = new NumberCells(this.#element, this.#length * width);
    if (this.#leading * width > 0) this.#cells.appendNulls(this.#leading * width);
    for (const { values, present } of this.#first) this.#cells.append(values, 0, values.length, present);
    this.#first.length = 0;
  }

  finish(): Column {
    this.#endRow();
    const name = this.#name;
    if (this.#reason !== undefined) return { kind: "skipped", name, reason: this.#reason };
    if (!this.#cells?.any) return empty(name);
    const { values, missing } = this.#cells;
    const shape = [this.#length, this.#width];
    return { kind: "numeric", name, element: this.#element, shape, values, ...(missing && { missing }) };
  }
}
