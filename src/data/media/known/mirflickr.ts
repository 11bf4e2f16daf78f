// MIRFLICKR-25k as it is published: im1.jpg …, meta/tags/tags1.txt … beside them, and a folder of annotations (Huiskes and Lew 2008).
import { basename, join, posix, resolve } from "node:path";
import { UserError } from "../../../errors.js";
import { inside, readRegular } from "../../../inside.js";
import type { Labels } from "../../dataset.js";
import type { Listing } from "../listing.js";
import type { MediaSet } from "../media-set.js";
import type { MediaOptions } from "../picture-folder.js";

const kinds = ["potential", "relevant", "all"] as const;

/**
 * Reads these folders: the tags of a picture are one caption; labels are the topics that list its number, in the files without _r1
 * (what is potentially visible: the 24 topics of the hashing papers), with _r1 (what is relevant: 14), or both, as `labelColumn` says.
 * undefined where the folder has no such files.
 * @throws UserError where an annotation is no list of numbers of pictures, or `labelColumn` is none of potential, relevant, all, none.
 */
export async function readMirflickr(
  { folder, pictures, others, notes: listed }: Listing,
  { labelColumn }: MediaOptions,
): Promise<MediaSet | undefined> {
  const tagged = others.find((path) => /(?:^|\/)meta\/tags\/tags\d+\.txt$/.test(path));
  if (tagged === undefined) return undefined;
  const place = posix.dirname(posix.dirname(posix.dirname(tagged)));
  const below = (path: string) => (place === "." ? path : `${place}/${path}`);
  const numbers = pictures.flatMap(({ path }) => {
    const number = /^im(\d+)\.jpg$/.exec(posix.basename(path))?.[1];
    return number !== undefined && posix.dirname(path) === place ? [Number(number)] : [];
  });
  if (numbers.length === 0) return undefined;
  numbers.sort((a, b) => a - b);
  const files = new Set(others);
  const texts = numbers.map((number) => {
    const path = below(`meta/tags/tags${number}.txt`);
    const tags = files.has(path) ? lines(folder, path).join(" ") : "";
    return tags === "" ? [] : [tags];
  });
  const topics = topicsOf(folder, others, numbers, labelColumn);
  const root = resolve(folder);
  const left = pictures.length - numbers.length;
  return {
    name: basename(root),
    ids: numbers.map((number) => below(`im${number}.jpg`)),
    pictures: numbers.map((number) => join(root, below(`im${number}.jpg`))),
    texts,
    ...(topics.labels && { labels: topics.labels }),
    source: folder,
    notes: [
      ...listed,
      `read as MIRFLICKR's folders: the tags in ${below("meta/tags")} are the caption of each picture`,
      ...(left > 0 ? [`${left} other pictures are left out`] : []),
      `${texts.filter((own) => own.length === 0).length} of ${texts.length} pictures have no tags`,
      ...topics.notes,
    ],
  };
}

function topicsOf(
  folder: string,
  others: readonly string[],
  numbers: readonly number[],
  wanted: string | undefined,
): { labels?: Labels; notes: string[] } {
  if (wanted === "none") return { notes: [] };
  if (wanted !== undefined && !(kinds as readonly string[]).includes(wanted)) {
    throw new UserError(`--label-column ${wanted}: MIRFLICKR's labels are ${kinds.join(", ")} or none`);
  }
  const first = others.find((path) => path.endsWith("_r1.txt"));
  if (first === undefined) return { notes: ["no annotations (*_r1.txt) were found, so there are no labels"] };
  const place = posix.dirname(first);
  const all = others.filter((path) => posix.dirname(path) === place && path.endsWith(".txt") && !/readme/i.test(path));
  const potential = all.filter((path) => !path.endsWith("_r1.txt"));
  const kind = wanted ?? (potential.length > 0 ? "potential" : "relevant");
  const used = all.filter((path) => kind === "all" || path.endsWith("_r1.txt") === (kind === "relevant"));
  const row = new Map(numbers.map((number, i) => [number, i]));
  const names = used.map((path) => posix.basename(path, ".txt"));
  const matrix = new Uint8Array(numbers.length * names.length);
  for (const [k, path] of used.entries()) {
    for (const line of lines(folder, path)) {
      if (!/^\d+$/.test(line))
        throw new UserError(`${join(folder, path)} has the line "${line.slice(0, 40)}", expected numbers of pictures`);
      const at = row.get(Number(line));
      if (at !== undefined) matrix[at * names.length + k] = 1;
    }
  }
  if (names.length < 2)
    return { notes: [`${place} has ${names.length} topics of kind ${kind}, so there are no labels`] };
  const bare = numbers.filter((_, i) => !matrix.subarray(i * names.length, (i + 1) * names.length).includes(1)).length;
  return {
    labels: { kind: "multi", matrix, names },
    notes: [
      `labels are the ${names.length} ${kind} topics of ${place} (--label-column ${kinds.join("|")}|none chooses)`,
      ...(bare > 0 ? [`${bare} pictures have none of these topics`] : []),
    ],
  };
}

/** Bytes of a file of tags or numbers. */
const mostBytes = 2 ** 24;

function lines(folder: string, path: string): string[] {
  const text = readRegular(inside(folder, path), mostBytes).toString("utf8");
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
