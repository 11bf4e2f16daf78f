// Tables: which columns are the views, the labels, the ids and the split, and which are left out.
import { UserError } from "../../errors.js";
import { describe, type FileContent, type NumericVariable, numeric, type Variable } from "../formats/variables.js";
import { few, type Ignored } from "./account.js";
import { columnsNamed, type Grouping, groupColumns, joinColumns } from "./column-groups.js";
import {
  byIdRank,
  Column,
  couldBeClasses,
  isNone,
  isSplit,
  labelsByContent,
  namedLabels,
  namedSplits,
  repeatsLabels,
  type SideRole,
  sideRole,
  splitsOf,
} from "./columns.js";
import { ask, choice, type Draft, type LayoutOptions } from "./draft.js";
import { isMatrix } from "./entry.js";
import { type LabelCandidate, labelLengths } from "./labels.js";
import type { ViewPlan } from "./view.js";
import {
  bare,
  isIdName,
  isLabelName,
  isOwnerName,
  isPandasIndex,
  isRowName,
  isSplitName,
  isSubjectName,
  labelRank,
  words,
} from "./words.js";

/** The columns of a table while their roles are found. */
interface Table {
  readonly path: string;
  readonly options: LayoutOptions;
  readonly rows: number;
  readonly hasHeader: boolean;
  readonly index: ReadonlySet<string>;
  /** Columns without a role, in the file's order. */
  readonly open: Map<string, Variable>;
  /** Columns of numbers that are written as names are. */
  readonly codes: Set<string>;
  readonly ignored: Ignored[];
  readonly notes: string[];
}

/**
 * Reads the roles of a table's columns. Every column is accounted for: a feature of a view, the labels, the ids, the split, or
 * ignored with a reason.
 * @param needsViews false for one of several files of a data set, which may hold labels only.
 * @throws UserError for names that are not there; AmbiguousDataError where several columns could be the labels.
 */
export async function tableDraft(content: FileContent, options: LayoutOptions, needsViews: boolean): Promise<Draft> {
  const { path, variables, table } = content;
  const rows = rowsOf(variables);
  const state: Table = {
    path,
    options,
    rows,
    hasHeader: table?.hasHeader ?? true,
    index: new Set(table?.index),
    open: new Map(variables),
    codes: new Set(),
    ignored: [],
    notes: [],
  };
  for (const name of [options.labels, options.ids, options.splits].filter(
    (each) => each !== undefined && !isNone(each),
  )) {
    if (!variables.has(name!) && columnsNamed([...variables.keys()], name!).length === 0)
      throw noColumn(path, name!, variables);
  }
  leaveOutNamed(state);
  for (const [name, variable] of variables) {
    if (variable.kind === "skipped" && variable.isEmpty && options.keepsEmpty) {
      state.open.set(name, numeric("double", [rows], "row", new Float64Array(rows).fill(Number.NaN)));
    } else if (variable.kind === "skipped") leaveOut(state, name, variable.reason, false);
    else if (variable.kind !== "numeric" && variable.kind !== "text")
      leaveOut(state, name, `it is ${describe(variable)}`);
  }
  await findCodes(state);
  const selected = selectedViews(state);
  const labels = await findLabels(state, selected);
  const sides = await sideColumns(state, selected);
  await leaveOutRepeats(state, labels, selected);
  const views = selected ?? (await automaticViews(state));
  if (views.length === 0 && needsViews) throw noViews(state);
  const possibleLabels = labels ? [] : await repeatingTexts(state);
  for (const [name, variable] of state.open) {
    if (variable.kind === "text") leaveOut(state, name, "text is no feature");
    else if (selected) leaveOut(state, name, "not among --views", false);
  }
  return {
    samples: rows,
    views,
    ...(labels && {
      labels: { reference: labels.reference, variable: labels.variable, lengths: labelLengths(labels.variable) },
    }),
    possibleLabels,
    otherLabels: [],
    ...sides,
    ignored: state.ignored,
    entries: [],
    notes: state.notes,
  };
}

const rowsOf = (variables: ReadonlyMap<string, Variable>): number => {
  for (const variable of variables.values()) {
    if (variable.kind === "text") return variable.lines.length;
    if (variable.kind === "numeric") return variable.shape[0]!;
  }
  return 0;
};

function noColumn(path: string, name: string, variables: ReadonlyMap<string, Variable>): UserError {
  return new UserError(`${path}: there is no column "${name}"; its columns are ${few([...variables.keys()], 20)}`);
}

