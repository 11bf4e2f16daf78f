// Labels out of a variable: integers, names, one-hot or multi-hot matrices; found by their usual names or by the one given.
import { UserError } from "../errors.js";
import type { Labels } from "./dataset.js";
import { isMatrix, rank } from "./layout-find.js";
import type { Scope } from "./layout-selection.js";
import {
  count,
  describe,
  type NumericVariable,
  type SparseVariable,
  strings,
  type Variable,
} from "./readers/variables.js";

/** Usual names of labels, without case and punctuation, the likeliest first. */
const labelNames = [
  ...[
    "y",
    "label",
    "labels",
    "gt",
    "gnd",
    "truth",
    "groundtruth",
    "truelabel",
    "truelabels",
    "truth",
    "target",
    "targets",
  ],
  ...[
    "class",
    "classes",
    "classlabel",
    "classlabels",
    "classid",
    "ytrue",
    "ys",
    "lab",
    "labs",
    "category",
    "categories",
    "cluster",
  ],
];

/** A variable that may hold the labels. */
export interface LabelCandidate {
  readonly reference: string;
  readonly variable: Variable;
  /** Numbers of samples that it may be for. */
  readonly lengths: readonly number[];
}

export const hasLabelName = (name: string): boolean => rank(labelNames, name) !== Number.POSITIVE_INFINITY;

/** The variables with a usual name that could be labels, the likeliest first; a matrix counts where all its values are 0 or 1. */
export async function labelCandidates(scope: Scope): Promise<LabelCandidate[]> {
  const named = [...scope]
    .filter(([name]) => hasLabelName(name))
    .sort(([a], [b]) => rank(labelNames, a) - rank(labelNames, b));
  const candidates: LabelCandidate[] = [];
  for (const [reference, variable] of named) {
    const lengths = labelLengths(variable);
    if (lengths.length === 0 || Math.max(...lengths) < 2) continue;
    if (isMatrix(variable) && !(await isBinary(variable as NumericVariable | SparseVariable))) continue;
    candidates.push({ reference, variable, lengths });
  }
  return candidates;
}

/** How many samples a variable could label: one number, two for a matrix, none where it cannot hold labels. */
export function labelLengths(variable: Variable): number[] {
  const lines = strings(variable);
  if (lines) return [lines.length];
  if (variable.kind === "cell") {
    const lengths = variable.items.map((item) => (item.kind === "cell" || isMatrix(item) ? [] : labelLengths(item)));
    const first = lengths[0]?.[0];
    return first !== undefined && lengths.every((each) => each[0] === first) ? [first] : [];
  }
  if (variable.kind !== "numeric" && variable.kind !== "sparse") return [];
  if (!isMatrix(variable)) return [count(variable.shape)];
  return variable.shape.length === 2 ? [...new Set(variable.shape)] : [];
}

async function isBinary(variable: NumericVariable | SparseVariable): Promise<boolean> {
  const content = await variable.read();
  const values = "values" in content && "rowIndices" in content ? content.values : content;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0 && values[i] !== 1) return false;
  return true;
}

/** Labels with what the numbers in the file were, ascending: class c was written as codes[c]. */
export interface ReadLabels {
  readonly labels: Labels;
  readonly codes?: readonly number[];
  readonly notes: readonly string[];
}

/**
 * The labels of `samples` samples. Integers and strings become classes 0 … C-1 in ascending order; a matrix with one 1 per
 * sample is the same as its column numbers, any other matrix of 0 and 1 is multi-label.
 * @throws UserError where the labels are no integers, of another length, or all of one class.
 */
export async function readLabels(candidate: LabelCandidate, samples: number, path: string): Promise<ReadLabels> {
  const { reference, variable } = candidate;
  const fail = (what: string) => new UserError(`${path}: labels ${reference} ${what}`);
  const lines = strings(variable);
  if (lines) return { labels: single(fitting(lines, samples, fail), compareText, fail), notes: [] };
  if (variable.kind === "cell") return readCell(candidate, samples, path, fail);
  if (variable.kind !== "numeric" && variable.kind !== "sparse") {
    throw fail(`are ${describe(variable)}, expected integers, a matrix of 0 and 1, or strings`);
  }
  if (isMatrix(variable)) return { ...(await readMatrix(variable, samples, fail)) };
  const values = await integers(variable, fail);
  const labels = single(fitting(values, samples, fail), (a, b) => a - b, fail);
  return { labels, codes: labels.names.map(Number), notes: [] };
}

