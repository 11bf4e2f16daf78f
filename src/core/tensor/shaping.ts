// Operations that move elements: reshape, transpose, slice, concatenate.
import { expandTo } from "./broadcast.js";
import {
  type Dim,
  divideDim,
  formatShape,
  GraphError,
  multiplyDim,
  normalizeAxis,
  type Shape,
  sameShape,
} from "./shape.js";
import { type Attributes, apply, definePrimitives, type Tensor } from "./tensor.js";

/** How many elements a shape has, as text that is the same for equal counts: "n+n" counts as 2·n. */
const elements = (shape: Shape): string => {
  let known = 1;
  const names: string[] = [];
  for (const dim of shape) {
    const terms = typeof dim === "number" ? [] : dim.split("+");
    const equal = terms.every((name) => name === terms[0]);
    known *= typeof dim === "number" ? dim : equal ? terms.length : 1;
    if (typeof dim === "string") names.push(equal ? terms[0]! : dim);
  }
  return [known, ...names.sort()].join("·");
};

function sliceBounds({ axis, start, end }: Attributes): { axis: number; start: number; end: number | undefined } {
  return { axis: axis as number, start: start as number, end: end as number | undefined };
}

definePrimitives({
  reshape: {
    infer([x], { shape }, op) {
      const target = shape as Shape;
      if (elements(x!.shape) !== elements(target)) {
        throw new GraphError(`${op}: ${formatShape(x!.shape)} does not have the elements of ${formatShape(target)}`);
      }
      return [{ shape: target, dtype: x!.dtype }];
    },
    gradient: ([g], { inputs: [x], outputs: [y] }) => [reshape(expandTo(g!, y!), x!.shape)],
  },
  squeeze: {
    infer([x], { axes }, op) {
      const drop = new Set(axes as number[]);
      for (const axis of drop) {
        if (x!.shape[axis] !== 1) throw new GraphError(`${op}: axis ${axis} of ${formatShape(x!.shape)} is not 1`);
      }
      return [{ shape: x!.shape.filter((_, i) => !drop.has(i)), dtype: x!.dtype }];
    },
    gradient: ([g], { outputs: [y], attributes: { axes } }) => [unsqueeze(expandTo(g!, y!), axes as number[])],
  },
  unsqueeze: {
    infer([x], { axes }) {
      const added = new Set(axes as number[]);
      const rest = [...x!.shape];
      const shape: Dim[] = [];
      for (let i = 0; i < x!.rank + added.size; i++) shape.push(added.has(i) ? 1 : rest.shift()!);
      return [{ shape, dtype: x!.dtype }];
    },
    gradient: ([g], { outputs: [y], attributes: { axes } }) => [squeeze(expandTo(g!, y!), axes as number[])],
  },
  transpose: {
    infer([x], { permutation }, op) {
      const order = permutation as number[];
      if (order.length !== x!.rank || new Set(order).size !== x!.rank || order.some((a) => !(a >= 0 && a < x!.rank))) {
        throw new GraphError(
          `${op}: ${JSON.stringify(order)} is no permutation of the axes of ${formatShape(x!.shape)}`,
        );
      }
      return [{ shape: order.map((axis) => x!.shape[axis]!), dtype: x!.dtype }];
    },
    gradient([g], { outputs: [y], attributes: { permutation } }) {
      const inverse: number[] = [];
      (permutation as number[]).forEach((axis, i) => {
        inverse[axis] = i;
      });
      return [transpose(expandTo(g!, y!), inverse)];
    },
  },
  slice: {
    infer([x], attributes, op) {
      const { axis, start, end } = sliceBounds(attributes);
      const dim = x!.shape[axis]!;
      if (typeof dim === "string") {
        if (end !== undefined && end >= 0) {
          throw new GraphError(`${op}: an end of ${end} on the named dimension "${dim}"; count it from the end`);
        }
        return [{ shape: x!.shape.map((d, i) => (i === axis ? slicedName(dim, start, end) : d)), dtype: x!.dtype }];
      }
      const stop = end === undefined ? dim : end < 0 ? dim + end : end;
      if (!(start >= 0 && start < stop && stop <= dim)) {
        throw new GraphError(`${op}: ${start}…${end ?? ""} is outside axis ${axis} of ${formatShape(x!.shape)}`);
      }
      return [{ shape: x!.shape.map((d, i) => (i === axis ? stop - start : d)), dtype: x!.dtype }];
    },
    gradient([g], { inputs: [x], outputs: [y], attributes }) {
      const { axis, start, end } = sliceBounds(attributes);
      const dim = x!.shape[axis]!;
      const after = end === undefined ? 0 : end < 0 ? -end : (dim as number) - end;
      return [apply("pad", [expandTo(g!, y!)], { axis, before: start, after, shape: x!.shape as readonly Dim[] })];
    },
  },
  pad: {
    infer: ([x], { shape }) => [{ shape: shape as Shape, dtype: x!.dtype }],
    gradient([g], { inputs: [x], outputs: [y], attributes: { axis, before, after } }) {
      const end = after === 0 ? undefined : -(after as number);
      const cut = apply("slice", [expandTo(g!, y!)], { axis, start: before, end });
      return [sameShape(cut.shape, x!.shape) ? cut : reshape(cut, x!.shape)];
    },
  },
  concat: {
    infer(inputs, { axis }, op) {
      const first = inputs[0]!;
      let total: Dim = 0;
      for (const x of inputs) {
        const fits = x.rank === first.rank && x.shape.every((d, i) => i === axis || d === first.shape[i]);
        if (!fits || x.dtype !== first.dtype) {
          throw new GraphError(
            `${op}: ${inputs.map((t) => formatShape(t.shape)).join(", ")} do not fit along axis ${axis}`,
          );
        }
        const dim: Dim = x.shape[axis as number]!;
        if (typeof dim === "string" && inputs.length > 1) {
          total = inputs.map((t) => t.shape[axis as number]).join("+");
        } else if (typeof total === "number") total = typeof dim === "number" ? total + dim : dim;
      }
      return [{ shape: first.shape.map((d, i) => (i === axis ? total : d)), dtype: first.dtype }];
    },
    gradient([g], { inputs, outputs: [y], attributes: { axis } }) {
      const full = expandTo(g!, y!);
      let start = 0;
      return inputs.map((x) => {
        const dim = x.shape[axis as number]!;
        if (typeof dim === "string") {
          throw new GraphError(
            `concat: no gradient along the named dimension "${dim}"; concatenate the results instead`,
          );
        }
        start += dim;
        return apply("slice", [full], { axis, start: start - dim, end: start });
      });
    },
  },
});

