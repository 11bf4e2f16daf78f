// The file that `encode` and `predict` write: representations, codes or predictions with the ids and labels of their samples.
import type { Labels } from "../../data/dataset.js";
import { writeNpy, writeNpz, writeParquet } from "../../data/formats/index.js";
import type { NumericArray } from "../../data/formats/variables.js";
import { writeFileAtomic } from "../../files.js";

export const encodedFormats = [".csv", ".tsv", ".parquet", ".npz", ".npy"];

export interface Encoded {
  /** Samples × columns; absent where predictions are all that there is. */
  readonly matrix?: {
    readonly values: Float32Array | Uint8Array;
    readonly columns: number;
    /** "representation", or "codes" for packed bits. */
    readonly name: "representation" | "codes";
  };
  readonly samples: number;
  readonly ids?: readonly string[];
  readonly labels?: Labels;
  /** Numbers of classes or clusters. */
  readonly predicted?: Int32Array;
  /** The model's classes, by which `predicted` is named; absent where those are clusters. */
  readonly classes?: readonly string[];
}

/** One value for each sample. */
type Column = NumericArray | readonly string[];

/** Writes one of the formats. @throws UserError where it cannot be written. */
export function writeEncoded(path: string, format: string, encoded: Encoded): void {
  const { matrix, samples } = encoded;
  if (format === ".npy") writeNpy(path, matrix!.values, [samples, matrix!.columns]);
  else if (format === ".npz") {
    const vectors = Object.entries(columnsOf(encoded, "ids")).map(([key, data]) => [key, { data, shape: [samples] }]);
    writeNpz(path, {
      ...(matrix && { [matrix.name]: { data: matrix.values, shape: [samples, matrix.columns] } }),
      ...Object.fromEntries(vectors),
      ...classArrays(encoded),
    });
  } else if (format === ".parquet") {
    writeParquet(path, [
      ...Object.entries(columnsOf(encoded, "id")).map(([key, data]) => ({ name: key, data })),
      ...(matrix ? [{ name: matrix.name, data: matrix.values, width: matrix.columns }] : []),
    ]);
  } else writeFileAtomic(path, textPieces(encoded, format === ".tsv" ? "\t" : ","));
}

/**
 * Ids as text, or else row numbers as `row`; labels and predicted classes by name, or as numbers where all classes are called
 * by numbers: 5, 7, 9 stay 5, 7, 9. Where there is no label it is NaN among numbers and empty among names; several labels of a
 * sample are joined by "|".
 */
function columnsOf({ ids, labels, predicted, classes, samples }: Encoded, idName: string): Record<string, Column> {
  const own = labels?.names ?? [];
  const numbers = labels?.kind !== "multi" && [...own, ...(classes ?? [])].every(isNumber);
  const named = (values: Int32Array, names: readonly string[]): Column => {
    if (!numbers) return Array.from(values, (value) => names[value] ?? "");
    const found = Float64Array.from(values, (value) => (value < 0 ? Number.NaN : Number(names[value]!)));
    const whole = found.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31);
    return whole ? Int32Array.from(found) : found;
  };
  return {
    ...(ids ? { [idName]: ids } : { row: Int32Array.from({ length: samples }, (_, row) => row) }),
    ...(labels?.kind === "single" && { labels: named(labels.values, own) }),
    ...(labels?.kind === "multi" && { labels: joinedLabels(labels, samples) }),
    ...(predicted && { predicted: classes === undefined ? predicted : named(predicted, classes) }),
  };
}

/** "1", "-3", "2.5": what is the same as text and as a number. */
function isNumber(name: string): boolean {
  return Number.isFinite(Number(name)) && String(Number(name)) === name;
}

function joinedLabels({ matrix, names }: Extract<Labels, { kind: "multi" }>, samples: number): string[] {
  return Array.from({ length: samples }, (_, row) =>
    names.filter((_, c) => matrix[row * names.length + c] === 1).join("|"),
  );
}

/** The list of class names, where labels are names; of several labels a sample also the matrix of 0 and 1, a column for each. */
function classArrays({ labels, classes, samples }: Encoded) {
  if (labels?.kind === "multi") {
    const { matrix, names } = labels;
    return {
      labels: { data: matrix, shape: [samples, names.length] },
      classes: { data: names, shape: [names.length] },
    };
  }
  const names = [...new Set([...(classes ?? []), ...(labels?.names ?? [])])];
  return names.length === 0 || names.every(isNumber) ? {} : { classes: { data: names, shape: [names.length] } };
}

const rowsTogether = 4096;

/** A header and a line for each sample; float32 values with the digits that tell them apart. */
function* textPieces(encoded: Encoded, separator: string): Generator<Uint8Array> {
  const { matrix, samples } = encoded;
  const { values = [], columns = 0, name } = matrix ?? {};
  const fields = Object.entries(columnsOf(encoded, "id"));
  const header = [...fields.map(([key]) => key), ...Array.from({ length: columns }, (_, j) => `${name}_${j}`)];
  yield Buffer.from(`${header.join(separator)}\n`);
  for (let start = 0; start < samples; start += rowsTogether) {
    let text = "";
    for (let row = start; row < Math.min(samples, start + rowsTogether); row++) {
      const cells = fields.map(([, column]) => cell(column[row]!, separator));
      for (let j = 0; j < columns; j++) cells.push(short(values[row * columns + j]!));
      text += `${cells.join(separator)}\n`;
    }
    yield Buffer.from(text);
  }
}

function cell(value: string | number, separator: string): string {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const isPlain = !/["\r\n]|^\s|\s$/.test(value) && !value.includes(separator);
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(9)));
}
