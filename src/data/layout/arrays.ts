// Files of named arrays (MATLAB, NumPy, HDF5): which variables are the views, the labels, the ids and the split.
import { UserError } from "../../errors.js";
import type { Splits } from "../dataset.js";
import {
  count,
  describe,
  type NumericVariable,
  type SparseVariable,
  strings,
  type Variable,
} from "../readers/variables.js";
import { few, type Ignored } from "./account.js";
import { byIdRank, Column, columnsOf, isNone, labelsByContent, splitsOf } from "./columns.js";
import { ask, choice, type Draft, type LayoutOptions } from "./draft.js";
import { asMatrix, type Entry, isMatrix, isScalar, isVector, matrixOf, sampleAxes, unwrap } from "./entry.js";
import { codedGroups, groups, matrixCode, sameGroups } from "./facts.js";
import { isColumn, type LabelCandidate, labelLengths, labelsLast } from "./labels.js";
import { viewNames } from "./names.js";
import { inventory, resolveReference, type Scope } from "./selection.js";
import type { ViewPlan } from "./view.js";
import {
  isClassNames,
  isGraphName,
  isIdName,
  isLabelName,
  isListName,
  isOwnerName,
  isSubjectName,
  isViewNames,
  labelRank,
  partOfWord,
  viewRank,
  words,
} from "./words.js";

/** A matrix that may become a view. */
interface Found {
  readonly name: string;
  readonly reference: string;
  readonly variable: NumericVariable | SparseVariable;
}

/** A file of arrays, or a part of one. */
export interface ArrayFile {
  readonly path: string;
  /** All variables, structs opened. */
  readonly entries: readonly Entry[];
  /** The variables as the file has them: what a user may name. */
  readonly variables: Scope;
  /** Rows are the samples by the custom of the format's users, where nothing says otherwise. */
  readonly rowsAreUsual: boolean;
}

/** The variables of a file while their roles are found. */
interface Arrays extends ArrayFile {
  readonly options: LayoutOptions;
  readonly ignored: Ignored[];
  readonly notes: string[];
}

/**
 * Finds the roles of variables. Views are the matrices in a cell (X, data, fea, …), or all matrices of the samples; labels are
 * y, gt, gnd, label, truth, L, … of that length. Samples may run along the first or the last axis: the length of the labels
 * decides, else the length that the matrices share.
 * @throws UserError for what is missing or contradicts itself; AmbiguousDataError where several readings are as likely.
 */
export async function arraysDraft(file: ArrayFile, options: LayoutOptions): Promise<Draft> {
  const { entries } = file;
  const state: Arrays = { ...file, options, ignored: [], notes: [] };
  const free = entries.filter((entry) => !isLeftOut(state, entry));
  const selected = options.views && (await selectViews(state, free, options.views));
  const named = await labelCandidates(state, free, new Set(selected?.map(({ reference }) => reference)));
  const found = selected ?? (await findViews(state, free, named));
  const lengths = named.flatMap((candidate) => candidate.lengths);
  const { samples, samplesLast } = await orient(state, found, lengths, named[0]);
  const taken = new Set(found.map(({ reference }) => reference));
  const views = found.map((each, v) => ({
    ...each,
    samplesLast: samplesLast[v]!,
    ...featuresOf(each, samplesLast[v]!),
  }));
  const rest = free.filter(
    ({ reference }) => !taken.has(reference) && ![...taken].some((own) => own.startsWith(`${reference}{`)),
  );
  const columns = await columnsOf(
    rest.filter(({ variable }) => isColumn(variable)),
    samples,
  );
  const fitting = named.filter((candidate) => candidate.lengths.includes(samples));
  let labels: LabelCandidate | undefined = fitting[0] ?? (options.labels !== undefined ? named[0] : undefined);
  if (!labels && named.length > 0 && named[0]) labels = named[0];
  if (!labels && !isNone(options.labels)) labels = await contentLabels(state, columns, selected !== undefined);
  const sides = await sideVariables(state, columns, labels, samples, views);
  const kept = selected ? views : await withoutLabelCopies(state, views, labels, samples);
  if (kept.length === 0) throw noViews(state);
  account(state, rest, labels, fitting, samples, sides);
  return {
    samples,
    views: kept,
    ...(labels && { labels }),
    otherLabels: options.labels === undefined ? fitting.slice(1) : [],
    ...(sides.ids && { ids: sides.ids }),
    ...(sides.splits && { splits: sides.splits }),
    ignored: state.ignored,
    entries,
    notes: state.notes,
  };
}

