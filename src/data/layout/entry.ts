// The variables of a file one by one: structs and groups opened, matrices taken out of cells of one.
import { UserError } from "../../errors.js";
import {
  count,
  type FileContent,
  type NumericVariable,
  type SparseVariable,
  type Variable,
} from "../formats/variables.js";

/** A variable that is no struct, under the name by which a user can request it. */
export interface Entry {
  /** X1, data.X, X{2}. */
  readonly reference: string;
  readonly variable: Variable;
}

const deepest = 6;

/** All variables; the fields of structs and groups under "struct.field", those of a struct array as a cell. */
export function entriesOf({ variables }: FileContent): Entry[] {
  const entries: Entry[] = [];
  const add = (reference: string, variable: Variable, depth: number): void => {
    const inner = octaveValue(unwrap(variable));
    if (inner.kind !== "struct" || depth === deepest) {
      entries.push({ reference, variable: inner });
      return;
    }
    const [first] = inner.elements;
    for (const [field, value] of first ?? []) {
      const items = inner.elements.map((element) => element.get(field) ?? value);
      const own: Variable = items.length === 1 ? value : { kind: "cell", shape: inner.shape, items };
      add(`${reference}.${field}`, own, depth + 1);
    }
  };
  for (const [name, variable] of variables) add(name, variable, 0);
  return entries;
}

/** Octave's HDF5 files have a group of type and value for each variable. */
function octaveValue(variable: Variable): Variable {
  if (variable.kind !== "struct" || variable.elements.length !== 1) return variable;
  const [fields] = variable.elements;
  const value = fields!.get("value");
  return fields!.size === 2 && value && fields!.get("type")?.kind === "text" ? unwrap(value) : variable;
}

/** MATLAB files often wrap a matrix in a cell of one. */
export function unwrap(variable: Variable): Variable {
  let inner = variable;
  while (inner.kind === "cell" && inner.items.length === 1 && inner.items[0]!.kind !== "text") inner = inner.items[0]!;
  return inner;
}

/** Lengths of the axes that are longer than 1. */
export const longAxes = (variable: { readonly shape: readonly number[] }): number[] =>
  variable.shape.filter((length) => length > 1);

/** The variable where it is an array with two axes or more that are longer than 1. */
export function matrixOf(variable: Variable): NumericVariable | SparseVariable | undefined {
  const isArray = variable.kind === "numeric" || variable.kind === "sparse";
  return isArray && longAxes(variable).length >= 2 ? variable : undefined;
}

export const isMatrix = (variable: Variable): boolean => matrixOf(variable) !== undefined;

/** One axis longer than 1. */
export const isVector = (variable: Variable): boolean =>
  (variable.kind === "numeric" || variable.kind === "sparse") && longAxes(variable).length === 1;

/** The lengths that could be the number of samples: those of the first and the last axis, without axes of 1 around them. */
export function sampleAxes(variable: { readonly shape: readonly number[] }): { first: number; last: number } {
  const axes = longAxes(variable);
  // a vector is a column of samples, or one sample; where its shape says which, that counts
  if (axes.length <= 1) return { first: axes[0] ?? 1, last: axes[0] ?? 1 };
  return { first: axes[0]!, last: axes.at(-1)! };
}

/** The matrix that a variable is. @throws UserError where it is something else. */
export function asMatrix(variable: Variable, reference: string, path: string): NumericVariable | SparseVariable {
  const inner = unwrap(variable);
  if (inner.kind === "numeric" || inner.kind === "sparse") return inner;
  if (inner.kind === "skipped") throw new UserError(`${path}: ${reference} cannot be a view: ${inner.reason}`);
  const items = inner.kind === "cell" ? `; name one of its items, as in ${reference}{1}` : "";
  const fields =
    inner.kind === "struct" ? `; name one of its fields: ${[...(inner.elements[0]?.keys() ?? [])].join(", ")}` : "";
  const kinds = {
    cell: `a cell of ${inner.kind === "cell" ? inner.items.length : 0}`,
    struct: "a struct",
    text: "text",
  };
  throw new UserError(
    `${path}: ${reference} cannot be a view: it is ${kinds[inner.kind]}, expected a matrix${items}${fields}`,
  );
}

/** Whether a variable is one number. */
export const isScalar = (variable: Variable): boolean =>
  (variable.kind === "numeric" || variable.kind === "sparse") && count(variable.shape) === 1;