function noViews({ path, ignored }: Table): UserError {
  const why = ignored.map(({ variable, reason }) => `${variable} (${reason})`);
  return new UserError(
    `${path}: no views were found: no column of numbers is left${why.length > 0 ? `; not used: ${few(why, 8)}` : ""}`,
  );
}

function leaveOut({ open, ignored }: Table, name: string, reason: string, isNoted = true): void {
  const variable = open.get(name);
  if (!variable) return;
  open.delete(name);
  ignored.push({ variable: name, what: describe(variable), reason, isNoted });
}

/** Columns of numbers that are written as names are: 00003, and without a header 13e3 and integers beyond 2^53 as well. */
async function findCodes({ open, codes, hasHeader }: Table): Promise<void> {
  for (const [name, variable] of open) {
    if (variable.kind !== "numeric" || isMatrix(variable) || !variable.written) continue;
    const column = await Column.from(name, variable);
    if (!column?.isWhole) continue;
    const texts = await column.texts();
    const isCode = texts.some((text) => text !== undefined && /^0\d+$/.test(text));
    const isHash =
      !hasHeader && (!column.numbers || texts.some((text) => text !== undefined && /^\d+e\d+$/i.test(text)));
    if (isCode || isHash) codes.add(name);
  }
}

function leaveOutNamed(table: Table): void {
  for (const name of table.options.ignore ?? []) {
    const named = columnsNamed([...table.open.keys()], name);
    if (named.length === 0) throw noColumn(table.path, name, table.open);
    for (const each of named) leaveOut(table, each, "--ignore", false);
  }
}

/** A plan of a view made of columns, which thereby have their role. */
function planOf({ open, hasHeader }: Table, name: string, columns: readonly string[]): ViewPlan {
  const variables = columns.map((column) => open.get(column) as NumericVariable);
  const [only] = variables;
  for (const column of columns) open.delete(column);
  const reference = columns.length === 1 ? columns[0]! : `${columns[0]} … ${columns.at(-1)}`;
  if (columns.length === 1 && isMatrix(only!)) {
    return { name, reference, variable: only as NumericVariable, samplesLast: false, columns };
  }
  const features = hasHeader ? { features: columns } : {};
  return { name, reference, variable: joinColumns(variables), samplesLast: false, columns, ...features };
}

/** The views that the user names; undefined where there is no such wish. */
function selectedViews(table: Table): ViewPlan[] | undefined {
  const { options, path, open } = table;
  if (!options.views) return undefined;
  if (options.views.length === 0) throw new UserError(`${path}: no view is selected`);
  const numbers = [...open].filter(([, variable]) => variable.kind === "numeric").map(([name]) => name);
  const found = featureGroups(table).groups;
  const plans: ViewPlan[] = [];
  for (const { name, variable: reference, columns: listed } of options.views) {
    const absent = listed?.find((column) => !open.has(column));
    if (absent !== undefined) throw noColumn(path, absent, open);
    let columns = listed ? [...listed] : columnsNamed(numbers, reference);
    if (columns.length === 0) columns = [...(found.find((group) => group.name === reference)?.columns ?? [])];
    if (columns.length === 0 && /^\d+$/.test(reference)) {
      const group = found[Number(reference)];
      const there = found.map((each, i) => `${i}=${each.name}`).join(", ");
      if (!group) throw new UserError(`${path}: there is no view number ${reference}; the views found are ${there}`);
      columns = [...group.columns];
    }
    if (columns.length === 0) {
      const variable = open.get(reference);
      if (variable)
        throw new UserError(
          `${path}: column "${reference}" cannot be a view: it is ${describe(variable)}, expected numbers`,
        );
      throw noColumn(path, reference, open);
    }
    const twice = columns.find((column) => !open.has(column));
    if (twice !== undefined) throw new UserError(`${path}: column "${twice}" is requested in two views`);
    plans.push(planOf(table, name, columns));
  }
  return plans;
}

/** The views that the open columns of numbers make, without the user's word: vectors in cells each, the others by their names. */
function featureGroups({ open, hasHeader, index }: Table): Grouping {
  const vectors: string[] = [];
  const numbers: string[] = [];
  for (const [name, variable] of open) {
    if (variable.kind !== "numeric") continue;
    if (isMatrix(variable) || variable.shape.length > 1) vectors.push(name);
    else if (!index.has(name)) numbers.push(name);
  }
  const own = vectors.map((name) => ({ name, columns: [name] }));
  const { groups, hint } = groupColumns(numbers, hasHeader);
  const taken = new Set(vectors);
  const renamed = groups.map((group) => (taken.has(group.name) ? { ...group, name: `${group.name} columns` } : group));
  return { groups: [...own, ...renamed], ...(hint !== undefined && { hint }) };
}