/** Names that the file gives to the columns of a view. */
function featuresOf({ variable }: Found, samplesLast: boolean): { features?: readonly string[] } {
  const names = samplesLast ? variable.names?.rows : variable.names?.columns;
  const [, width] = [variable.shape[0], samplesLast ? variable.shape[0] : variable.shape[1]];
  return names && names.length === width && new Set(names).size === names.length ? { features: names } : {};
}

function leaveOut({ ignored }: Arrays, { reference, variable }: Entry, reason: string, isNoted = true): void {
  if (ignored.some((each) => each.variable === reference)) return;
  ignored.push({ variable: reference, what: describe(variable), reason, isNoted });
}

/** Whether the user or the format says that a variable is not to be used. */
function isLeftOut(state: Arrays, entry: Entry): boolean {
  const { reference } = entry;
  if (state.options.ignore?.some((name) => reference === name || reference.startsWith(`${name}.`))) {
    leaveOut(state, entry, "--ignore", false);
    return true;
  }
  return false;
}

// Labels ----------------------------------------------------------------------------------------------------------------------

async function labelCandidates(
  state: Arrays,
  entries: readonly Entry[],
  selected: ReadonlySet<string>,
): Promise<LabelCandidate[]> {
  const { options, path } = state;
  if (isNone(options.labels)) return [];
  if (options.labels !== undefined) return [labelsNamed(scopeOf(state), options.labels, path)];
  const named = entries
    .filter(({ reference }) => isLabelName(reference) && !selected.has(reference))
    .sort((a, b) => labelRank(a.reference) - labelRank(b.reference));
  const candidates: LabelCandidate[] = [];
  for (const { reference, variable } of named) {
    const lengths = labelLengths(variable);
    if (lengths.length === 0 || Math.max(...lengths) < 2) continue;
    const matrix = matrixOf(variable);
    if (matrix ? !(await matrixCode(matrix)) : !(await holdsClasses(reference, variable))) continue;
    candidates.push({ reference, variable, lengths });
  }
  return candidates;
}

/** Whole numbers, texts, or a cell of such; under the plainest names also what readLabels will then refuse with its reason. */
async function holdsClasses(reference: string, variable: Variable): Promise<boolean> {
  if (variable.kind === "cell" && strings(variable) === undefined) return true;
  const column = await Column.from(reference, variable);
  if (!column) return false;
  return column.isText || column.isWhole || labelRank(reference) < 12;
}

function labelsNamed(scope: Scope, reference: string, path: string): LabelCandidate {
  const variable = unwrap(resolveReference(scope, reference, path));
  const lengths = labelLengths(variable);
  if (variable.kind === "skipped")
    throw new UserError(`${path}: labels ${reference} cannot be used: ${variable.reason}`);
  if (lengths.length === 0) {
    throw new UserError(
      `${path}: labels ${reference} are ${variable.kind}, expected whole numbers, a matrix of two values, or strings`,
    );
  }
  return { reference, variable, lengths };
}

async function contentLabels(
  state: Arrays,
  columns: readonly Column[],
  isSelected: boolean,
): Promise<LabelCandidate | undefined> {
  const { path, notes, options } = state;
  const free = columns.filter(({ reference }) => {
    return (
      reference !== options.ids && reference !== options.splits && !isListName(reference) && !isViewNames(reference)
    );
  });
  const byContent = await labelsByContent(free, path, false).catch((error: unknown) => {
    if (isSelected) return undefined;
    throw error;
  });
  if (!byContent) return undefined;
  const { column, note } = byContent;
  notes.push(note);
  return { reference: column.reference, variable: column.variable, lengths: [column.length] };
}

// Views -----------------------------------------------------------------------------------------------------------------------

