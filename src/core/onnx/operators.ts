// The ONNX operators that an encoder from a file may have, each with the shape of its results and what it costs: layers of
// feed-forward and convolutional networks. None loops, and none makes more than its inputs' shapes say.
import {
  axesOf,
  axisOf,
  broadcast,
  countOf,
  matrixProduct,
  ShapeError,
  sliced,
  type Value,
  windowCounts,
  withSize,
} from "./shapes.js";

/** A node as its rule sees it. */
export interface Call {
  /** Those that are left out are undefined. */
  readonly inputs: readonly (Value | undefined)[];
  /** How many results are taken. */
  readonly outputs: number;
  integer(attribute: string, missing: number): number;
  integers(attribute: string): readonly number[] | undefined;
  text(attribute: string, missing: string): string;
  /** A tensor that is an attribute. */
  tensor(attribute: string): Value | undefined;
  has(attribute: string): boolean;
}

export interface Results {
  readonly values: readonly Value[];
  /** Multiplications and the like, beyond one for each value read and written. */
  readonly work?: number;
  /** Values that are held meanwhile, beside inputs and results. */
  readonly held?: number;
}

type Rule = (call: Call) => Results;

const one = (dims: readonly number[], more: Omit<Results, "values"> = {}): Results => ({ values: [{ dims }], ...more });

/** An input that must be there. */
function given({ inputs }: Call, place: number): Value {
  const value = inputs[place];
  if (value === undefined) throw new ShapeError(`input ${place} is missing`);
  return value;
}

/** Whole numbers that a shape depends on, from an input. */
function numbers(call: Call, place: number): readonly number[] | undefined {
  const value = call.inputs[place];
  if (value === undefined) return undefined;
  if (value.integers === undefined) {
    throw new ShapeError("the size of its result depends on what is computed, and cannot be known beforehand");
  }
  return value.integers;
}

function required(call: Call, place: number): readonly number[] {
  given(call, place);
  return numbers(call, place)!;
}

const present = ({ inputs }: Call) => inputs.filter((value) => value !== undefined).map(({ dims }) => dims);

const asInput: Rule = (call) => one(given(call, 0).dims);
const together: Rule = (call) => {
  given(call, 0);
  return one(broadcast(...present(call)));
};

const reduced: Rule = (call) => {
  const { dims } = given(call, 0);
  const axes = call.integers("axes") ?? numbers(call, 1) ?? [];
  if (axes.length === 0 && call.integer("noop_with_empty_axes", 0) !== 0) return one(dims);
  const places = axes.length === 0 ? new Set(dims.keys()) : axesOf(axes, dims.length);
  if (call.integer("keepdims", 1) !== 0) return one(dims.map((dim, i) => (places.has(i) ? 1 : dim)));
  return one(dims.filter((_, i) => !places.has(i)));
};

const largestPlace: Rule = (call) => {
  const { dims } = given(call, 0);
  const axis = axisOf(call.integer("axis", 0), dims.length);
  return one(call.integer("keepdims", 1) !== 0 ? withSize(dims, axis, 1) : dims.filter((_, i) => i !== axis));
};

function windowsOf(call: Call, kernel: readonly number[]) {
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: call.integers("strides") ?? ones,
    dilations: call.integers("dilations") ?? ones,
    pads: call.integers("pads") ?? [...ones, ...ones].map(() => 0),
    autoPad: call.text("auto_pad", "NOTSET"),
    ceil: call.integer("ceil_mode", 0) !== 0,
  };
}

/** Samples, channels and spatial dimensions. */
function image(call: Call): { samples: number; channels: number; spatial: readonly number[] } {
  const { dims } = given(call, 0);
  if (dims.length < 3) throw new ShapeError(`an image of shape [${dims.join(", ")}]`);
  return { samples: dims[0]!, channels: dims[1]!, spatial: dims.slice(2) };
}

const pool: Rule = (call) => {
  const { samples, channels, spatial } = image(call);
  const kernel = call.integers("kernel_shape") ?? [];
  const dims = [samples, channels, ...windowCounts(spatial, windowsOf(call, kernel))];
  const values = Array.from({ length: call.outputs }, () => ({ dims }));
  return { values, work: countOf(dims) * countOf(kernel) };
};

const poolAll: Rule = (call) => {
  const { samples, channels, spatial } = image(call);
  return one([samples, channels, ...spatial.map(() => 1)]);
};

const convolution: Rule = (call) => {
  const { samples, channels, spatial } = image(call);
  const [features, perGroup, ...kernel] = given(call, 1).dims;
  const groups = call.integer("group", 1);
  if (features === undefined || perGroup === undefined || perGroup * groups !== channels || features % groups !== 0) {
    throw new ShapeError(`${channels} channels in ${groups} groups for weights [${given(call, 1).dims.join(", ")}]`);
  }
  const counts = windowCounts(spatial, windowsOf(call, kernel));
  const dims = [samples, features, ...counts];
  const perWindow = perGroup * countOf(kernel);
  return one(dims, { work: countOf(dims) * perWindow, held: countOf(counts) * perWindow * groups });
};

