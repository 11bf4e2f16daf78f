// Operators that move values, and arithmetic of shapes, which is computed at once: a named dimension stays a name.
import { UserError } from "../../../../errors.js";
import {
  concat,
  type Dim,
  divideDim,
  expandTo,
  factorDim,
  gather,
  integers,
  multiplyDim,
  pad,
  reshape,
  type Shape,
  sameShape,
  sliceAxes,
  squeeze,
  type Tensor,
  transpose,
  unsqueeze,
} from "../../../tensor/index.js";
import { axesOf, axisOf, type Call, type Operator, type Results } from "../call.js";
import { broadcastPlaces, countOf, dtypeOf, Known, knownInts, pick, shapeOf, type Value } from "../values.js";

/** The known numbers of an input, or a tensor of it. */
const data = (call: Call, place = 0): Known | Tensor => {
  const value = call.value(place);
  return value instanceof Known ? value : call.tensor(place);
};

/** The product of dimensions, at most one of which has a name. */
function product(dims: readonly Dim[]): Dim {
  const named = dims.filter((dim) => typeof dim === "string");
  if (named.length > 1) throw new UserError(`the product of ${named.join(" and ")} has no name; give their sizes`);
  const known = dims.filter((dim) => typeof dim === "number").reduce((a, b) => a * b, 1);
  return named[0] === undefined ? known : multiplyDim(named[0], known);
}

/** The dimension that is left over: all of them divided by those that are known. */
function leftOver(all: readonly Dim[], known: readonly Dim[]): Dim {
  const rest = [...all];
  let divisor = 1;
  for (const dim of known) {
    if (typeof dim === "number") divisor *= dim;
    else {
      const { factor, rest: name } = factorDim(dim);
      const at = rest.findIndex((each) => typeof each === "string" && factorDim(each).rest === name);
      if (at < 0) throw new UserError(`the dimension "${dim}" is none of [${all.join(", ")}]`);
      rest[at] = factorDim(rest[at] ?? 1).factor;
      divisor *= factor;
    }
  }
  if (divisor === 0) throw new UserError("a dimension of 0 beside one that is left open");
  return divideDim(product(rest), divisor);
}

function reshaped(value: Known | Tensor, shape: Shape): Results {
  if (!(value instanceof Known)) return reshape(value, shape);
  const sizes = shape.map(Number);
  if (countOf(sizes) !== value.values.length) {
    throw new UserError(`[${value.shape.join(", ")}] cannot become [${shape.join(", ")}]`);
  }
  return new Known(sizes, value.dtype, value.values);
}

const reshapeOperator: Operator = (call) => {
  const value = data(call);
  const copies = call.integer("allowzero", 0) === 0;
  const wanted = call.dims(1).map((dim, i) => (dim === 0 && copies ? (value.shape[i] ?? 0) : dim));
  const open = wanted.filter((dim) => dim === -1).length;
  if (open > 1) throw new UserError(`a shape [${wanted.join(", ")}] with ${open} open dimensions`);
  const others = wanted.filter((dim) => dim !== -1);
  return reshaped(
    value,
    wanted.map((dim) => (dim === -1 ? leftOver(value.shape, others) : dim)),
  );
};

const flatten: Operator = (call) => {
  const value = data(call);
  const axis = call.integer("axis", 1);
  const place = axis === value.shape.length ? axis : axisOf(axis, value.shape.length);
  return reshaped(value, [product(value.shape.slice(0, place)), product(value.shape.slice(place))]);
};

const squeezeOperator: Operator = (call) => {
  const value = data(call);
  const given = call.listed(1, "axes");
  const axes =
    given === undefined
      ? [...value.shape.keys()].filter((axis) => value.shape[axis] === 1)
      : axesOf(given, value.shape.length);
  if (!(value instanceof Known)) return axes.length === 0 ? value : squeeze(value, axes);
  return reshaped(
    value,
    value.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const unsqueezeOperator: Operator = (call) => {
  const value = data(call);
  const given = call.listed(1, "axes") ?? [];
  const axes = axesOf(given, value.shape.length + given.length);
  if (!(value instanceof Known)) return unsqueeze(value, axes);
  const rest = [...value.shape];
  return reshaped(
    value,
    Array.from({ length: value.shape.length + axes.length }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() ?? 1))),
  );
};