function fitting<T>(values: ArrayLike<T>, samples: number, fail: (what: string) => UserError): ArrayLike<T> {
  if (values.length !== samples) throw fail(`have ${values.length} entries for ${samples} samples`);
  return values;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function single<T extends string | number>(
  values: ArrayLike<T>,
  compare: (a: T, b: T) => number,
  fail: (what: string) => UserError,
): Labels & { kind: "single" } {
  const classes = [...new Set(Array.from(values))].sort(compare);
  if (classes.length < 2)
    throw fail(`are all ${JSON.stringify(classes[0] ?? null)}; at least two classes are expected`);
  const index = new Map(classes.map((each, i) => [each, i]));
  return { kind: "single", values: Int32Array.from(values, (each) => index.get(each)!), names: classes.map(String) };
}

async function integers(
  variable: NumericVariable | SparseVariable,
  fail: (what: string) => UserError,
): Promise<ArrayLike<number>> {
  if (variable.kind === "sparse") throw fail("are a sparse vector, expected a full one");
  const values = await variable.read();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(values[i])) {
      throw fail(`hold ${values[i]} for sample ${i} (counting from 0), expected integers`);
    }
  }
  return values;
}

/** A vector of labels for each view, as some files have it: the first is used, and compared with the others. */
async function readCell(
  candidate: LabelCandidate,
  samples: number,
  path: string,
  fail: (what: string) => UserError,
): Promise<ReadLabels> {
  const { reference, variable } = candidate;
  if (variable.kind !== "cell" || variable.items.length === 0 || labelLengths(variable).length === 0) {
    throw fail(`are ${describe(variable)}, expected integers, a matrix of 0 and 1, or strings`);
  }
  const read: ReadLabels[] = [];
  for (const [i, item] of variable.items.entries()) {
    read.push(await readLabels({ ...candidate, reference: `${reference}{${i + 1}}`, variable: item }, samples, path));
  }
  const first = read[0]!;
  const differing = read.map(({ labels }) => disagreements(first.labels, labels)).findIndex((each) => each !== 0);
  const notes = first.notes.slice();
  if (differing > 0) {
    notes.push(
      `labels ${reference}{1} and ${reference}{${differing + 1}} differ; the first are used (choose with --labels "${reference}{${differing + 1}}")`,
    );
  }
  return { ...first, notes };
}

/** Number of samples that two label lists put apart, classes taken by their names; -1 where the kinds differ. */
export function disagreements(a: Labels, b: Labels): number {
  if (a.kind !== "single" || b.kind !== "single") return a.kind === b.kind ? 0 : -1;
  let apart = 0;
  for (let i = 0; i < a.values.length; i++) if (a.names[a.values[i]!] !== b.names[b.values[i]!]) apart++;
  return apart;
}

async function readMatrix(
  variable: NumericVariable | SparseVariable,
  samples: number,
  fail: (what: string) => UserError,
): Promise<ReadLabels> {
  const [height, width] = variable.shape as [number, number];
  if (variable.shape.length !== 2 || (height !== samples && width !== samples)) {
    throw fail(`are ${variable.shape.join("×")} for ${samples} samples`);
  }
  const samplesLast = height !== samples;
  const classes = samplesLast ? height : width;
  const matrix = new Uint8Array(samples * classes);
  const set = (row: number, column: number, value: number) => {
    if (value !== 0 && value !== 1) {
      const [sample, label] = samplesLast ? [column, row] : [row, column];
      throw fail(`are a matrix with ${value} for sample ${sample}, class ${label} (counting from 0), expected 0 or 1`);
    }
    matrix[samplesLast ? column * classes + row : row * classes + column] = value;
  };
  if (variable.kind === "sparse") {
    const { columnOffsets, rowIndices, values } = await variable.read();
    for (let j = 0; j < width; j++) {
      for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++) set(rowIndices[e]!, j, values[e]!);
    }
  } else {
    const values = await variable.read();
    const rowMajor = variable.order === "row";
    for (let k = 0; k < values.length; k++) {
      if (rowMajor) set(Math.floor(k / width), k % width, values[k]!);
      else set(k % height, Math.floor(k / height), values[k]!);
    }
  }
  return labelsOfMatrix(matrix, samples, classes, fail);
}

function labelsOfMatrix(
  matrix: Uint8Array,
  samples: number,
  classes: number,
  fail: (what: string) => UserError,
): ReadLabels {
  const values = new Int32Array(samples);
  let oneHot = true;
  let bare = 0;
  for (let i = 0; i < samples; i++) {
    const row = matrix.subarray(i * classes, (i + 1) * classes);
    let ones = 0;
    for (let c = 0; c < classes; c++) ones += row[c]!;
    values[i] = row.indexOf(1);
    oneHot &&= ones === 1;
    if (ones === 0) bare++;
  }
  const names = Array.from({ length: classes }, (_, i) => String(i));
  if (bare === samples) throw fail("are a matrix of zeros");
  if (oneHot) {
    if (values.every((each) => each === values[0]))
      throw fail("put all samples into one class; at least two are expected");
    return { labels: { kind: "single", values, names }, notes: [] };
  }
  const notes = bare === 0 ? [] : [`${bare} samples have no label`];
  return { labels: { kind: "multi", matrix, names }, notes };
}
