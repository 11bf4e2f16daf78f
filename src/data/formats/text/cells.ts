// Where a cell of a delimited text ends, and what it holds.
import { UserError } from "../../../errors.js";

/** What a byte means between cells; `CellRules.kinds` has one for each byte, 0 where it is ordinary. */
export const blank = 1;
export const separator = 2;
export const newline = 3;

const quote = 34;
const backslash = 92;
/** Bytes that a cell may have. */
export const cellLimit = 2 ** 25;

export interface CellRules {
  /** For each of the 256 bytes: ordinary, a blank to trim, the delimiter, or the end of a line. */
  readonly kinds: Uint8Array;
  /** Cells are separated by runs of blanks. */
  readonly blanks: boolean;
}

/** @param delimiter its byte; 0 for runs of blanks. @param lines what ends a line: LF (also behind a CR), or CR alone. */
export function cellRules(delimiter: number, lines: "lf" | "cr"): CellRules {
  const kinds = new Uint8Array(256);
  kinds[32] = blank;
  kinds[9] = blank;
  kinds[11] = blank;
  kinds[12] = blank;
  kinds[13] = blank;
  if (delimiter === 0) {
    kinds[32] = separator;
    kinds[9] = separator;
  } else kinds[delimiter] = separator;
  kinds[lines === "lf" ? 10 : 13] = newline;
  return { kinds, blanks: delimiter === 0 };
}

/**
 * Finds cells in a buffer. A cell in quotation marks may hold delimiters, line ends and doubled (or escaped) quotation marks; where
 * the marks do not fit (a "5" pipe) they are characters like any other.
 */
export class CellFinder {
  /** The cell that was found last: its content without blanks around and without quotation marks. */
  from = 0;
  to = 0;
  quoted = false;
  /** Has doubled or escaped quotation marks inside. */
  escaped = false;
  /** Had blanks behind it. */
  trimmed = false;
  readonly #kinds: Uint8Array;
  #wasted = 0;

  constructor(
    rules: CellRules,
    readonly path: string,
  ) {
    this.#kinds = rules.kinds;
  }

  /**
   * Finds the cell that begins at `at`. Behind `end` there must be a byte that is ordinary.
   * @param final nothing comes behind `end`; then a line end must stand before it.
   * @returns where its delimiter or line end stands; -1 where more bytes are needed to know.
   */
  find(buffer: Buffer, at: number, end: number, final: boolean): number {
    const kinds = this.#kinds;
    let from = at;
    while (kinds[buffer[from]!] === blank) from++;
    if (buffer[from] === quote) {
      const found = this.#quoted(buffer, from, end, final);
      if (found !== undefined) return found;
    }
    return this.findRaw(buffer, at, end);
  }

  /** The same without any meaning of quotation marks. */
  findRaw(buffer: Buffer, at: number, end: number): number {
    const kinds = this.#kinds;
    let from = at;
    while (kinds[buffer[from]!] === blank) from++;
    let stop = from;
    while (stop < end && kinds[buffer[stop]!]! < separator) stop++;
    if (stop >= end) {
      if (end - at > cellLimit)
        throw new UserError(`${this.path} cannot be read as a table: a cell has more than ${cellLimit} bytes`);
      return -1;
    }
    let to = stop;
    while (to > from && kinds[buffer[to - 1]!] === blank) to--;
    this.trimmed = to < stop;
    this.from = from;
    this.to = to;
    this.quoted = false;
    this.escaped = false;
    return stop;
  }

  /** Undefined where the quotation marks do not enclose the cell. */
  #quoted(buffer: Buffer, open: number, end: number, final: boolean): number | undefined {
    const kinds = this.#kinds;
    let escaped = false;
    let escapes = 0;
    let next = open + 1;
    for (;;) {
      const mark = buffer.indexOf(quote, next);
      if (mark < 0 || mark >= end) {
        if (!final && end - open <= cellLimit) return -1;
        this.#waste(end - open);
        return undefined;
      }
      if (mark + 1 >= end && !final) return -1;
      const isEscape = buffer[mark - 1] === backslash && mark - 1 > open;
      if (buffer[mark + 1] === quote && !isEscape) {
        escaped = true;
        next = mark + 2;
        continue;
      }
      let stop = mark + 1;
      while (kinds[buffer[stop]!] === blank) stop++;
      if (stop >= end && !final) return -1;
      // of escaped marks in pairs, the second one may stand before a delimiter
      if (kinds[buffer[stop]!]! >= separator && !(isEscape && escapes % 2 === 1)) {
        this.from = open + 1;
        this.to = mark;
        this.quoted = true;
        this.escaped = escaped;
        this.trimmed = false;
        return stop;
      }
      if (!isEscape) {
        this.#waste(mark - open);
        return undefined;
      }
      escaped = true;
      escapes++;
      next = mark + 1;
    }
  }

  /** Bytes were looked at in vain; doing so over and over would take for ever. */
  #waste(bytes: number): void {
    this.#wasted += bytes;
    if (this.#wasted > 16 * cellLimit)
      throw new UserError(`${this.path} cannot be read as a table: its quotation marks are not closed`);
  }

  /** The cell that was found last. */
  text(buffer: Buffer): string {
    const { from, to } = this;
    let ascii = 0;
    if (to - from < 64) for (let i = from; i < to; i++) ascii |= buffer[i]!;
    else ascii = 128;
    const text = buffer.toString(ascii < 128 ? "latin1" : "utf8", from, to);
    return this.escaped ? text.replace(/""|\\"/g, '"') : text;
  }
}