/** The places of a known value's elements with its axes in another order. */
function permuted(shape: readonly number[], order: readonly number[]): number[] {
  const steps = shape.map((_, axis) => countOf(shape.slice(axis + 1)));
  return order.reduce<number[]>(
    (places, axis) =>
      places.flatMap((start) => Array.from({ length: shape[axis] ?? 1 }, (_, i) => start + i * (steps[axis] ?? 0))),
    [0],
  );
}

const transposeOperator: Operator = (call) => {
  const value = data(call);
  const order = call.integers("perm") ?? [...value.shape.keys()].reverse();
  if (!(value instanceof Known)) return transpose(value, order);
  if (axesOf(order, value.shape.length).length !== value.shape.length)
    throw new UserError(`an order ${order.join(", ")}`);
  return pick(
    value,
    permuted(value.shape, order),
    order.map((axis) => value.shape[axis] ?? 1),
  );
};

const concatOperator: Operator = (call) => {
  const axis = axisOf(call.integer("axis", 0), shapeOf(call.value(0)).length);
  if (!call.isKnown) {
    return concat(
      call.inputs.map((_, place) => call.tensor(place)),
      axis,
    );
  }
  const parts = call.inputs.filter((each) => each instanceof Known);
  const [first] = parts;
  if (first?.shape.length !== 1 || parts.some(({ dtype, shape }) => dtype !== first.dtype || shape.length !== 1)) {
    return concat(
      call.inputs.map((_, place) => call.tensor(place)),
      axis,
    );
  }
  const values = parts.flatMap((part) => [...part.values]);
  if (first.dtype === "float32") return new Known([values.length], first.dtype, Float32Array.from(values as number[]));
  return new Known([values.length], first.dtype, values);
};

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** First place and count of the elements that a slice takes of a dimension; bounds beyond it are its ends. */
function taken(size: number, { start, end, step }: Range): { first: number; count: number } {
  const place = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [first, last] =
    step > 0 ? [place(start, 0, size), place(end, 0, size)] : [place(start, 0, size - 1), place(end, -1, size - 1)];
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

const most = 2 ** 31 - 1;

function sliceTensor(x: Tensor, ranges: readonly Range[]): Tensor {
  const cuts = ranges.flatMap((range) => {
    const { axis, start, end, step } = range;
    const dim = x.shape[axis] ?? 1;
    if (typeof dim === "number") {
      const { first, count } = taken(dim, range);
      if (count === 0) throw new UserError(`an empty slice of [${x.shape.join(", ")}]`);
      if (first === 0 && step === 1 && count === dim) return [];
      const last = first + count * step;
      return [{ axis, start: first, ...(step > 0 ? { end: Math.min(last, dim) } : last >= 0 && { end: last }), step }];
    }
    const open = step > 0 ? end >= most : end <= -most;
    if (step === 1 && start === 0 && open) return [];
    return [{ axis, start, ...(!open && { end }), step }];
  });
  return cuts.length === 0 ? x : sliceAxes(x, cuts);
}

const sliceOperator: Operator = (call) => {
  const value = data(call);
  const starts = call.listed(1, "starts") ?? [];
  const ends = call.listed(2, "ends") ?? [];
  const axes = call.listed(3, "axes") ?? [...starts.keys()];
  const steps = call.has(4) ? call.numbers(4) : starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    throw new UserError("starts, ends, axes and steps do not go together");
  }
  axesOf(axes, value.shape.length);
  const ranges = starts.map((start, i) => {
    const step = steps[i] ?? 1;
    if (!Number.isInteger(step) || step === 0) throw new UserError(`a slice in steps of ${step}`);
    return { axis: axisOf(axes[i] ?? 0, value.shape.length), start, end: ends[i] ?? 0, step };
  });
  if (!(value instanceof Known)) return sliceTensor(value, ranges);
  return ranges.reduce((known, range) => {
    const { first, count } = taken(known.shape[range.axis] ?? 1, range);
    const places = Array.from({ length: count }, (_, i) => first + i * range.step);
    return takeAlong(known, range.axis, places, [count]);
  }, value);
};

