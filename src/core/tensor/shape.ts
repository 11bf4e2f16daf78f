// Shapes whose dimensions are numbers or names: a name (such as "n", the batch) stands for a size known only when a graph runs.
import { type Dim, GraphError, resolveDim } from "./dimension.js";

/** The size of each axis, a number or a name; [] is a scalar. */
export type Shape = readonly Dim[];

/** A shape as messages have it: "[n, 3]". */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Whether two shapes have the same dimensions in the same order. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/**
 * The shape that NumPy's broadcasting rules give; a named dimension broadcasts against itself and 1 only.
 * @throws GraphError where they do not fit.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.broadcastShapes("add", ["n", 1], [4])); // [ 'n', 4 ]
 * ```
 */
export function broadcastShapes(op: string, ...shapes: Shape[]): Dim[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let dim: Dim = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === dim) continue;
      if (dim !== 1) throw new GraphError(`${op}: shapes ${shapes.map(formatShape).join(" and ")} do not broadcast`);
      dim = own;
    }
    result.push(dim);
  }
  return result;
}

/**
 * An axis, which may count from the end, counted from the front.
 * @throws GraphError where the shape has none such.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.normalizeAxis("sum", -1, ["n", 3])); // 1
 * ```
 */
export function normalizeAxis(op: string, axis: number, shape: Shape): number {
  const result = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= shape.length) {
    throw new GraphError(`${op}: axis ${axis} is outside shape ${formatShape(shape)}`);
  }
  return result;
}

/**
 * The number of elements once every named dimension has its size.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.elementCount(["n", 3], { n: 4 })); // 12
 * ```
 */
export function elementCount(shape: Shape, sizes: Readonly<Record<string, number>> = {}): number {
  return resolveShape(shape, sizes).reduce((product, dim) => product * dim, 1);
}

/** The shape with each dimension as a number, at these sizes of the names. @throws GraphError where a name has none. */
export function resolveShape(shape: Shape, sizes: Readonly<Record<string, number>>): number[] {
  return shape.map((dim) => resolveDim(dim, sizes));
}
