// JSON objects as a table: a column per key, "a.b" for objects inside, lists of texts kept as lists.
import { UserError } from "../../../errors.js";
import { longMark } from "../../formats/text/json-objects.js";
import type { CaptionTable, Cell } from "./table.js";

type Values = Readonly<Record<string, unknown>>;
const most = { columns: 1000, depth: 8 } as const;

/** @throws UserError where there are no objects, or they have too many different keys. */
export function tableOfObjects(objects: readonly Values[], path: string): CaptionTable {
  const rows = objects.length === 1 ? rowsOf(objects[0]!) : objects;
  if (rows.length === 0) throw new UserError(`${path} is JSON without objects`);
  const columns = new Map<string, Cell[]>();
  const unread = new Map<string, string>();
  for (const [row, object] of rows.entries()) {
    for (const [name, value] of entriesOf(object, "", 0)) {
      const cell = cellOf(value);
      if (cell === null) {
        unread.set(name, "lists of other things than text");
        continue;
      }
      let column = columns.get(name);
      if (!column) {
        if (columns.size === most.columns) throw new UserError(`${path} has more than ${most.columns} different keys`);
        column = new Array<Cell>(rows.length);
        columns.set(name, column);
      }
      column[row] = cell;
    }
  }
  for (const name of unread.keys()) columns.delete(name);
  // Holes are what a row does not have.
  return {
    path,
    rows: rows.length,
    columns: new Map([...columns].map(([name, cells]) => [name, Array.from(cells)])),
    unread,
    notes: [],
  };
}

/** One object alone may be a dictionary from file names to captions, or have the rows in a list. */
function rowsOf(object: Values): readonly Values[] {
  const values = Object.entries(object);
  const lists = values.filter(([, value]) => Array.isArray(value) && value.length > 0 && value.every(isObject));
  if (lists.length === 1) return lists[0]![1] as Values[];
  const isCaptions = (value: unknown) => typeof value === "string" || (isTexts(value) && value.length > 0);
  if (values.length > 1 && values.every(([, value]) => isCaptions(value))) {
    return values.map(([file, caption]) => ({ file, caption }));
  }
  if (values.length > 1 && values.every(([, value]) => isObject(value))) {
    return values.map(([file, value]) => ({ file, ...(value as object) }));
  }
  return [object];
}

function* entriesOf(object: Values, prefix: string, depth: number): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(object)) {
    if (isObject(value) && depth < most.depth) yield* entriesOf(value, `${prefix}${key}.`, depth + 1);
    else yield [prefix + key, value];
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** null where a value is neither a text, a number nor a list of texts. */
function cellOf(value: unknown): Cell | null {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    const text = value.startsWith(longMark) ? value.slice(longMark.length) : value;
    return text.trim() === "" ? undefined : text;
  }
  if (Array.isArray(value) && value.every((item) => ["string", "number"].includes(typeof item))) {
    return value.map((item) => cellOf(item) as string | undefined).filter((item) => item !== undefined);
  }
  return null;
}
