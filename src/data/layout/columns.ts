// Columns of values that lie beside the views: which are labels, ids, splits, and which repeat the labels.
import type { Splits } from "../dataset.js";
import { describe, type NumericArray, strings, type Variable } from "../formats/variables.js";
import { ask, choice } from "./draft.js";
import { isMatrix } from "./entry.js";
import { columnTexts, groups, sameGroups, type Texts } from "./facts.js";
import {
  idRank,
  isIdName,
  isLabelName,
  isOwnerName,
  isPandasIndex,
  isRowName,
  isSplitName,
  isSubjectName,
  labelRank,
  partOfWord,
  words,
} from "./words.js";

/** A vector or list with one value per sample; what is costly to know of it is worked out when it is requested, once. */
export class Column {
  readonly reference: string;
  readonly variable: Variable;
  readonly isText: boolean;
  /** Absent for texts and for integers beyond 2^53. */
  readonly numbers?: NumericArray;
  readonly length: number;
  #texts?: Promise<Texts>;
  #isWhole?: boolean;
  #distinct?: number;

  private constructor(reference: string, variable: Variable, length: number, numbers?: NumericArray) {
    this.reference = reference;
    this.variable = variable;
    this.length = length;
    this.isText = strings(variable) !== undefined;
    if (numbers) this.numbers = numbers;
  }

  /** undefined for what is no vector and no list. */
  static async from(reference: string, variable: Variable): Promise<Column | undefined> {
    const lines = strings(variable);
    if (lines) return new Column(reference, variable, lines.length);
    if (variable.kind === "numeric" && !isMatrix(variable)) {
      const numbers = await variable.read().catch((error: unknown) => {
        if (variable.written) return undefined;
        throw error;
      });
      if (numbers) return new Column(reference, variable, numbers.length, numbers);
    }
    const texts = await columnTexts(variable);
    return texts && new Column(reference, variable, texts.length);
  }

  /** The values as the file writes them. */
  texts(): Promise<Texts> {
    this.#texts ??= columnTexts(this.variable).then((texts) => texts ?? []);
    return this.#texts;
  }

  /** Whole numbers, and some of them; integers too large for a double are. */
  get isWhole(): boolean {
    const { numbers, isText } = this;
    if (isText) return false;
    this.#isWhole ??= numbers === undefined || isWholeNumbers(numbers);
    return this.#isWhole;
  }

  /** Different values that are there, counted up to a limit. */
  async distinct(limit = Number.POSITIVE_INFINITY): Promise<number> {
    if (this.#distinct !== undefined) return this.#distinct;
    const seen = new Set<number | string>();
    const values =
      this.numbers && !("written" in this.variable && this.variable.written) ? this.numbers : await this.texts();
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === undefined || Number.isNaN(value)) continue;
      seen.add(value);
      if (seen.size > limit) return seen.size;
    }
    this.#distinct = seen.size;
    return seen.size;
  }

  /** Values that are there. */
  async present(): Promise<number> {
    let count = 0;
    if (this.numbers) for (const value of this.numbers) count += Number.isNaN(value) ? 0 : 1;
    else for (const text of await this.texts()) count += text === undefined ? 0 : 1;
    return count;
  }

  /** All values are there and differ. */
  async isUnique(): Promise<boolean> {
    return (await this.present()) === this.length && (await this.distinct()) === this.length;
  }

  /** Whole numbers that go up by one from row to row. */
  get isCounting(): boolean {
    const { numbers } = this;
    if (!numbers || numbers.length < 2 || !this.isWhole) return false;
    for (let i = 1; i < numbers.length; i++) if (numbers[i] !== numbers[i - 1]! + 1) return false;
    return true;
  }
}

function isWholeNumbers(numbers: NumericArray): boolean {
  let some = false;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (Number.isInteger(value)) some = true;
    else if (!Number.isNaN(value)) return false;
  }
  return some;
}

