// A folder of pictures, with words from a table where there is one, as a set of pictures with words.
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../errors.js";
import { shortened } from "../../visible.js";
import type { ReadOptions } from "../formats/text/options.js";
import { type ColumnOptions, findColumns } from "./captions/columns.js";
import { findCaptions } from "./captions/find.js";
import { matchNames, PictureFinder } from "./captions/matching.js";
import { type CaptionSamples, captionSamples } from "./captions/samples.js";
import { type CaptionTable, readCaptionTable } from "./captions/table.js";
import { labelsOf } from "./class-names.js";
import { folderLabels } from "./folder-labels.js";
import { type Listing, type ListingOptions, listPictures, othersNote, pathInside } from "./listing.js";
import type { MediaSet } from "./media-set.js";

/** How a folder of pictures is understood; what is absent is worked out, or asked. */
export interface MediaOptions extends ColumnOptions, ListingOptions {
  /** The file of captions; "none" where one that lies in the folder is not to be read. */
  readonly captions?: string;
  /** How a text file of captions is written. */
  readonly text?: ReadOptions;
  /** What the file names in it start from: a folder below, or the beginning of paths that were written on another machine. */
  readonly pictureBase?: string;
  /** Which sub-folders are the labels: 1 the outer ones (where nothing else says), 2 those inside them, 0 none. */
  readonly labelLevel?: number;
}

/**
 * Reads a folder of pictures, without decoding any: pictures in the folder and below, captions from a table (CSV, TSV, JSON lines, Parquet,
 * COCO's JSON, the text files of Flickr8k and 30k), labels and splits from the table or else from the sub-folders.
 *
 * Several captions of a picture (rows, lists) stay several. A picture without words, and words whose picture is not there, are samples
 * that lack a view.
 * @example
 * const set = await readPictureFolder("clipart/pictures", { captions: "clipart/captions.csv" });
 * set.ids.length // 5420
 * @throws UserError where there are no pictures, or the table cannot be read or names none of them; AmbiguousDataError where columns or
 *   names can be understood in several ways: the message has the flags, `choices` the options.
 */
export async function readPictureFolder(folder: string, options: MediaOptions = {}): Promise<MediaSet> {
  return mediaOfListing(await listPictures(folder, options), options);
}

/** The same from a listing. */
export async function mediaOfListing(listing: Listing, options: MediaOptions): Promise<MediaSet> {
  const { folder, pictures } = listing;
  const paths = pictures.map(({ path }) => path);
  const notes = [...listing.notes];
  const table = await captionsTable(listing, paths, options, notes);
  const words = table && tableSamples(table, folder, paths, options, notes);
  const home = table && pathInside(folder, table.path);
  notes.push(...othersNote(listing.others.filter((path) => path !== home)));
  const samples = words?.samples ?? paths.length;
  const { labelColumn, labelLevel } = options;
  if (labelLevel !== undefined && labelColumn !== undefined && labelColumn !== "none") {
    throw new UserError(
      `labels are either column ${labelColumn} or the folders of level ${labelLevel}; choose one of them`,
    );
  }
  const byTable = labelLevel === undefined ? words?.labels : undefined;
  const folders = folderLabels(paths, byTable || labelColumn === "none" ? 0 : labelLevel);
  const classes = byTable ?? folders.labels;
  const labels = classes && labelsOf(Array.from({ length: samples }, (_, i) => classes[i] ?? []));
  const splits = words?.splits ?? folders.splits;
  if (folders.splits) {
    const parts = Object.keys(folders.splits).join(", ");
    notes.push(
      words?.splits ? `splits are those of the table, not the folders ${parts}` : `splits are the folders ${parts}`,
    );
  }
  notes.push(...(words?.notes ?? []), ...folders.notes);
  if (classes && !labels) notes.push("all samples are of one class, so there are no labels");
  if (words) notes.push(...withoutWords(words, paths.length));
  const root = resolve(folder);
  return {
    name: basename(root),
    ids: idsOf(paths, words),
    pictures: Array.from({ length: samples }, (_, i) => (i < paths.length ? join(root, paths[i]!) : undefined)),
    ...(words?.texts.some((own) => own.length > 0) && { texts: words.texts }),
    ...(labels && { labels }),
    ...(splits && { splits }),
    source: table ? `${folder} ${table.path}` : folder,
    notes,
  };
}

/** The table that the user names, or the one that lies among the pictures. */
async function captionsTable(
  { folder, others }: Listing,
  paths: readonly string[],
  { captions, text = {} }: MediaOptions,
  notes: string[],
): Promise<CaptionTable | undefined> {
  if (captions === "none") return undefined;
  if (captions !== undefined) return readCaptionTable(captions, text);
  const found = await findCaptions(folder, paths, others, text);
  notes.push(...found.notes);
  return found.table;
}

function tableSamples(
  table: CaptionTable,
  folder: string,
  paths: readonly string[],
  options: MediaOptions,
  notes: string[],
): CaptionSamples {
  notes.push(...table.notes);
  const home = pathInside(folder, table.path);
  const finder = new PictureFinder(paths, realpathSync(folder), options.pictureBase, home && dirname(home));
  const columns = findColumns(table, finder, options);
  const names = table.columns.get(columns.file)!.map((cell, row) => {
    if (cell === undefined || typeof cell === "string") return cell;
    throw new UserError(
      `${table.path}: row ${row + 1} has a list in column ${columns.file}, expected the name of a picture`,
    );
  });
  const matched = matchNames(finder, names, table.path);
  notes.push(...matched.notes);
  return captionSamples(table, columns, matched, paths.length);
}

function withoutWords({ texts }: CaptionSamples, pictures: number): string[] {
  const bare = texts.slice(0, pictures).filter((own) => own.length === 0).length;
  return bare === 0 ? [] : [`${bare} of ${pictures} pictures have no words`];
}

/** The ids of the table, else the paths of pictures and the names that the table gives to words without one. */
function idsOf(paths: readonly string[], words: CaptionSamples | undefined): string[] {
  const ids = [...paths, ...(words?.wordsOnly ?? [])].map((id, i) => words?.ids?.[i] ?? id);
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id))
      throw new UserError(`two samples have the id "${shortened(id, 80)}"; leave the ids out with --id-column none`);
    seen.add(id);
  }
  return ids;
}
