// Operations that move elements: reshape, transpose, slice, pad, concatenate.
import { addDims, type Dim, divideDim, factorDim, GraphError, multiplyDim } from "../dimension.js";
import { as, type Emitter, END, shapeConstant } from "../emitter.js";
import { defineOp } from "../op.js";
import { elementCount, formatShape, normalizeAxis, type Shape, sameShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { expandLike, unsqueeze } from "./broadcast.js";
import { mul } from "./elementwise.js";

/** How many elements a shape has, as text that is the same for equal counts: [2, "n"] counts as ["2*n"]. */
function elements(shape: Shape): string {
  const factors = shape.map(factorDim);
  const known = factors.reduce((product, { factor }) => product * factor, 1);
  const names = factors.map(({ rest }) => rest).filter((rest) => rest !== 1);
  return [known, ...names.sort()].join("·");
}

const reshapeOp = defineOp<{ shape: Shape }>({
  name: "reshape",
  infer([x], { shape }) {
    if (elements(x.shape) !== elements(shape)) {
      throw new GraphError(`reshape: ${formatShape(x.shape)} does not have the elements of ${formatShape(shape)}`);
    }
    return [{ shape, dtype: x.dtype }];
  },
  vjp: ([g], { inputs: [x], outputs: [y] }) => [reshape(expandLike(g, y), x.shape)],
  onnx({ inputs: [x], outputs: [y] }, to) {
    to.emit("Reshape", [to.name(x), reshapedSizes(x, y.shape, to)], [y]);
  },
});

/** A shape as a list: one named dimension is left open, others must be dimensions of x. */
function reshapedSizes(x: Tensor, shape: Shape, to: Emitter): string {
  const named = shape.filter((dim) => typeof dim === "string");
  const open = named.filter((dim) => !x.shape.includes(dim));
  if (named.length < 2 || open.length > 1) return shapeConstant("reshape", shape, to);
  const sizes = shape.map((dim) => {
    if (typeof dim === "number") return to.integers([dim]);
    const axis = x.shape.indexOf(dim);
    return axis < 0 ? to.integers([-1]) : to.one("Shape", [to.name(x)], { start: axis, end: axis + 1 });
  });
  return to.one("Concat", sizes, { axis: 0 });
}

/**
 * The same elements, row after row, in another shape with at most one dimension that is a new name.
 * @throws GraphError where the numbers of elements differ.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 6]);
 * console.log(tensor.reshape(x, ["n", 2, 3]).shape); // [ 'n', 2, 3 ]
 * ```
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : reshapeOp.apply([x], { shape })[0];
}

const transposeOp = defineOp<{ permutation: readonly number[] }>({
  name: "transpose",
  infer([x], { permutation }) {
    const axes = [...permutation].sort((a, b) => a - b);
    if (axes.length !== x.rank || axes.some((axis, i) => axis !== i)) {
      throw new GraphError(
        `transpose: ${JSON.stringify(permutation)} is no permutation of the axes of ${formatShape(x.shape)}`,
      );
    }
    return [{ shape: permutation.map((axis) => x.shape[axis] as Dim), dtype: x.dtype }];
  },
  vjp([g], { outputs: [y], attributes: { permutation } }) {
    const inverse: number[] = [];
    permutation.forEach((axis, i) => {
      inverse[axis] = i;
    });
    return [transpose(expandLike(g, y), inverse)];
  },
  onnx: as("Transpose", ({ permutation }) => ({ perm: permutation })),
});

/**
 * The axes in another order.
 * @param permutation for each axis of the result the axis of x that it is; default: reversed.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.transpose(x).shape); // [ 3, 'n' ]
 * ```
 */
export function transpose(x: Tensor, permutation: readonly number[] = x.shape.map((_, i) => x.rank - 1 - i)): Tensor {
  return transposeOp.apply([x], { permutation })[0];
}

/** What a slice takes of one axis: elements start, start + step … before `end`. */
export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end?: number | undefined;
  readonly step?: number;
}