/** The columns among some variables that have one value for each of `samples` samples. */
export async function columnsOf(
  entries: Iterable<{ readonly reference: string; readonly variable: Variable }>,
  samples: number,
): Promise<Column[]> {
  const columns: Column[] = [];
  for (const { reference, variable } of entries) {
    const column = await Column.from(reference, variable);
    if (column?.length === samples) columns.push(column);
  }
  return columns;
}

/** Whether values could be classes: texts that repeat, or whole numbers each of which is there twice on average. */
export async function couldBeClasses(column: Column): Promise<boolean> {
  if (!column.isText && !column.isWhole) return false;
  const present = await column.present();
  const distinct = await column.distinct(present);
  return distinct >= 2 && distinct < present && (column.isText || distinct * 2 <= present);
}

/** The columns of labels by name, the likeliest first; words before numbers where the names are as likely. */
export async function namedLabels(columns: readonly Column[]): Promise<Column[]> {
  const named: Column[] = [];
  for (const column of columns) {
    if (!isLabelName(column.reference) || !(column.isText || column.isWhole)) continue;
    const distinct = await column.distinct();
    const present = await column.present();
    // a handful of samples may well be of a class each
    const isSmall = present < 10 && distinct >= 2;
    if (isSmall || (column.isText ? distinct >= 2 && distinct < present : await couldBeClasses(column)))
      named.push(column);
  }
  return named.sort((a, b) => labelRank(a.reference) - labelRank(b.reference) || Number(b.isText) - Number(a.isText));
}

/**
 * The labels among columns none of which is named as labels are: the only column of text that repeats itself, or the only one
 * with a name that people give to classes.
 * @param isTable other columns of whole numbers are features; in files of arrays nothing else than labels is such a vector.
 * @param mayAsk false where the user has named the views: then labels that are not certain are none.
 * @throws AmbiguousDataError where several could be the labels.
 */
export async function labelsByContent(
  columns: readonly Column[],
  path: string,
  isTable: boolean,
  mayAsk: boolean,
): Promise<{ column: Column; note: string } | undefined> {
  const texts: Column[] = [];
  const numbers: Column[] = [];
  for (const column of columns) {
    const { reference, isText } = column;
    if (isIdName(reference) || isOwnerName(reference) || isRowName(reference)) continue;
    if (!isText && isTable && !isSubjectName(reference)) continue;
    if ((isText && (await isSplit(column))) || column.isCounting || !(await couldBeClasses(column))) continue;
    if (isText) texts.push(column);
    else if ((await column.distinct(101)) <= 100) numbers.push(column);
  }
  const namedTexts = texts.filter(({ reference }) => isSubjectName(reference));
  const namedNumbers = numbers.filter(({ reference }) => isSubjectName(reference));
  const sure =
    namedTexts.length === 1 ? namedTexts[0] : texts.length === 1 && namedNumbers.length === 0 ? texts[0] : undefined;
  const what = isTable ? "column" : "variable";
  if (sure) {
    const why = texts.length === 1 ? "as the only one of text that repeats itself" : "by its name";
    return {
      column: sure,
      note: `${what} "${sure.reference}" is taken for the labels, ${why}; --labels none for no labels`,
    };
  }
  const open = [...new Set([...namedTexts, ...namedNumbers, ...texts, ...numbers])];
  if (open.length === 0 || !mayAsk) return undefined;
  const choices = [];
  for (const column of open) {
    choices.push(
      choice({ labels: column.reference }, `${describe(column.variable)}, ${await column.distinct()} values`),
    );
  }
  ask(path, `no ${what} is named as labels are, which one holds them?`, [
    ...choices,
    choice({ labels: "none" }, "no labels"),
  ]);
}

/** Whether a column's groups are those of the labels, so that it gives them away. */
export async function repeatsLabels(column: Column, labels: Column): Promise<boolean> {
  if (!column.isText && !column.isWhole) return false;
  const classes = await labels.distinct();
  if ((await column.distinct(classes)) !== classes) return false;
  const own = words(labels.reference);
  const shared = words(column.reference).some((word) => word.length > 2 && own.includes(word));
  // with two classes a feature may part the samples alike by chance
  if (classes < 3 && !shared && !isLabelName(column.reference) && !isSubjectName(column.reference)) return false;
  return sameGroups(groups(await column.texts()), groups(await labels.texts()));
}

