// Which variables of a file are its views, where the user has not said so.
import { UserError } from "../errors.js";
import { inventory, type Scope } from "./layout-selection.js";
import { count, type NumericVariable, type SparseVariable, type Variable } from "./readers/variables.js";

/** A matrix that is to become a view. */
export interface Found {
  readonly name: string;
  /** How the user would name it: X{1}, X1, data.image. */
  readonly reference: string;
  readonly variable: NumericVariable | SparseVariable;
}

/** Names that multi-view files give their list of views, or the start of numbered ones, the likeliest first. */
const viewNames = [
  "x",
  "views",
  "view",
  "data",
  "fea",
  "feas",
  "feature",
  "features",
  "feat",
  "feats",
  "xs",
  "v",
  "mv",
  "modality",
];

const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
const lastPart = (name: string): string => name.split(/[./]/).at(-1)!;

/** Position in a list of usual names, or Infinity. */
export function rank(names: readonly string[], name: string): number {
  const at = names.indexOf(bare(lastPart(name)));
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** Two axes or more that are longer than 1, or any sparse matrix. */
export function isMatrix(variable: Variable): boolean {
  if (variable.kind === "sparse") return true;
  return variable.kind === "numeric" && variable.shape.filter((length) => length > 1).length >= 2;
}

/**
 * The scopes to look in: the file's variables, then with its structs opened, and the structs in those. The fields of a struct
 * array become cells.
 */
export function* scopes(variables: Scope): Generator<Scope> {
  let scope = variables;
  for (let depth = 0; depth < 6; depth++) {
    yield scope;
    const opened = new Map<string, Variable>();
    for (const [name, variable] of scope) {
      if (variable.kind !== "struct") {
        opened.set(name, variable);
        continue;
      }
      const [first] = variable.elements;
      for (const [field, value] of first ?? []) {
        const items = variable.elements.map((element) => element.get(field) ?? value);
        opened.set(`${name}.${field}`, items.length === 1 ? value : { kind: "cell", shape: variable.shape, items });
      }
    }
    if (opened.size === scope.size && [...opened.keys()].every((name) => scope.has(name))) return;
    scope = opened;
  }
}

/**
 * The views in a scope: the matrices in a cell, or matrices with numbered names, or all matrices. Empty where there are none.
 * @param labels names that hold labels.
 * @throws UserError where there are several such sets and none has a usual name.
 */
export function findViews(scope: Scope, labels: ReadonlySet<string>, path: string): Found[] {
  const rest = new Map([...scope].filter(([name]) => !labels.has(name)));
  return viewsInCell(rest, path) ?? numberedViews(rest, path) ?? allMatrices(rest);
}

function viewsInCell(scope: Scope, path: string): Found[] | undefined {
  const cells = [...scope].filter(([, variable]) => variable.kind === "cell" && holdsMatrices(variable.items));
  const name = choose(
    cells.map(([each]) => each),
    scope,
    path,
  );
  const cell = name === undefined ? undefined : scope.get(name);
  if (cell?.kind !== "cell") return undefined;
  return cell.items.map((item, i) => {
    const reference = `${name}{${i + 1}}`;
    return { name: String(i), reference, variable: asMatrix(item, reference, path) };
  });
}

function holdsMatrices(items: readonly Variable[]): boolean {
  const inner = items.map(unwrap);
  return (
    inner.some(isMatrix) &&
    inner.every((item) => item.kind === "numeric" || item.kind === "sparse" || item.kind === "skipped")
  );
}

/** MATLAB files often wrap a matrix in a cell of one. */
function unwrap(variable: Variable): Variable {
  let inner = variable;
  while (inner.kind === "cell" && inner.items.length === 1) inner = inner.items[0]!;
  return inner;
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

function numberedViews(scope: Scope, path: string): Found[] | undefined {
  const groups = new Map<string, { name: string; index: number }[]>();
  for (const [name, variable] of scope) {
    const [, prefix, index] = /^(.*?)[_.-]?(\d+)$/.exec(name) ?? [];
    if (!prefix || !isMatrix(variable)) continue;
    const group = groups.get(prefix) ?? [];
    group.push({ name, index: Number(index) });
    groups.set(prefix, group);
  }
  const prefixes = [...groups].filter(([, members]) => members.length > 1).map(([prefix]) => prefix);
  const others = [...scope].filter(([name, variable]) => isMatrix(variable) && !/\d$/.test(name));
  if (prefixes.length > 1 && prefixes.every((prefix) => rank(viewNames, prefix) === Number.POSITIVE_INFINITY))
    return undefined;
  const prefix = choose(prefixes, scope, path);
  // numbered names of no usual kind beside other matrices are just matrices
  if (prefix === undefined || (others.length > 0 && rank(viewNames, prefix) === Number.POSITIVE_INFINITY))
    return undefined;
  const members = groups.get(prefix)!.sort((a, b) => a.index - b.index);
  return members.map(({ name }) => ({ name, reference: name, variable: scope.get(name) as NumericVariable }));
}

function choose(names: readonly string[], scope: Scope, path: string): string | undefined {
  const best = [...names].sort((a, b) => rank(viewNames, a) - rank(viewNames, b))[0];
  if (best !== undefined && names.length > 1 && rank(viewNames, best) === Number.POSITIVE_INFINITY) {
    throw new UserError(
      `${path}: ${names.join(" and ")} could each be the views; choose with --views a=${names[0]}{1},b=${names[0]}{2} --labels NAME; ${inventory(scope)}`,
    );
  }
  return best;
}

function allMatrices(scope: Scope): Found[] {
  const found: Found[] = [];
  for (const [name, variable] of scope) {
    const inner = unwrap(variable);
    const named =
      rank(viewNames, name) !== Number.POSITIVE_INFINITY && inner.kind === "numeric" && count(inner.shape) !== 1;
    if (isMatrix(inner) || (named && inner.kind === "numeric")) {
      found.push({ name: lastPart(name), reference: name, variable: inner as NumericVariable });
    }
  }
  const names = found.map((each) => each.name);
  return new Set(names).size === names.length ? found : found.map((each) => ({ ...each, name: each.reference }));
}

/** Whether a view with a usual name is there and cannot be used: the reason, for the error. */
export function skippedReasons(scope: Scope): string {
  const skipped = [...scope].flatMap(([name, variable]) =>
    variable.kind === "skipped" ? [`${name} is ${variable.reason}`] : [],
  );
  return skipped.slice(0, 3).join("; ");
}

/** Where the samples of each view run, and how many there are. */
export interface Orientation {
  readonly samples: number;
  /** Per view: samples along the last axis. */
  readonly samplesLast: readonly boolean[];
  readonly notes: readonly string[];
}

/**
 * Decides which axis of each view holds the samples: the one as long as the labels, else the one that all views share; where
 * both fit, as in the other views, else the first.
 * @param lengths how many samples the labels may stand for; none without labels.
 * @param rowsAreUsual no need to say that rows were taken for samples: the format has it so.
 * @throws UserError where a view has no axis of that length.
 */
export function orient(
  found: readonly Found[],
  lengths: readonly number[],
  labels: string | undefined,
  rowsAreUsual: boolean,
  path: string,
): Orientation {
  const ends = found.map(({ variable: { shape } }) => ({ first: shape[0]!, last: shape.at(-1)! }));
  const fits = (n: number) => ends.every(({ first, last }) => first === n || last === n);
  const notes: string[] = [];
  let samples: number;
  if (labels === undefined) {
    const common = [ends[0]!.first, ends[0]!.last].filter(fits);
    if (common.length === 0)
      throw new UserError(`${path}: the views differ in length: ${list(found)}; choose some with --views`);
    const rows = common.find((n) => ends.every(({ first }) => first === n));
    const columns = common.find((n) => ends.every(({ last }) => last === n));
    samples = rows ?? columns ?? Math.max(...common);
    if (new Set(common).size > 1 && !rowsAreUsual)
      notes.push(`without labels nothing says which side holds the samples: ${samples} samples are assumed`);
  } else {
    const fitting = lengths.find(fits);
    if (fitting === undefined) {
      const odd = ends.findIndex(({ first, last }) => !lengths.some((n) => first === n || last === n));
      const view = found[Math.max(0, odd)]!;
      throw new UserError(
        `${path}: ${view.reference} is ${view.variable.shape.join("×")}, but the labels ${labels} are for ${lengths.join(" or ")} samples; expected one side of that length`,
      );
    }
    samples = fitting;
  }
  const certain = ends.filter(({ first, last }) => (first === samples) !== (last === samples));
  const mostlyLast = certain.filter(({ last }) => last === samples).length * 2 > certain.length;
  const samplesLast = ends.map(({ first, last }, i) => {
    if (first !== last) return last === samples && first !== samples;
    if (found[i]!.variable.shape.length > 1) {
      notes.push(`view "${found[i]!.name}" is square: its ${mostlyLast ? "columns" : "rows"} are taken as samples`);
    }
    return mostlyLast && found[i]!.variable.shape.length > 1;
  });
  return { samples, samplesLast, notes };
}

const list = (found: readonly Found[]): string =>
  found.map(({ reference, variable }) => `${reference} ${variable.shape.join("×")}`).join(", ");
