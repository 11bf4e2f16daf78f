// How a user names variables: "image=0,text=X{2}" for views, "data.labels" for labels.
import { UserError } from "../../errors.js";
import { describe, type NumericVariable, numeric, type Variable } from "../formats/variables.js";
import { isMatrix } from "./entry.js";

/** One view as the user requested it. */
export interface ViewSelection {
  readonly name: string;
  /** A variable, an item of a cell (X{1} counts from 1 as MATLAB does, X[0] from 0), a field (s.a), or the number of a found view. */
  readonly variable: string;
  /** In a table, the columns instead. */
  readonly columns?: readonly string[];
}

/**
 * Parses NAME=VARIABLE,NAME=VARIABLE,…
 * @throws UserError where a part is no NAME=VARIABLE or a name is there twice.
 */
export function parseViewSelection(text: string): ViewSelection[] {
  const selections = text.split(",").map((part): ViewSelection => {
    const sign = part.indexOf("=");
    const [name, variable] = [part.slice(0, Math.max(0, sign)), part.slice(sign + 1)].map((side) => side.trim());
    if (!name || !variable) {
      throw new UserError(`--views ${text}: "${part.trim()}" is not NAME=VARIABLE (for example image=X1,text=X2)`);
    }
    return { name, variable };
  });
  const repeated = selections.find(({ name }, i) => selections.findIndex((each) => each.name === name) !== i);
  if (repeated) throw new UserError(`--views ${text}: two views are named "${repeated.name}"; give each its own name`);
  return selections;
}

/** Variables by the names under which they can be requested. */
export type Scope = ReadonlyMap<string, Variable>;

/**
 * The variable that a reference leads to: the longest variable name that it begins with, then fields and items.
 * @throws UserError that lists what there is.
 */
export function resolveReference(scope: Scope, reference: string, path: string): Variable {
  const names = [...scope.keys()].filter(
    (name) => name !== "" && reference.startsWith(name) && /^($|[.[{/(])/.test(reference.slice(name.length)),
  );
  const name = names.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
  const start = scope.get(name);
  if (!start) throw new UserError(`${path}: there is no variable ${reference}; ${inventory(scope)}`);
  let variable: Variable = start;
  let walked = name;
  for (let rest = reference.slice(name.length); rest !== ""; ) {
    const column = /^\[:,(\d+)\]$|^\(:,(\d+)\)$/.exec(rest);
    if (column)
      return columnOf(variable, walked, column[1] === undefined ? Number(column[2]) - 1 : Number(column[1]), path);
    const step = /^\[(\d+)\]|^\{(\d+)\}|^[./]([^.[{/]+)/.exec(rest);
    if (!step)
      throw new UserError(
        `${path}: ${reference} cannot be understood after ${walked}; write X{1}, X[0], s.field or, for a column, X[:,0]`,
      );
    variable = follow(variable, walked, step, path);
    walked += step[0];
    rest = rest.slice(step[0].length);
  }
  return variable;
}

/** One column of a matrix, counted from 0. */
function columnOf(variable: Variable, walked: string, column: number, path: string): NumericVariable {
  if (variable.kind !== "numeric" || !isMatrix(variable) || variable.shape.length !== 2) {
    throw new UserError(`${path}: ${walked} has no columns; it is ${describe(variable)}`);
  }
  const [rows, width] = variable.shape as [number, number];
  if (column < 0 || column >= width) {
    throw new UserError(
      `${path}: ${walked} has no column ${column}; it is ${describe(variable)}, columns 0 to ${width - 1}`,
    );
  }
  const values = async (start = 0, end = rows) => {
    if (variable.order === "column") return (await variable.read(column, column + 1)).slice(start, end);
    const block = await variable.slice(start, end);
    return Float64Array.from({ length: end - start }, (_, i) => block[i * width + column]!);
  };
  return { ...numeric(variable.element, [rows], "row", new Float64Array(0)), read: values, slice: values };
}

function follow(variable: Variable, walked: string, step: RegExpExecArray, path: string): Variable {
  const [text, bracket, brace, field] = step;
  if (field !== undefined) {
    const fields = variable.kind === "struct" ? variable.elements[0] : undefined;
    const value = fields?.get(field);
    if (value && variable.kind === "struct" && variable.elements.length === 1) return value;
    const there = fields ? `its fields are ${[...fields.keys()].join(", ")}` : `it is ${describe(variable)}`;
    if (value)
      throw new UserError(`${path}: ${walked} is ${describe(variable)}; choose one, as in ${walked}{1}.${field}`);
    throw new UserError(`${path}: ${walked} has no field ${field}; ${there}`);
  }
  const index = bracket === undefined ? Number(brace) - 1 : Number(bracket);
  if (variable.kind === "struct" && variable.elements[index]) {
    return { kind: "struct", shape: [1, 1], elements: [variable.elements[index]] };
  }
  const items = variable.kind === "cell" ? variable.items : [];
  const item = items[index];
  if (item) return item;
  const size = variable.kind === "struct" ? variable.elements.length : items.length;
  if (size === 0) throw new UserError(`${path}: ${walked} has no items; it is ${describe(variable)}`);
  throw new UserError(
    `${path}: ${walked}${text} is not there; ${walked}{1} to ${walked}{${size}} are (or ${walked}[0] to ${walked}[${size - 1}])`,
  );
}

/** "it holds X (2×1 cell), y (544×1 double)". */
export function inventory(scope: Scope): string {
  const entries = [...scope].map(([name, variable]) => `${name} (${describe(variable)})`);
  const shown = entries.slice(0, 12).join(", ");
  return `it holds ${shown || "nothing"}${entries.length > 12 ? ` and ${entries.length - 12} more` : ""}`;
}
