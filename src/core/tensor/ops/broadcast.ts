// Broadcasting and what undoes it, summation; and axes of size 1, added and dropped. Each is the other's gradient, so that the
// gradient rules of all other operations can be written with them.
import { type Dim, GraphError } from "../dimension.js";
import { type Emitter, shapeConstant } from "../emitter.js";
import { defineOp, type NoAttributes } from "../op.js";
import { broadcastShapes, formatShape, normalizeAxis, type Shape, sameShape } from "../shape.js";
import type { Node, Tensor, TensorType } from "../tensor.js";

/** The axes that a reduction goes over, and whether they stay as axes of size 1. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export function reducedType(op: string, x: Tensor, { axes, keepDims }: Reduction): TensorType {
  if (x.dtype !== "float32") throw new GraphError(`${op}: expected float32, got ${x.dtype}`);
  const reduced = new Set(axes);
  const shape: Dim[] = [];
  x.shape.forEach((dim, axis) => {
    if (!reduced.has(axis)) shape.push(dim);
    else if (keepDims) shape.push(1);
  });
  return { shape, dtype: "float32" };
}

/** A reduced tensor (or its adjoint) with the reduced axes back as axes of size 1. */
export function restoreAxes(reduced: Tensor, { axes, keepDims }: Reduction, rank: number): Tensor {
  if (keepDims || reduced.rank === rank) return reduced;
  return reduced.rank === 0 && rank === axes.length ? reduced : unsqueeze(reduced, axes);
}

type ReductionNode = Node<Reduction, [x: Tensor], [y: Tensor]>;

export const reduceTo =
  (op: string) =>
  ({ inputs: [x], outputs, attributes: { axes, keepDims } }: ReductionNode, to: Emitter): void => {
    // An empty list of axes means "all" to ONNX, and "none" to us.
    if (axes.length === 0) to.alias(outputs[0], to.name(x));
    else to.emit(op, [to.name(x), to.integers(axes)], outputs, { keepdims: keepDims ? 1 : 0 });
  };

/**
 * A sum or mean whose bits do not depend on the number of threads. ONNX Runtime adds up in another order where there are fewer
 * results than threads, unless it reduces a matrix or everything. So the last axes are reduced as those of a matrix, then the
 * others, moved to the end where they lie between others; of groups [groups, rows, columns] each by itself, where their number is
 * known. As matrices, since ONNX Runtime also moves transpositions through reductions of more axes, which changes what is last.
 */
export const reduceInOrder =
  (op: string) =>
  (node: ReductionNode, to: Emitter): void => {
    const [x] = node.inputs;
    const { axes, keepDims } = node.attributes;
    if (x.rank < 3 || axes.length === 0 || axes.length === x.rank) {
      reduceTo(op)(node, to);
      return;
    }
    const groups = to.size(x.shape[0] ?? 1);
    if (x.rank === 3 && axes.join() === "1" && groups !== undefined && groups > 1) {
      const ones = to.integers(new Array<number>(groups).fill(1));
      const parts = to.emit("Split", [to.name(x), ones], groups, { axis: 0 });
      const results = parts.map((part) => to.one(op, [part, to.integers([1])], { keepdims: keepDims ? 1 : 0 }));
      to.emit("Concat", results, node.outputs, { axis: 0 });
      return;
    }
    const all = x.shape.map((_, axis) => axis);
    const kept = all.filter((axis) => !axes.includes(axis));
    const end = (kept.at(-1) ?? -1) + 1;
    const before = axes.filter((axis) => axis < end);
    /** The matrix whose columns begin at an axis, without its rows or columns. */
    const reduceMatrix = (value: string, axis: number, side: 0 | 1) =>
      to.one(op, [to.one("Flatten", [value], { axis }), to.integers([side])], { keepdims: 0 });
    let value = end === x.rank ? to.name(x) : reduceMatrix(to.name(x), end, 1);
    if (before.length > 0) {
      if (end < x.rank) value = to.one("Reshape", [value, sizesOf(x, all.slice(0, end), to)]);
      const isFirst = before.every((axis, i) => axis === i);
      value = isFirst
        ? reduceMatrix(value, before.length, 0)
        : reduceMatrix(to.one("Transpose", [value], { perm: [...kept, ...before] }), kept.length, 1);
    }
    const shape = keepDims ? all.map((axis) => (axes.includes(axis) ? undefined : axis)) : kept;
    to.emit("Reshape", [value, sizesOf(x, shape, to)], node.outputs);
  };

