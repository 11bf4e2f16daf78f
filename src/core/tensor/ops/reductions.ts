// Means, extremes and what is built from them; the sum is in broadcast.ts.
import { as, onnxType } from "../emitter.js";
import { defineOp } from "../op.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor } from "../tensor.js";
import {
  type Axes,
  axesOf,
  expandLike,
  type Reduction,
  reducedType,
  reduceInOrder,
  reduceTo,
  restoreAxes,
  squeeze,
  sum,
} from "./broadcast.js";
import { add, cast, div, equal, exp, log, maximum, mul, sqrt, square, stopGradient, sub } from "./elementwise.js";

const meanOp = defineOp<Reduction>({
  name: "mean",
  infer: ([x], attributes) => [reducedType("mean", x, attributes)],
  vjp: ([g], { inputs: [x], outputs: [y], attributes }) => [
    restoreAxes(expandLike(div(g, count(x, attributes.axes)), y), attributes, x.rank),
  ],
  onnx: reduceInOrder("ReduceMean"),
});

/**
 * The mean along the axes; by default over all elements, as a scalar.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.mean(x, [1]).shape, tensor.mean(x).shape); // [ 'n' ] []
 * ```
 */
export function mean(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return meanOp.apply([x], { axes: axesOf("mean", axes, x.shape), keepDims })[0];
}

function extreme(name: string, onnxOp: string) {
  const op = defineOp<Reduction>({
    name,
    infer: ([x], attributes) => [reducedType(name, x, attributes)],
    vjp([g], { inputs: [x], outputs: [y], attributes }) {
      const best = restoreAxes(y, attributes, x.rank);
      const hit = cast(equal(x, best), "float32");
      const hits = sum(hit, attributes.axes, true);
      return [div(mul(restoreAxes(expandLike(g, y), attributes, x.rank), hit), hits)];
    },
    onnx: reduceTo(onnxOp),
  });
  return (x: Tensor, axes?: Axes, keepDims = false): Tensor =>
    op.apply([x], { axes: axesOf(name, axes, x.shape), keepDims })[0];
}

/** The largest value; where several are largest, each gets an equal part of the gradient. */
export const max = extreme("max", "ReduceMax");
/** The smallest value; where several are smallest, each gets an equal part of the gradient. */
export const min = extreme("min", "ReduceMin");

interface AxisAttribute {
  readonly axis: number;
}

const sizeOp = defineOp<AxisAttribute>({
  name: "size",
  infer: () => [{ shape: [], dtype: "float32" }],
  onnx({ inputs: [x], outputs, attributes: { axis } }, to) {
    const dimension = to.one("Shape", [to.name(x)], { start: axis, end: axis + 1 });
    const scalar = to.one("Squeeze", [dimension, to.integers([0])]);
    to.emit("Cast", [scalar], outputs, { to: onnxType("float32") });
  },
});

/**
 * The size of one axis, or the product of several, as a float32 scalar, also where it is known only at run time.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.size(x, 0).shape); // []
 * ```
 */
export function size(x: Tensor, axes: number | readonly number[]): Tensor {
  return axesOf("size", axes, x.shape)
    .map((axis) => sizeOp.apply([x], { axis })[0])
    .reduce((a, b) => mul(a, b));
}

/** How many elements the axes hold together, as a number where known, else as a scalar tensor. */
function count(x: Tensor, axes: readonly number[]): Tensor | number {
  let known = 1;
  let unknown: Tensor | undefined;
  for (const axis of axes) {
    const dim = x.shape[axis];
    if (typeof dim === "number") known *= dim;
    else unknown = unknown === undefined ? size(x, axis) : mul(unknown, size(x, axis));
  }
  return unknown === undefined ? known : mul(unknown, known);
}

const softmaxOp = defineOp<AxisAttribute>({
  name: "softmax",
  infer: ([x]) => [{ shape: x.shape, dtype: "float32" }],
  vjp([g], { outputs: [y], attributes: { axis } }) {
    const gy = mul(g, y);
    return [sub(gy, mul(y, sum(gy, axis, true)))];
  },
  onnx: as("Softmax", ({ axis }) => ({ axis })),
});

/**
 * eˣ / Σ eˣ along an axis; the result has the shape of x.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.softmax(x).shape); // [ 'n', 3 ]
 * ```
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return softmaxOp.apply([x], { axis: normalizeAxis("softmax", axis, x.shape) })[0];
}

const logSoftmaxOp = defineOp<AxisAttribute>({
  name: "logSoftmax",
  infer: ([x]) => [{ shape: x.shape, dtype: "float32" }],
  vjp([g], { outputs: [y], attributes: { axis } }) {
    const full = expandLike(g, y);
    return [sub(full, mul(exp(y), sum(full, axis, true)))];
  },
  onnx: as("LogSoftmax", ({ axis }) => ({ axis })),
});

/**
 * The logarithm of softmax along an axis, without overflow or underflow.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.logSoftmax(x).shape); // [ 'n', 3 ]
 * ```
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return logSoftmaxOp.apply([x], { axis: normalizeAxis("logSoftmax", axis, x.shape) })[0];
}

/**
 * log Σ eˣ along an axis, shifted by the maximum so that nothing overflows.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.logSumExp(x, 1).shape); // [ 'n' ]
 * ```
 */
export function logSumExp(x: Tensor, axis: number, keepDims = false): Tensor {
  const shift = stopGradient(max(x, axis, true));
  const result = add(log(sum(exp(sub(x, shift)), axis, true)), shift);
  return keepDims ? result : squeeze(result, [axis]);
}

/**
 * Biased variance along the axes (divided by the count).
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.variance(x, [0]).shape); // [ 3 ]
 * ```
 */
export function variance(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return mean(square(sub(x, mean(x, axes, true))), axes, keepDims);
}

/**
 * Each row divided by max(its Euclidean norm, eps), as PyTorch's `normalize`; at a zero row the gradient is that of x / eps.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.normalizeRows(x).shape); // [ 'n', 3 ]
 * ```
 */
export function normalizeRows(x: Tensor, eps = 1e-12): Tensor {
  // Less than eps² by so much that no norm above eps changes; without it the root's slope at 0 is infinite.
  const squared = maximum(sum(square(x), -1, true), eps ** 2 / 1e6);
  return div(x, maximum(sqrt(squared), eps));
}
