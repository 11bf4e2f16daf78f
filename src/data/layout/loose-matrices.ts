// The matrices of a file that stand by themselves: which are views of the samples, and which are something else.
import { count, describe, type NumericVariable, type SparseVariable } from "../formats/variables.js";
import { type Arrays, type Found, foundOf, hasAxis, lastName, leaveOut } from "./array-state.js";
import { ask, choice } from "./draft.js";
import { type Entry, isMatrix, isVector, matrixOf, sampleAxes } from "./entry.js";
import { trailingDigits } from "./trailing-digits.js";
import { isGraphLetter, isGraphName, isLabelName, isListName } from "./words.js";

/** The matrices of the file that stand by themselves, as far as they are of the samples. */
export async function looseMatrices(
  state: Arrays,
  entries: readonly Entry[],
  lengths: readonly number[],
): Promise<Found[]> {
  const matrices: Found[] = [];
  for (const entry of entries) {
    const { reference, variable } = entry;
    if (!isMatrix(variable)) continue;
    const reason = await whyNoView(entry);
    if (reason === undefined) matrices.push(foundOf(entry));
    else leaveOut(state, entry, reason);
    if (reason === undefined && isLabelName(reference)) await askForColumn(state, entry, lengths.length > 0);
  }
  if (matrices.length === 0) return [];
  const samples = commonLength(matrices, lengths);
  const fitting = samples === undefined ? matrices : matrices.filter((each) => hasAxis(each, samples));
  for (const each of matrices) {
    if (fitting.includes(each)) continue;
    const siblings = fitting.filter(({ reference }) => numberedPrefix(reference) === numberedPrefix(each.reference));
    if (numberedPrefix(each.reference) !== undefined && siblings.length > 0) return [...fitting, each];
    leaveOut(state, each, `it is not of the ${samples} samples`);
  }
  const isSquare = ({ variable }: Found): boolean =>
    variable.shape.length === 2 && variable.shape[0] === variable.shape[1];
  const views: Found[] = [];
  for (const each of fitting) {
    const isNamed =
      isGraphName(each.reference) || (isGraphLetter(each.reference) && (await isSymmetric(each.variable)));
    if (isNamed && isSquare(each) && fitting.length > 1) leaveOut(state, each, "a graph or kernel over the samples");
    else views.push(each);
  }
  return withOwnNames(numberedInOrder([...views, ...numberedVectors(entries, views, samples)], entries));
}

/** Matrices signal of the groups eeg and ecg are called eeg and ecg. */
function withOwnNames(found: readonly Found[]): Found[] {
  if (new Set(found.map(({ name }) => name)).size === found.length) return [...found];
  const parents = found.map(({ reference }) => reference.split(/[./]/).slice(0, -1).join("."));
  const isOwn = parents.every((parent) => parent !== "") && new Set(parents).size === found.length;
  return found.map((each, i) => ({ ...each, name: isOwn ? parents[i]! : each.reference }));
}

async function isSymmetric(variable: NumericVariable | SparseVariable): Promise<boolean> {
  if (variable.kind === "sparse" || variable.shape[0] !== variable.shape[1]) return variable.kind === "sparse";
  const n = variable.shape[0]!;
  const values = await variable.read();
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) if (values[i * n + j] !== values[j * n + i]) return false;
  return true;
}

/** Why a matrix is no view, by its name and values; undefined where it may be one. */
async function whyNoView({ reference, variable: own }: Entry): Promise<string | undefined> {
  const variable = matrixOf(own);
  if (!variable) return undefined;
  if (isListName(reference) && (variable.kind === "sparse" || (await isWholeMatrix(variable))))
    return "a mask, or lists of rows";
  if (!isLabelName(reference)) return undefined;
  // Y and L are names of views as well: with fractions they are
  const isShort = /^[yl]\d*$/i.test(lastName(reference).replace(/[_.]?(tr|te|train|test)$/i, ""));
  if (variable.kind === "numeric" && !(await isWholeMatrix(variable))) {
    return isShort ? undefined : "named as labels are, but it holds fractions";
  }
  return undefined;
}

