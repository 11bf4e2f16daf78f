// What the values of a variable show: texts as written, groups of equal values, a code of classes in a matrix.

import { count, type NumericVariable, type SparseVariable, strings, type Variable } from "../formats/variables.js";
import { isMatrix } from "./entry.js";

/** A vector of numbers or a list of texts, value by value as the file writes it; undefined where a value is missing. */
export type Texts = readonly (string | undefined)[];

const wholeText = /^[+-]?\d+$/;
/** "1.0": how a whole number is written where its column once had a hole. */
const wholeDecimal = /^([+-]?\d+)\.0*$/;

/** The values as text, one for each; undefined for a variable that is no vector and no list of texts. */
export async function columnTexts(variable: Variable): Promise<Texts | undefined> {
  const lines = strings(variable);
  if (lines) {
    const missing = variable.kind === "text" ? variable.missing : undefined;
    return lines.map((line, i) => (missing?.[i] || line.trim() === "" ? undefined : line));
  }
  if (variable.kind === "sparse")
    return isMatrix(variable) ? undefined : Array.from(await sparseVector(variable), String);
  if (variable.kind !== "numeric" || isMatrix(variable)) return undefined;
  const written = await variable.written?.();
  if (written) {
    const present = written.filter((text) => text.trim() !== "" && text.toLowerCase() !== "nan");
    const decimals = present.length > 0 && present.every((text) => wholeDecimal.test(text) || wholeText.test(text));
    const mixed = decimals && present.some((text) => wholeDecimal.test(text));
    const numbers = mixed ? undefined : await variable.read().catch(() => undefined);
    return written.map((text, i) => {
      if (text.trim() === "" || text.toLowerCase() === "nan" || (numbers && Number.isNaN(numbers[i]))) return undefined;
      return mixed ? text.replace(wholeDecimal, "$1") : text;
    });
  }
  return Array.from(await variable.read(), (value) => (Number.isNaN(value) ? undefined : String(value)));
}

/** A sparse vector in full. */
async function sparseVector(variable: SparseVariable): Promise<Float64Array> {
  const { columnOffsets, rowIndices, values } = await variable.read();
  const result = new Float64Array(count(variable.shape));
  for (let j = 0; j < variable.shape[1]; j++) {
    for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++)
      result[variable.shape[1] === 1 ? rowIndices[e]! : j] = values[e]!;
  }
  return result;
}

/** Group of each value, numbered as they are met; -1 where it is missing. */
export function groups(texts: Texts): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(texts, (text) => {
    if (text === undefined) return -1;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  });
}

/** Whether two lists put the same samples together, whatever the groups are called. */
export function sameGroups(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  const there = new Map<number, number>();
  const back = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x < 0 || y < 0) continue;
    if (!there.has(x)) there.set(x, y);
    if (!back.has(y)) back.set(y, x);
    if (there.get(x) !== y || back.get(y) !== x) return false;
  }
  return true;
}

/** How a matrix of two values codes classes. */
export interface MatrixCode {
  /** The value of "not in this class": 0 or -1. */
  readonly low: number;
  readonly high: number;
  /** High values in each row, and in each column. */
  readonly inRows: Int32Array;
  readonly inColumns: Int32Array;
}

/** Larger matrices are not looked through for a code of classes. */
const mostCoded = 2 ** 28;

/**
 * The code of a matrix with two values, of which the lower is 0 or -1 and the higher is above 0: 0 and 1, -1 and 1, 0 and 255.
 * undefined for any other matrix.
 */
export async function matrixCode(variable: NumericVariable | SparseVariable): Promise<MatrixCode | undefined> {
  if (variable.shape.filter((length) => length > 1).length > 2 || count(variable.shape) > mostCoded) return undefined;
  const [height, width] = [variable.shape[0]!, count(variable.shape.slice(1))];
  const inRows = new Int32Array(height);
  const inColumns = new Int32Array(width);
  let low = 0;
  let high: number | undefined;
  const add = (row: number, column: number, value: number): boolean => {
    if (value > 0 && (high === undefined || value === high)) {
      high = value;
      inRows[row]!++;
      inColumns[column]!++;
      return true;
    }
    if (value === -1 && variable.kind === "numeric") low = -1;
    else if (value !== 0) return false;
    return true;
  };
  if (variable.kind === "sparse") {
    const { columnOffsets, rowIndices, values } = await variable.read();
    for (let j = 0; j < width; j++) {
      for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++)
        if (!add(rowIndices[e]!, j, values[e]!)) return undefined;
    }
  } else {
    const first = await variable.slice(0, Math.min(height, 4)).catch(() => undefined);
    if (!first || first.some((value) => !Number.isInteger(value))) return undefined;
    const values = await variable.read();
    let zeros = 0;
    for (let k = 0; k < values.length; k++) {
      const rowMajor = variable.order === "row";
      const [row, column] = rowMajor ? [Math.floor(k / width), k % width] : [k % height, Math.floor(k / height)];
      if (!add(row, column, values[k]!)) return undefined;
      if (values[k] === 0) zeros++;
    }
    if (low === -1 && zeros > 0) return undefined;
  }
  return high === undefined ? undefined : { low, high, inRows, inColumns };
}

/** Group of each sample under a code with one class per sample; undefined where a sample has none or several. */
export async function codedGroups(
  variable: NumericVariable | SparseVariable,
  code: MatrixCode,
  samplesLast: boolean,
): Promise<Int32Array | undefined> {
  const perSample = samplesLast ? code.inColumns : code.inRows;
  if (perSample.some((classes) => classes !== 1)) return undefined;
  const result = new Int32Array(perSample.length);
  await eachHigh(variable, code, (row, column) => {
    if (samplesLast) result[column] = row;
    else result[row] = column;
  });
  return result;
}

/** Goes through the places of the high values. */
export async function eachHigh(
  variable: NumericVariable | SparseVariable,
  { high }: MatrixCode,
  at: (row: number, column: number) => void,
): Promise<void> {
  const [height, width] = [variable.shape[0]!, count(variable.shape.slice(1))];
  if (variable.kind === "sparse") {
    const { columnOffsets, rowIndices, values } = await variable.read();
    for (let j = 0; j < width; j++) {
      for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++) if (values[e] === high) at(rowIndices[e]!, j);
    }
    return;
  }
  const values = await variable.read();
  for (let k = 0; k < values.length; k++) {
    if (values[k] !== high) continue;
    if (variable.order === "row") at(Math.floor(k / width), k % width);
    else at(k % height, Math.floor(k / height));
  }
}
