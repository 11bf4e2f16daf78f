// What the folders that pictures lie in say: the class of each, or the part of the data (train/cat/1.jpg).
import { UserError } from "../../errors.js";
import type { Splits } from "../dataset.js";
import { partOfWord } from "../layout/words.js";

/** What folders say about pictures. */
export interface FolderLabels {
  /** Name of the class of each picture, none where it lies in no folder of that level; absent where folders say nothing. */
  readonly labels?: readonly (readonly string[])[];
  readonly splits?: Splits;
  /** About the labels. */
  readonly notes: readonly string[];
}

/**
 * The classes of pictures by the folder at a level. Folders that hold everything ("pictures/…") are passed over, and so are folders
 * whose names are those of parts (train, val, test), which become splits.
 * @param paths of the pictures, with `/`.
 * @param level 1: the first folder that is not the same for all; 2: the one inside it; 0: no labels.
 * @throws UserError where no picture lies so deep.
 */
export function folderLabels(paths: readonly string[], level = 1): FolderLabels {
  const folders = paths.map((path) => path.split("/").slice(0, -1));
  let start = 0;
  while (folders.every((steps) => steps.length > start && steps[start] === folders[0]![start])) start++;
  const common = folders[0]!.slice(0, start).join("/");
  const notes: string[] = [];
  const isParts =
    folders.some((steps) => steps.length > start) &&
    folders.every((steps) => partOfWord(steps[start] ?? "") !== undefined);
  const splits = isParts ? splitsOf(folders.map((steps) => partOfWord(steps[start]!)!)) : undefined;
  if (splits) {
    start++;
  }
  const own = { ...(splits && { splits }), notes };
  if (level === 0) return own;
  const at = start + level - 1;
  const labels = folders.map((steps) => steps.slice(at, at + 1));
  const names = new Set(labels.flat());
  if (names.size === 0 && level > 1) throw new UserError(`no picture lies in a folder of level ${level}: ${paths[0]}`);
  if (names.size < 2) return own;
  const where = common === "" ? "" : ` below ${common}`;
  const deepest = folders.reduce((most, steps) => Math.max(most, steps.length - start), 0);
  const deeper =
    deepest > level ? ` (folders are ${deepest} deep; --label-level ${level + 1} takes those inside them)` : "";
  notes.push(`labels are the names of ${names.size} folders${where}${deeper}`);
  const bare = labels.filter((each) => each.length === 0).length;
  if (bare > 0) notes.push(`${bare} pictures lie in none of these folders and have no label`);
  return { ...own, labels };
}

function splitsOf(parts: readonly string[]): Splits {
  const rows = new Map<string, number[]>();
  for (const [i, part] of parts.entries()) {
    const own = rows.get(part);
    if (own) own.push(i);
    else rows.set(part, [i]);
  }
  return Object.fromEntries([...rows].map(([part, own]) => [part, Int32Array.from(own)]));
}
