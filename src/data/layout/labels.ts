// Labels out of a variable: numbers, names, lists of names, matrices of two values; -1 for samples without a label.
import { UserError } from "../../errors.js";
import { compareNames } from "../class-names.js";
import type { Labels } from "../dataset.js";
import {
  count,
  describe,
  type NumericVariable,
  type SparseVariable,
  strings,
  type Variable,
} from "../formats/variables.js";
import { few } from "./account.js";
import { isMatrix, isVector, longAxes, matrixOf } from "./entry.js";
import { columnTexts, eachHigh, type MatrixCode, matrixCode, type Texts } from "./facts.js";

/** A variable that may hold the labels. */
export interface LabelCandidate {
  readonly reference: string;
  readonly variable: Variable;
  /** Numbers of samples that it may be for. */
  readonly lengths: readonly number[];
}

/** How many samples a variable could label: one number, two for a matrix, none where it cannot hold labels. */
export function labelLengths(variable: Variable): number[] {
  const lines = strings(variable);
  if (lines) return [lines.length];
  if (variable.kind === "cell") {
    const inner = variable.items.map((item) => (item.kind === "cell" || isMatrix(item) ? [] : labelLengths(item)));
    const first = inner[0]?.[0];
    // a vector for each view, or one number or several for each sample
    if (first !== undefined && first > 1 && inner.every((each) => each[0] === first)) return [first];
    return inner.every((each) => each.length > 0) ? [variable.items.length] : [];
  }
  if (variable.kind !== "numeric" && variable.kind !== "sparse") return [];
  if (!isMatrix(variable)) return [count(variable.shape)];
  return longAxes(variable).length === 2 ? [...new Set(longAxes(variable))] : [];
}

/** Labels with what the numbers in the file were, ascending: class c was written as codes[c]. */
export interface ReadLabels {
  readonly labels: Labels;
  readonly codes?: readonly number[];
  readonly notes: readonly string[];
}

/**
 * The labels of `samples` samples. Names are kept as written; classes come in ascending order of their numbers, or of their
 * names. A matrix of two values with one high value per sample is the same as its column numbers; any other is multi-label, as
 * are texts such as Action|Drama. Missing labels are -1.
 * @throws UserError where the labels are no whole numbers, of another length, or all of one class.
 */
export async function readLabels(candidate: LabelCandidate, samples: number, path: string): Promise<ReadLabels> {
  const { reference, variable } = candidate;
  const fail = (what: string) => new UserError(`${path}: labels ${reference} ${what}`);
  if (variable.kind === "cell" && strings(variable) === undefined) return readCell(candidate, samples, path, fail);
  const matrix = matrixOf(variable);
  if (matrix) return readMatrix(reference, matrix, samples, fail);
  const texts = await columnTexts(variable);
  if (!texts) throw fail(`are ${describe(variable)}, expected whole numbers, a matrix of two values, or strings`);
  if (texts.length !== samples) throw fail(`have ${texts.length} entries for ${samples} samples`);
  const isText = strings(variable) !== undefined;
  if (!isText) {
    const odd = texts.findIndex(
      (text) => text !== undefined && !/^[+-]?\d+$/.test(text) && !Number.isInteger(Number(text)),
    );
    if (odd >= 0) throw fail(`hold ${texts[odd]} for sample ${odd} (counting from 0), expected whole numbers`);
  }
  const several = isText ? separatorOf(texts) : undefined;
  if (several !== undefined) return listed(reference, texts, several);
  const labels = singleLabels(texts, fail);
  const notes = missingNotes(reference, texts, labels.names);
  const codes = labels.names.map(Number);
  return { labels, notes, ...(codes.every(Number.isInteger) && !isText && { codes }) };
}

function singleLabels(texts: Texts, fail: (what: string) => UserError): Labels & { kind: "single" } {
  const names = [...new Set(texts.filter((text) => text !== undefined))];
  names.sort(compareNames(names));
  if (names.length === 0) throw fail("are all missing");
  if (names.length < 2) throw fail(`are all ${JSON.stringify(names[0])}; at least two classes are expected`);
  const place = new Map(names.map((name, c) => [name, c]));
  return {
    kind: "single",
    values: Int32Array.from(texts, (text) => (text === undefined ? -1 : place.get(text)!)),
    names,
  };
}