/** The place of the first element that a cut of a known dimension takes, and how many it takes; undefined where it is outside. */
function taken(dim: number, { start, end, step = 1 }: Cut): { first: number; count: number } | undefined {
  const place = (at: number) => (at < 0 ? dim + at : at);
  const first = place(start);
  const stop = end === undefined ? (step > 0 ? dim : -1) : place(end);
  const count = Math.ceil((stop - first) / step);
  const isInside = first >= 0 && first < dim && stop >= -1 && stop <= dim && count > 0;
  return isInside && Number.isInteger(step) && step !== 0 ? { first, count } : undefined;
}

function cutDim(dim: Dim, cut: Cut, shape: Shape): Dim {
  const { axis, start, end, step = 1 } = cut;
  if (typeof dim === "number") {
    const count = taken(dim, cut)?.count;
    if (count !== undefined) return count;
    const steps = step === 1 ? "" : ` in steps of ${step}`;
    throw new GraphError(`slice: ${start}…${end ?? ""}${steps} is outside axis ${axis} of ${formatShape(shape)}`);
  }
  if (step === -1 && start === -1 && end === undefined) return dim;
  if (step !== 1) throw new GraphError(`slice: steps of ${step} on the named dimension "${dim}"`);
  if (start < 0 || (end !== undefined && end >= 0)) {
    throw new GraphError(
      `slice: ${start}…${end ?? ""} on the named dimension "${dim}"; count the start from the beginning, the end from the end`,
    );
  }
  return addDims(dim, (end ?? 0) - start);
}

/** The adjoint of what was cut: each element at its place, zeros elsewhere. */
function uncut(adjoint: Tensor, cut: Cut, dim: Dim): Tensor {
  const { axis, start, end, step = 1 } = cut;
  const put = (x: Tensor, before: number, after: number) =>
    padAxis(
      x,
      axis,
      before,
      after,
      adjoint.shape.map((own, i) => (i === axis ? dim : own)),
    );
  const place = typeof dim === "number" ? taken(dim, cut) : undefined;
  if (typeof dim !== "number" || place === undefined) {
    return step === 1 ? put(adjoint, start, -(end ?? 0)) : flip(adjoint, axis);
  }
  const { first, count } = place;
  if (step === 1) return put(adjoint, first, dim - first - count);
  const [rising, size] = [step < 0 ? flip(adjoint, axis) : adjoint, Math.abs(step)];
  const low = step < 0 ? first + (count - 1) * step : first;
  const length = (count - 1) * size + 1;
  const apart = size === 1 || count === 1 ? rising : slice(spread(rising, axis, size), axis, 0, length);
  return put(apart, low, dim - low - length);
}

const sliceOp = defineOp<{ cuts: readonly Cut[] }>({
  name: "slice",
  infer([x], { cuts }) {
    const cutOf = new Map(cuts.map((cut) => [cut.axis, cut]));
    const shape = x.shape.map((dim, axis) => {
      const cut = cutOf.get(axis);
      return cut === undefined ? dim : cutDim(dim, cut, x.shape);
    });
    return [{ shape, dtype: x.dtype }];
  },
  vjp: ([g], { inputs: [x], outputs: [y], attributes: { cuts } }) => [
    cuts.reduce((adjoint, cut) => uncut(adjoint, cut, x.shape[cut.axis] ?? 1), expandLike(g, y)),
  ],
  onnx({ inputs: [x], outputs, attributes: { cuts } }, to) {
    const steps = cuts.map(({ step = 1 }) => step);
    const ends = cuts.map(({ end, step = 1 }) => end ?? (step > 0 ? END : -END));
    const lists = [cuts.map(({ start }) => start), ends, cuts.map(({ axis }) => axis)];
    if (steps.some((step) => step !== 1)) lists.push(steps);
    to.emit("Slice", [to.name(x), ...lists.map(to.integers)], outputs);
  },
});

