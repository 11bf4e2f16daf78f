// What the tests of text files share: a text in, a short account of its columns out.
import { readContent } from "../readers.testing.js";
import type { Variable } from "../variables.js";
import type { ReadOptions } from "./options.js";

/** What became of a file: its columns as values or lines, and what was said. */
export interface Account {
  readonly columns: Record<string, unknown>;
  readonly index: readonly string[];
  readonly hasHeader: boolean;
  readonly dialect: string;
  readonly notes: readonly string[];
  /** Cells of columns of numbers as they are written; undefined where the numbers say it all. */
  readonly written: Record<string, readonly string[] | undefined>;
}

/** Reads a text; vectors become lists, missing lines null, skipped columns their reason. */
export async function account(folder: string, text: string | Uint8Array, options?: ReadOptions): Promise<Account> {
  const content = await readContent(folder, "table.txt", text, options);
  const columns: Record<string, unknown> = {};
  const written: Record<string, readonly string[] | undefined> = {};
  for (const [name, variable] of content.variables) {
    columns[name] = await valuesOf(variable);
    if (variable.kind === "numeric") written[name] = await variable.written?.();
  }
  content.close();
  const { index, hasHeader, dialect = "" } = content.table!;
  return { columns, index, hasHeader, dialect, notes: content.notes, written };
}

async function valuesOf(variable: Variable): Promise<unknown> {
  if (variable.kind === "skipped") return variable.reason;
  if (variable.kind === "text") return variable.lines.map((line, i) => (variable.missing?.[i] === 1 ? null : line));
  if (variable.kind !== "numeric") return variable.kind;
  if (variable.element === "int64") return "int64";
  const values = [...(await variable.read())];
  const width = variable.shape[1];
  if (width === undefined) return variable.element === "logical" ? values.map((each) => each === 1) : values;
  return Array.from({ length: variable.shape[0]! }, (_, row) => values.slice(row * width, (row + 1) * width));
}

/** A number with two decimals that looks drawn at random, the same for the same places. */
export function pseudo(row: number, column: number): string {
  const mixed = Math.imul(row * 7919 + column * 104_729 + 17, 2_654_435_761) >>> 8;
  return `${1 + (mixed % 8)}.${10 + ((mixed >>> 8) % 89)}`;
}

/** Lines made from their numbers. */
export const lines = (count: number, make: (row: number) => string): string =>
  Array.from({ length: count }, (_, row) => `${make(row)}\n`).join("");

/** A class for each row; none of them comes in a regular order. */
export const label = (row: number): string => ["cat", "dog", "eel"][(row * row + (row > 4 ? 1 : 0)) % 3]!;
