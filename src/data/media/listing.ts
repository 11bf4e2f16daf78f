// The pictures in a folder and below it, by name and content; what else is there is counted. Links that lead out are not followed.
import { closeSync, constants, type Dirent, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";
import { shortened } from "../../visible.js";
import { few } from "../layout/account.js";
import { otherKind, type PictureKind, pictureEndings, pictureKind, sniffed } from "./picture-kinds.js";

/** A picture of a folder. */
export interface ListedPicture {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly kind: PictureKind;
  readonly bytes: number;
}

/** What a folder holds. */
export interface Listing {
  readonly folder: string;
  /** Ascending by path, by UTF-16 unit: the same order on every machine. */
  readonly pictures: readonly ListedPicture[];
  /** Paths of the other plain files below the folder, with `/`, ascending. */
  readonly others: readonly string[];
  readonly notes: readonly string[];
}

/** Who hears of a long listing, and how it is stopped. */
export interface ListingOptions {
  readonly signal?: AbortSignal;
  /** Receives how many of the files that were found so far have been looked at. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Files that a folder may have, and folders inside folders: more is a mistake in the path, such as the root of a disk. */
const limits = { files: 5_000_000, depth: 64 } as const;
/** Files that are looked at between two turns of the event loop. */
const stride = 256;

interface Found {
  readonly files: string[];
  readonly outside: string[];
  readonly unread: string[];
  hidden: number;
}

/**
 * Lists a folder: every file whose first bytes are those of a picture. Hidden files and folders are left out and counted, links to files
 * inside the folder are followed, links to folders or out of the folder are not.
 * @throws UserError where there is no such folder, or it holds no picture (the message says what it holds).
 */
export async function listPictures(folder: string, options: ListingOptions = {}): Promise<Listing> {
  const found = await walk(folder, options.signal);
  const { files, outside, unread, hidden } = found;
  files.sort((a, b) => (a < b ? -1 : 1));
  const pictures: ListedPicture[] = [];
  const [others, broken, unnamed]: [string[], string[], string[]] = [[], [], []];
  const start = Buffer.allocUnsafe(sniffed);
  for (const [i, path] of files.entries()) {
    if (i % stride === 0) {
      options.signal?.throwIfAborted();
      options.onProgress?.(i, files.length);
      await nextTurn();
    }
    const named = pictureEndings.has(extname(path).toLowerCase());
    const look = lookInto(join(folder, path), start);
    if (look === undefined) unread.push(path);
    else if (look.kind) {
      if (!named) unnamed.push(path);
      pictures.push({ path, kind: look.kind, bytes: look.bytes });
    } else if (named) broken.push(`${path} is ${look.what}`);
    else others.push(path);
  }
  options.onProgress?.(files.length, files.length);
  const notes = [
    ...said(
      broken.length,
      "file is named as a picture and is none",
      "files are named as pictures and are none",
      broken,
    ),
    ...said(
      unnamed.length,
      "picture has another name's ending",
      "pictures have the ending of another kind of file",
      unnamed,
    ),
    ...said(
      outside.length,
      "link is not followed",
      "links are not followed (to folders, or out of the folder)",
      outside,
    ),
    ...said(unread.length, "file or folder cannot be read", "files or folders cannot be read", unread),
    ...said(hidden, "hidden file or folder is left out", "hidden files or folders are left out", []),
  ];
  if (pictures.length === 0) {
    const why = [...notes, ...othersNote(others)].join("; ") || "it is empty";
    throw new UserError(`${folder} has no pictures (JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG): ${why}`);
  }
  return { folder, pictures, others, notes };
}

function said(count: number, one: string, many: string, examples: readonly string[]): string[] {
  if (count === 0) return [];
  const shown =
    examples.length > 0
      ? `: ${few(
          examples.slice(0, 1000).map((text) => shortened(text, 120)),
          3,
        )}`
      : "";
  return [`${count} ${count === 1 ? one : many}${shown}`];
}

/** What other files a folder holds, by their endings; empty where there are none. */
export function othersNote(others: readonly string[]): string[] {
  return said(others.length, "other file is left out", "other files are left out", endings(others));
}

/** "3 .txt", the most frequent first. */
function endings(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const ending = extname(file).toLowerCase() || "without an ending";
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([ending, count]) => `${count} ${ending}`);
}

/** All plain files below the folder, in no order. */
async function walk(folder: string, signal: AbortSignal | undefined): Promise<Found> {
  const found: Found = { files: [], outside: [], unread: [], hidden: 0 };
  const root = await rootOf(folder);
  const waiting: { path: string; depth: number }[] = [{ path: "", depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    signal?.throwIfAborted();
    const { path, depth } = next;
    for (const entry of await entriesOf(folder, path, found)) {
      const inside = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.name.startsWith(".")) found.hidden++;
      else if (entry.isDirectory()) {
        if (depth === limits.depth)
          throw new UserError(`${join(folder, inside)} lies more than ${limits.depth} folders deep`);
        waiting.push({ path: inside, depth: depth + 1 });
      } else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(root, join(folder, inside))))) {
        found.files.push(inside);
      } else if (entry.isSymbolicLink()) found.outside.push(inside);
      else found.unread.push(inside);
    }
    if (found.files.length > limits.files) throw new UserError(`${folder} has more than ${limits.files} files`);
  }
  return found;
}

async function rootOf(folder: string): Promise<string> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new UserError(`${folder} is a file, expected a folder of pictures`);
    return await realpath(folder);
  } catch (error) {
    throw fileError(error, folder, "read");
  }
}

async function entriesOf(folder: string, path: string, found: Found): Promise<Dirent[]> {
  try {
    return await readdir(join(folder, path), { withFileTypes: true });
  } catch (error) {
    const reason = fileError(error, join(folder, path), "read");
    if (path === "" || !(reason instanceof UserError)) throw reason;
    found.unread.push(`${path}/`);
    return [];
  }
}

/** Whether a link leads to a plain file inside the folder. */
async function leadsToFile(root: string, link: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return target.startsWith(root.endsWith(sep) ? root : root + sep) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}

type Look = { readonly kind?: PictureKind; readonly what: string; readonly bytes: number };

/** The kind of a file by its first bytes; undefined where it cannot be read. */
function lookInto(path: string, start: Buffer): Look | undefined {
  try {
    // A pipe that took the place of the file would wait for a writer.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(file);
      if (!status.isFile()) return undefined;
      const beginning = start.subarray(0, readSync(file, start, 0, sniffed, 0));
      const kind = pictureKind(beginning);
      return { ...(kind && { kind }), what: kind ?? otherKind(beginning), bytes: status.size };
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** The path of a file below a folder, with `/`; undefined where it leads, by its links too, out of it. */
export function pathInside(folder: string, file: string): string | undefined {
  const [root, target] = [realpathSync(folder), realpathSync(file)];
  return target.startsWith(root + sep)
    ? target
        .slice(root.length + 1)
        .split(sep)
        .join("/")
    : undefined;
}
