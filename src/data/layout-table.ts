// Tables (CSV, Parquet): which columns are the label, the ids, and the views.
import { UserError } from "../errors.js";
import { rank } from "./layout-find.js";
import { hasLabelName } from "./layout-labels.js";
import type { Scope } from "./layout-selection.js";
import { type NumericVariable, numeric, type Variable } from "./readers/variables.js";

const idNames = ["id", "index", "sampleid", "key", "uuid", "filename", "file", "path", "url", "name"];

export const hasIdName = (name: string): boolean => rank(idNames, name.replace(/s$/, "")) !== Number.POSITIVE_INFINITY;

/** The columns of a table, gathered. */
export interface TableScope {
  /** Matrices made of columns, list columns, the label and the text columns: what views and labels are looked for in. */
  readonly scope: Scope;
  readonly label?: string;
  readonly notes: readonly string[];
}

/**
 * Gathers the columns of numbers into matrices: one per prefix where every name is a prefix and a number and there are several
 * prefixes (image0 … image9, text0 … text4), otherwise one matrix "data" (or the only prefix). The label column is the one asked
 * for, the one with a usual name, or the only column of text that repeats itself.
 */
export async function tableScope(columns: Scope, asked: string | undefined): Promise<TableScope> {
  const notes: string[] = [];
  const label =
    asked !== undefined && columns.has(asked) ? asked : (labelByName(columns) ?? labelByContent(columns, notes));
  const scope = new Map<string, Variable>();
  const numbers: [string, NumericVariable][] = [];
  for (const [name, variable] of columns) {
    if (name === label || variable.kind !== "numeric" || variable.shape.length > 1) scope.set(name, variable);
    else if (hasIdName(name) && (await isUnique(variable))) scope.set(name, variable);
    else numbers.push([name, variable]);
  }
  const groups = new Map<string, [string, NumericVariable][]>();
  for (const each of numbers) {
    const prefix = /^(.*?)[_.-]?\d+$/.exec(each[0])?.[1] ?? "";
    groups.set(prefix, [...(groups.get(prefix) ?? []), each]);
  }
  const separate = !groups.has("") && [...groups.values()].every((members) => members.length > 1);
  const views = separate ? [...groups] : numbers.length > 0 ? [["data", numbers] as const] : [];
  for (const [prefix, members] of views) {
    const name = prefix === "column" ? "data" : prefix;
    scope.set(scope.has(name) ? `${name} columns` : name, await joined(members));
  }
  return { scope, notes, ...(label !== undefined && { label }) };
}

function labelByName(columns: Scope): string | undefined {
  return [...columns.keys()].find((name) => hasLabelName(name) && columns.get(name)!.kind !== "skipped");
}

function labelByContent(columns: Scope, notes: string[]): string | undefined {
  const repeating = [...columns].filter(
    ([name, variable]) =>
      variable.kind === "text" && !hasIdName(name) && new Set(variable.lines).size < variable.lines.length,
  );
  if (repeating.length !== 1) return undefined;
  const name = repeating[0]![0];
  notes.push(`column "${name}" is taken for the labels, as the only one of text that repeats itself`);
  return name;
}

async function isUnique(variable: NumericVariable): Promise<boolean> {
  const values = await variable.read();
  return new Set<number>(values as Float64Array).size === values.length;
}

async function joined(members: readonly (readonly [string, NumericVariable])[]): Promise<NumericVariable> {
  const rows = members[0]![1].shape[0]!;
  const data = new Float64Array(rows * members.length);
  for (const [i, [, member]] of members.entries()) data.set(await member.read(), i * rows);
  const columns = members.map(([name]) => name);
  return { ...numeric("double", [rows, members.length], "column", data), names: { columns } };
}

/** @throws UserError where the label column that was asked for is not there. */
export function checkAsked(columns: Scope, asked: string | undefined, path: string): void {
  if (asked === undefined || columns.has(asked)) return;
  throw new UserError(
    `${path}: there is no column "${asked}"; its columns are ${[...columns.keys()].slice(0, 20).join(", ")}`,
  );
}
