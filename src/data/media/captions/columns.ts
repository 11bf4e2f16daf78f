// Which column of a table names the pictures, and which hold words, labels, the split and ids: by name and content, or a question.
import { AmbiguousDataError, type Choice, UserError } from "../../../errors.js";
import { few } from "../../layout/account.js";
import { groups, sameGroups } from "../../layout/facts.js";
import { isSplitName, partOfWord, words } from "../../layout/words.js";
import { type PictureFinder, word } from "./matching.js";
import { type CaptionTable, type Cell, isPictureName } from "./table.js";

/** Columns that the user names; "none" where there is none of a kind. */
export interface ColumnOptions {
  readonly fileColumn?: string;
  /** One or several. */
  readonly textColumns?: readonly string[];
  readonly labelColumn?: string;
  readonly splitColumn?: string;
  readonly idColumn?: string;
  /** What several columns of words are: the parts of one caption, or a caption each. */
  readonly textAs?: "joined" | "each";
}

/** What the columns of a table are. */
export interface Columns {
  readonly file: string;
  readonly texts: readonly string[];
  readonly textAs: "joined" | "each";
  readonly label?: string;
  readonly split?: string;
  readonly id?: string;
  readonly notes: readonly string[];
}

const fileWords = new Set(
  "file filename filenames filepath image images img picture photo path imagepath imagename".split(" "),
);
const textWords = new Set(
  `caption captions text texts sentence sentences description descriptions desc title titles comment comments prompt prompts
  alt alttext keyword keywords tag tags word words summary headline raw`.split(/\s+/),
);
const labelWords = new Set(
  "label labels class classes category categories target targets y genre genres species topic topics".split(" "),
);
const idWords = new Set("id ids uid uuid guid key imageid sampleid".split(" "));

/** Whether a column's name says that it names files. */
export const isFileColumn = (name: string): boolean => words(name).some((each) => fileWords.has(each));

const bare = (name: string): string => words(name).join("");

/**
 * Works out the columns of a table of captions.
 * @throws UserError where a column that is named is not there, or none names pictures; AmbiguousDataError where two columns fit.
 */
export function findColumns(table: CaptionTable, finder: PictureFinder, options: ColumnOptions): Columns {
  const notes: string[] = [];
  for (const name of [options.fileColumn, options.labelColumn, options.splitColumn, options.idColumn].concat(
    options.textColumns,
  )) {
    if (name !== undefined && name !== "none") need(table, name);
  }
  const file = options.fileColumn ?? fileColumn(table, finder);
  const taken = new Set([file, ...(options.textColumns ?? [])]);
  const pick = (
    asked: string | undefined,
    find: (free: readonly string[]) => string | undefined,
  ): string | undefined => {
    const free = [...table.columns.keys()].filter((name) => !taken.has(name));
    const found = asked === undefined ? find(free) : asked === "none" ? undefined : asked;
    if (found !== undefined) taken.add(found);
    return found;
  };
  for (const name of [options.labelColumn, options.splitColumn, options.idColumn]) if (name) taken.add(name);
  const split = pick(options.splitColumn, (free) => splitColumn(table, free));
  const label = pick(options.labelColumn, (free) => labelColumn(table, free));
  const id = pick(options.idColumn, (free) => free.find((name) => idWords.has(bare(name))));
  const free = [...table.columns.keys()].filter((name) => !taken.has(name));
  const texts = options.textColumns?.filter((name) => name !== "none") ?? textColumns(table, free, label !== undefined);
  const textAs = options.textAs ?? howTexts(table, texts);
  if (texts.length > 1) {
    const how =
      textAs === "joined"
        ? "together are one caption of a picture (--text-as each makes them a caption each)"
        : "are a caption each (--text-as joined makes one of them)";
    notes.push(`the columns ${texts.join(", ")} ${how}`);
  }
  const used = new Set([...taken, ...texts]);
  const left = [...table.columns.keys()].filter((name) => !used.has(name));
  if (left.length > 0) notes.push(`columns that are not used: ${few(left, 8)}`);
  if (table.unread.size > 0)
    notes.push(`columns that are not read: ${few([...table.unread].map(([name, why]) => `${name} (${why})`))}`);
  return { file, texts, textAs, ...(label && { label }), ...(split && { split }), ...(id && { id }), notes };
}

