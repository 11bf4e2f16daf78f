// Which picture a file name in a table means: by its path, its end, without its ending, without regard to case; or that it is not known.
import { posix } from "node:path";
import { AmbiguousDataError, UserError } from "../../../errors.js";
import { shortened } from "../../../visible.js";
import { few } from "../../layout/account.js";
import { pictureEndings } from "../picture-kinds.js";

/** What a name was found by. */
interface Found {
  readonly index: number;
  /** Place in `levels`. */
  readonly level: number;
  /** The path, the end of the path, or only the name without its folders. */
  readonly by: "path" | "end" | "name";
}

export type Match =
  | Found
  | { readonly several: readonly number[]; readonly level: number }
  | { readonly missing: true }
  /** An absolute path, a URL, or one with `..` that leads out of the folder: nothing there is looked at. */
  | { readonly outside: true };

/** How names are compared, the strictest first. */
const levels: readonly ((path: string) => string)[] = [
  (path) => path,
  withoutEnding,
  (path) => path.normalize("NFC").toLowerCase(),
  (path) => withoutEnding(path).normalize("NFC").toLowerCase(),
];
const levelNotes = [
  "",
  "without its ending",
  "without regard to case or Unicode form",
  "without its ending, case or Unicode form",
];

function withoutEnding(path: string): string {
  const ending = posix.extname(path);
  return pictureEndings.has(ending.toLowerCase()) ? path.slice(0, -ending.length) : path;
}

/** Finds pictures of a folder by the names that a table writes. */
export class PictureFinder {
  readonly #indexes: (Index | undefined)[] = [];
  readonly #exact: Map<string, number>;

  /**
   * @param paths of the pictures below the folder, with `/`.
   * @param folder its absolute path: names may begin with it.
   * @param base what names start from: a folder below it, or the beginning of paths that were written on another machine.
   * @param home the folder below it in which the table lies.
   */
  constructor(
    readonly paths: readonly string[],
    readonly folder: string,
    readonly base = "",
    readonly home = ".",
  ) {
    this.#exact = new Map(paths.map((path, i) => [path, i]));
  }

  find(value: string): Match {
    const path = this.#inside(value);
    if (path === undefined) return { outside: true };
    for (const [level, key] of levels.entries()) {
      const wanted = key(path);
      const { whole, ends } = this.#index(level);
      const steps = wanted.split("/");
      const longer = () => {
        for (let k = 1; k < steps.length - 1; k++) {
          const found = whole.get(steps.slice(k).join("/"));
          if (found !== undefined) return found;
        }
        return undefined;
      };
      for (const [by, places] of [
        ["path", whole.get(wanted)],
        ["end", ends.get(wanted) ?? longer()],
        ["name", ends.get(steps.at(-1)!)],
      ] as const) {
        if (typeof places === "number") return { index: places, level, by };
        if (places !== undefined) return { several: places, level };
      }
    }
    return { missing: true };
  }

  /** Place of the picture with exactly this path. */
  at(path: string): number | undefined {
    return this.#exact.get(path);
  }

  /** The name as a path below the folder; undefined where it leads out of it. */
  #inside(value: string): string | undefined {
    let path = value.trim().replaceAll("\\", "/");
    const base = this.base.replaceAll("\\", "/").replace(/\/+$/, "");
    if (base !== "" && path.startsWith(`${base}/`)) path = path.slice(base.length + 1);
    else if (base !== "" && !isAbsolute(path)) path = `${base}/${path}`;
    const folder = this.folder.replaceAll("\\", "/").replace(/\/+$/, "");
    if (path.startsWith(`${folder}/`)) path = path.slice(folder.length + 1);
    if (isAbsolute(path)) return undefined;
    const plain = posix.normalize(path);
    return plain === ".." || plain.startsWith("../") ? undefined : plain;
  }

  #index(level: number): Index {
    const known = this.#indexes[level];
    if (known) return known;
    const index: Index = { whole: new Map(), ends: new Map() };
    for (const [place, given] of this.paths.entries()) {
      const path = levels[level]!(given);
      add(index.whole, path, place);
      for (let at = 0; at >= 0; at = path.indexOf("/", at + 1))
        add(index.ends, at === 0 ? path : path.slice(at + 1), place);
    }
    this.#indexes[level] = index;
    return index;
  }
}