async function automaticViews(table: Table): Promise<ViewPlan[]> {
  if (!table.options.keepsEmpty) await leaveOutEmpty(table);
  const { groups, hint } = featureGroups(table);
  if (hint !== undefined) table.notes.push(hint);
  return groups.map(({ name, columns }) => planOf(table, name === "column" ? "data" : name, columns));
}

/** Columns without a single value. */
async function leaveOutEmpty(table: Table): Promise<void> {
  for (const [name, variable] of [...table.open]) {
    if (variable.kind !== "numeric" || isMatrix(variable)) continue;
    const values = (await Column.from(name, variable))?.numbers;
    if (values === undefined) leaveOut(table, name, "integers beyond 2^53, which numbers here cannot hold");
    else if (values.length > 0 && Number.isNaN(values[0]) && values.every(Number.isNaN))
      leaveOut(table, name, "it is empty");
  }
}

/** A column of values, by its name. */
async function columnNamed({ open }: Table, name: string): Promise<Column | undefined> {
  const variable = open.get(name);
  return variable && Column.from(name, variable);
}

async function findLabels(
  table: Table,
  selected: readonly ViewPlan[] | undefined,
): Promise<Column | LabelCandidate | undefined> {
  const { options, path, open } = table;
  const take = <T extends { readonly reference: string }>(labels: T): T => {
    open.delete(labels.reference);
    return labels;
  };
  if (isNone(options.labels)) {
    for (const name of [...open.keys()]) if (isLabelName(name)) leaveOut(table, name, "--labels none");
    return undefined;
  }
  if (options.labels !== undefined) {
    const own = open.get(options.labels);
    if (own === undefined) return dummies(table, columnsNamed([...open.keys()], options.labels), options.labels);
    const column = await columnNamed(table, options.labels);
    return take(column ?? { reference: options.labels, variable: own, lengths: labelLengths(own) });
  }
  const columns: Column[] = [];
  for (const [name, variable] of open) {
    const isCandidate = variable.kind === "text" || isLabelName(name) || isSubjectName(name);
    if (!isCandidate || isCoordinate(name, open) || options.ids === name || options.splits === name) continue;
    const column = await Column.from(name, variable);
    if (column && column.length === table.rows && !table.index.has(name)) columns.push(column);
  }
  const coded = await dummyColumns(open);
  const named = await namedLabels(columns.filter(({ reference }) => !coded?.columns.includes(reference)));
  const [first, second] = named;
  if (first) {
    if (second && labelRank(first.reference) === labelRank(second.reference) && !(await repeatsLabels(second, first))) {
      const equal = named.filter(({ reference }) => labelRank(reference) === labelRank(first.reference));
      const choices = [];
      for (const column of equal)
        choices.push(choice({ labels: column.reference }, `${await column.distinct()} classes`));
      ask(
        path,
        `${few(equal.map(({ reference }) => reference))} are all named as labels are, which ones are to be used?`,
        choices,
      );
    }
    take(first);
    for (const other of named.slice(1)) {
      leaveOut(
        table,
        other.reference,
        (await repeatsLabels(other, first))
          ? `it repeats the labels ${first.reference}`
          : `labels ${first.reference} are used; choose with --labels`,
      );
    }
    return first;
  }
  if (coded) return dummies(table, coded.columns, coded.name);
  if (options.guessesLabels === false) return undefined;
  const byContent = await labelsByContent(columns, path, true, selected === undefined);
  if (byContent) {
    table.notes.push(byContent.note);
    return take(byContent.column);
  }
  if (!selected) await askForNumbers(table);
  return undefined;
}

/** Columns of text without a role whose values stand several times each. */
async function repeatingTexts({ open }: Table): Promise<string[]> {
  const found: string[] = [];
  for (const [name, variable] of open) {
    const column = variable.kind === "text" ? await Column.from(name, variable) : undefined;
    if (column && (await couldBeClasses(column)) && (await column.distinct()) * 2 <= (await column.present()))
      found.push(name);
  }
  return found;
}

/** Whether a name is that of an axis: y beside x, acc_y beside acc_x, pos.y beside pos.x. */
function isCoordinate(name: string, columns: ReadonlyMap<string, Variable>): boolean {
  const [, start, axis] = /^(.*?)([yY])$/.exec(name) ?? [];
  return axis !== undefined && columns.has(`${start}${axis === "y" ? "x" : "X"}`);
}