/** Elements of one axis of a known value, their places of another shape. */
function takeAlong(known: Known, axis: number, places: readonly number[], shape: readonly number[]): Known {
  const [before, after] = [known.shape.slice(0, axis), known.shape.slice(axis + 1)];
  const [size, inner] = [known.shape[axis] ?? 1, countOf(after)];
  const all: number[] = [];
  for (let outer = 0; outer < countOf(before); outer++) {
    for (const place of places) for (let i = 0; i < inner; i++) all.push((outer * size + place) * inner + i);
  }
  return pick(known, all, [...before, ...shape, ...after]);
}

const split: Operator = (call) => {
  const value = data(call);
  const axis = axisOf(call.integer("axis", 0), value.shape.length);
  const size = value.shape[axis];
  if (typeof size !== "number") throw new UserError(`it splits the dimension "${size}"; give its size`);
  const part = Math.ceil(size / call.outputs);
  const equal = Array.from({ length: call.outputs }, (_, i) => Math.min(part, size - i * part));
  const sizes = call.listed(1, "split") ?? equal;
  if (sizes.length !== call.outputs || sizes.some((each) => each < 1) || sizes.reduce((a, b) => a + b, 0) !== size) {
    throw new UserError(`${size} cannot be split into ${sizes.join(", ")}`);
  }
  let start = 0;
  return sizes.map((count) => {
    start += count;
    if (!(value instanceof Known)) return sliceAxes(value, [{ axis, start: start - count, end: start }]);
    return takeAlong(
      value,
      axis,
      Array.from({ length: count }, (_, i) => start - count + i),
      [count],
    );
  });
};

const gatherOperator: Operator = (call) => {
  const value = data(call);
  const axis = axisOf(call.integer("axis", 0), value.shape.length);
  const size = value.shape[axis] ?? 1;
  const indices = call.value(1);
  if (!(indices instanceof Known)) {
    const moved = moveAxis(call.tensor(0), axis, 0);
    return moveAxes(gather(moved, call.tensor(1)), indices.shape.length, axis);
  }
  const places = Array.from(indices.numbers(), (index) =>
    index < 0 && typeof size === "number" ? index + size : index,
  );
  if (places.some((place) => place < 0 || (typeof size === "number" && place >= size))) {
    throw new UserError(`indices ${places.slice(0, 8).join(", ")} of a dimension of ${size}`);
  }
  if (value instanceof Known) return takeAlong(value, axis, places, indices.shape);
  const [only] = places;
  if (places.length === 1 && only !== undefined && typeof size === "number") {
    const one = sliceAxes(value, [{ axis, start: only, end: only + 1 }]);
    return reshape(one, [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)]);
  }
  const moved = moveAxis(value, axis, 0);
  return moveAxes(gather(moved, integers(places, indices.shape)), indices.shape.length, axis);
};

function moveAxis(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const order = [...x.shape.keys()].filter((axis) => axis !== from);
  order.splice(to, 0, from);
  return transpose(x, order);
}

/** The first so many axes put behind as many others. */
function moveAxes(x: Tensor, count: number, behind: number): Tensor {
  if (behind === 0 || count === 0) return x;
  const order = [...x.shape.keys()];
  order.splice(behind, 0, ...order.splice(0, count));
  return transpose(x, order);
}