/** int32 and int64. */
const wholeTypes = [6, 7];

const rules: Readonly<Record<string, Rule>> = {
  Gemm(call) {
    const matrix = (place: number, flag: string) => {
      const { dims } = given(call, place);
      if (dims.length !== 2) throw new ShapeError(`a matrix of shape [${dims.join(", ")}]`);
      return call.integer(flag, 0) === 0 ? dims : [dims[1]!, dims[0]!];
    };
    const { dims, inner } = matrixProduct(matrix(0, "transA"), matrix(1, "transB"));
    const bias = call.inputs[2]?.dims ?? [];
    if (broadcast(dims, bias).join() !== dims.join()) throw new ShapeError(`a bias of shape [${bias.join(", ")}]`);
    return one(dims, { work: countOf(dims) * inner });
  },
  MatMul(call) {
    const { dims, inner } = matrixProduct(given(call, 0).dims, given(call, 1).dims);
    return one(dims, { work: countOf(dims) * inner });
  },
  Conv: convolution,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: poolAll,
  GlobalMaxPool: poolAll,
  Cast(call) {
    const { dims, integers } = given(call, 0);
    const isSame = wholeTypes.includes(call.integer("to", 0)) && integers?.every((each) => Math.abs(each) < 2 ** 31);
    return { values: [{ dims, ...(isSame && { integers }) }] };
  },
  Identity: (call) => ({ values: [given(call, 0)] }),
  Dropout: (call) => ({ values: [given(call, 0), given(call, 0)].map(({ dims }) => ({ dims })) }),
  Constant(call) {
    const tensor = call.tensor("value");
    const list = call.integers("value_ints");
    if (tensor !== undefined) return { values: [tensor] };
    if (list !== undefined) return { values: [{ dims: [list.length], integers: list }] };
    if (call.has("value_int")) return { values: [{ dims: [], integers: [call.integer("value_int", 0)] }] };
    if (call.has("value_float")) return one([]);
    throw new ShapeError("a constant of this kind is not known");
  },
  Shape(call) {
    const { dims } = given(call, 0);
    const { first, count } = sliced(dims.length, call.integer("start", 0), call.integer("end", dims.length), 1);
    return { values: [{ dims: [count], integers: dims.slice(first, first + count) }] };
  },
  Reshape(call) {
    const { dims } = given(call, 0);
    const shape = required(call, 1);
    const copies = call.integer("allowzero", 0) === 0;
    const sizes = shape.map((size, i) => (size === 0 && copies ? (dims[i] ?? -2) : size));
    const total = countOf(dims);
    const known = countOf(sizes.filter((size) => size !== -1));
    const open = sizes.filter((size) => size === -1).length;
    if (open > 1 || (open === 1 ? known === 0 || total % known !== 0 : known !== total)) {
      throw new ShapeError(`[${dims.join(", ")}] cannot become [${shape.join(", ")}]`);
    }
    return one(sizes.map((size) => (size === -1 ? total / known : size)));
  },
  Flatten(call) {
    const { dims } = given(call, 0);
    const axis = call.integer("axis", 1);
    const place = axis === dims.length ? axis : axisOf(axis, dims.length);
    return one([countOf(dims.slice(0, place)), countOf(dims.slice(place))]);
  },
  Squeeze(call) {
    const { dims, integers } = given(call, 0);
    const axes = numbers(call, 1);
    const places = axes && axesOf(axes, dims.length);
    const isGone = (i: number) => (places === undefined ? dims[i] === 1 : places.has(i));
    if (dims.some((dim, i) => isGone(i) && dim !== 1)) throw new ShapeError(`[${dims.join(", ")}] has no such 1`);
    return { values: [{ dims: dims.filter((_, i) => !isGone(i)), integers }] };
  },
  Unsqueeze(call) {
    const { dims, integers } = given(call, 0);
    const axes = required(call, 1);
    const rank = dims.length + axes.length;
    const places = axesOf(axes, rank);
    if (places.size !== axes.length) throw new ShapeError("an axis is named twice");
    const others = [...dims];
    return {
      values: [{ dims: Array.from({ length: rank }, (_, i) => (places.has(i) ? 1 : others.shift()!)), integers }],
    };
  },
  Transpose(call) {
    const { dims } = given(call, 0);
    const order = call.integers("perm") ?? [...dims.keys()].reverse();
    if (order.length !== dims.length || axesOf(order, dims.length).size !== dims.length) {
      throw new ShapeError(`an order [${order.join(", ")}] of ${dims.length} dimensions`);
    }
    return one(order.map((axis) => dims[axis]!));
  },
  Concat(call) {
    const parts = call.inputs.map((_, place) => given(call, place));
    const { dims } = given(call, 0);
    const axis = axisOf(call.integer("axis", 0), dims.length);
    let size = 0;
    for (const part of parts) {
      if (withSize(part.dims, axis, 0).join() !== withSize(dims, axis, 0).join()) {
        throw new ShapeError(`[${part.dims.join(", ")}] beside [${dims.join(", ")}]`);
      }
      size += part.dims[axis]!;
    }
    const whole = dims.length === 1 && parts.every(({ integers }) => integers !== undefined);
    return {
      values: [{ dims: withSize(dims, axis, size), ...(whole && { integers: parts.flatMap((p) => p.integers!) }) }],
    };
  },
  Slice(call) {
    const { dims, integers } = given(call, 0);
    const [starts, ends] = [required(call, 1), required(call, 2)];
    const axes = numbers(call, 3) ?? [...starts.keys()];
    const steps = numbers(call, 4) ?? starts.map(() => 1);
    if (
      [ends, axes, steps].some((list) => list.length !== starts.length) ||
      axesOf(axes, dims.length).size !== axes.length
    ) {
      throw new ShapeError("starts, ends, axes and steps do not go together");
    }
    let sizes: number[] = [...dims];
    let taken = integers;
    starts.forEach((start, i) => {
      const axis = axisOf(axes[i]!, dims.length);
      const { first, count } = sliced(dims[axis]!, start, ends[i]!, steps[i]!);
      sizes = withSize(sizes, axis, count);
      taken = taken && Array.from({ length: count }, (_, place) => integers![first + place * steps[i]!]!);
    });
    return { values: [{ dims: sizes, ...(dims.length === 1 && taken && { integers: taken }) }] };
  },
  Split(call) {
    const { dims } = given(call, 0);
    const axis = axisOf(call.integer("axis", 0), dims.length);
    const size = Math.ceil(dims[axis]! / call.outputs);
    const equal = Array.from({ length: call.outputs }, (_, i) => Math.min(size, dims[axis]! - i * size));
    const sizes = numbers(call, 1) ?? equal;
    if (sizes.length !== call.outputs || sizes.reduce((sum, each) => sum + each, 0) !== dims[axis]) {
      throw new ShapeError(`${dims[axis]} cannot be parted into ${sizes.join(", ")}`);
    }
    return { values: sizes.map((each) => ({ dims: withSize(dims, axis, each) })) };
  },
  Gather(call) {
    const [data, indices] = [given(call, 0), given(call, 1)];
    const axis = axisOf(call.integer("axis", 0), data.dims.length);
    const dims = [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)];
    if (data.dims.length !== 1 || data.integers === undefined || indices.integers === undefined) return one(dims);
    const integers = indices.integers.map((index) => data.integers!.at(index)!);
    if (integers.includes(undefined as never)) throw new ShapeError("an index beyond its end");
    return { values: [{ dims, integers }] };
  },
  Expand: (call) => one(broadcast(given(call, 0).dims, required(call, 1))),
  Pad(call) {
    const { dims } = given(call, 0);
    const pads = required(call, 1);
    const axes = numbers(call, 3) ?? [...dims.keys()];
    if (pads.length !== 2 * axes.length) throw new ShapeError(`${pads.length} pads for ${axes.length} dimensions`);
    const sizes = [...dims];
    axes.forEach((axis, i) => {
      sizes[axisOf(axis, dims.length)]! += pads[i]! + pads[i + axes.length]!;
    });
    return one(sizes);
  },
  Where: together,
  PRelu: together,
  ArgMax: largestPlace,
  ArgMin: largestPlace,
};

const elementwise = [
  "Abs Celu Ceil Clip Cos Elu Erf Exp Floor Gelu HardSigmoid HardSwish IsNaN LeakyRelu Log LogSoftmax Mish Neg Not Reciprocal",
  "Relu Round Selu Sigmoid Sign Sin Softmax Softplus Softsign Sqrt Tanh ThresholdedRelu",
  "BatchNormalization InstanceNormalization LayerNormalization LpNormalization MeanVarianceNormalization",
];
const pairs = ["Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mul Or Pow Sub Sum Xor"];
const reductions = ["L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare"];

const named = (lists: readonly string[], rule: Rule, prefix = "") =>
  lists.flatMap((list) => list.split(" ").map((name) => [prefix + name, rule] as const));

/** By operator of ONNX's own domain. */
export const operators: ReadonlyMap<string, Rule> = new Map([
  ...Object.entries(rules),
  ...named(elementwise, asInput),
  ...named(pairs, together),
  ...named(reductions, reduced, "Reduce"),
]);
