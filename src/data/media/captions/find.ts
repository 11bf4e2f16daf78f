// The file of captions that lies among the pictures, where one does: captions.csv, metadata.jsonl, results.csv, captions_train.json, …
import { join, posix } from "node:path";
import { AmbiguousDataError, UserError } from "../../../errors.js";
import type { ReadOptions } from "../../formats/text/options.js";
import { isFileColumn } from "./columns.js";
import { PictureFinder, word } from "./matching.js";
import { type CaptionTable, isPictureName, readCaptionTable } from "./table.js";

const endings = new Set(".csv .tsv .jsonl .ndjson .parquet".split(" "));
/** Text and JSON may be anything: only names that say captions are looked into. */
const named = /(?:caption|metadata|annotation)[^/]*\.(?:json|txt)$|(?:^|\.)token\.txt$/i;
/** Files that are looked into: beyond, they are data of another kind. */
const most = 20;
/** Rows of a file that are looked at. */
const looked = 1000;

/** Whether a file may be one of captions, by its name and where it lies (not deeper than one folder). */
function isCandidate(path: string): boolean {
  const isShallow = path.split("/").length <= 2;
  return isShallow && (endings.has(posix.extname(path).toLowerCase()) || named.test(path));
}

/**
 * The file of captions, undefined where there is none.
 * @param others the files below the folder that are no pictures.
 * @throws AmbiguousDataError where several files name pictures.
 */
export async function findCaptions(
  folder: string,
  pictures: readonly string[],
  others: readonly string[],
  options: ReadOptions,
): Promise<{ readonly table?: CaptionTable; readonly notes: readonly string[] }> {
  const candidates = others.filter(isCandidate).slice(0, most);
  const notes: string[] = [];
  const fits: CaptionTable[] = [];
  const finder = new PictureFinder(pictures, folder);
  for (const candidate of candidates) {
    try {
      const table = await readCaptionTable(join(folder, candidate), options);
      if (namesPictures(table, finder)) fits.push(table);
      else notes.push(`${candidate} names no picture here and is not read as captions`);
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof AmbiguousDataError) throw error;
      notes.push(`${candidate} is not read as captions: ${error.message}`);
    }
  }
  if (fits.length > 1) {
    throw new AmbiguousDataError(`${folder}: which file holds the captions?`, [
      ...fits.map(({ path }) => ({
        flags: `--captions ${word(path)}`,
        meaning: posix.basename(path),
        options: { captions: path },
      })),
      { flags: "--captions none", meaning: "no captions", options: { captions: "none" } },
    ]);
  }
  const [table] = fits;
  if (!table) return { notes };
  return { table, notes: [`captions are read from ${table.path} (--captions none leaves them out)`, ...notes] };
}

/** Whether a column has the names of pictures: with their endings, unless the column's name says that they are. */
function namesPictures(table: CaptionTable, finder: PictureFinder): boolean {
  return [...table.columns].some(([column, cells]) => {
    const names = cells.slice(0, looked).filter((cell) => typeof cell === "string");
    const hinted = isFileColumn(column);
    const known = names.filter((name) => {
      const match = finder.find(name);
      return ("index" in match || "several" in match) && (hinted || isPictureName(name));
    });
    return known.length > 0 && known.length * 10 >= names.length;
  });
}