function need(table: CaptionTable, name: string): void {
  if (table.columns.has(name)) return;
  const why = table.unread.get(name);
  throw new UserError(
    `${table.path}: ${why === undefined ? `no column "${name}"` : `column "${name}" is not read (${why})`}; its columns are ${few([...table.columns.keys()], 12)}`,
  );
}

/** Rows that are looked at to see which column names pictures. */
const sampled = 500;

/** The column whose values name most pictures. */
function fileColumn(table: CaptionTable, finder: PictureFinder): string {
  const step = Math.max(1, Math.floor(table.rows / sampled));
  const candidates = [...table.columns].flatMap(([name, cells]) => {
    const values = cells.filter((cell, i): cell is string => i % step === 0 && typeof cell === "string");
    const matches = values.map((value) => finder.find(value));
    const known = matches.filter((match) => "index" in match || "several" in match).length;
    const exact = matches.filter((match) => ("index" in match || "several" in match) && match.level === 0).length;
    const looks = values.filter(isPictureName).length;
    return known + looks > 0
      ? [{ name, known, exact, looks, share: values.length === 0 ? 0 : known / values.length }]
      : [];
  });
  const best = candidates.filter(({ share }) => share >= 0.5);
  const strict = best.filter(({ exact, known }) => exact * 2 >= known);
  const named = (list: typeof candidates) => list.filter(({ name }) => isFileColumn(name));
  for (const group of [
    strict,
    best,
    named(candidates),
    candidates.filter(({ looks, known }) => looks > 0 || known > 0),
  ]) {
    if (group.length === 0) continue;
    const [first, ...more] = group.sort((a, b) => b.known - a.known || b.looks - a.looks);
    const differing = more.filter(({ name }) => !meanTheSame(table, finder, first!.name, name));
    if (differing.length === 0) return first!.name;
    throw new AmbiguousDataError(
      `${table.path}: which column names the pictures?`,
      [first!, ...differing].map(({ name }) => choice("--file-column", "fileColumn", name, example(table, name))),
    );
  }
  const byName = [...table.columns.keys()].find((name) => isFileColumn(name));
  if (byName !== undefined) return byName;
  const shown = [...table.columns.keys()].slice(0, 6).map((name) => `${name} ${example(table, name)}`);
  throw new UserError(
    `${table.path}: no column names pictures of ${finder.folder}, which has "${finder.paths[0]}"; its columns are ${shown.join(", ")}`,
  );
}

/** Whether two columns name the same picture in every row that is looked at. */
function meanTheSame(table: CaptionTable, finder: PictureFinder, a: string, b: string): boolean {
  const [left, right] = [table.columns.get(a)!, table.columns.get(b)!];
  return left.slice(0, sampled).every((cell, i) => {
    const other = right[i];
    if (typeof cell !== "string" || typeof other !== "string") return true;
    const [x, y] = [finder.find(cell), finder.find(other)];
    return !("index" in x) || !("index" in y) || x.index === y.index;
  });
}

function splitColumn(table: CaptionTable, free: readonly string[]): string | undefined {
  const fits = free.filter((name) => {
    const values = distinct(table.columns.get(name)!, 20);
    if (values === undefined || values.length === 0) return false;
    const isPart = values.every((value) => partOfWord(value.trim()) !== undefined);
    return isPart || (isSplitName(name) && /^(?:splits?|partition|fold)$/.test(bare(name)));
  });
  return oneOf(table, fits, "says the part of each sample", "--split-column", "splitColumn");
}

function labelColumn(table: CaptionTable, free: readonly string[]): string | undefined {
  const fits = free.filter((name) => labelWords.has(bare(name)));
  return oneOf(table, fits, "holds the labels", "--label-column", "labelColumn");
}

