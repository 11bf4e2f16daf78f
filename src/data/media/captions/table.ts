// A file of captions as columns of text: CSV and its kin, JSON lines, Parquet, COCO's JSON, and the text files of Flickr8k and 30k.
import { extname } from "node:path";
import { UserError } from "../../../errors.js";
import { readVariables } from "../../formats/index.js";
import { openSource, type Source } from "../../formats/source.js";
import { detectEncoding, textStart, utf8Blocks } from "../../formats/text/encoding.js";
import { isJson } from "../../formats/text/json.js";
import { jsonObjects } from "../../formats/text/json-objects.js";
import type { ReadOptions } from "../../formats/text/options.js";
import { textLines } from "../../formats/text/text-lines.js";
import { columnTexts } from "../../layout/facts.js";
import { pictureEndings } from "../picture-kinds.js";
import { isCoco, readCoco } from "./coco.js";
import { isFlickr, readFlickr } from "./flickr.js";
import { tableOfObjects } from "./objects.js";

/** What a row has in a column: text, several texts, or nothing. */
export type Cell = string | readonly string[] | undefined;

/** The rows of a file of captions, column by column. */
export interface CaptionTable {
  readonly path: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly Cell[]>;
  /** Columns that hold no text, and why. */
  readonly unread: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Bytes of a file of captions: larger ones belong into Parquet. */
const mostText = 2 ** 30;

/**
 * Reads a file of captions; its form is recognized by content.
 * @param options what the user says about a text table.
 * @throws UserError where it cannot be read or is no table; AmbiguousDataError where a text table can be understood in two ways.
 */
export async function readCaptionTable(path: string, options: ReadOptions = {}): Promise<CaptionTable> {
  const source = openSource(path);
  try {
    if (source.size === 0) throw new UserError(`${path} is empty, expected a table of pictures and words`);
    if (isJson(source, options)) {
      if (source.size > mostText) throw new UserError(`${path} has ${source.size} bytes, expected ${mostText} at most`);
      const encoding = detectEncoding(source, options.encoding);
      const objects = Array.from(jsonObjects(utf8Blocks(source, encoding), path), ({ value }) => value);
      return isCoco(objects) ? readCoco(objects[0]!, path) : tableOfObjects(objects, path);
    }
    const flickr = options.delimiter === undefined ? flickrTable(source, options) : undefined;
    if (flickr) return flickr;
  } finally {
    source.close();
  }
  return readColumns(path, options);
}

function flickrTable(source: Source, options: ReadOptions): CaptionTable | undefined {
  const { path, size } = source;
  const start = textStart(source, options.encoding).split("\n", 1)[0]!;
  if (size > mostText || !isFlickr(start)) return undefined;
  return readFlickr([...textLines(utf8Blocks(source, detectEncoding(source, options.encoding)), path)], path);
}

async function readColumns(path: string, options: ReadOptions): Promise<CaptionTable> {
  const content = await readVariables(path, options);
  try {
    const { table, notes, variables } = content;
    if (!table)
      throw new UserError(`${path} is a ${content.format} file of arrays, expected a table of pictures and words`);
    const first = [...variables.keys()].find(isPictureName);
    if (first !== undefined && table.hasHeader && options.header === undefined && content.format === "csv") {
      const plain = await readColumns(path, { ...options, header: "no" });
      return {
        ...plain,
        notes: [`the first line of ${path} names a picture ("${first}"), so it is no header`, ...plain.notes],
      };
    }
    const columns = new Map<string, readonly Cell[]>();
    const unread = new Map<string, string>();
    let rows = 0;
    for (const [name, variable] of variables) {
      const texts = await columnTexts(variable);
      if (texts === undefined) unread.set(name, variable.kind === "skipped" ? variable.reason : "no text");
      else columns.set(name, texts);
      rows = Math.max(rows, texts?.length ?? 0);
    }
    return {
      path,
      rows,
      columns,
      unread,
      notes: notes.filter((note) => !/^(?:columns of numbers|numbers in)/.test(note)),
    };
  } finally {
    content.close();
  }
}

/** Whether a text is the name of a picture, perhaps with the number of a caption behind it. */
export function isPictureName(text: string): boolean {
  return pictureEndings.has(extname(text.trim().replace(/#\d+$/, "")).toLowerCase());
}
