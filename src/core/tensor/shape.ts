// Shapes whose dimensions are numbers or names: a name (such as "n", the batch) stands for a size known only when a graph runs.

export type Dim = number | string;
export type Shape = readonly Dim[];

/** A graph that cannot be built: the message names the operation and the shapes that it got. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly code = "ERR_GRAPH";
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** The shape that NumPy's broadcasting rules give; a named dimension broadcasts against itself and 1 only. */
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

/** An axis counted from the front, checked against the rank. */
export function normalizeAxis(op: string, axis: number, shape: Shape): number {
  const result = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= shape.length) {
    throw new GraphError(`${op}: axis ${axis} is outside shape ${formatShape(shape)}`);
  }
  return result;
}

/** The number of elements once every named dimension has its size. */
export function elementCount(shape: Shape, sizes: Readonly<Record<string, number>> = {}): number {
  return resolveShape(shape, sizes).reduce((product, dim) => product * dim, 1);
}

/** The shape with each named dimension replaced by its size; the size of "n+m" is the sum of the two. */
export function resolveShape(shape: Shape, sizes: Readonly<Record<string, number>>): number[] {
  const sizeOf = (name: string): number => {
    const size = sizes[name];
    if (size === undefined) throw new GraphError(`dimension "${name}" of ${formatShape(shape)} was given no size`);
    return size;
  };
  return shape.map((dim) =>
    typeof dim === "number" ? dim : dim.split("+").reduce((sum, name) => sum + sizeOf(name), 0),
  );
}

/** A dimension `count` times: 2 · 3 = 6, 2 · "n" = "n+n". */
export function multiplyDim(dim: Dim, count: number): Dim {
  return typeof dim === "number" ? dim * count : Array.from({ length: count }, () => dim).join("+");
}

/** The inverse of `multiplyDim`. @throws GraphError where the dimension is not `count` times another. */
export function divideDim(dim: Dim, count: number): Dim {
  const terms = typeof dim === "number" ? dim : dim.split("+");
  const part = typeof terms === "number" ? terms / count : terms.slice(0, terms.length / count).join("+");
  if (part === "" || (typeof part === "number" && !Number.isInteger(part)) || multiplyDim(part, count) !== dim) {
    throw new GraphError(`dimension "${dim}" is not ${count} times another`);
  }
  return part;
}
