// Arithmetic of dimensions that are numbers or names: "n", "2*n", "n+m", "n-1".

/** A size, or a name that stands for a size known only when a graph runs (such as "n", the batch), or a sum of these. */
export type Dim = number | string;

/**
 * A graph that cannot be built: the message names the operation and the shapes that it got.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * try {
 *   tensor.add(tensor.input("a", [2]), tensor.input("b", [3]));
 * } catch (error) {
 *   console.log(error instanceof tensor.GraphError); // true
 * }
 * ```
 */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly code = "ERR_GRAPH";
}

/** A sum of named sizes, each so many times, and a number. */
interface Sum {
  readonly terms: ReadonlyMap<string, number>;
  readonly rest: number;
}

function parse(dim: Dim): Sum {
  if (typeof dim === "number") return { terms: new Map(), rest: dim };
  const terms = new Map<string, number>();
  let rest = 0;
  for (const [, sign, text = ""] of dim.matchAll(/([+-]?)([^+-]+)/g)) {
    const factor = sign === "-" ? -1 : 1;
    const [, count, name = text] = /^(\d+)\*(.+)$/.exec(text) ?? [];
    if (/^\d+$/.test(name)) rest += factor * Number(name);
    else terms.set(name, (terms.get(name) ?? 0) + factor * Number(count ?? 1));
  }
  return { terms, rest };
}

function format({ terms, rest }: Sum): Dim {
  const names = [...terms].filter(([, count]) => count !== 0);
  if (names.length === 0) return rest;
  const parts = names.map(([name, count]) => (count === 1 ? name : `${count}*${name}`));
  if (rest !== 0) parts.push(`${rest}`);
  return parts.join("+").replaceAll("+-", "-");
}

/**
 * 2 and 3 as 5, "n" and "n" as "2*n", "n" and −1 as "n-1".
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.addDims("n", "n", -1)); // 2*n-1
 * ```
 */
export function addDims(...dims: readonly Dim[]): Dim {
  const terms = new Map<string, number>();
  let total = 0;
  for (const sum of dims.map(parse)) {
    for (const [name, count] of sum.terms) terms.set(name, (terms.get(name) ?? 0) + count);
    total += sum.rest;
  }
  return format({ terms, rest: total });
}

function scale(dim: Dim, by: (value: number) => number): Dim {
  const { terms, rest } = parse(dim);
  return format({ terms: new Map([...terms].map(([name, count]) => [name, by(count)])), rest: by(rest) });
}

/**
 * A dimension `count` times: 2 · 3 = 6, 2 · "n" = "2*n".
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.multiplyDim("n", 2)); // 2*n
 * ```
 */
export function multiplyDim(dim: Dim, count: number): Dim {
  return scale(dim, (value) => value * count);
}

/**
 * The inverse of `multiplyDim`.
 * @throws GraphError where the dimension is not `count` times another.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.divideDim("2*n", 2)); // n
 * ```
 */
export function divideDim(dim: Dim, count: number): Dim {
  const { terms, rest } = parse(dim);
  if (![rest, ...terms.values()].every((each) => each % count === 0)) {
    throw new GraphError(`dimension "${dim}" is not ${count} times another`);
  }
  return scale(dim, (value) => value / count);
}

/** The greatest number that the dimension is a multiple of whatever its names stand for, and what is left: "6*n" as 6 and "n". */
export function factorDim(dim: Dim): { factor: number; rest: Dim } {
  const { terms, rest } = parse(dim);
  const factor = [rest, ...terms.values()].map(Math.abs).reduce(greatestDivisor);
  return factor === 0 ? { factor: 0, rest: 1 } : { factor, rest: scale(dim, (value) => value / factor) };
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** The number that a dimension is at given sizes of the names. @throws GraphError where one has none. */
export function resolveDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  const { terms, rest } = parse(dim);
  return [...terms].reduce((sum, [name, count]) => {
    const size = sizes[name];
    if (size === undefined) throw new GraphError(`dimension "${name}" was given no size`);
    return sum + count * size;
  }, rest);
}