/** Words for the parts of a data set, and nothing else. */
export async function isSplit(column: Column): Promise<boolean> {
  if (!column.isText) return false;
  const texts = await column.texts();
  const there = new Set(texts.filter((text) => text !== undefined).map((text) => partOfWord(text.trim())));
  return there.size >= 2 && !there.has(undefined);
}

/** The split that a column says: by words for parts, or by truth values under a name such as is_train. */
export async function splitsOf(column: Column): Promise<Splits | undefined> {
  const { reference, variable } = column;
  const rows = async (wanted: (text: string) => boolean) => {
    const texts = await column.texts();
    return Int32Array.from(texts.keys()).filter((row) => texts[row] !== undefined && wanted(texts[row]!.trim()));
  };
  if (await isSplit(column)) {
    const texts = await column.texts();
    const parts = new Set(texts.flatMap((text) => (text === undefined ? [] : partOfWord(text.trim())!)));
    const splits = new Map<string, Int32Array>();
    for (const part of parts) splits.set(part, await rows((text) => partOfWord(text) === part));
    return Object.fromEntries(splits);
  }
  const [, is, part] = /^(is)?(train|test)(?:mask)?$/.exec(words(reference).join("")) ?? [];
  const isTruth =
    variable.kind === "numeric" &&
    (variable.element === "logical" || is !== undefined) &&
    (await column.distinct(2)) === 2;
  if (part === undefined || !isTruth) return undefined;
  const isOne = (text: string) => /^(1|true)$/i.test(text);
  return { [part]: await rows(isOne), [part === "train" ? "test" : "train"]: await rows((text) => !isOne(text)) };
}

/** The split by a column that the user names: as `splitsOf` says, else a part for each of its values. */
export async function namedSplits(column: Column): Promise<Splits> {
  const own = await splitsOf(column);
  if (own) return own;
  const texts = await column.texts();
  const parts = [...new Set(texts.filter((text) => text !== undefined))];
  return Object.fromEntries(
    parts.map((part) => [part, Int32Array.from(texts.keys()).filter((row) => texts[row] === part)]),
  );
}

/** What a column is that is neither a feature nor the labels. */
export type SideRole = { readonly role: "ids" } | { readonly role: "ignored"; readonly reason: string };

/**
 * Whether a column names its rows (ids), or says whose they are, so that it is no feature: decided by its name together with
 * its values. undefined for what may be a feature, labels or text.
 * @param isIndex the file marks it as names of the rows.
 */
export async function sideRole(column: Column, isIndex: boolean): Promise<SideRole | undefined> {
  const { reference, isText, isWhole } = column;
  if (isIndex || isPandasIndex(reference)) {
    return (await column.isUnique()) ? { role: "ids" } : { role: "ignored", reason: "an index that repeats" };
  }
  const [isId, isRow, isOwner] = [isIdName(reference), isRowName(reference), isOwnerName(reference)];
  const isFold = isSplitName(reference) && /fold|split/i.test(reference);
  if (!isId && !isRow && !isOwner && !isFold) return undefined;
  // numbers such as 13e3 and 2.50 are names only where the file does not write them as quantities
  const isName =
    isText || isWhole || (isId && (await column.texts()).every((text) => text === undefined || /[a-z]/i.test(text)));
  if (!isName) return undefined;
  if (isId) return (await column.isUnique()) ? { role: "ids" } : { role: "ignored", reason: "ids that repeat" };
  if (isRow && (await column.isUnique())) return { role: "ids" };
  if (isOwner && !isText) return { role: "ignored", reason: "it says whose a row is" };
  if (isFold && !isText) return { role: "ignored", reason: "folds" };
  return undefined;
}

/** Ids by how likely their name is one. */
export const byIdRank = (a: Column, b: Column): number => idRank(a.reference) - idRank(b.reference);

/** Whether the user says that there is no such thing. */
export const isNone = (text: string | undefined): boolean => text !== undefined && text.toLowerCase() === "none";