const expand: Operator = (call) => {
  const value = data(call);
  const wanted = call.dims(1);
  const rank = Math.max(wanted.length, value.shape.length);
  const at = (shape: Shape, i: number) => shape[shape.length - rank + i] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => {
    const [own, other] = [at(value.shape, i), at(wanted, i)];
    if (own !== 1 && other !== 1 && own !== other) {
      throw new UserError(`[${value.shape.join(", ")}] does not expand to [${wanted.join(", ")}]`);
    }
    return own === 1 ? other : own;
  });
  if (value instanceof Known && shape.every((dim) => typeof dim === "number")) {
    return pick(value, broadcastPlaces(value.shape, shape as number[]), shape as number[]);
  }
  const x = call.tensor(0);
  if (sameShape(x.shape, shape)) return x;
  const named = shape.filter((dim) => typeof dim === "string");
  const like = call.pass.inputs.find((input) => named.every((dim) => input.shape.includes(dim)));
  if (named.length > 0 && like === undefined) throw new UserError(`no input has the dimension ${named.join(" and ")}`);
  return expandTo(x, shape, like ?? x);
};

const padOperator: Operator = (call) => {
  call.expect("mode", call.text("mode", "constant"), "constant");
  const x = call.tensor(0);
  const pads = call.listed(1, "pads") ?? [];
  const value = call.has(2) ? call.scalar(2) : call.float("value", 0);
  const axes = call.has(3) ? call.numbers(3).map((axis) => axisOf(axis, x.rank)) : [...x.shape.keys()];
  if (pads.length !== 2 * axes.length) throw new UserError(`${pads.length} pads for ${axes.length} dimensions`);
  const sides = x.shape.map((_, axis): [number, number] => {
    const i = axes.indexOf(axis);
    return i < 0 ? [0, 0] : [pads[i] ?? 0, pads[i + axes.length] ?? 0];
  });
  return pad(x, sides, value);
};

const constantOperator: Operator = (call) => {
  const tensor = call.tensorAttribute("value");
  if (tensor !== undefined) return tensor;
  const [ints, floats] = [call.integers("value_ints"), call.floats("value_floats")];
  if (ints !== undefined) return knownInts(ints);
  if (floats !== undefined) return new Known([floats.length], "float32", Float32Array.from(floats));
  if (call.hasAttribute("value_int")) return knownInts([call.integer("value_int", 0)], []);
  if (call.hasAttribute("value_float")) return new Known([], "float32", Float32Array.of(call.float("value_float", 0)));
  throw new UserError("a constant of this kind is not known");
};

const constantOfShape: Operator = (call) => {
  const shape = call.numbers(0);
  const value = call.tensorAttribute("value") ?? new Known([1], "float32", new Float32Array(1));
  return pick(value, broadcastPlaces([], shape), shape);
};

const range: Operator = (call) => {
  const [start, end, step] = [call.scalar(0), call.scalar(1), call.scalar(2)];
  const count = Math.max(0, Math.ceil((end - start) / step));
  if (!(count <= 2 ** 20)) throw new UserError(`a range of ${count} values`);
  const values = Array.from({ length: count }, (_, i) => start + i * step);
  const dtype = dtypeOf(call.value(0));
  return new Known([count], dtype, dtype === "float32" ? Float32Array.from(values) : values);
};

const shapeOperator: Operator = (call) => {
  const shape = shapeOf(call.value(0));
  const { first, count } = taken(shape.length, {
    axis: 0,
    start: call.integer("start", 0),
    end: call.integer("end", shape.length),
    step: 1,
  });
  return knownInts(shape.slice(first, first + count));
};

const dropout: Operator = (call): Value => {
  const ratio = call.has(1) ? call.scalar(1) : call.float("ratio", 0.5);
  if (call.outputs > 1) throw new UserError("its mask is not given");
  return call.isTraining ? call.pass.forward.dropout(call.tensor(0), ratio) : call.value(0);
};

export const shapingOperators: Readonly<Record<string, Operator>> = {
  Reshape: reshapeOperator,
  Flatten: flatten,
  Squeeze: squeezeOperator,
  Unsqueeze: unsqueezeOperator,
  Transpose: transposeOperator,
  Concat: concatOperator,
  Slice: sliceOperator,
  Split: split,
  Gather: gatherOperator,
  Expand: expand,
  Pad: padOperator,
  Constant: constantOperator,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shapeOperator,
  Size: (call) => knownInts([product(shapeOf(call.value(0)))], []),
  Dropout: dropout,
};