/** What else may stand for "no label"; where it is text it is taken for the name of a class, and said. */
const doubtful = /^(na|n\/a|nan|none|null|\?|-|unknown|unlabeled|unlabelled|#n\/a)$/i;

function missingNotes(reference: string, texts: Texts, names: readonly string[]): string[] {
  const notes: string[] = [];
  const missing = texts.filter((text) => text === undefined).length;
  if (missing > 0) notes.push(`labels ${reference}: ${missing} of ${texts.length} samples have no label`);
  const words = names.filter((name) => doubtful.test(name.trim()));
  if (names.includes("-1") && names.length > 2 && names.every((name) => /^-?\d+$/.test(name))) {
    notes.push(`labels ${reference}: -1 is taken for the name of a class, not for a missing label`);
  }
  if (words.length > 0) {
    notes.push(
      `labels ${reference}: ${few(words.map((name) => JSON.stringify(name)))} is taken for the name of a class, not for a missing label`,
    );
  }
  return notes;
}

/** The sign between several classes of one sample: some texts hold it, and most of what it separates stands elsewhere as well. */
export function separatorOf(texts: Texts): string | undefined {
  const there = texts.filter((text) => text !== undefined);
  return ["|", ";", ","].find((sign) => {
    const several = there.filter((text) => text.includes(sign));
    if (several.length === 0) return false;
    const seen = new Map<string, Set<string>>();
    for (const text of new Set(there)) {
      for (const part of split(text, sign)) seen.set(part, (seen.get(part) ?? new Set()).add(text));
    }
    const shared = [...seen].filter(
      ([part, among]) => among.size > 1 || (among.has(part) && there.includes(part)),
    ).length;
    // names such as "Smith, John" share nothing with each other
    return sign === "," ? shared === seen.size : shared * 2 >= seen.size;
  });
}

const split = (text: string, sign: string): string[] =>
  text
    .split(sign)
    .map((part) => part.trim())
    .filter((part) => part !== "");

function listed(reference: string, texts: Texts, sign: string): ReadLabels {
  const own = texts.map((text) => (text === undefined ? [] : split(text, sign)));
  const notes = [`labels ${reference} hold several classes for a sample, separated by "${sign}"`];
  return { labels: multiLabels(own), notes: [...notes, ...bareNotes(own.filter((each) => each.length === 0).length)] };
}

function multiLabels(own: readonly (readonly string[])[]): Labels {
  const names = [...new Set(own.flat())];
  names.sort(compareNames(names));
  const place = new Map(names.map((name, c) => [name, c]));
  const matrix = new Uint8Array(own.length * names.length);
  for (const [i, classes] of own.entries()) for (const name of classes) matrix[i * names.length + place.get(name)!] = 1;
  return { kind: "multi", matrix, names };
}

const bareNotes = (bare: number): string[] => (bare === 0 ? [] : [`${bare} samples have no label`]);

/** A vector of labels for each view (the first is used and compared with the others), or the classes of each sample. */
async function readCell(
  candidate: LabelCandidate,
  samples: number,
  path: string,
  fail: (what: string) => UserError,
): Promise<ReadLabels> {
  const { reference, variable } = candidate;
  if (variable.kind !== "cell" || variable.items.length === 0 || labelLengths(variable).length === 0) {
    throw fail(`are ${describe(variable)}, expected whole numbers, a matrix of two values, or strings`);
  }
  const isPerView = variable.items.every((item) => labelLengths(item)[0] === samples) && samples > 1;
  if (!isPerView) {
    if (variable.items.length !== samples) throw fail(`have ${variable.items.length} entries for ${samples} samples`);
    const own: string[][] = [];
    for (const item of variable.items)
      own.push([...((await columnTexts(item)) ?? [])].filter((text) => text !== undefined));
    if (own.every((each) => each.length <= 1)) {
      const lines = own.map((each) => each[0]);
      const labels = singleLabels(lines, fail);
      return { labels, notes: missingNotes(reference, lines, labels.names) };
    }
    const bare = own.filter((each) => each.length === 0).length;
    return {
      labels: multiLabels(own),
      notes: [`labels ${reference} hold several classes for a sample`, ...bareNotes(bare)],
    };
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

/** Whether the samples of a label matrix run along its columns: as its length says, or where each has one class. */
export function labelsLast(shape: readonly number[], code: MatrixCode, samples: number): boolean {
  if (shape[0] !== samples) return true;
  if (shape[1] !== samples) return false;
  const isOne = (counts: Int32Array) => counts.every((each) => each === 1);
  return !isOne(code.inRows) && isOne(code.inColumns);
}

async function readMatrix(
  reference: string,
  variable: NumericVariable | SparseVariable,
  samples: number,
  fail: (what: string) => UserError,
): Promise<ReadLabels> {
  const shape = longAxes(variable);
  if (shape.length !== 2 || !shape.includes(samples))
    throw fail(`are ${variable.shape.join("×")} for ${samples} samples`);
  const code = await matrixCode(variable);
  if (!code) {
    throw fail(
      `are a ${variable.shape.join("×")} matrix of more than two values, expected 0 and 1, or one column: --labels "${reference}[:,0]"`,
    );
  }
  const last = labelsLast(shape, code, samples);
  const classes = last ? shape[0]! : shape[1]!;
  const matrix = new Uint8Array(samples * classes);
  const values = new Int32Array(samples).fill(-1);
  await eachHigh(variable, code, (row, column) => {
    const [sample, label] = last ? [column, row] : [row, column];
    matrix[sample * classes + label] = 1;
    values[sample] = label;
  });
  const perSample = last ? code.inColumns : code.inRows;
  const bare = perSample.filter((each) => each === 0).length;
  const columnNames = last ? variable.names?.rows : variable.names?.columns;
  const names = columnNames ? [...columnNames] : Array.from({ length: classes }, (_, i) => String(i));
  if (bare === samples) throw fail("are a matrix of zeros");
  if (perSample.every((each) => each === 1)) {
    if (values.every((each) => each === values[0]))
      throw fail("put all samples into one class; at least two are expected");
    return { labels: { kind: "single", values, names }, notes: [] };
  }
  return { labels: { kind: "multi", matrix, names }, notes: bareNotes(bare) };
}

/** Whether a variable is a vector or list that could hold one class per sample. */
export const isColumn = (variable: Variable): boolean => strings(variable) !== undefined || isVector(variable);