/** Columns of 0 and 1 under a common start that is a name of labels: label_cat, label_dog, as pandas' get_dummies writes them. */
async function dummyColumns(
  open: ReadonlyMap<string, Variable>,
): Promise<{ name: string; columns: string[] } | undefined> {
  const starts = new Map<string, string[]>();
  for (const [name, variable] of open) {
    if (variable.kind !== "numeric" || isMatrix(variable)) continue;
    const start = /^(.+?)[_.:=\-\s]/.exec(name)?.[1];
    if (start !== undefined && (isLabelName(start) || isSubjectName(start)) && (await isTruth(variable)))
      starts.set(start, [...(starts.get(start) ?? []), name]);
  }
  const [found] = [...starts]
    .filter(([, columns]) => columns.length > 1)
    .sort(([a], [b]) => labelRank(a) - labelRank(b));
  return found && { name: found[0], columns: found[1] };
}

/** Columns of 0 and 1 as a label matrix with the columns' names for its classes; undefined where they hold something else. */
async function dummies(table: Table, columns: readonly string[], name: string): Promise<LabelCandidate | undefined> {
  const members = columns.map((column) => table.open.get(column)).filter((variable) => variable?.kind === "numeric");
  for (const member of members) {
    const values = await (member as NumericVariable).read();
    if (!values.every((value) => value === 0 || value === 1)) return undefined;
  }
  if (members.length < 2) return undefined;
  for (const column of columns) table.open.delete(column);
  const classes = columns.map((column) =>
    column.startsWith(name) ? column.slice(name.length).replace(/^[_.:=\-\s]+/, "") || column : column,
  );
  const variable = { ...joinColumns(members as NumericVariable[]), names: { columns: classes } };
  table.notes.push(`columns ${few(columns)} of 0 and 1 are the labels, a class each`);
  return { reference: `${columns[0]} … ${columns.at(-1)}`, variable, lengths: [table.rows] };
}

/** In a file without names, a column of few whole numbers at an end may hold classes, unless the others are like that as well. */
async function askForNumbers(table: Table): Promise<void> {
  const { hasHeader, open, path, codes } = table;
  if (hasHeader) return;
  const numbers: Column[] = [];
  for (const [name, variable] of open) {
    if (variable.kind !== "numeric" || isMatrix(variable)) continue;
    const column = await Column.from(name, variable);
    if (column) numbers.push(column);
  }
  if (numbers.length < 2) return;
  const coded = [];
  for (const column of numbers) if (codes.has(column.reference) && (await couldBeClasses(column))) coded.push(column);
  const suspects: Column[] = [...coded];
  for (const column of [numbers[0]!, numbers.at(-1)!]) {
    if (!suspects.includes(column) && (await hasFewValues(column))) suspects.push(column);
  }
  if (suspects.length === 0) return;
  let others = 0;
  for (const column of numbers.slice(1, -1)) if (!(await hasFewValues(column))) others++;
  if (coded.length === 0 && numbers.length > 2 && others === 0) return;
  const choices = [];
  for (const column of suspects)
    choices.push(choice({ labels: column.reference }, `${await column.distinct()} whole numbers`));
  ask(path, "no column is named, and one at an end holds a few whole numbers: does it hold the labels?", [
    ...choices,
    choice({ labels: "none" }, "no labels: all columns are features"),
  ]);
}

/** Whole numbers each of which stands twice on average. */
async function hasFewValues(column: Column): Promise<boolean> {
  if (column.isCounting || !column.isWhole) return false;
  const distinct = await column.distinct(51);
  return distinct >= 2 && distinct <= 50 && distinct * 2 <= (await column.present());
}

