// Operators on each value: arithmetic, comparisons, activations. Those of numbers known beforehand are computed at once.
import { UserError } from "../../../../errors.js";
import { dtypeOfOnnx } from "../../../onnx/stored-tensor.js";
import {
  abs,
  add,
  addDims,
  and,
  cast,
  clip,
  type Dim,
  type DType,
  div,
  divideDim,
  equal,
  erf,
  exp,
  gelu,
  greater,
  greaterOrEqual,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  maximum,
  minimum,
  mul,
  multiplyDim,
  neg,
  not,
  or,
  pow,
  relu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  sub,
  type Tensor,
  tanh,
  where,
} from "../../../tensor/index.js";
import type { Call, Operator } from "../call.js";
import { broadcastNumbers, broadcastPlaces, dtypeOf, Known, pick } from "../values.js";

type Unary = readonly [ofTensor: (x: Tensor) => Tensor, ofNumber: (x: number) => number];

/** One tensor, or known floating-point numbers. */
const unary =
  ([ofTensor, ofNumber]: Unary): Operator =>
  (call) => {
    const value = call.value(0);
    if (value instanceof Known) return new Known(value.shape, value.dtype, mapNumbers(value, ofNumber));
    return ofTensor(call.tensor(0));
  };

function mapNumbers(known: Known, f: (x: number) => number): readonly number[] | Float32Array {
  const numbers = known.numbers();
  return known.dtype === "float32" ? Float32Array.from(numbers, f) : Array.from(numbers, f);
}

const unaries: Readonly<Record<string, Unary>> = {
  Abs: [abs, Math.abs],
  Exp: [exp, Math.exp],
  Log: [log, Math.log],
  Neg: [neg, (x) => -x],
  Reciprocal: [(x) => div(1, x), (x) => 1 / x],
  Relu: [relu, (x) => Math.max(x, 0)],
  Sigmoid: [sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  Sign: [sign, Math.sign],
  Sqrt: [sqrt, Math.sqrt],
  Tanh: [tanh, Math.tanh],
};

/** A function of floating-point tensors alone. */
const ofTensor =
  (f: (x: Tensor, call: Call) => Tensor): Operator =>
  (call) =>
    f(call.tensor(0), call);

/** x where positive, otherwise what is given: without evaluating an exponential that overflows. */
const orNegative = (x: Tensor, negative: (least: Tensor) => Tensor) => where(greater(x, 0), x, negative(minimum(x, 0)));

const hardSigmoid = (x: Tensor, alpha: number, beta: number) => clip(add(mul(x, alpha), beta), 0, 1);

/** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
const tanhGelu = (x: Tensor) =>
  mul(mul(x, 0.5), add(tanh(mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

const activations: Readonly<Record<string, Operator>> = {
  Erf: ofTensor(erf),
  Softplus: ofTensor(softplus),
  Softsign: ofTensor((x) => div(x, add(abs(x), 1))),
  Mish: ofTensor((x) => mul(x, tanh(softplus(x)))),
  HardSigmoid: ofTensor((x, call) => hardSigmoid(x, call.float("alpha", 0.2), call.float("beta", 0.5))),
  HardSwish: ofTensor((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: ofTensor((x, call) => {
    const slope = call.float("alpha", 0.01);
    return slope >= 0 ? leakyRelu(x, slope) : where(greater(x, 0), x, mul(x, slope));
  }),
  PRelu: ofTensor((x, call) => where(greater(x, 0), x, mul(x, call.tensor(1)))),
  Elu: ofTensor((x, call) => orNegative(x, (least) => mul(sub(exp(least), 1), call.float("alpha", 1)))),
  Selu: ofTensor((x, call) => {
    const [alpha, gamma] = [call.float("alpha", 1.6732632423543772), call.float("gamma", 1.0507009873554805)];
    return mul(
      orNegative(x, (least) => mul(sub(exp(least), 1), alpha)),
      gamma,
    );
  }),
  Gelu: ofTensor((x, call) => (call.text("approximate", "none") === "tanh" ? tanhGelu(x) : gelu(x))),
  Clip: ofTensor((x, call) => {
    const bound = (place: number, name: string, missing: number) =>
      call.has(place) ? call.scalar(place) : call.float(name, missing);
    return clip(x, bound(1, "min", Number.NEGATIVE_INFINITY), bound(2, "max", Number.POSITIVE_INFINITY));
  }),
};

interface Binary {
  readonly ofTensors: (a: Tensor, b: Tensor) => Tensor;
  readonly ofNumbers: (a: number, b: number) => number;
  /** Of integers, where it is another function, and where one may be a named dimension. */
  readonly ofDims?: (a: Dim, b: Dim) => Dim | undefined;
}

