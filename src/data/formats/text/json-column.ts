// One column of a JSON table, filled object by object: numbers, truth values, text, or lists of numbers of one length.
import { UserError } from "../../../errors.js";
import { numeric, type Variable } from "../variables.js";
import { GrowingDoubles } from "./growing.js";
import { longMark } from "./json-objects.js";

export class JsonColumn {
  readonly #numbers = new GrowingDoubles();
  readonly #texts: string[] = [];
  /** Integers of many digits as they are written, by row. */
  readonly #long = new Map<number, string>();
  #counts = { number: 0, truth: 0, text: 0, vector: 0, words: 0 };
  #width = 0;
  #firstVector = 0;
  #fractions = 0;
  #isBeyond = false;
  #reason: string | undefined;

  /** Whether this row has a value already. */
  lastRow = -1;

  constructor(
    readonly name: string,
    readonly path: string,
  ) {}

  /** Takes the value of a row; rows come in order, and some may not come. */
  set(row: number, value: unknown): void {
    if (this.lastRow === row) throw new UserError(`${this.path}: the object in row ${row} has "${this.name}" twice`);
    this.lastRow = row;
    if (typeof value === "string") this.#setText(row, value);
    else if (typeof value === "number") {
      this.#counts.number++;
      if (!Number.isInteger(value)) this.#fractions++;
      this.#numbers.set(row, [value]);
    } else if (typeof value === "boolean") {
      this.#counts.truth++;
      this.#keep(row, value ? "true" : "false");
    } else if (Array.isArray(value)) this.#setList(row, value);
  }

  /** The column, and what must be said about it; undefined where it has no value at all. */
  finish(rows: number): { variable: Variable; note?: string } {
    const { number, truth, text, vector, words } = this.#counts;
    const kinds = [number, truth, text + words, vector].filter((count) => count > 0).length;
    if (this.#reason === undefined && kinds === 0) this.#reason = "an empty column";
    if (this.#reason === undefined && vector > 0 && kinds > 1)
      this.#reason = "some of its values are lists, others are not";
    if (this.#reason !== undefined)
      return {
        variable: { kind: "skipped", reason: this.#reason },
        note: `"${this.name}" is left out: ${this.#reason}`,
      };
    if (vector > 0) {
      const values = this.#numbers.first(rows * this.#width);
      return { variable: numeric("double", [rows, this.#width], "row", values) };
    }
    if (kinds === 1 && number > 0) return { variable: this.#numberVariable(rows) };
    if (kinds === 1 && truth > 0) {
      const values = Float64Array.from({ length: rows }, (_, i) =>
        this.#texts[i] === undefined ? Number.NaN : Number(this.#texts[i] === "true"),
      );
      return { variable: numeric("logical", [rows], "row", values) };
    }
    const note =
      kinds > 1
        ? `"${this.name}" holds values of several kinds, which are read as text`
        : words > 0
          ? `"${this.name}" holds lists of words, which are joined by |`
          : undefined;
    return { variable: this.#textVariable(rows, number > 0), ...(note && { note }) };
  }

  #setText(row: number, value: string): void {
    if (!value.startsWith(longMark)) {
      if (value !== "") this.#counts.text++;
      this.#keep(row, value);
      return;
    }
    const digits = value.slice(longMark.length);
    const number = Number(digits);
    this.#counts.number++;
    this.#numbers.set(row, [number]);
    this.#long.set(row, digits);
    if (!Number.isFinite(number) || BigInt(digits) !== BigInt(number)) this.#isBeyond = true;
  }

  #setList(row: number, list: readonly unknown[]): void {
    const flat = list.flat(8);
    if (flat.length > 0 && flat.every((each) => typeof each === "string" && !each.startsWith(longMark))) {
      if (flat.some((each) => (each as string).includes("|"))) this.#reason ??= "its lists hold words with | in them";
      this.#counts.words++;
      this.#keep(row, flat.join("|"));
      return;
    }
    const values = flat.map(asNumber);
    if (values.includes(undefined)) {
      this.#reason ??= `its lists hold other things than numbers, as in row ${row}`;
      return;
    }
    if (this.#counts.vector++ === 0) {
      this.#width = values.length;
      this.#firstVector = row;
    }
    if (values.length !== this.#width)
      this.#reason ??= `its lists differ in length: ${this.#width} values in row ${this.#firstVector}, ${values.length} in row ${row}`;
    else if (this.#reason === undefined) this.#numbers.set(row * this.#width, values as number[]);
    if (this.#width === 0) this.#reason ??= "its lists are empty";
  }

  #keep(row: number, text: string): void {
    // without holes, which would make the list slow
    while (this.#texts.length < row) this.#texts.push(undefined as unknown as string);
    this.#texts[row] = text;
  }

  #numberVariable(rows: number): Variable {
    const values = this.#numbers.first(rows);
    const variable = numeric("double", [rows], "row", values);
    if (this.#long.size === 0) return variable;
    const written = async () =>
      Array.from(values, (value, row) => this.#long.get(row) ?? (Number.isNaN(value) ? "" : String(value)));
    if (!this.#isBeyond || this.#fractions > 0) return { ...variable, written };
    const refuse = async (): Promise<never> => {
      throw new UserError(
        `${this.path}: "${this.name}" holds integers beyond 2^53, which cannot be read as numbers exactly`,
      );
    };
    return { ...variable, element: "int64", read: refuse, slice: refuse, written };
  }

  #textVariable(rows: number, hasNumbers: boolean): Variable {
    const numbers = hasNumbers ? this.#numbers.first(rows) : undefined;
    const missing = new Uint8Array(rows);
    let some = false;
    const lines = Array.from({ length: rows }, (_, row) => {
      const number = numbers?.[row];
      const text =
        this.#texts[row] ?? this.#long.get(row) ?? (number === undefined || Number.isNaN(number) ? "" : String(number));
      if (text === "") {
        missing[row] = 1;
        some = true;
      }
      return text;
    });
    return some ? { kind: "text", lines, missing } : { kind: "text", lines };
  }
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === null) return Number.NaN;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" && value.startsWith(longMark)) return Number(value.slice(longMark.length));
  return undefined;
}