/** The sizes of some axes of x, undefined for 1, as a list. */
function sizesOf(x: Tensor, axes: readonly (number | undefined)[], to: Emitter): string {
  const shape = axes.map((axis) => (axis === undefined ? 1 : (x.shape[axis] ?? 1)));
  if (shape.filter((dim) => typeof dim === "string").length < 2) return shapeConstant("reshape", shape, to);
  const sizes = axes.map((axis) =>
    axis === undefined ? to.integers([1]) : to.one("Shape", [to.name(x)], { start: axis, end: axis + 1 }),
  );
  return to.one("Concat", sizes, { axis: 0 });
}

const sumOp = defineOp<Reduction>({
  name: "sum",
  infer: ([x], attributes) => [reducedType("sum", x, attributes)],
  vjp: ([g], { inputs: [x], outputs: [y], attributes }) => [restoreAxes(expandLike(g, y), attributes, x.rank)],
  onnx: reduceInOrder("ReduceSum"),
});

const expandLikeOp = defineOp<NoAttributes, [x: Tensor, like: Tensor]>({
  name: "expandLike",
  infer([x, like]) {
    broadcastShapes("expandLike", x.shape, like.shape);
    return [{ shape: like.shape, dtype: x.dtype }];
  },
  vjp: ([g], { inputs: [x], outputs: [y] }) => [sumTo(g, x.shape, y), undefined],
  onnx({ inputs: [x, like], outputs }, to) {
    const known = like.shape.every((dim) => typeof dim === "number");
    const shape = known ? shapeConstant("expandLike", like.shape, to) : to.one("Shape", [to.name(like)]);
    to.emit("Expand", [to.name(x), shape], outputs);
  },
});