const binaries: Readonly<Record<string, Binary>> = {
  Add: { ofTensors: add, ofNumbers: (a, b) => a + b, ofDims: (a, b) => addDims(a, b) },
  Sub: {
    ofTensors: sub,
    ofNumbers: (a, b) => a - b,
    ofDims: (a, b) => addDims(a, multiplyDim(b, -1)),
  },
  Mul: {
    ofTensors: mul,
    ofNumbers: (a, b) => a * b,
    ofDims(a, b) {
      if (typeof b === "number") return multiplyDim(a, b);
      return typeof a === "number" ? multiplyDim(b, a) : undefined;
    },
  },
  Div: {
    ofTensors: div,
    ofNumbers: (a, b) => a / b,
    ofDims(a, b) {
      if (typeof b !== "number" || b === 0) return undefined;
      return typeof a === "number" ? Math.trunc(a / b) : divideDim(a, b);
    },
  },
  Pow: { ofTensors: pow, ofNumbers: (a, b) => a ** b },
};

/** Known numbers pair by pair, broadcast. */
function pairwise(a: Known, b: Known, dtype: DType, f: (a: Dim, b: Dim) => Dim): Known {
  const shape = broadcastNumbers([a.shape, b.shape]);
  const [left, right] = [a, b].map((each) => pick(each, broadcastPlaces(each.shape, shape), shape).values);
  const values = Array.from(left ?? [], (value, i) => f(value, right?.[i] ?? 0));
  return new Known(shape, dtype, dtype === "float32" ? Float32Array.from(values as number[]) : values);
}

const bothNumbers =
  (f: (a: number, b: number) => number) =>
  (a: Dim, b: Dim): number => {
    if (typeof a === "number" && typeof b === "number") return f(a, b);
    throw new UserError(`it needs numbers in place of the dimensions ${a} and ${b}; give their sizes`);
  };

const binary =
  ({ ofTensors, ofNumbers, ofDims }: Binary): Operator =>
  (call) => {
    const [a, b] = [call.value(0), call.value(1)];
    if (!(a instanceof Known && b instanceof Known)) return ofTensors(call.tensor(0), call.tensor(1));
    if (a.dtype === "float32") return pairwise(a, b, "float32", bothNumbers(ofNumbers));
    return pairwise(a, b, a.dtype, (x, y) => ofDims?.(x, y) ?? bothNumbers(ofNumbers)(x, y));
  };

type Comparison = readonly [ofTensors: (a: Tensor, b: Tensor) => Tensor, ofNumbers: (a: number, b: number) => boolean];

const comparisons: Readonly<Record<string, Comparison>> = {
  Equal: [equal, (a, b) => a === b],
  Greater: [greater, (a, b) => a > b],
  GreaterOrEqual: [greaterOrEqual, (a, b) => a >= b],
  Less: [less, (a, b) => a < b],
  LessOrEqual: [lessOrEqual, (a, b) => a <= b],
  And: [and, (a, b) => a !== 0 && b !== 0],
  Or: [or, (a, b) => a !== 0 || b !== 0],
};

