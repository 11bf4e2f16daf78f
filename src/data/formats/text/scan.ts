// Reads the rows of a table whose dialect is known: numbers into columns of doubles, other cells as text.
import { getHeapStatistics } from "node:v8";
import { UserError } from "../../../errors.js";
import { blank, CellFinder, type CellRules, cellLimit, newline, separator } from "./cells.js";
import { ColumnStore } from "./column-store.js";
import { cellFlag, DecimalParser, powersOfTen } from "./decimal.js";
import type { MissingMarks } from "./missing.js";
import { TextCache } from "./text-cache.js";

/** What is done with the cells of a column. */
export const columnMode = { skip: 0, number: 1, text: 2 } as const;

export interface RowRules {
  readonly cells: CellRules;
  /** Cells in a row. */
  readonly width: number;
  /** For each byte, 1 where a line that begins with it may be a comment. */
  readonly marks: Uint8Array;
  /** The first column holds numbers: a line of the full width that begins with a mark of comments is no row. */
  readonly firstIsNumber: boolean;
  /** Where the first row begins: bytes of UTF-8, and lines that come before. */
  readonly start: number;
  readonly startLine: number;
  readonly expectedRows: number;
  /** Texts that mean that there is no value. */
  readonly missing: MissingMarks;
  /** Which columns surely hold numbers: rows that a quotation mark swallowed are found by them. */
  readonly numbers: readonly number[];
}

/** What most columns have none of; wide tables need no list of their own for each column. */
const nothing: never[] = [];
const noMarks: ReadonlyMap<string, number> = new Map();

/** A column as it was read. */
export class ScannedColumn {
  /** Bits of `cellFlag`. */
  flags = 0;
  /** Cells that are no plain numbers, by row. */
  oddRows: readonly number[] = nothing;
  oddTexts: readonly string[] = nothing;
  /** How many cells are missing, by what they say: "" or NA. */
  missing: ReadonlyMap<string, number> = noMarks;
  /** Lines of a column of text. */
  texts: string[] = nothing;
  /** Cells of text that had blanks behind them, which are gone. */
  trimmed = 0;

  addOdd(row: number, text: string): void {
    if (this.oddRows === nothing) [this.oddRows, this.oddTexts] = [[], []];
    (this.oddRows as number[]).push(row);
    (this.oddTexts as string[]).push(text);
  }

  addMissing(mark: string, count: number): void {
    if (this.missing === noMarks) this.missing = new Map();
    (this.missing as Map<string, number>).set(mark, (this.missing.get(mark) ?? 0) + count);
  }
}

/** Lines that are left out: how many, and the first. */
export interface LeftOut {
  count: number;
  line: number;
  text: string;
}

export interface ScannedTable {
  readonly rows: number;
  /** Those that were not skipped. */
  readonly columns: readonly (ScannedColumn | undefined)[];
  /** Values of a column of numbers; NaN where a cell is missing or odd. */
  readonly values: (column: number) => Float64Array;
  readonly comments: LeftOut;
  readonly emptyRows: LeftOut;
  readonly blankLines: LeftOut;
  /** Lines with a delimiter too many at their end. */
  readonly trailing: LeftOut;
}

/**
 * Reads all rows.
 * @param blocks the whole text as UTF-8.
 * @param modes what to do with each column.
 * @param decimals the byte of the decimal sign in each column.
 * @throws UserError where a row has another number of cells, or texts take more memory than there is.
 */
export function scanRows(
  blocks: Iterable<Uint8Array>,
  rules: RowRules,
  modes: Uint8Array,
  decimals: Uint8Array,
  path: string,
): ScannedTable {
  const scanner = new Scanner(rules, modes, decimals, path);
  let skip = rules.start;
  // one buffer for all blocks: what the last one left comes first; zeros behind stop every scan of digits or blanks
  let buffer = Buffer.alloc(0);
  let left = 0;
  for (const block of blocks) {
    const taken = Math.min(skip, block.length);
    skip -= taken;
    if (taken === block.length) continue;
    const end = left + block.length - taken;
    if (end + padding > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(end + padding + block.length);
      buffer.copy(larger, 0, 0, left);
      buffer = larger;
    }
    buffer.set(taken > 0 ? block.subarray(taken) : block, left);
    buffer.fill(0, end, end + padding);
    const used = scanner.take(buffer, end, false);
    buffer.copyWithin(0, used, end);
    left = end - used;
  }
  const ending = Buffer.alloc(left + 1 + padding);
  buffer.copy(ending, 0, 0, left);
  ending[left] = rules.cells.kinds[10] === newline ? 10 : 13;
  scanner.take(ending, left + 1, true);
  return scanner.finish();
}

