// Columns of a table that form a view together: by the start of their names, and as one matrix.
import { count, type NumericArray, type NumericVariable } from "../formats/variables.js";
import { trailingDigits } from "./trailing-digits.js";

/** Columns that are to be one view. */
export interface ColumnGroup {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The groups of a table's columns. */
export interface Grouping {
  readonly groups: readonly ColumnGroup[];
  /** A start of names that several columns share and that was not taken for a view: what the user may want to do about it. */
  readonly hint?: string;
}

/** A group of numbered columns has at least this many. */
const leastMembers = 2;
/** More views than this are no views but many names that happen to end in a number. */
const mostViews = 50;

/** The number at the end of a name and what stands before it: "img[3]" is 3 of img. In time that grows with the length of the name. */
function splitNumber(name: string): { prefix: string; numbers: string } {
  const { head, digits } = trailingDigits(name.replace(/[\])]$/, ""));
  let end = head.length;
  while (end > 0 && /[_.\-\s[(]/.test(head[end - 1]!)) end--;
  return { prefix: head.slice(0, end), numbers: digits };
}

/** What numbered columns share: "img_3" is of img, "px_2_14" of px where the first numbers run without a gap. */
export function numberedGroups(names: readonly string[]): Map<string, { name: string; numbers: string }[]> {
  const groups = new Map<string, { name: string; numbers: string }[]>();
  for (const name of names) {
    const { prefix, numbers } = splitNumber(name);
    if (prefix === "" || numbers === "") continue;
    const members = groups.get(prefix) ?? [];
    members.push({ name, numbers });
    groups.set(prefix, members);
  }
  return joinGrids(groups);
}

/** Groups px_0, px_1, px_2, … of the same numbers each are one: the pixels of px. */
function joinGrids(
  groups: Map<string, { name: string; numbers: string }[]>,
): Map<string, { name: string; numbers: string }[]> {
  const outer = new Map<string, string[]>();
  for (const prefix of groups.keys()) {
    const [, start = ""] = /^(.+)[_.-]\d+$/.exec(prefix) ?? [];
    if (start !== "") outer.set(start, [...(outer.get(start) ?? []), prefix]);
  }
  const joined = new Map(groups);
  for (const [start, prefixes] of outer) {
    const places = prefixes.map((prefix) => Number(trailingDigits(prefix).digits));
    const key = (prefix: string) =>
      groups
        .get(prefix)!
        .map(({ numbers }) => numbers)
        .join();
    const isGrid =
      prefixes.length > 2 && isWithoutGap(places) && prefixes.every((prefix) => key(prefix) === key(prefixes[0]!));
    if (!isGrid || groups.has(start)) continue;
    for (const prefix of prefixes) joined.delete(prefix);
    joined.set(
      start,
      prefixes.flatMap((prefix) => groups.get(prefix)!),
    );
  }
  return joined;
}

function isWithoutGap(numbers: readonly number[]): boolean {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.every((each, i) => each === sorted[0]! + i);
}

/**
 * The views of columns of numbers: one for each start of a name that numbered columns share (image0 … image9, text_0 … text_4),
 * where there are several; the other columns then form one more. Otherwise all columns are one view.
 * @param isNamed the names stand in the file.
 */
export function groupColumns(names: readonly string[], isNamed: boolean): Grouping {
  if (names.length === 0) return { groups: [] };
  if (!isNamed) return { groups: [{ name: "data", columns: names }] };
  const numbered = numberedGroups(names);
  const groups: ColumnGroup[] = [];
  for (const [prefix, members] of numbered) {
    const isMarked = members.every(({ name }) => /[_.\-\s[(]\d+[\])]?$/.test(name));
    if (members.length < leastMembers || !(isMarked || isWithoutGap(members.map(({ numbers }) => Number(numbers)))))
      continue;
    groups.push({ name: prefix, columns: members.map(({ name }) => name) });
  }
  // beside numbered columns, those that share a word before a sign are a view as well: protein_a, protein_b
  if (groups.length > 0) groups.push(...wordGroups(names, new Set(groups.flatMap(({ columns }) => columns))));
  const inGroups = new Set(groups.flatMap(({ columns }) => columns));
  const rest = names.filter((name) => !inGroups.has(name));
  const isTold = groups.length > 1 && groups.length <= mostViews && rest.length <= inGroups.size;
  if (!isTold) {
    const only = groups.length === 1 && rest.length === 0 ? groups[0]!.name : "data";
    const hint = groups.length > 1 ? undefined : sharedStarts(names);
    return { groups: [{ name: only, columns: names }], ...(hint !== undefined && { hint }) };
  }
  if (rest.length === 0) return { groups };
  const name =
    rest.length === 1 ? rest[0]! : groups.some((group) => group.name === "other") ? "other columns" : "other";
  return { groups: [...groups, { name, columns: rest }] };
}

/** Groups of columns whose names begin with the same word before _, . or :, among those that are in none yet. */
function wordGroups(names: readonly string[], taken: ReadonlySet<string>): ColumnGroup[] {
  const starts = new Map<string, string[]>();
  for (const name of names) {
    const start = taken.has(name) ? undefined : /^([\p{L}\d]+?)[_.:]\D/u.exec(name)?.[1];
    if (start !== undefined) starts.set(start, [...(starts.get(start) ?? []), name]);
  }
  return [...starts]
    .filter(([, columns]) => columns.length >= leastMembers)
    .map(([name, columns]) => ({ name, columns }));
}

/** A word about columns whose names begin alike, which could be views. */
function sharedStarts(names: readonly string[]): string | undefined {
  const starts = new Map<string, number>();
  for (const name of names) {
    const start = /^(.+?)[_.]/.exec(name)?.[1];
    if (start !== undefined) starts.set(start, (starts.get(start) ?? 0) + 1);
  }
  const shared = [...starts].filter(([, members]) => members > 1).map(([start]) => start);
  if (shared.length < 2 || shared.length > 8) return undefined;
  return `columns begin with ${shared.join(", ")}; --views ${shared.map((start) => `${start}=${start}`).join(",")} makes these the views`;
}

/**
 * The columns that a user means: a name, the start of names (img for img_0 … img_9), a pattern (img_*), or several of these
 * joined by +. Empty where there are none.
 */
export function columnsNamed(names: readonly string[], reference: string): string[] {
  if (names.includes(reference)) return [reference];
  if (reference.includes("+")) {
    const parts = reference.split("+").map((part) => columnsNamed(names, part.trim()));
    return parts.some((part) => part.length === 0) ? [] : [...new Set(parts.flat())];
  }
  if (reference.includes("*")) {
    const pieces = reference.split("*");
    return names.filter((name) => matches(name, pieces));
  }
  const grouped = numberedGroups(names).get(reference);
  if (grouped) return grouped.map(({ name }) => name);
  return names.filter((name) => name.startsWith(reference) && /^[_.\-\s[(]/.test(name.slice(reference.length)));
}

/** Whether a name is made of these pieces with anything between them. */
function matches(name: string, pieces: readonly string[]): boolean {
  const [first, last] = [pieces[0]!, pieces.at(-1)!];
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > name.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}

/** Columns side by side as one matrix, rows × columns; they are copied when they are read. */
export function joinColumns(members: readonly NumericVariable[]): NumericVariable {
  const rows = members[0]!.shape[0]!;
  const shape = [rows, members.length];
  const read = async (start = 0, end = members.length): Promise<NumericArray> => {
    const data = new Float64Array(rows * (end - start));
    for (let j = start; j < end; j++) data.set(await members[j]!.read(), (j - start) * rows);
    return data;
  };
  const slice = async (start: number, end: number): Promise<NumericArray> => {
    const data = new Float64Array(count([end - start, members.length]));
    for (const [j, member] of members.entries()) {
      const values = await member.read(start, end);
      for (let i = 0; i < values.length; i++) data[i * members.length + j] = values[i]!;
    }
    return data;
  };
  return { kind: "numeric", element: "double", shape, order: "column", read, slice };
}