const expandToOp = defineOp<{ shape: Shape }, [x: Tensor, like: Tensor]>({
  name: "expandTo",
  infer([x, like], { shape }) {
    const result = broadcastShapes("expandTo", x.shape, shape);
    const unknown = shape.find((dim) => typeof dim === "string" && !like.shape.includes(dim));
    if (unknown !== undefined || !sameShape(result, shape)) {
      throw new GraphError(
        `expandTo: ${formatShape(x.shape)} to ${formatShape(shape)}, like ${formatShape(like.shape)}`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  vjp: ([g], { inputs: [x], outputs: [y] }) => [sumTo(g, x.shape, y), undefined],
  onnx({ inputs: [x, like], outputs, attributes: { shape } }, to) {
    to.emit("Expand", [to.name(x), namedSizes(shape, like, to)], outputs);
  },
});

/** A shape as a list, the sizes of its named dimensions those of a tensor that has them. */
function namedSizes(shape: Shape, like: Tensor, to: Emitter): string {
  const sizes = shape.map((dim) => {
    if (typeof dim === "number") return to.integers([dim]);
    const axis = like.shape.indexOf(dim);
    return to.one("Shape", [to.name(like)], { start: axis, end: axis + 1 });
  });
  return sizes.length === 1 ? (sizes[0] ?? "") : to.one("Concat", sizes, { axis: 0 });
}

interface AxesAttribute {
  readonly axes: readonly number[];
}

const withAxes =
  (op: string) =>
  ({ inputs: [x], outputs, attributes: { axes } }: Node<AxesAttribute, [x: Tensor]>, to: Emitter): void => {
    to.emit(op, [to.name(x), to.integers(axes)], outputs);
  };

const squeezeOp = defineOp<AxesAttribute>({
  name: "squeeze",
  infer([x], { axes }) {
    for (const axis of axes) {
      if (x.shape[axis] !== 1) throw new GraphError(`squeeze: axis ${axis} of ${formatShape(x.shape)} is not 1`);
    }
    return [{ shape: x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype }];
  },
  vjp: ([g], { outputs: [y], attributes: { axes } }) => [unsqueeze(expandLike(g, y), axes)],
  onnx: withAxes("Squeeze"),
});

const unsqueezeOp = defineOp<AxesAttribute>({
  name: "unsqueeze",
  infer([x], { axes }) {
    const rank = x.rank + axes.length;
    if (new Set(axes).size !== axes.length || axes.some((axis) => !(axis >= 0 && axis < rank))) {
      throw new GraphError(`unsqueeze: axes [${axes.join(", ")}] added to ${formatShape(x.shape)}`);
    }
    const rest = x.shape.values();
    const shape: Dim[] = [];
    for (let i = 0; i < rank; i++) shape.push(axes.includes(i) ? 1 : (rest.next().value ?? 1));
    return [{ shape, dtype: x.dtype }];
  },
  vjp: ([g], { outputs: [y], attributes: { axes } }) => [squeeze(expandLike(g, y), axes)],
  onnx: withAxes("Unsqueeze"),
});

/** One axis, several, or (undefined) all of them. */
export type Axes = number | readonly number[] | undefined;

export function axesOf(op: string, axes: Axes, shape: Shape): number[] {
  if (axes === undefined) return shape.map((_, i) => i);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(op, axis, shape));
  return [...new Set(list)].sort((a, b) => a - b);
}

/**
 * The sum along the axes; by default over all elements, as a scalar.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.sum(x, [0], true).shape); // [ 1, 3 ]
 * ```
 */
export function sum(x: Tensor, axes?: Axes, keepDims = false): Tensor {
  return sumOp.apply([x], { axes: axesOf("sum", axes, x.shape), keepDims })[0];
}

/**
 * Drops axes of size 1.
 * @throws GraphError where one has another size.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 1, 3]);
 * console.log(tensor.squeeze(x, [1]).shape); // [ 'n', 3 ]
 * ```
 */
export function squeeze(x: Tensor, axes: readonly number[]): Tensor {
  return squeezeOp.apply([x], { axes: axes.map((axis) => normalizeAxis("squeeze", axis, x.shape)) })[0];
}

/**
 * Adds axes of size 1, at these places of the result: [n, 3] with axes [1] is [n, 1, 3].
 * @throws GraphError for places outside it.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.unsqueeze(x, [1]).shape); // [ 'n', 1, 3 ]
 * ```
 */
export function unsqueeze(x: Tensor, axes: readonly number[]): Tensor {
  return unsqueezeOp.apply([x], { axes })[0];
}

/**
 * x broadcast to the shape of `like`: itself where the shapes agree.
 * @throws GraphError where it does not broadcast.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.expandLike(tensor.constant([1, 2, 3]), x).shape); // [ 'n', 3 ]
 * ```
 */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  return sameShape(x.shape, like.shape) ? x : expandLikeOp.apply([x, like], {})[0];
}

/**
 * x broadcast to a shape. @param like a tensor that has the shape's named dimensions.
 * @throws GraphError where it does not broadcast, or a named dimension is none of the tensor's.
 */
export function expandTo(x: Tensor, shape: Shape, like: Tensor): Tensor {
  return sameShape(x.shape, shape) ? x : expandToOp.apply([x, like], { shape })[0];
}

/**
 * The adjoint of an input of shape `target` that was broadcast: summed over the axes along which it was repeated to give `output`.
 * An adjoint smaller than the output is left lazy as long as no sum is due.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [2, 3]);
 * const bias = tensor.input("bias", [3]);
 * const y = tensor.add(x, bias);
 * const adjoint = tensor.input("adjoint", [2, 3]);
 * console.log(tensor.sumTo(adjoint, bias.shape, y).shape); // [ 3 ]
 * ```
 */
export function sumTo(adjoint: Tensor, target: Shape, output: Tensor): Tensor {
  if (sameShape(target, output.shape)) return adjoint;
  const full = expandLike(adjoint, output);
  const lead = output.rank - target.length;
  const axes: number[] = [];
  for (let axis = 0; axis < output.rank; axis++) {
    if (axis < lead || (target[axis - lead] === 1 && output.shape[axis] !== 1)) axes.push(axis);
  }
  const summed = sum(full, axes, true);
  if (lead === 0) return summed;
  return squeeze(
    summed,
    Array.from({ length: lead }, (_, i) => i),
  );
}