/** The name of a sliced named dimension: "n", cut at the end by one, is "n-1". */
function slicedName(dim: string, start: number, end: number | undefined): string {
  const cut = start - (end ?? 0);
  return cut === 0 ? dim : `${dim}-${cut}`;
}

/** The same elements, row after row, in another shape; at most one named dimension. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply("reshape", [x], { shape: shape as readonly Dim[] });
}

/** Drops axes of size 1. */
export function squeeze(x: Tensor, axes: readonly number[]): Tensor {
  return apply("squeeze", [x], { axes: axes.map((axis) => normalizeAxis("squeeze", axis, x.shape)) });
}

/** Adds axes of size 1, at these places of the result. */
export function unsqueeze(x: Tensor, axes: readonly number[]): Tensor {
  return apply("unsqueeze", [x], { axes });
}

/** The axes in another order; without one, reversed. */
export function transpose(x: Tensor, permutation: readonly number[] = x.shape.map((_, i) => x.rank - 1 - i)): Tensor {
  return apply("transpose", [x], { permutation });
}

/** Elements start … end−1 of one axis; a negative end counts from the end, none is the end. */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
  return apply("slice", [x], { axis: normalizeAxis("slice", axis, x.shape), start, end });
}

export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 0) throw new GraphError("concat: no tensors");
  if (tensors.length === 1) return tensors[0]!;
  return apply("concat", tensors, { axis: normalizeAxis("concat", axis, tensors[0]!.shape) });
}

/** Matrices of one shape [n, c], one below the other: [k·n, c]. */
export function stackRows(matrices: readonly Tensor[]): Tensor {
  const [rows, columns] = matrices[0]!.shape as [Dim, Dim];
  const stacked = concat(
    matrices.map((x) => unsqueeze(x, [0])),
    0,
  );
  return reshape(stacked, [multiplyDim(rows, matrices.length), columns]);
}

/** The inverse of `stackRows`, in one tensor: [k·n, c] as [k, n, c]. */
export function unstackRows(x: Tensor, count: number): Tensor {
  const [rows, columns] = x.shape as [Dim, Dim];
  return reshape(x, [count, divideDim(rows, count), columns]);
}
