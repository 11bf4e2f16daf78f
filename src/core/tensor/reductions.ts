// Sums, means, extremes and what is built from them.
import { expandTo } from "./broadcast.js";
import { add, cast, div, equal, exp, log, mul, sqrt, square, stopGradient, sub } from "./elementwise.js";
import { type Dim, GraphError, normalizeAxis, type Shape } from "./shape.js";
import { unsqueeze } from "./shaping.js";
import { type Attributes, apply, definePrimitives, type Primitive, type Tensor, type TensorType } from "./tensor.js";

function reducedType([x]: readonly Tensor[], { axes, keepDims }: Attributes, op: string): TensorType[] {
  if (x!.dtype !== "float32") throw new GraphError(`${op}: expected float32, got ${x!.dtype}`);
  const reduced = new Set(axes as number[]);
  const shape: Dim[] = [];
  x!.shape.forEach((dim, axis) => {
    if (!reduced.has(axis)) shape.push(dim);
    else if (keepDims) shape.push(1);
  });
  return [{ shape, dtype: "float32" }];
}

/** A reduced tensor (or its adjoint) with the reduced axes back as axes of size 1. */
function restoreAxes(reduced: Tensor, { axes, keepDims }: Attributes, rank: number): Tensor {
  if (keepDims || reduced.rank === rank) return reduced;
  return reduced.rank === 0 && rank === (axes as number[]).length ? reduced : unsqueeze(reduced, axes as number[]);
}

const extreme: Primitive = {
  infer: reducedType,
  gradient([g], { inputs: [x], outputs: [y], attributes }) {
    const best = restoreAxes(y!, attributes, x!.rank);
    const hit = cast(equal(x!, best), "float32");
    const count = apply("sum", [hit], { ...attributes, keepDims: true });
    return [div(mul(restoreAxes(expandTo(g!, y!), attributes, x!.rank), hit), count)];
  },
};

definePrimitives({
  sum: {
    infer: reducedType,
    gradient: ([g], { inputs: [x], outputs: [y], attributes }) => [restoreAxes(expandTo(g!, y!), attributes, x!.rank)],
  },
  mean: {
    infer: reducedType,
    gradient([g], { inputs: [x], outputs: [y], attributes }) {
      return [restoreAxes(expandTo(div(g!, count(x!, attributes.axes as number[])), y!), attributes, x!.rank)];
    },
  },
  max: extreme,
  min: extreme,
  size: { infer: () => [{ shape: [], dtype: "float32" }] },
  softmax: {
    infer: ([x]) => [{ shape: x!.shape, dtype: "float32" }],
    gradient([g], { outputs: [y], attributes: { axis } }) {
      const gy = mul(g!, y!);
      return [sub(gy, mul(y!, sum(gy, axis as number, true)))];
    },
  },
  logSoftmax: {
    infer: ([x]) => [{ shape: x!.shape, dtype: "float32" }],
    gradient([g], { outputs: [y], attributes: { axis } }) {
      const full = expandTo(g!, y!);
      return [sub(full, mul(exp(y!), sum(full, axis as number, true)))];
    },
  },
});

/** One axis, several, or (undefined) all of them. */
export type Axes = number | readonly number[] | undefined;

function axesOf(op: string, axes: Axes, shape: Shape): number[] {
  if (axes === undefined) return shape.map((_, i) => i);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(op, axis, shape));
  return [...new Set(list)].sort((a, b) => a - b);
}

const reduction =
  (op: string) =>
  (x: Tensor, axes?: Axes, keepDims = false): Tensor =>
    apply(op, [x], { axes: axesOf(op, axes, x.shape), keepDims });

export const sum = reduction("sum");
export const mean = reduction("mean");
/** The largest value; where several are largest, each gets an equal part of the gradient. */
export const max = reduction("max");
export const min = reduction("min");

/** The size of one axis as a float32 scalar, also where it is known only at run time. */
export function size(x: Tensor, axis: number): Tensor {
  return apply("size", [x], { axis: normalizeAxis("size", axis, x.shape) });
}

/** How many elements the axes hold together, as a number where known, else as a scalar tensor. */
function count(x: Tensor, axes: readonly number[]): Tensor | number {
  let known = 1;
  let unknown: Tensor | undefined;
  for (const axis of axes) {
    const dim = x.shape[axis]!;
    if (typeof dim === "number") known *= dim;
    else unknown = unknown === undefined ? size(x, axis) : mul(unknown, size(x, axis));
  }
  return unknown === undefined ? known : mul(unknown, known);
}

export function softmax(x: Tensor, axis = -1): Tensor {
  return apply("softmax", [x], { axis: normalizeAxis("softmax", axis, x.shape) });
}

/** log softmax, without overflow or underflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply("logSoftmax", [x], { axis: normalizeAxis("logSoftmax", axis, x.shape) });
}

/** log Σ eˣ along an axis, shifted by the maximum so that nothing overflows. */
export function logSumExp(x: Tensor, axis: number, keepDims = false): Tensor {
  const shift = stopGradient(max(x, axis, true));
  const result = add(log(sum(exp(sub(x, shift)), axis, true)), shift);
  return keepDims ? result : apply("squeeze", [result], { axes: [normalizeAxis("logSumExp", axis, x.shape)] });
}

/** Biased variance along the axes (divided by the count). */
export function variance(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return mean(square(sub(x, mean(x, axes, true))), axes, keepDims);
}

/** Each row divided by max(its Euclidean norm, eps), as PyTorch's `normalize`; at a zero row the gradient is that of x / eps. */
export function normalizeRows(x: Tensor, eps = 1e-12): Tensor {
  // Less than eps² by so much that no norm above eps changes; without it the root's slope at 0 is infinite.
  const squared = apply("maximum", [sum(square(x), -1, true), scalar(eps ** 2 / 1e6)]);
  return div(x, apply("maximum", [sqrt(squared), scalar(eps)]));
}

const scalar = (value: number): Tensor =>
  apply("constant", [], { value: Float32Array.of(value), shape: [], dtype: "float32" });