/** Ids, split, and columns that are neither features nor labels. */
async function sideColumns(table: Table, selected: unknown): Promise<Pick<Draft, "ids" | "splits">> {
  const { options, open, index, path, codes } = table;
  const ids: Column[] = [];
  let splits: Draft["splits"];
  if (options.splits !== undefined && !isNone(options.splits)) {
    const column = (await columnNamed(table, options.splits))!;
    splits = { reference: options.splits, splits: await namedSplits(column) };
    open.delete(options.splits);
  }
  if (options.ids !== undefined && !isNone(options.ids)) {
    const column = (await columnNamed(table, options.ids))!;
    ids.push(column);
    open.delete(options.ids);
  }
  for (const [name, variable] of [...open]) {
    if (variable.kind === "numeric" && isMatrix(variable)) continue;
    const isNamed =
      index.has(name) ||
      isIdName(name) ||
      isRowName(name) ||
      isOwnerName(name) ||
      isSplitName(name) ||
      isPandasIndex(name);
    if (variable.kind !== "text" && !isNamed && !codes.has(name)) continue;
    const column = await Column.from(name, variable);
    if (!column) continue;
    const own = isSplitName(name) || (await isSplit(column)) ? await splitsOf(column) : undefined;
    if (own && isNone(options.splits)) leaveOut(table, name, "--splits none", false);
    else if (own && !splits) {
      splits = { reference: name, splits: own };
      open.delete(name);
    } else if (own) leaveOut(table, name, `the split ${splits!.reference} is used`);
    else {
      const side = (await sideRole(column, index.has(name))) ?? (codes.has(name) ? await codeRole(column) : undefined);
      if (side?.role === "ids" && !isNone(options.ids)) ids.push(column);
      else if (side) leaveOut(table, name, side.role === "ids" ? "--ids none" : side.reason);
    }
  }
  const wanted = options.ids !== undefined && !isNone(options.ids) ? ids : await rankedIds(table, ids);
  const [first, ...others] = wanted;
  if (!first) {
    const text = selected ? undefined : await uniqueText(table);
    return { ...(text && { ids: text }), ...(splits && { splits }) };
  }
  open.delete(first.reference);
  for (const other of others) leaveOut(table, other.reference, `ids ${first.reference} are used`);
  const lines = (await first.texts()).map((text, i) => text ?? fail(path, first.reference, i));
  if (new Set(lines).size < lines.length) throw new UserError(`${path}: ids ${first.reference} hold the same id twice`);
  return { ids: { reference: first.reference, lines }, ...(splits && { splits }) };
}

async function codeRole(column: Column): Promise<SideRole> {
  return (await column.isUnique())
    ? { role: "ids" }
    : { role: "ignored", reason: "codes such as 003 are names, not quantities; add it with --views" };
}

function fail(path: string, reference: string, row: number): never {
  throw new UserError(`${path}: ids ${reference} hold no id in row ${row} (counting from 0)`);
}

/** A named column of ids before the file's index, texts before numbers that only count the rows. */
async function rankedIds({ index }: Table, ids: readonly Column[]): Promise<Column[]> {
  const weight = (column: Column) =>
    index.has(column.reference) || isPandasIndex(column.reference)
      ? column.isCounting
        ? 2
        : 0
      : column.isCounting
        ? 1
        : 0;
  return [...ids].sort((a, b) => weight(a) - weight(b) || byIdRank(a, b));
}

/** The first column of text whose values all differ and are short: names of the rows under a name of their own. */
async function uniqueText(table: Table): Promise<Draft["ids"]> {
  for (const [name, variable] of table.open) {
    if (variable.kind !== "text") continue;
    const column = (await Column.from(name, variable))!;
    if (!(await column.isUnique())) continue;
    const lines = (await column.texts()) as readonly string[];
    const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
    if (longest > 64 || lines.some((line) => line.split(/\s+/).length > 3)) continue;
    table.open.delete(name);
    table.notes.push(`column "${name}" is taken for the ids, as its texts all differ; --ids none for no ids`);
    return { reference: name, lines };
  }
  return undefined;
}

/** Columns that would give the labels away: the same classes under other names, a column for each class. */
async function leaveOutRepeats(
  table: Table,
  labels: Column | LabelCandidate | undefined,
  selected: unknown,
): Promise<void> {
  if (!labels || selected) return;
  const column = labels instanceof Column ? labels : undefined;
  const own = words(labels.reference).filter((word) => word.length > 2);
  for (const [name, variable] of [...table.open]) {
    if (variable.kind !== "numeric" || isMatrix(variable)) continue;
    const start = /^(.+?)[_.:=\-\s]/.exec(name)?.[1];
    const isDummy =
      start !== undefined &&
      (bare(start) === bare(labels.reference) || isLabelName(start)) &&
      (await isTruth(variable));
    if (isDummy) leaveOut(table, name, `it repeats the labels ${labels.reference}`);
    else if (column && (own.length > 0 || isLabelName(name))) {
      const other = await Column.from(name, variable);
      if (other && (await repeatsLabels(other, column)))
        leaveOut(table, name, `it repeats the labels ${labels.reference}`);
    }
  }
}

async function isTruth(variable: NumericVariable): Promise<boolean> {
  return (await variable.read()).every((value) => value === 0 || value === 1);
}
