// The variables of a file of arrays while their roles are found.
import { describe, type NumericVariable, type SparseVariable } from "../formats/variables.js";
import type { Ignored } from "./account.js";
import type { LayoutOptions } from "./draft.js";
import { type Entry, sampleAxes } from "./entry.js";
import type { Scope } from "./selection.js";

/** A matrix that may become a view. */
export interface Found {
  readonly name: string;
  readonly reference: string;
  readonly variable: NumericVariable | SparseVariable;
}

/** A file of arrays, or a part of one. */
export interface ArrayFile {
  readonly path: string;
  /** All variables, structs opened. */
  readonly entries: readonly Entry[];
  /** The variables as the file has them: what a user may name. */
  readonly variables: Scope;
  /** Rows are the samples by the custom of the format's users, where nothing says otherwise. */
  readonly rowsAreUsual: boolean;
}

/** The variables of a file while their roles are found. */
export interface Arrays extends ArrayFile {
  readonly options: LayoutOptions;
  readonly ignored: Ignored[];
  readonly notes: string[];
}

export function leaveOut({ ignored }: Arrays, { reference, variable }: Entry, reason: string, isNoted = true): void {
  if (ignored.some((each) => each.variable === reference)) return;
  ignored.push({ variable: reference, what: describe(variable), reason, isNoted });
}

/** Whether the user or the format says that a variable is not to be used. */
export function isLeftOut(state: Arrays, entry: Entry): boolean {
  const { reference } = entry;
  if (state.options.ignore?.some((name) => reference === name || reference.startsWith(`${name}.`))) {
    leaveOut(state, entry, "--ignore", false);
    return true;
  }
  return false;
}

export const scopeOf = ({ variables, entries }: ArrayFile): Scope =>
  new Map([...entries.map(({ reference, variable }) => [reference, variable] as const), ...variables]);

export const lastName = (reference: string): string => reference.split(/[./]/).at(-1)!;
export const foundOf = ({ reference, variable }: Entry): Found => ({
  name: lastName(reference),
  reference,
  variable: variable as NumericVariable,
});

export const hasAxis = ({ variable }: Found, n: number): boolean => {
  const { first, last } = sampleAxes(variable);
  return first === n || last === n;
};
