// JSON tables: a line or an element of a list per sample, a variable per key.
import { UserError } from "../../../errors.js";
import type { Source } from "../source.js";
import type { FileContent, Variable } from "../variables.js";
import { detectEncoding, textStart, utf8Blocks } from "./encoding.js";
import { JsonColumn } from "./json-column.js";
import { jsonObjects } from "./json-objects.js";
import { checkReadOptions, type ReadOptions } from "./options.js";

/** Cells without a value that a table may have for each one with a value. */
const emptiest = 256;
const mostColumns = 2 ** 20;
const deepest = 32;

type Values = Readonly<Record<string, unknown>>;

/** Whether a text begins with an object, or a list of objects. */
export function isJson(source: Source, options: ReadOptions): boolean {
  return /^\s*(?:\[\s*)?\{\s*(?:"|\}|$)/.test(textStart(source, options.encoding));
}

/**
 * Reads objects: numbers, truth values, text, and lists of numbers that have one length (null is missing); an object inside gives
 * variables such as "a.b". One object of lists is read as a table of columns.
 * @throws UserError where the text is no JSON, or its objects make no table.
 */
export async function readJson(source: Source, options: ReadOptions = {}): Promise<FileContent> {
  checkReadOptions(options);
  const { path } = source;
  const encoding = detectEncoding(source, options.encoding);
  const rows = new JsonRows(path);
  const notes: string[] = encoding.note ? [encoding.note] : [];
  let only: Values | undefined;
  for (const { value } of jsonObjects(utf8Blocks(source, encoding), path)) {
    // the first object waits: alone it may hold the columns
    if (rows.count === 0 && only === undefined) {
      only = value;
      continue;
    }
    if (rows.count === 0) rows.add(only!);
    rows.add(value);
  }
  if (rows.count === 0 && only) {
    const columns = columnsOf(only);
    if (columns) {
      notes.push("the file is one object; its lists are the columns");
      for (const row of columns) rows.add(row);
    } else rows.add(only);
  }
  source.close();
  if (rows.count === 0) throw new UserError(`${path} is JSON without objects`);
  const variables = new Map<string, Variable>();
  for (const [name, column] of rows.columns) {
    const { variable, note } = column.finish(rows.count);
    variables.set(name, variable);
    if (note) notes.push(note);
  }
  if (![...variables.values()].some(({ kind }) => kind === "numeric"))
    throw new UserError(`${path} is JSON without numbers that make columns`);
  return {
    format: "json",
    path,
    variables,
    table: { index: [], hasHeader: true, dialect: `JSON objects, ${encoding.name}` },
    notes,
    close: () => {},
  };
}

class JsonRows {
  readonly columns = new Map<string, JsonColumn>();
  count = 0;
  #cells = 0;

  constructor(readonly path: string) {}

  add(values: Values): void {
    this.#addAll(values, "", 0);
    this.count++;
  }

  #addAll(values: Values, prefix: string, depth: number): void {
    for (const [key, value] of Object.entries(values)) {
      const name = prefix + key;
      if (value !== null && typeof value === "object" && !Array.isArray(value)) {
        if (depth === deepest) throw new UserError(`${this.path}: "${name.slice(0, 60)}" lies too deep`);
        this.#addAll(value as Values, `${name}.`, depth + 1);
      } else this.#column(name).set(this.count, value);
    }
  }

  #column(name: string): JsonColumn {
    this.#cells++;
    const known = this.columns.get(name);
    if (known) return known;
    const column = new JsonColumn(name, this.path);
    this.columns.set(name, column);
    const size = this.columns.size;
    if (size > mostColumns) throw new UserError(`${this.path}: more than ${mostColumns} keys are too many for a table`);
    if (size * this.count > emptiest * this.#cells + 1e6)
      throw new UserError(`${this.path}: its objects have hardly any keys in common, so they make no table`);
    return column;
  }
}

/** One object of lists (or of objects with the same keys, as pandas writes a data frame) as rows; undefined where it is none. */
function columnsOf(object: Values): Values[] | undefined {
  const columns = Object.entries(object);
  const keys = new Set(
    columns.map(([, value]) => (value !== null && typeof value === "object" ? Object.keys(value).join() : "")),
  );
  if (columns.length < 2 || keys.size !== 1 || keys.has("")) return undefined;
  const places = Object.keys(columns[0]![1] as object);
  const isList = columns.every(([, value]) => Array.isArray(value));
  if (places.length < 2 || (!isList && !places.every((place) => /^\d+$/.test(place)))) return undefined;
  return places.map((place) => Object.fromEntries(columns.map(([name, value]) => [name, (value as Values)[place]])));
}