const comparison =
  (name: string, [ofTensors, ofNumbers]: Comparison): Operator =>
  (call) => {
    const [a, b] = [call.value(0), call.value(1)];
    if (!(a instanceof Known && b instanceof Known)) return ofTensors(call.tensor(0), call.tensor(1));
    return pairwise(a, b, "bool", (x, y) => {
      // A named dimension is none of the numbers that shapes are compared with: −1 and 0.
      if (name === "Equal" && typeof x !== typeof y && [x, y].some((each) => each === -1 || each === 0)) return 0;
      if (name === "Equal" && x === y) return 1;
      return bothNumbers((p, q) => (ofNumbers(p, q) ? 1 : 0))(x, y);
    });
  };

/** Several tensors, one after another. */
const together =
  (f: (a: Tensor, b: Tensor) => Tensor, last = (x: Tensor, _count: number) => x): Operator =>
  (call) =>
    last(
      call.inputs.map((_, place) => call.tensor(place)).reduce((a, b) => f(a, b)),
      call.inputs.length,
    );

/** x² exactly; the general power otherwise. */
const power: Operator = (call) => {
  if (call.value(0) instanceof Known) return binary(binaries.Pow as Binary)(call);
  const exponent = call.known(1);
  if (exponent === undefined) return pow(call.tensor(0), call.tensor(1));
  const numbers = Float32Array.from(exponent.numbers());
  if (numbers.length === 1 && numbers[0] === 2) return square(call.tensor(0));
  return pow(call.tensor(0), call.asTensor(new Known(exponent.shape, "float32", numbers)));
};

const castTo: Operator = (call) => {
  const to = dtypeOfOnnx(call.integer("to", 0), "its result");
  const value = call.value(0);
  if (!(value instanceof Known)) return dtypeOf(value) === to ? value : cast(call.tensor(0), to);
  if (value.dtype === to || (value.dtype === "bool" && to === "int64")) return new Known(value.shape, to, value.values);
  if (to === "float32") return new Known(value.shape, to, Float32Array.from(value.numbers()));
  const numbers = Array.from(value.numbers());
  return new Known(
    value.shape,
    to,
    numbers.map((each) => (to === "bool" ? Number(each !== 0) : Math.trunc(each))),
  );
};

const whereOperator: Operator = (call) => {
  const [condition, a, b] = [call.value(0), call.value(1), call.value(2)];
  if (condition instanceof Known && a instanceof Known && b instanceof Known) {
    const shape = broadcastNumbers([condition.shape, a.shape, b.shape]);
    const [is, yes, no] = [condition, a, b].map((each) => pick(each, broadcastPlaces(each.shape, shape), shape).values);
    const values = Array.from(is ?? [], (each, i) => (each ? yes?.[i] : no?.[i]) ?? 0);
    return new Known(shape, a.dtype, a.dtype === "float32" ? Float32Array.from(values as number[]) : values);
  }
  return where(call.tensor(0), call.tensor(1), call.tensor(2));
};

export const elementwiseOperators: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(Object.entries(unaries).map(([name, functions]) => [name, unary(functions)])),
  ...activations,
  ...Object.fromEntries(Object.entries(binaries).map(([name, functions]) => [name, binary(functions)])),
  Pow: power,
  ...Object.fromEntries(Object.entries(comparisons).map(([name, functions]) => [name, comparison(name, functions)])),
  Mod: (call) => {
    const [a, b] = [call.value(0), call.value(1)];
    if (!(a instanceof Known && b instanceof Known)) throw new UserError("it is known of shapes alone");
    // The sign is the divisor's.
    return pairwise(
      a,
      b,
      a.dtype,
      bothNumbers((x, y) => x - y * Math.floor(x / y)),
    );
  },
  Not: (call) => {
    const value = call.value(0);
    if (!(value instanceof Known)) return not(call.tensor(0));
    return new Known(
      value.shape,
      "bool",
      Array.from(value.numbers(), (each) => (each ? 0 : 1)),
    );
  },
  Max: together(maximum),
  Min: together(minimum),
  Sum: together(add),
  Mean: together(add, (x, count) => div(x, count)),
  Cast: castTo,
  CastLike: (call) => {
    const like = dtypeOf(call.value(1));
    return dtypeOf(call.value(0)) === like ? call.value(0) : cast(call.tensor(0), like);
  },
  Where: whereOperator,
  Identity: (call) => call.value(0),
};