/** The one column of those that fit; several that put the same samples together are one (in words rather than numbers). */
function oneOf(
  table: CaptionTable,
  fits: readonly string[],
  question: string,
  flag: string,
  option: keyof ColumnOptions,
): string | undefined {
  if (fits.length < 2) return fits[0];
  const coded = fits.map((name) =>
    groups(
      table.columns.get(name)!.map((cell) => (Array.isArray(cell) ? cell.join("\n") : (cell as string | undefined))),
    ),
  );
  if (coded.every((each) => sameGroups(coded[0]!, each))) {
    return (
      fits.find((name) => !distinct(table.columns.get(name)!, 2000)?.every((value) => /^\d+$/.test(value))) ?? fits[0]
    );
  }
  throw new AmbiguousDataError(
    `${table.path}: which column ${question}?`,
    [...fits, "none"].map((name) =>
      choice(flag, option, name, name === "none" ? "no such column" : example(table, name)),
    ),
  );
}

function textColumns(table: CaptionTable, free: readonly string[], hasLabels: boolean): readonly string[] {
  const named = free.filter((name) => textKind(name) !== undefined);
  if (named.length > 0) return named;
  // Words differ from row to row, and most have more than one of them.
  const prose = free.filter((name) => {
    const cells = table.columns.get(name)!.slice(0, sampled);
    const texts = cells.flatMap((cell) => cell ?? []);
    return texts.length > 0 && texts.filter((text) => /\p{L}\s+\p{L}/u.test(text)).length * 2 >= texts.length;
  });
  if (prose.length === 1) return prose;
  if (prose.length === 0 && (hasLabels || free.length === 0)) return [];
  const open = prose.length > 0 ? prose : free;
  throw new AmbiguousDataError(
    `${table.path}: which column holds the words?`,
    [...open, "none"].map((name) =>
      choice("--text-column", "textColumns", name, name === "none" ? "no words" : example(table, name)),
    ),
  );
}

/** The word that makes a name one of words: "caption" of caption_2 and blip_captions. */
function textKind(name: string): string | undefined {
  const own = words(name);
  const whole = own.filter((each) => !/^\d+$/.test(each)).join("");
  const found = textWords.has(whole) ? whole : own.find((each) => textWords.has(each));
  return found?.replace(/s$/, "");
}

/** Columns of one kind (caption_1, caption_2) are a caption each, those of different kinds the parts of one. */
function howTexts(table: CaptionTable, texts: readonly string[]): "joined" | "each" {
  if (texts.length < 2) return "each";
  const kinds = new Set(texts.map((name) => textKind(name) ?? name));
  if (kinds.size === 1) return "each";
  if (kinds.size === texts.length) return "joined";
  const flags = texts.map((name) => `--text-column ${word(name)}`).join(" ");
  throw new AmbiguousDataError(`${table.path}: are ${few(texts)} parts of one caption, or a caption each?`, [
    { flags: `${flags} --text-as joined`, meaning: "one caption", options: { textColumns: texts, textAs: "joined" } },
    { flags: `${flags} --text-as each`, meaning: "a caption each", options: { textColumns: texts, textAs: "each" } },
  ]);
}

function choice(flag: string, option: keyof ColumnOptions, name: string, meaning: string): Choice {
  return { flags: `${flag} ${word(name)}`, meaning, options: { [option]: option === "textColumns" ? [name] : name } };
}

function example(table: CaptionTable, name: string): string {
  const cell = table.columns.get(name)!.find((each) => each !== undefined && each.length > 0);
  return cell === undefined ? "empty" : JSON.stringify(String(typeof cell === "string" ? cell : cell[0]).slice(0, 40));
}

/** The different texts of a column, undefined where there are more than `most`. */
function distinct(cells: readonly Cell[], most: number): readonly string[] | undefined {
  const values = new Set<string>();
  for (const cell of cells) {
    for (const text of cell === undefined ? [] : [cell].flat()) values.add(text as string);
    if (values.size > most) return undefined;
  }
  return [...values];
}
