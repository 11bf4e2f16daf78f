// Columns as the process that decodes Parquet and Arrow files sends them, and the variables that they become.
import { UserError } from "../../errors.js";
import {
  count,
  type ElementClass,
  type NumericArray,
  type NumericVariable,
  numeric,
  type TextVariable,
  type Variable,
} from "./variables.js";

/** Values of a column; 64-bit integers stay what they are. */
export type ColumnValues = NumericArray | BigInt64Array | BigUint64Array;

export interface NumericColumn {
  readonly kind: "numeric";
  readonly name: string;
  readonly element: ElementClass;
  /** [rows], or [rows, width] for a column of lists. */
  readonly shape: readonly number[];
  /** NaN where there is no value, or 0 in 64-bit integers. */
  readonly values: ColumnValues;
  /** 1 where a 64-bit integer is missing. */
  readonly missing?: Uint8Array;
  /** Decimals as the file writes them. */
  readonly written?: readonly string[];
}

export interface TextColumn {
  readonly kind: "text";
  readonly name: string;
  /** The distinct lines. */
  readonly words: readonly string[];
  /** Of each row, which of the words; -1 where there is no value. */
  readonly codes: Int32Array;
  /** The format says that the words are categories. */
  readonly categorical: boolean;
}

export interface SkippedColumn {
  readonly kind: "skipped";
  readonly name: string;
  readonly reason: string;
  /** Without a single value. */
  readonly isEmpty?: boolean;
}

export type Column = NumericColumn | TextColumn | SkippedColumn;

/** What the decoding process says. */
export type ColumnMessage =
  | { readonly columns: readonly Column[] }
  /** A column so large that its values, `length` of them, follow in parts. */
  | { readonly large: NumericColumn; readonly length: number }
  | { readonly part: ColumnValues }
  /** All columns were sent; `index` names those that hold the rows' names. */
  | { readonly done: true; readonly index: readonly string[]; readonly notes: readonly string[] }
  | { readonly problem: string; readonly mine: boolean };

export function columnVariable(column: Column, path: string): Variable {
  if (column.kind === "skipped") {
    const { reason, isEmpty } = column;
    return { kind: "skipped", reason, ...(isEmpty && { isEmpty }) };
  }
  if (column.kind === "text") return textVariable(column);
  const { name, element, shape, values, missing, written } = column;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return integers(element, shape, values, missing, `${path}: ${name}`);
  }
  const variable = numeric(element, shape, "row", values);
  return written ? { ...variable, written: async () => written } : variable;
}

function textVariable({ words, codes, categorical }: TextColumn): TextVariable {
  const lines = new Array<string>(codes.length);
  let missing: Uint8Array | undefined;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    lines[i] = code < 0 ? "" : words[code]!;
    if (code < 0) {
      missing ??= new Uint8Array(codes.length);
      missing[i] = 1;
    }
  }
  return { kind: "text", lines, ...(missing && { missing }), ...(categorical && { categories: words }) };
}

/** 64-bit integers: doubles where they fit when read, exact text when written. */
function integers(
  element: ElementClass,
  shape: readonly number[],
  values: BigInt64Array | BigUint64Array,
  missing: Uint8Array | undefined,
  where: string,
): NumericVariable {
  const inner = count(shape.slice(1));
  const read = async (start = 0, end = shape[0]!): Promise<Float64Array> => {
    const result = new Float64Array((end - start) * inner);
    for (let i = 0; i < result.length; i++) {
      const at = start * inner + i;
      result[i] = missing?.[at] ? Number.NaN : Number(values[at]);
      if (Math.abs(result[i]!) > Number.MAX_SAFE_INTEGER) {
        throw new UserError(`${where} holds the 64-bit integer ${values[at]}, expected at most 2^53 in magnitude`);
      }
    }
    return result;
  };
  const written = async () => Array.from(values as BigInt64Array, (value, i) => (missing?.[i] ? "" : String(value)));
  return { kind: "numeric", element, shape, order: "row", read, slice: read, written };
}