async function selectViews(
  state: Arrays,
  entries: readonly Entry[],
  selection: NonNullable<LayoutOptions["views"]>,
): Promise<Found[]> {
  const { path } = state;
  if (selection.length === 0) throw new UserError(`${path}: no view is selected`);
  const scope = scopeOf(state);
  let list: readonly Found[] | undefined;
  const automatic = async () => (list ??= await automaticViews(state, entries));
  const found: Found[] = [];
  for (const { name, variable: reference } of selection) {
    found.push({ ...(await selectView(reference, scope, automatic, path)), name });
  }
  return found;
}

/** What would be found without the user's word, under the names by which it would be shown. */
async function automaticViews(state: Arrays, entries: readonly Entry[]): Promise<readonly Found[]> {
  const apart = { ...state, options: { ...state.options, views: undefined }, ignored: [], notes: [] };
  const found = await findViews(apart, entries, await labelCandidates(apart, entries, new Set()));
  const names = viewNames(found, entries).named;
  return found.map((each, i) => ({ ...each, name: names[i]! }));
}

/** A view that the user names: by a variable, or by the number or name of a found view. */
async function selectView(
  reference: string,
  scope: Scope,
  automatic: () => Promise<readonly Found[]>,
  path: string,
): Promise<Found> {
  if (/^\d+$/.test(reference)) {
    const found = await automatic();
    const view = found[Number(reference)];
    if (view) return view;
    const there = found.map((each, i) => `${i}=${each.reference}`).join(", ");
    throw new UserError(`${path}: there is no view number ${reference}; the views found are ${there}`);
  }
  try {
    return {
      name: reference,
      reference,
      variable: asMatrix(resolveReference(scope, reference, path), reference, path),
    };
  } catch (error) {
    // the name that a view was shown under is no variable where the file itself names its views
    const view = (await automatic().catch(() => [])).find(({ name }) => name === reference);
    if (view) return view;
    throw error;
  }
}

const scopeOf = ({ variables, entries }: ArrayFile): Scope =>
  new Map([...entries.map(({ reference, variable }) => [reference, variable] as const), ...variables]);

async function findViews(
  state: Arrays,
  entries: readonly Entry[],
  labels: readonly LabelCandidate[],
): Promise<Found[]> {
  const taken = new Set(labels.map(({ reference }) => reference));
  const free = entries.filter(({ reference }) => !taken.has(reference));
  const lengths = labels.flatMap((candidate) => candidate.lengths);
  const matrices = await looseMatrices(state, free, lengths);
  const cell = await viewCell(state, free, lengths, matrices.length > 0);
  if (cell) {
    for (const { reference, variable } of matrices) {
      leaveOut(state, { reference, variable }, `the views are those of ${cell.reference}; add it with --views`);
    }
    return cell.items;
  }
  if (matrices.length > 0) return matrices;
  const vectors = free.filter(({ reference, variable }) => {
    return (
      variable.kind === "numeric" && viewRank(reference) !== Number.POSITIVE_INFINITY && count(variable.shape) !== 1
    );
  });
  if (vectors.length > 0) return vectors.map(foundOf);
  throw noViews(state);
}

function noViews({ path, entries, ignored, variables }: Arrays): UserError {
  const skipped = entries.flatMap(({ reference, variable }) =>
    variable.kind === "skipped" ? `${reference} is ${variable.reason}` : [],
  );
  const why = ignored.filter(({ isNoted }) => isNoted).map(({ variable, reason }) => `${variable} (${reason})`);
  const reasons = skipped.join("; ") || inventory(variables);
  const unused = why.length > 0 ? `; not used: ${few(why, 8)}` : "";
  return new UserError(
    `${path}: no views were found; ${reasons}${unused}; name matrices with --views a=X1,b=X2 --labels Y`,
  );
}

const none = { shape: [] };
const lastName = (reference: string): string => reference.split(/[./]/).at(-1)!;
const foundOf = ({ reference, variable }: Entry): Found => ({
  name: lastName(reference),
  reference,
  variable: variable as NumericVariable,
});