/**
 * Elements start, start + step … before `end` of one axis. Negative places count from the end; without an end all that are left.
 * A named dimension can be cut at both ends by fixed numbers, or reversed.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.slice(x, 1, 0, 2).shape); // [ 'n', 2 ]
 * ```
 */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  return sliceAxes(x, [{ axis, start, end, step }]);
}

/**
 * A slice of several axes at once.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [2, 3]);
 * console.log(tensor.sliceAxes(x, [{ axis: 0, start: 0, end: 1 }, { axis: 1, start: 1 }]).shape); // [ 1, 2 ]
 * ```
 */
export function sliceAxes(x: Tensor, cuts: readonly Cut[]): Tensor {
  const own = cuts.map((cut) => ({ ...cut, axis: normalizeAxis("slice", cut.axis, x.shape) }));
  if (new Set(own.map(({ axis }) => axis)).size < own.length) throw new GraphError("slice: one axis twice");
  return sliceOp.apply([x], { cuts: own })[0];
}

/**
 * The elements of an axis in reverse order.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.flip(x, 1).shape); // [ 'n', 3 ]
 * ```
 */
export function flip(x: Tensor, axis: number): Tensor {
  return slice(x, axis, -1, undefined, -1);
}

interface PadAttributes {
  /** For each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
  readonly shape: Shape;
}

const padOp = defineOp<PadAttributes>({
  name: "pad",
  infer([x], { before, after, shape }) {
    if ([before, after].some((side) => side.length !== x.rank || side.some((n) => !(Number.isInteger(n) && n >= 0)))) {
      throw new GraphError(
        `pad: [${before.join(", ")}] before and [${after.join(", ")}] after ${formatShape(x.shape)}`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  vjp([g], { outputs: [y], attributes: { before, after } }) {
    let cut = expandLike(g, y);
    before.forEach((start, axis) => {
      const end = after[axis] ?? 0;
      if (start > 0 || end > 0) cut = slice(cut, axis, start, end === 0 ? undefined : -end);
    });
    return [cut];
  },
  onnx({ inputs: [x], outputs, attributes: { before, after, value } }, to) {
    const filler = value === 0 ? [] : [to.constant(Float32Array.of(value), [])];
    to.emit("Pad", [to.name(x), to.integers([...before, ...after]), ...filler], outputs);
  },
});

/**
 * Elements of one value before and after those of each axis.
 * @param padding a pair of numbers for each axis; the axis grows by their sum.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.pad(x, [[0, 0], [1, 2]]).shape); // [ 'n', 6 ]
 * ```
 */
export function pad(x: Tensor, padding: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
  const before = padding.map(([start]) => start);
  const after = padding.map(([, end]) => end);
  if ([...before, ...after].every((amount) => amount === 0) && padding.length === x.rank) return x;
  const shape = x.shape.map((dim, axis) => addDims(dim, before[axis] ?? 0, after[axis] ?? 0));
  return padOp.apply([x], { before, after, value, shape })[0];
}

/** Zeros on both sides of one axis, to a shape that is known. */
function padAxis(x: Tensor, axis: number, before: number, after: number, shape: Shape): Tensor {
  const side = (amount: number) => x.shape.map((_, i) => (i === axis ? amount : 0));
  return padOp.apply([x], { before: side(before), after: side(after), value: 0, shape })[0];
}

/**
 * Each element of an axis followed by `step` − 1 zeros: the axis gets `step` times as long.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [2, 3]);
 * console.log(tensor.spread(x, 1, 2).shape); // [ 2, 6 ]
 * ```
 */
export function spread(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const apart = unsqueeze(x, [axis + 1]);
  const padded = pad(
    apart,
    apart.shape.map((_, i) => [0, i === axis + 1 ? step - 1 : 0]),
  );
  return reshape(
    padded,
    x.shape.map((dim, i) => (i === axis ? multiplyDim(dim, step) : dim)),
  );
}

interface AxisAttribute {
  readonly axis: number;
}

const concatOp = defineOp<AxisAttribute, readonly Tensor[]>({
  name: "concat",
  infer(inputs, { axis }) {
    const [first] = inputs;
    const fits = (x: Tensor) =>
      x.rank === first?.rank && x.dtype === first.dtype && x.shape.every((d, i) => i === axis || d === first.shape[i]);
    if (first === undefined || !inputs.every(fits)) {
      throw new GraphError(
        `concat: ${inputs.map((t) => formatShape(t.shape)).join(", ")} do not fit along axis ${axis}`,
      );
    }
    const total = addDims(...inputs.map((x) => x.shape[axis] as Dim));
    return [{ shape: first.shape.map((d, i) => (i === axis ? total : d)), dtype: first.dtype }];
  },
  vjp([g], { inputs, outputs: [y], attributes: { axis } }) {
    const full = expandLike(g, y);
    const dims = inputs.map((x) => x.shape[axis]);
    if (!dims.every((dim) => typeof dim === "number")) return splitLikeOp.apply([full, ...inputs], { axis });
    let start = 0;
    return dims.map((dim) => {
      start += dim;
      return slice(full, axis, start - dim, start);
    });
  },
  onnx: as("Concat", ({ axis }) => ({ axis })),
});

/** The parts of the first input, each of the size along the axis that one of the others has. */
const splitLikeOp = defineOp<AxisAttribute, readonly [whole: Tensor, ...like: Tensor[]], readonly Tensor[]>({
  name: "splitLike",
  infer: ([whole, ...like]) => like.map(({ shape }) => ({ shape, dtype: whole.dtype })),
  vjp(adjoints, { inputs: [, ...like], outputs, attributes: { axis } }) {
    const parts = outputs.map((y, i) => {
      const adjoint = adjoints[i];
      return adjoint === undefined ? mul(y, 0) : expandLike(adjoint, y);
    });
    return [concat(parts, axis), ...like.map(() => undefined)];
  },
  onnx({ inputs: [whole, ...like], outputs, attributes: { axis } }, to) {
    const sizes = like.map((x) => to.one("Shape", [to.name(x)], { start: axis, end: axis + 1 }));
    to.emit("Split", [to.name(whole), to.one("Concat", sizes, { axis: 0 })], outputs, { axis });
  },
});

/**
 * Tensors one after another along an axis: [n, 2] and [n, 3] along axis 1 give [n, 5].
 * @throws GraphError where other dimensions differ.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.concat([x, x], 1).shape); // [ 'n', 6 ]
 * ```
 */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new GraphError("concat: no tensors");
  if (tensors.length === 1) return first;
  return concatOp.apply(tensors, { axis: normalizeAxis("concat", axis, first.shape) })[0];
}