/** Pictures by their paths and by every end of these; one place is a number, so that most need no list. */
interface Index {
  readonly whole: Map<string, number | number[]>;
  readonly ends: Map<string, number | number[]>;
}

function add(map: Map<string, number | number[]>, key: string, place: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, place);
  else if (typeof known === "number") map.set(key, [known, place]);
  else known.push(place);
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[A-Za-z][A-Za-z0-9+.-]*:\/)/.test(path);
}

/** A picture of each name, and what was noticed. */
export interface Matched {
  /** Place of the picture; -1 where there is none. */
  readonly rows: Int32Array;
  /** Names without a picture, each once. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Finds the picture of every name.
 * @param names undefined where a row has no name. @param table path of the table, for messages.
 * @throws AmbiguousDataError where a name means several pictures, or names start from another folder; UserError where no name
 *   is known.
 */
export function matchNames(finder: PictureFinder, names: readonly (string | undefined)[], table: string): Matched {
  const matches = withFolders(
    names,
    names.map((name) => (name === undefined ? undefined : finder.find(name))),
  );
  const given = matches.filter((match) => match !== undefined).length;
  const outside = names.filter((_, i) => matches[i] && "outside" in matches[i]) as string[];
  const count = matches.filter((match) => match && ("index" in match || "several" in match)).length;
  if (count === 0 && outside.length > 0) throw elsewhere(finder, outside, table);
  if (count === 0) throw unknown(finder, names, table);
  const rows = Int32Array.from(matches, (match) => (match && "index" in match ? match.index : -1));
  const start = settle(finder, names, matches, rows, table);
  const missing = new Set<string>();
  for (const [i, name] of names.entries()) if (name !== undefined && rows[i]! < 0) missing.add(name);
  return {
    rows,
    missing: [...missing],
    notes: [...start, ...levelsNotes(names, matches, finder), ...outsideNotes(outside, given)],
  };
}

/**
 * Where some names are found with their folders, those of other folders are not there: "train/1.jpg" is not "test/1.jpg". Where none is,
 * folders are left out, as long as different names stay different pictures.
 */
function withFolders(
  names: readonly (string | undefined)[],
  matches: readonly (Match | undefined)[],
): (Match | undefined)[] {
  const hasFolder = (i: number) => /[/\\]/.test(names[i]!);
  const byName = (match: Match | undefined, i: number) =>
    match && "index" in match && match.by === "name" && hasFolder(i);
  const isPlaced = matches.some((match, i) => match && "index" in match && match.by !== "name" && hasFolder(i));
  if (isPlaced) return matches.map((match, i) => (byName(match, i) ? { missing: true } : match));
  const taken = new Map<number, string>();
  for (const [i, match] of matches.entries()) {
    if (!match || !("index" in match) || match.by === "path" || !hasFolder(i)) continue;
    const { index } = match;
    const before = taken.get(index);
    if (before !== undefined && before !== names[i]) {
      throw new UserError(
        `${quoted(before)} and ${quoted(names[i]!)} would be the same picture; give the folder that holds both`,
      );
    }
    taken.set(index, names[i]!);
  }
  return [...matches];
}

function outsideNotes(outside: readonly string[], given: number): string[] {
  if (outside.length === 0) return [];
  const examples = few([...new Set(outside)].slice(0, 100).map(quoted), 3);
  return [`${outside.length} of ${given} names lead out of the folder, where nothing is read: ${examples}`];
}

function levelsNotes(
  names: readonly (string | undefined)[],
  matches: readonly (Match | undefined)[],
  finder: PictureFinder,
) {
  const notes: string[] = [];
  for (const [level, how] of levelNotes.entries()) {
    const ours = names.flatMap((name, i) => {
      const match = matches[i];
      return match && "index" in match && match.level === level ? [{ name: name!, match }] : [];
    });
    const example = ({ name, match }: { name: string; match: Found }) =>
      `${quoted(name)} is ${finder.paths[match.index]}`;
    if (level > 0 && ours[0]) notes.push(`${ours.length} names are matched ${how}: ${example(ours[0])}`);
    const short = ours.filter(({ match }) => match.by === "name");
    if (short[0]) notes.push(`${short.length} names are matched without their folders: ${example(short[0])}`);
  }
  return notes;
}

/** Folders that are tried as the start of all names: of more, only the one that the table lies in. */
const mostStarts = 100;

/** Gives names that mean several pictures the one in the folder that all names start from, where there is one such folder. */
function settle(
  finder: PictureFinder,
  names: readonly (string | undefined)[],
  matches: readonly (Match | undefined)[],
  rows: Int32Array,
  table: string,
): string[] {
  const open = [...matches.keys()].filter((i) => matches[i] && "several" in matches[i]);
  if (open.length === 0) return [];
  const first = open[0]!;
  const several = (matches[first] as { several: readonly number[] }).several.map((index) => finder.paths[index]!);
  const starts = several.flatMap((path) =>
    path.endsWith(names[first]!) ? [path.slice(0, -names[first]!.length)] : [],
  );
  const likely = starts.length > mostStarts ? starts.filter((start) => start === `${finder.home}/`) : starts;
  const whole = likely.filter((start) =>
    names.every((name, i) => {
      const match = matches[i];
      return !match || "missing" in match || "outside" in match || finder.at(start + name!) !== undefined;
    }),
  );
  const atHome = whole.filter((start) => start === `${finder.home}/`);
  const fits = atHome.length > 0 ? atHome : whole;
  if (fits.length !== 1) {
    const question = `${table}: ${quoted(names[first]!)} means ${few(several, 3)} (${open.length} names mean several pictures): which folder do names start from?`;
    const choices = starts.map((start) => ({
      flags: `--picture-base ${word(start.replace(/\/$/, "") || ".")}`,
      meaning: `${start}${names[first]}`,
      options: { pictureBase: start.replace(/\/$/, "") || "." },
    }));
    if (choices.length < 2) {
      throw new UserError(
        `${table}: ${quoted(names[first]!)} means ${few(several, 3)}; write their names with folder and ending`,
      );
    }
    throw new AmbiguousDataError(question, choices);
  }
  for (const i of open) rows[i] = finder.at(fits[0]! + names[i]!)!;
  return [`the names in ${table} start from ${fits[0]!.replace(/\/$/, "") || "the folder itself"}`];
}

/** All names lead out of the folder: those of another machine, perhaps. */
function elsewhere(finder: PictureFinder, outside: readonly string[], table: string): UserError {
  const votes = new Map<string, { count: number; example: string }>();
  for (const value of outside.slice(0, 1000)) {
    const steps = value.trim().replaceAll("\\", "/").split("/");
    for (let k = 1; k < steps.length; k++) {
      const [start, rest] = [steps.slice(0, k).join("/"), steps.slice(k).join("/")];
      if (finder.at(rest) === undefined || start === "") continue;
      const vote = votes.get(start) ?? { count: 0, example: `${quoted(value)} is ${rest}` };
      votes.set(start, { ...vote, count: vote.count + 1 });
      break;
    }
  }
  const question = `${table} names files outside ${finder.folder}, where nothing is read: ${quoted(outside[0]!)}.`;
  const choices = [...votes].sort((a, b) => b[1].count - a[1].count);
  if (choices.length === 0)
    return new UserError(`${question} Expected names of pictures in it, such as ${quoted(finder.paths[0]!)}`);
  return new AmbiguousDataError(
    question,
    choices.map(([start, { example }]) => ({
      flags: `--picture-base ${word(start)}`,
      meaning: example,
      options: { pictureBase: start },
    })),
  );
}

function unknown(finder: PictureFinder, names: readonly (string | undefined)[], table: string): UserError {
  const given = names.filter((name) => name !== undefined);
  if (given.length === 0) return new UserError(`${table}: no row names a file`);
  const ours = few(finder.paths.slice(0, 2).map(quoted));
  return new UserError(
    `${table}: none of its ${given.length} names is a picture in ${finder.folder}; it has ${few(given.slice(0, 2).map(quoted))}, the folder has ${ours}`,
  );
}

const quoted = (text: string): string => `"${shortened(text, 80)}"`;

/** A text as one word of a command line. */
export function word(text: string): string {
  return /^[\w./:=,+@%-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