/** Zeros behind the bytes that are read. */
const padding = 8;

class Scanner {
  readonly #width: number;
  readonly #finder: CellFinder;
  readonly #parser = new DecimalParser();
  readonly #store: ColumnStore;
  readonly #columns: (ScannedColumn | undefined)[];
  readonly #caches: (TextCache | undefined)[];
  readonly #cacheSize: number;
  readonly #slots: Int32Array;
  readonly #flags: Uint8Array;
  /** Empty cells of each column of numbers. */
  readonly #emptyCells: Float64Array;
  readonly #modes: Uint8Array;
  readonly #decimals: Uint8Array;
  readonly #comments: LeftOut = { count: 0, line: 0, text: "" };
  readonly #emptyRows: LeftOut = { count: 0, line: 0, text: "" };
  readonly #blankLines: LeftOut = { count: 0, line: 0, text: "" };
  readonly #trailing: LeftOut = { count: 0, line: 0, text: "" };
  /** Where the next cell goes; the width of the table for all cells behind it. */
  #column = 0;
  /** Cells behind the table's width, and empty cells, in this row so far. */
  #beyond = 0;
  #empty = 0;
  /** Rows in the store's block. */
  #rows = 0;
  #line: number;
  #rowLine: number;
  #blanks = 0;
  #budget = getHeapStatistics().heap_size_limit * 0.6;

  constructor(
    readonly rules: RowRules,
    modes: Uint8Array,
    decimals: Uint8Array,
    readonly path: string,
  ) {
    const { width } = rules;
    this.#width = width;
    this.#finder = new CellFinder(rules.cells, path);
    this.#line = rules.startLine;
    this.#rowLine = rules.startLine;
    this.#slots = new Int32Array(width + 1);
    this.#flags = new Uint8Array(width + 1);
    this.#emptyCells = new Float64Array(width + 1);
    this.#modes = new Uint8Array(width + 1);
    this.#modes.set(modes.subarray(0, width));
    this.#decimals = decimals;
    this.#columns = new Array(width).fill(undefined);
    this.#caches = new Array(width).fill(undefined);
    const texts = modes.reduce((count, mode) => count + (mode === columnMode.text ? 1 : 0), 0);
    this.#cacheSize = 2 ** Math.min(13, Math.max(4, Math.floor(Math.log2(2 ** 18 / (texts + 1)))));
    let slots = 0;
    for (let i = 0; i < width; i++) {
      if (modes[i] === columnMode.number) this.#slots[i] = slots++;
      if (modes[i] === columnMode.skip) continue;
      const column = new ScannedColumn();
      if (modes[i] === columnMode.text)
        column.texts = new Array(Math.min(rules.expectedRows, Math.floor(2 ** 24 / (texts + 1))));
      this.#columns[i] = column;
    }
    this.#store = new ColumnStore(slots, rules.expectedRows);
  }