/**
 * All axes but the first as one: [n, …] as [n, product].
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.flatten(x).shape); // [ 'n', 288 ]
 * ```
 */
export function flatten(x: Tensor): Tensor {
  const [rows = 1, ...rest] = x.shape;
  return reshape(x, [rows, elementCount(rest)]);
}

/**
 * Batches of one shape [n, …], one below the other: [k·n, …].
 * @throws GraphError where the shapes differ.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.stackRows([x, x]).shape); // [ '2*n', 3 ]
 * ```
 */
export function stackRows(batches: readonly Tensor[]): Tensor {
  const stacked = concat(
    batches.map((x) => unsqueeze(x, [0])),
    0,
  );
  const [rows, ...rest] = stacked.shape.slice(1);
  return reshape(stacked, [multiplyDim(rows ?? 1, batches.length), ...rest]);
}

/**
 * The inverse of `stackRows`, in one tensor: [k·n, …] as [k, n, …].
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["2*n", 3]);
 * console.log(tensor.unstackRows(x, 2).shape); // [ 2, 'n', 3 ]
 * ```
 */
export function unstackRows(x: Tensor, count: number): Tensor {
  const [rows, ...rest] = x.shape;
  return reshape(x, [count, divideDim(rows ?? 1, count), ...rest]);
}