/** The cell that holds the views. */
async function viewCell(
  state: Arrays,
  entries: readonly Entry[],
  lengths: readonly number[],
  hasMatrices: boolean,
): Promise<{ reference: string; items: Found[] } | undefined> {
  const cells: { reference: string; items: Found[]; fits: boolean }[] = [];
  for (const entry of entries) {
    const items = cellItems(entry, state.path);
    if (!items) continue;
    if (
      isListName(entry.reference) ||
      (viewRank(entry.reference) === Number.POSITIVE_INFINITY && (await areMasks(items)))
    ) {
      leaveOut(state, entry, "lists of rows, masks or folds");
      continue;
    }
    const common = lengths.length > 0 ? lengths : Object.values(sampleAxes(items[0]!.variable));
    cells.push({
      reference: entry.reference,
      items,
      fits: common.some((n) => items.every((item) => hasAxis(item, n))),
    });
  }
  const fitting = cells.filter(({ fits }) => fits);
  const usable = (fitting.length > 0 ? fitting : cells).sort((a, b) => viewRank(a.reference) - viewRank(b.reference));
  const [first, second] = usable;
  if (!first) return undefined;
  const isNamed = viewRank(first.reference) !== Number.POSITIVE_INFINITY;
  if (!first.fits && hasMatrices && !isNamed) return undefined;
  if (!isNamed && (second || hasMatrices)) {
    const choices = usable.map(({ reference, items }) =>
      choice(
        { views: items.map((item, i) => ({ name: `view${i + 1}`, variable: item.reference })) },
        `the ${items.length} matrices of ${reference}`,
      ),
    );
    const names = usable.map(({ reference }) => reference).join(" and ");
    ask(
      state.path,
      `${names} could ${second ? "each " : ""}be the views${hasMatrices ? ", beside other matrices" : ""}, which are they?`,
      choices,
    );
  }
  for (const other of usable.slice(1)) {
    const entry = entries.find(({ reference }) => reference === other.reference)!;
    leaveOut(state, entry, `the views are those of ${first.reference}; choose with --views`);
  }
  return first;
}

const hasAxis = ({ variable }: Found, n: number): boolean => {
  const { first, last } = sampleAxes(variable);
  return first === n || last === n;
};

/** The matrices in a cell: all of its items, or one beside a name in each row. */
function cellItems({ reference, variable }: Entry, path: string): Found[] | undefined {
  if (variable.kind !== "cell" || variable.items.length === 0) return undefined;
  const items = variable.items.map(unwrap);
  const isNumbers = (item: Variable) => item.kind === "numeric" || item.kind === "sparse" || item.kind === "skipped";
  if (!items.some(isMatrix)) return undefined;
  const at = (i: number) => `${reference}{${i + 1}}`;
  if (items.every(isNumbers)) {
    return items.map((item, i) => ({ name: String(i), reference: at(i), variable: asMatrix(item, at(i), path) }));
  }
  const names = items.flatMap((item) => (item.kind === "text" && item.lines.length === 1 ? item.lines[0]!.trim() : []));
  const matrices = items.flatMap((item, i) => (isMatrix(item) ? [{ item, i }] : []));
  if (matrices.length * 2 !== items.length || names.length !== matrices.length || new Set(names).size !== names.length)
    return undefined;
  return matrices.map(({ item, i }, v) => ({
    name: names[v]!,
    reference: at(i),
    variable: asMatrix(item, at(i), path),
  }));
}

async function areMasks(items: readonly Found[]): Promise<boolean> {
  for (const { variable } of items) if (!isMatrix(variable) || !(await matrixCode(variable))) return false;
  return true;
}