export async function isWholeMatrix(variable: NumericVariable | SparseVariable): Promise<boolean> {
  if (variable.kind === "sparse") return (await variable.read()).values.every((value) => Number.isInteger(value));
  const first = await variable.slice(0, Math.min(variable.shape[0]!, 4));
  if (first.some((value) => !Number.isInteger(value) && !Number.isNaN(value))) return false;
  return (
    count(variable.shape) > 2 ** 28 ||
    (await variable.read()).every((value) => Number.isInteger(value) || Number.isNaN(value))
  );
}

/** A matrix of whole numbers under a name of labels: its columns may be several labels of each sample. */
async function askForColumn(state: Arrays, entry: Entry, hasLabels: boolean): Promise<void> {
  const { reference, variable } = entry;
  if (variable.kind !== "numeric" || variable.shape.length !== 2 || !(await isWholeMatrix(variable))) return;
  const width = Math.min(...variable.shape);
  if (width > 8 || hasLabels) return;
  ask(
    state.path,
    `${reference} (${describe(variable)}) has several whole numbers for each sample, which column holds the labels?`,
    [
      ...Array.from({ length: width }, (_, j) =>
        choice({ labels: `${reference}[:,${j}]` }, `column ${j}, counted from 0`),
      ),
      choice({ labels: "none", ignore: [reference] }, "no labels"),
    ],
  );
}

/** X of X1, vgg of vgg16; undefined for a name without a number at its end. */
function numberedPrefix(reference: string): string | undefined {
  const { head, digits } = trailingDigits(reference);
  return digits === "" ? undefined : head.replace(/[_.-]$/, "") || undefined;
}

/** Vectors X3 beside matrices X1 and X2 are views of one column. */
function numberedVectors(entries: readonly Entry[], views: readonly Found[], samples: number | undefined): Found[] {
  const prefixes = new Set(
    views.map(({ reference }) => numberedPrefix(reference)).filter((prefix) => prefix !== undefined),
  );
  return entries
    .filter(({ reference, variable }) => {
      const prefix = numberedPrefix(reference);
      return (
        prefix !== undefined &&
        prefixes.has(prefix) &&
        isVector(variable) &&
        sampleAxes(variable as NumericVariable).first === samples
      );
    })
    .map(foundOf);
}

/** In the file's order, but X1, X2, X10 in that of their numbers. */
function numberedInOrder(found: readonly Found[], entries: readonly Entry[]): Found[] {
  const place = new Map(entries.map(({ reference }, i) => [reference, i]));
  const inFile = [...found].sort((a, b) => place.get(a.reference)! - place.get(b.reference)!);
  const result: Found[] = [];
  for (const each of inFile) {
    if (result.includes(each)) continue;
    const prefix = numberedPrefix(each.reference);
    const family =
      prefix === undefined ? [each] : inFile.filter(({ reference }) => numberedPrefix(reference) === prefix);
    const number = ({ reference }: Found) => Number(trailingDigits(reference).digits);
    result.push(...family.sort((a, b) => number(a) - number(b)));
  }
  return result;
}

/** The number of samples: that of the labels where matrices have such an axis, else the length that most matrices share. */
function commonLength(matrices: readonly Found[], lengths: readonly number[]): number | undefined {
  const support = (n: number) => matrices.filter((each) => hasAxis(each, n)).length;
  if (lengths.length > 0) {
    const best = [...new Set(lengths)].filter((n) => support(n) > 0).sort((a, b) => support(b) - support(a))[0];
    if (best !== undefined) return best;
    return undefined;
  }
  const axes = matrices.flatMap(({ variable }) => Object.values(sampleAxes(variable)));
  const ranked = [...new Set(axes)].sort((a, b) => support(b) - support(a));
  return ranked[0] !== undefined && support(ranked[0]) > 1 ? ranked[0] : undefined;
}