  /**
   * Reads all cells that end before `end`.
   * @returns where the first one begins that does not.
   */
  take(buffer: Buffer, end: number, final: boolean): number {
    const { kinds, blanks } = this.rules.cells;
    const { marks } = this.rules;
    const decimals = this.#decimals;
    const width = this.#width;
    const modes = this.#modes;
    const slots = this.#slots;
    const flags = this.#flags;
    const { block, blockRows, columns: slotCount } = this.#store;
    let at = 0;
    let column = this.#column;
    let base = this.#rows * slotCount;
    while (at < end) {
      let count = 0;
      if (blanks) {
        while (kinds[buffer[at]!] === separator || kinds[buffer[at]!] === blank) at++;
        if (at >= end) break;
        if (kinds[buffer[at]!] === newline) count = column + this.#beyond;
      }
      if (column === 0) {
        const first = buffer[at]!;
        if (kinds[first] === newline) {
          at++;
          this.#blanks++;
          this.#rowLine = ++this.#line;
          continue;
        }
        if (marks[first] === 1) {
          const behind = this.#comment(buffer, at, end);
          if (behind < 0) break;
          if (behind > at) {
            at = behind;
            continue;
          }
        }
      }
      if (count === 0) {
        let stop = -1;
        if (modes[column] === columnMode.number) {
          // the plain case: a sign, at most nine digits, a decimal sign among them
          let p = at;
          let byte = buffer[p]!;
          while (byte === 32) byte = buffer[++p]!;
          const negative = byte === 45;
          if (negative) byte = buffer[++p]!;
          const first = p;
          let digits = 0;
          while (byte >= 48 && byte <= 57) {
            digits = (Math.imul(digits, 10) + byte - 48) | 0;
            byte = buffer[++p]!;
          }
          const whole = p - first;
          let fraction = 0;
          let last = 1;
          if (byte === decimals[column]) {
            byte = buffer[++p]!;
            const behind = p;
            last = 48;
            while (byte >= 48 && byte <= 57) {
              last = byte;
              digits = (Math.imul(digits, 10) + byte - 48) | 0;
              byte = buffer[++p]!;
            }
            fraction = p - behind;
          }
          while (kinds[byte] === blank) byte = buffer[++p]!;
          if (kinds[byte]! >= separator && whole > 0 && whole + fraction <= 9) {
            let bits = last === 48 || (whole > 1 && buffer[first] === 48) ? cellFlag.written : 0;
            let value: number = digits;
            if (fraction > 0) {
              value = digits / powersOfTen[fraction]!;
              bits |= decimals[column] === 44 ? cellFlag.fraction | cellFlag.written : cellFlag.fraction;
              if (fraction !== 3 || whole > 3 || buffer[first] === 48) bits |= cellFlag.decimal;
              if (fraction > 6 && value < 1e-6) bits |= cellFlag.written;
            } else bits |= whole > 3 ? cellFlag.long : cellFlag.short;
            if (negative) {
              value = -value;
              if (digits === 0) bits |= cellFlag.written;
            }
            block[base + slots[column]!] = value;
            flags[column]! |= bits;
            stop = p;
          }
        }
        if (stop < 0) {
          stop = this.#cell(buffer, at, end, final, column, base);
          if (stop < 0) break;
        }
        at = stop;
        if (kinds[buffer[stop]!] === separator) {
          at++;
          if (column < width) column++;
          else this.#beyond++;
          continue;
        }
        count = column + 1 + this.#beyond;
      }
      // the row ends
      at++;
      if ((count === width && this.#empty < width) || this.#oddRow(count)) {
        base += slotCount;
        if (++this.#rows === blockRows) {
          this.#store.flush(blockRows);
          this.#rows = 0;
          base = 0;
        }
        if (this.#blanks > 0) this.#countBlanks();
      }
      column = 0;
      this.#beyond = 0;
      this.#empty = 0;
      this.#rowLine = ++this.#line;
    }
    this.#column = column;
    return at;
  }

  finish(): ScannedTable {
    this.#store.flush(this.#rows);
    const { rows } = this.#store;
    for (const [i, column] of this.#columns.entries()) {
      if (!column) continue;
      column.flags = this.#flags[i]!;
      if (this.#emptyCells[i]! > 0) column.addMissing("", this.#emptyCells[i]!);
      if (column.texts.length > rows) column.texts.length = rows;
    }
    return {
      rows,
      columns: this.#columns,
      values: (column) => this.#store.column(this.#slots[column]!),
      comments: this.#comments,
      emptyRows: this.#emptyRows,
      blankLines: this.#blankLines,
      trailing: this.#trailing,
    };
  }

  /** Any cell; -1 where it does not end before `end`. */
  #cell(buffer: Buffer, at: number, end: number, final: boolean, column: number, base: number): number {
    const finder = this.#finder;
    let stop = finder.find(buffer, at, end, final);
    if (stop >= 0 && finder.quoted && this.#hasLineEnd(buffer)) {
      const swallows = this.#swallowsRows(buffer, at, stop, end, final, column);
      if (swallows === undefined) return -1;
      if (swallows) stop = finder.findRaw(buffer, at, end);
      else this.#countLines(buffer);
    }
    if (stop < 0) return -1;
    const { from, to } = finder;
    if (from === to) this.#empty++;
    const mode = this.#modes[column];
    if (mode === columnMode.skip) return stop;
    if (mode === columnMode.number && from === to) {
      this.#emptyCells[column]!++;
      this.#store.block[base + this.#slots[column]!] = Number.NaN;
      return stop;
    }
    const scanned = this.#columns[column]!;
    const row = this.#store.rows + this.#rows;
    if (mode === columnMode.text) {
      scanned.texts[row] = from === to ? "" : this.#text(buffer, column);
      if (this.#finder.trimmed && from < to) scanned.trimmed++;
      return stop;
    }
    let value = Number.NaN;
    if (this.#parser.parse(buffer, from, to, this.#decimals[column]!)) {
      value = this.#parser.value;
      this.#flags[column]! |= this.#parser.flags;
    } else {
      const text = this.#text(buffer, column);
      if (this.rules.missing.has(text)) scanned.addMissing(text, 1);
      else scanned.addOdd(row, text);
    }
    this.#store.block[base + this.#slots[column]!] = value;
    return stop;
  }

  /** The text of the cell that was found; the same string where it was there before. */
  #text(buffer: Buffer, column: number): string {
    const { from, to, escaped } = this.#finder;
    let cache = this.#caches[column];
    if (!cache) {
      cache = new TextCache(this.#cacheSize);
      this.#caches[column] = cache;
    }
    const text = escaped ? this.#finder.text(buffer) : cache.text(buffer, from, to);
    this.#budget -= !escaped && cache.wasKnown ? 8 : 40 + text.length;
    if (this.#budget < 0) throw new UserError(`${this.path} holds more text than fits into memory`);
    return text;
  }

  get #lineEnd(): number {
    return this.rules.cells.kinds[10] === newline ? 10 : 13;
  }

  /** Whether the cell that was found has several lines. */
  #hasLineEnd(buffer: Buffer): boolean {
    const at = buffer.indexOf(this.#lineEnd, this.#finder.from);
    return at >= 0 && at < this.#finder.to;
  }

  #countLines(buffer: Buffer): void {
    const { from, to } = this.#finder;
    for (let at = from; at < to; at++) if (buffer[at] === this.#lineEnd) this.#line++;
  }

  /**
   * Whether the lines of a quoted cell are rows of their own, so that its first quotation mark is a character like any other.
   * Undefined where the last of these lines does not end in the buffer.
   */
  #swallowsRows(
    buffer: Buffer,
    at: number,
    stop: number,
    end: number,
    final: boolean,
    column: number,
  ): boolean | undefined {
    if (this.rules.numbers.length === 0) return false;
    let start = at;
    let first = column;
    while (start <= stop) {
      const lineEnd = buffer.indexOf(this.#lineEnd, start);
      if (lineEnd < 0 || lineEnd >= end) return final ? false : undefined;
      if (!this.#isRow(buffer, start, lineEnd + 1, first)) return false;
      start = lineEnd + 1;
      first = 0;
    }
    return true;
  }

  /** Whether a line has a cell for each column from `column` on, and numbers where the columns hold numbers. */
  #isRow(buffer: Buffer, from: number, end: number, column: number): boolean {
    const { numbers, cells, missing, width } = this.rules;
    const finder = new CellFinder(cells, this.path);
    let place = column;
    for (let at = from; at < end; place++) {
      const stop = finder.findRaw(buffer, at, end);
      if (stop < 0 || place >= width) return false;
      if (numbers.includes(place)) {
        const isNumber = this.#parser.parse(buffer, finder.from, finder.to, this.#decimals[place]!);
        if (!isNumber && !missing.has(finder.text(buffer))) return false;
      }
      at = stop + 1;
    }
    return place === width;
  }

  /** Where the line after a comment begins; `at` itself where the line is none; -1 where its end is not in the buffer. */
  #comment(buffer: Buffer, at: number, end: number): number {
    const { cells, width, firstIsNumber } = this.rules;
    const second = buffer[at + 1]!;
    if (at + 1 >= end) return -1;
    if (buffer[at] === 47 && second !== 47) return at;
    let stop = at;
    let count = 1;
    for (; stop < end && cells.kinds[buffer[stop]!] !== newline; stop++)
      if (cells.kinds[buffer[stop]!] === separator) count++;
    if (stop >= end) {
      if (end - at > cellLimit)
        throw new UserError(`${this.path} cannot be read as a table: line ${this.#line} is too long`);
      return -1;
    }
    if (!firstIsNumber && count === width) return at;
    note(this.#comments, this.#line, buffer.toString("utf8", at, Math.min(stop, at + 60)).trim());
    this.#rowLine = ++this.#line;
    return stop + 1;
  }

  #countBlanks(): void {
    if (this.#width === 1 && this.#store.rows + this.#rows > 1) {
      for (let i = 0; i < this.#blanks; i++) note(this.#blankLines, this.#rowLine - this.#blanks + i, "");
    }
    this.#blanks = 0;
  }

  /** A row of another number of cells, or of empty ones. False where it is left out. */
  #oddRow(count: number): boolean {
    const width = this.#width;
    const empty = this.#empty;
    if (empty === count && !(width === 1 && this.#finder.quoted)) {
      if (count > 1) note(this.#emptyRows, this.#rowLine, "");
      this.#forgetRow(count);
      return false;
    }
    if (count === width) return true;
    if (count === width + 1 && this.#finder.from === this.#finder.to) {
      note(this.#trailing, this.#rowLine, "");
      return true;
    }
    throw new UserError(
      `${this.path} cannot be read as a table: line ${this.#rowLine} has ${count} cells, expected ${width}`,
    );
  }

  #forgetRow(count: number): void {
    for (let i = 0; i < Math.min(count, this.#width); i++) this.#emptyCells[i]!--;
  }
}

function note(left: LeftOut, line: number, text: string): void {
  if (left.count++ === 0) {
    left.line = line;
    left.text = text;
  }
}