/** The matrices of the file that stand by themselves, as far as they are of the samples. */
async function looseMatrices(state: Arrays, entries: readonly Entry[], lengths: readonly number[]): Promise<Found[]> {
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
  const views = fitting.filter((each) => {
    const isGraph = isSquare(each) && isGraphName(each.reference) && fitting.length > 1;
    if (isGraph) leaveOut(state, each, "a graph or kernel over the samples");
    return !isGraph;
  });
  return numberedInOrder([...views, ...numberedVectors(entries, views, samples)], entries);
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

async function isWholeMatrix(variable: NumericVariable | SparseVariable): Promise<boolean> {
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
const numberedPrefix = (reference: string): string | undefined => /^(.*?)[_.-]?\d+$/.exec(reference)?.[1] || undefined;

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
    const number = ({ reference }: Found) => Number(/\d+$/.exec(reference)?.[0] ?? 0);
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

// Samples ---------------------------------------------------------------------------------------------------------------------

async function orient(
  state: Arrays,
  found: readonly Found[],
  lengths: readonly number[],
  labels: LabelCandidate | undefined,
): Promise<{ samples: number; samplesLast: boolean[] }> {
  const { path, rowsAreUsual, options } = state;
  const preferred = labels && (await oneLabelEach(labels));
  const result = orientViews(found, preferred ?? lengths, labels?.reference, rowsAreUsual, path, options.samples);
  state.notes.push(...result.notes);
  return result;
}

/** A label matrix whose one side has exactly one class in each place says by that which side is the samples. */
async function oneLabelEach(labels: LabelCandidate): Promise<number[] | undefined> {
  const variable = matrixOf(labels.variable);
  if (!variable) return undefined;
  const code = await matrixCode(variable);
  if (!code || variable.shape.length !== 2) return undefined;
  const isOne = (counts: Int32Array) => counts.length > 1 && counts.every((each) => each === 1);
  const [rows, columns] = [isOne(code.inRows), isOne(code.inColumns)];
  if (rows === columns) return undefined;
  const [height, width] = variable.shape as [number, number];
  return rows ? [height, width] : [width, height];
}

/**
 * The number of samples, and for each matrix whether they run along its last axis. The labels' length decides, else the length
 * that all matrices share; a square one goes the way of the others.
 * @param lengths how many samples the labels may be for, the likeliest first; empty without labels.
 * @param rowsAreUsual without labels, whether the file's format has samples in rows by custom.
 * @throws UserError where no length fits all.
 */
export function orientViews(
  found: readonly Found[],
  lengths: readonly number[],
  labels: string | undefined,
  rowsAreUsual: boolean,
  path: string,
  asked?: LayoutOptions["samples"],
): { samples: number; samplesLast: boolean[]; notes: string[] } {
  const ends = found.map(({ variable }) => sampleAxes(variable));
  const fits = (n: number) => ends.every(({ first, last }) => first === n || last === n);
  const notes: string[] = [];
  let samples: number;
  const common = [...new Set([ends[0]!.first, ends[0]!.last])].filter(fits);
  const list = found.map(({ reference, variable }) => `${reference} ${variable.shape.join("×")}`).join(", ");
  const rows = common.find((n) => ends.every(({ first }) => first === n));
  const columns = common.find((n) => ends.every(({ last }) => last === n));
  const wanted = asked === "rows" ? rows : asked === "columns" ? columns : undefined;
  if (asked !== undefined && wanted === undefined)
    throw new UserError(`${path}: --samples ${asked}: the views do not share that side: ${list}`);
  if (wanted !== undefined) samples = wanted;
  else if (labels === undefined) {
    if (common.length === 0)
      throw new UserError(`${path}: the views differ in length: ${list}; choose some with --views`);
    samples = rows ?? columns ?? Math.max(...common);
    if (common.length > 1 && !rowsAreUsual) {
      const other = asked === undefined && rows !== undefined ? "; --samples columns for the other side" : "";
      notes.push(`without labels nothing says which side holds the samples: ${samples} samples are assumed${other}`);
    }
  } else {
    const fitting = lengths.find(fits);
    if (fitting === undefined) {
      const odd = ends.findIndex(({ first, last }) => !lengths.some((n) => first === n || last === n));
      const view = found[Math.max(0, odd)]!;
      throw new UserError(
        `${path}: ${view.reference} is ${view.variable.shape.join("×")}, but the labels ${labels} are for ${[...new Set(lengths)].join(" or ")} samples; expected one side of that length`,
      );
    }
    samples = fitting;
  }
  const certain = ends.filter(({ first, last }) => (first === samples) !== (last === samples));
  const mostlyLast = certain.filter(({ last }) => last === samples).length * 2 > certain.length || asked === "columns";
  const samplesLast = ends.map(({ first, last }, i) => {
    if (first !== last) return last === samples && first !== samples;
    const isPlane = isMatrix(found[i]!.variable);
    if (isPlane)
      notes.push(`view "${found[i]!.name}" is square: its ${mostlyLast ? "columns" : "rows"} are taken as samples`);
    // a vector stands or lies as its shape says
    const { shape } = found[i]!.variable;
    return isPlane ? mostlyLast : shape.length === 2 && shape[0] !== samples;
  });
  return { samples, samplesLast, notes };
}

// The rest --------------------------------------------------------------------------------------------------------------------

interface Sides {
  readonly ids?: NonNullable<Draft["ids"]>;
  readonly splits?: NonNullable<Draft["splits"]>;
  /** Variables that these came from. */
  readonly used: ReadonlySet<string>;
}

async function sideVariables(
  state: Arrays,
  columns: readonly Column[],
  labels: LabelCandidate | undefined,
  samples: number,
  views: readonly ViewPlan[],
): Promise<Sides> {
  const { options, path } = state;
  const used = new Set<string>();
  const scope = scopeOf(state);
  const askedFor = async (reference: string) => {
    const column = await Column.from(reference, unwrap(resolveReference(scope, reference, path)));
    if (column?.length === samples) return column;
    throw new UserError(
      `${path}: ${reference} has ${column ? `${column.length} values` : "no values"} for ${samples} samples`,
    );
  };
  let ids: Column | undefined;
  if (options.ids !== undefined) ids = isNone(options.ids) ? undefined : await askedFor(options.ids);
  else {
    const named: Column[] = [];
    for (const column of columns) {
      if (column.reference === labels?.reference || !isIdName(column.reference)) continue;
      if ((column.isText || column.isWhole) && (await column.isUnique())) named.push(column);
    }
    ids = named.sort(byIdRank)[0];
  }
  let splits: Draft["splits"];
  if (options.splits !== undefined) {
    if (!isNone(options.splits))
      splits = { reference: options.splits, splits: await columnSplits(await askedFor(options.splits)) };
  } else {
    for (const column of columns) {
      const own = column.reference === labels?.reference ? undefined : await splitsOf(column);
      if (own) splits ??= { reference: column.reference, splits: own };
    }
    splits ??= await listedSplits(state, samples);
  }
  for (const reference of splits?.reference.split(", ") ?? []) used.add(reference);
  const rowNames = views
    .map(({ variable, samplesLast }) => (samplesLast ? variable.names?.columns : variable.names?.rows))
    .find((names) => names?.length === samples);
  if (!ids && rowNames && !isNone(options.ids) && new Set(rowNames).size === samples) {
    return { ids: { reference: "names of the rows", lines: rowNames, isAxis: true }, ...(splits && { splits }), used };
  }
  if (!ids) return { ...(splits && { splits }), used };
  used.add(ids.reference);
  const lines = (await ids.texts()).map((text) => text ?? "");
  if (new Set(lines).size < lines.length) throw new UserError(`${path}: ids ${ids.reference} hold the same id twice`);
  return { ids: { reference: ids.reference, lines }, ...(splits && { splits }), used };
}

async function columnSplits(column: Column): Promise<Splits> {
  const own = await splitsOf(column);
  if (own) return own;
  const texts = await column.texts();
  const parts = [...new Set(texts.filter((text) => text !== undefined))];
  return Object.fromEntries(
    parts.map((part) => [part, Int32Array.from(texts.keys()).filter((row) => texts[row] === part)]),
  );
}

/** Lists of rows for the parts (train_idx, indexTest), where it is certain whether they count from 0 or from 1. */
async function listedSplits(state: Arrays, samples: number): Promise<Draft["splits"]> {
  const lists: { part: string; reference: string; rows: Int32Array }[] = [];
  for (const { reference, variable } of state.entries) {
    const own = words(lastName(reference));
    const part = own.map(partOfWord).find((each) => each !== undefined);
    if (part === undefined || !isListName(reference) || !isVector(variable) || variable.kind !== "numeric") continue;
    const values = await variable.read();
    if (variable.element === "logical" || values.length > samples) continue;
    if (!values.every((value) => Number.isInteger(value) && value >= 0 && value <= samples)) continue;
    if (new Set(values).size === values.length) lists.push({ part, reference, rows: Int32Array.from(values) });
  }
  if (lists.length < 2 || new Set(lists.map(({ part }) => part)).size < lists.length) return undefined;
  const all = new Set(lists.flatMap(({ rows }) => [...rows]));
  const base = all.has(0) ? 0 : all.has(samples) ? 1 : undefined;
  if (base === undefined || (base === 0 && all.has(samples))) return undefined;
  const splits = Object.fromEntries(lists.map(({ part, rows }) => [part, rows.map((row) => row - base)]));
  return { reference: lists.map(({ reference }) => reference).join(", "), splits, isList: true };
}

/** Views without those that are the labels once more. */
async function withoutLabelCopies(
  state: Arrays,
  views: readonly ViewPlan[],
  labels: LabelCandidate | undefined,
  samples: number,
): Promise<readonly ViewPlan[]> {
  if (!labels) return views;
  const own = await labelGroups(labels, samples);
  if (!own) return views;
  const kept: ViewPlan[] = [];
  for (const view of views) {
    const { variable, samplesLast, reference } = view;
    const code = variable.shape.length === 2 ? await matrixCode(variable) : undefined;
    const coded = code && (await codedGroups(variable, code, samplesLast));
    if (coded && sameGroups(coded, own))
      leaveOut(state, { reference, variable }, `it repeats the labels ${labels.reference}`);
    else if (isLabelName(reference) && (code || (await isWholeMatrix(variable)))) {
      leaveOut(
        state,
        { reference, variable },
        `named as labels are; labels ${labels.reference} are used, choose with --labels`,
      );
    } else kept.push(view);
  }
  return kept;
}

async function labelGroups({ reference, variable }: LabelCandidate, samples: number): Promise<Int32Array | undefined> {
  const column = await Column.from(reference, variable);
  if (column) return groups(await column.texts());
  const matrix = matrixOf(variable);
  if (matrix?.shape.length !== 2) return undefined;
  const code = await matrixCode(matrix);
  return code && codedGroups(matrix, code, labelsLast(matrix.shape, code, samples));
}

/** Says what became of every variable that has no role yet. */
function account(
  state: Arrays,
  rest: readonly Entry[],
  labels: LabelCandidate | undefined,
  fitting: readonly LabelCandidate[],
  samples: number,
  { used }: Sides,
): void {
  for (const entry of rest) {
    const { reference, variable } = entry;
    if (reference === labels?.reference || labels?.reference.startsWith(`${reference}[`) || used.has(reference))
      continue;
    if (fitting.some((other) => other.reference === reference))
      leaveOut(state, entry, `labels ${labels!.reference} are used`, false);
    else if (variable.kind === "skipped") leaveOut(state, entry, variable.reason, false);
    else if (isScalar(variable)) leaveOut(state, entry, "a single number", false);
    else if (isLabelName(reference) && isColumn(variable) && !isClassNames(reference))
      leaveOut(state, entry, "not of the samples, or no classes");
    else if (variable.kind === "text" && variable.lines.length < samples) leaveOut(state, entry, "text", false);
    else if (isListName(reference)) leaveOut(state, entry, "lists of rows, masks or folds");
    else if (isIdName(reference) || isOwnerName(reference)) leaveOut(state, entry, "ids that are not used");
    else if (isSubjectName(reference)) leaveOut(state, entry, "not used as labels; choose with --labels");
    else
      leaveOut(
        state,
        entry,
        isColumn(variable) ? "one value for each sample is no view here; add it with --views" : "no view",
        hasLength(variable, samples),
      );
  }
}

const hasLength = (variable: Variable, samples: number): boolean =>
  Object.values(sampleAxes(matrixOf(variable) ?? none)).includes(samples) ||
  (variable.kind === "cell" && variable.items.length > 1) ||
  (isColumn(variable) && labelLengths(variable).includes(samples));
