// Element-wise operations, with broadcasting.
import { GraphError } from "../dimension.js";
import { as, onnxType } from "../emitter.js";
import { defineOp, type NoAttributes } from "../op.js";
import { broadcastShapes } from "../shape.js";
import type { DType, Tensor } from "../tensor.js";
import { sumTo } from "./broadcast.js";
import { constant } from "./sources.js";

/** A tensor, or a number that stands for a constant scalar. */
export type Operand = Tensor | number;

const lift = (x: Operand): Tensor => (typeof x === "number" ? constant(x) : x);

function expectType(op: string, dtype: DType, ...tensors: readonly Tensor[]): void {
  for (const t of tensors) {
    if (t.dtype !== dtype)
      throw new GraphError(`${op}: expected ${dtype}, got ${t.dtype} of shape [${t.shape.join(", ")}]`);
  }
}

/** A unary float operation from its ONNX operator and the rule "derivative at x, given also y = f(x)". */
function unary(
  name: string,
  onnxOp: string,
  derivative?: (g: Tensor, x: Tensor, y: Tensor) => Tensor,
): (x: Tensor) => Tensor {
  const op = defineOp<NoAttributes>({
    name,
    infer([x]) {
      expectType(name, "float32", x);
      return [x];
    },
    vjp: derivative && (([g], { inputs: [x], outputs: [y] }) => [derivative(g, x, y)]),
    onnx: as(onnxOp),
  });
  return (x) => op.apply([x], {})[0];
}

/** −x. */
export const neg = unary("neg", "Neg", (g) => neg(g));
/** eˣ. */
export const exp = unary("exp", "Exp", (g, _x, y) => mul(g, y));
/** The natural logarithm; −∞ at 0, NaN below. */
export const log = unary("log", "Log", (g, x) => div(g, x));
/** √x; NaN below 0, and the gradient at 0 is infinite. */
export const sqrt = unary("sqrt", "Sqrt", (g, _x, y) => div(mul(g, 0.5), y));
/** |x|; the gradient at 0 is 0. */
export const abs = unary("abs", "Abs", (g, x) => mul(g, sign(x)));
/** −1, 0 or 1; passes no gradient on. */
export const sign = unary("sign", "Sign");
/** The Gauss error function. */
export const erf = unary("erf", "Erf", (g, x) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))));
/** max(x, 0); the gradient at 0 is 0. */
// Not g·sign(y): ONNX Runtime's Sign takes more than twice as long as a comparison and a cast.
export const relu = unary("relu", "Relu", (g, _x, y) => mul(g, cast(greater(y, 0), "float32")));
/** The logistic function, 1 / (1 + e⁻ˣ). */
export const sigmoid = unary("sigmoid", "Sigmoid", (g, _x, y) => mul(g, mul(y, sub(1, y))));
/** The hyperbolic tangent. */
export const tanh = unary("tanh", "Tanh", (g, _x, y) => mul(g, sub(1, mul(y, y))));

const leakyReluOp = defineOp<{ slope: number }>({
  name: "leakyRelu",
  infer([x]) {
    expectType("leakyRelu", "float32", x);
    return [x];
  },
  // By y's sign, which is x's: nothing but the activation then reads x, and ONNX Runtime makes it part of the product before.
  vjp: ([g], { outputs: [y], attributes: { slope } }) => [where(greater(y, 0), g, mul(g, slope))],
  onnx: as("LeakyRelu", ({ slope }) => ({ alpha: { float: slope } })),
});
/**
 * x where positive, otherwise slope·x; slope ≥ 0.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.leakyRelu(x, 0.2).shape); // [ 'n', 3 ]
 * ```
 */
export const leakyRelu = (x: Tensor, slope: number): Tensor => leakyReluOp.apply([x], { slope })[0];

const clipOp = defineOp<{ low: number; high: number }>({
  name: "clip",
  infer([x], { low, high }) {
    expectType("clip", "float32", x);
    if (!(low <= high)) throw new GraphError(`clip: from ${low} to ${high}`);
    return [x];
  },
  // By y, as for leakyRelu.
  vjp: ([g], { outputs: [y], attributes: { low, high } }) => [where(and(greater(y, low), less(y, high)), g, 0)],
  onnx: ({ inputs: [x], outputs, attributes: { low, high } }, to) => {
    to.emit("Clip", [to.name(x), ...[low, high].map((bound) => to.constant(Float32Array.of(bound), []))], outputs);
  },
});
/**
 * x, but not below `low` and not above `high` (either may be infinite); the gradient at the bounds is 0. ReLU6 is from 0 to 6.
 * @throws GraphError where `low` is above `high`.
 */
export const clip = (x: Tensor, low: number, high: number): Tensor => clipOp.apply([x], { low, high })[0];

const softplusOp = defineOp<NoAttributes>({
  name: "softplus",
  infer([x]) {
    expectType("softplus", "float32", x);
    return [x];
  },
  vjp: ([g], { inputs: [x] }) => [mul(g, sigmoid(x))],
  onnx: ({ inputs: [x], outputs: [y] }, to) => to.alias(y, to.lower(unrolledSoftplus(x))),
});
/**
 * log(1 + eˣ), without overflow.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.softplus(x).shape); // [ 'n', 3 ]
 * ```
 */
export const softplus = (x: Tensor): Tensor => softplusOp.apply([x], {})[0];

/** Terms of the series of atanh: the rest is less than 1e-9 for arguments up to 1/3. */
const ATANH_TERMS = 8;

/**
 * softplus in terms of other operations: max(x, 0) + log(1 + y), y = e^−|x|, with log(1 + y) = 2 atanh z, z = y / (2 + y) ≤ 1/3. What a graph holds in
 * place of the operation: ONNX Runtime's Softplus and Log round the last values of each thread's share differently.
 */
function unrolledSoftplus(x: Tensor): Tensor {
  const y = exp(neg(abs(x)));
  const z = div(y, add(y, 2));
  const square = mul(z, z);
  let series = mul(square, 1 / (2 * ATANH_TERMS - 1));
  for (let term = ATANH_TERMS - 2; term > 0; term--) series = mul(add(series, 1 / (2 * term + 1)), square);
  return add(maximum(x, 0), mul(mul(add(series, 1), z), 2));
}

const stopGradientOp = defineOp<NoAttributes>({
  name: "stopGradient",
  infer: ([x]) => [x],
  onnx: ({ inputs: [x], outputs: [y] }, to) => to.alias(y, to.name(x)),
});
/**
 * The same values, as a constant to differentiation ("detached").
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.stopGradient(x).shape); // [ 'n', 3 ]
 * ```
 */
export const stopGradient = (x: Tensor): Tensor => stopGradientOp.apply([x], {})[0];

const castOp = defineOp<{ to: DType }>({
  name: "cast",
  infer: ([x], { to }) => [{ shape: x.shape, dtype: to }],
  onnx: as("Cast", ({ to }) => ({ to: onnxType(to) })),
});
/**
 * The values as another element type: booleans as 0 and 1, numbers as whether they differ from 0. Passes no gradient on.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.cast(tensor.greater(x, 0), "float32").dtype); // float32
 * ```
 */
export const cast = (x: Tensor, to: DType): Tensor => castOp.apply([x], { to })[0];

type BinaryRule = (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor;
/** An operation on each pair of values of two tensors, broadcast as NumPy does. @throws GraphError where shapes or types do not fit. */
export type BinaryFunction = (a: Operand, b: Operand) => Tensor;

/** A binary float operation from the partial derivatives; the adjoints are summed over broadcast axes afterwards. */
function binary(name: string, onnxOp: string, byA: BinaryRule, byB: BinaryRule, bySelf?: BinaryRule): BinaryFunction {
  const op = defineOp<NoAttributes, [a: Tensor, b: Tensor]>({
    name,
    infer([a, b]) {
      expectType(name, "float32", a, b);
      return [{ shape: broadcastShapes(name, a.shape, b.shape), dtype: "float32" }];
    },
    vjp([g], { inputs: [a, b], outputs: [y] }) {
      if (a === b && bySelf !== undefined) return [sumTo(bySelf(g, a, b, y), a.shape, y), undefined];
      return [sumTo(byA(g, a, b, y), a.shape, y), sumTo(byB(g, a, b, y), b.shape, y)];
    },
    onnx: as(onnxOp),
  });
  return (a, b) => op.apply([lift(a), lift(b)], {})[0];
}

/** a + b, broadcast as NumPy does. */
export const add = binary(
  "add",
  "Add",
  (g) => g,
  (g) => g,
);
/** a − b, broadcast as NumPy does. */
export const sub = binary(
  "sub",
  "Sub",
  (g) => g,
  (g) => neg(g),
);
/** a · b, element by element, broadcast as NumPy does; `matmul` is the product of matrices. */
export const mul = binary(
  "mul",
  "Mul",
  (g, _a, b) => mul(g, b),
  (g, a) => mul(g, a),
  (g, a) => mul(mul(g, 2), a),
);
/** a / b, broadcast as NumPy does. */
export const div = binary(
  "div",
  "Div",
  (g, _a, b) => div(g, b),
  (g, _a, b, y) => neg(div(mul(g, y), b)),
);
/** aᵇ for a > 0 where b is differentiated; any a where b is constant. */
export const pow = binary(
  "pow",
  "Pow",
  (g, a, b) => mul(g, mul(b, pow(a, sub(b, 1)))),
  (g, a, _b, y) => mul(g, mul(y, log(a))),
);
/** The larger of the two; where they are equal the gradient goes to the first. */
export const maximum = binary(
  "maximum",
  "Max",
  (g, a, b) => where(less(a, b), 0, g),
  (g, a, b) => where(less(a, b), g, 0),
);
/** The smaller of the two; where they are equal the gradient goes to the first. */
export const minimum = binary(
  "minimum",
  "Min",
  (g, a, b) => where(greater(a, b), 0, g),
  (g, a, b) => where(greater(a, b), g, 0),
);

function comparison(name: string, onnxOp: string): BinaryFunction {
  const op = defineOp<NoAttributes, [a: Tensor, b: Tensor]>({
    name,
    infer([a, b]) {
      if (a.dtype !== b.dtype) throw new GraphError(`${name}: ${a.dtype} against ${b.dtype}`);
      return [{ shape: broadcastShapes(name, a.shape, b.shape), dtype: "bool" }];
    },
    onnx: as(onnxOp),
  });
  return (a, b) => op.apply([lift(a), lift(b)], {})[0];
}

/** Whether a = b, as booleans; both of one element type, broadcast as NumPy does. Passes no gradient on, as all comparisons. */
export const equal = comparison("equal", "Equal");
/** Whether a > b, as booleans; both of one element type, broadcast as NumPy does. */
export const greater = comparison("greater", "Greater");
/** Whether a < b, as booleans; both of one element type, broadcast as NumPy does. */
export const less = comparison("less", "Less");
/** Whether a ≥ b, as booleans; both of one element type, broadcast as NumPy does. */
export const greaterOrEqual = comparison("greaterOrEqual", "GreaterOrEqual");
/** Whether a ≤ b, as booleans; both of one element type, broadcast as NumPy does. */
export const lessOrEqual = comparison("lessOrEqual", "LessOrEqual");

function logical<Inputs extends readonly Tensor[]>(name: string, onnxOp: string): (...inputs: Inputs) => Tensor {
  const op = defineOp<NoAttributes, Inputs>({
    name,
    infer(inputs) {
      expectType(name, "bool", ...inputs);
      return [{ shape: broadcastShapes(name, ...inputs.map((t) => t.shape)), dtype: "bool" }];
    },
    onnx: as(onnxOp),
  });
  return (...inputs) => op.apply(inputs, {})[0];
}

/** Whether both of two booleans are true, broadcast as NumPy does. */
export const and = logical<[a: Tensor, b: Tensor]>("and", "And");
/** Whether one of two booleans is true or both are, broadcast as NumPy does. */
export const or = logical<[a: Tensor, b: Tensor]>("or", "Or");
/** Whether a boolean is false. */
export const not = logical<[a: Tensor]>("not", "Not");

const whereOp = defineOp<NoAttributes, [condition: Tensor, a: Tensor, b: Tensor]>({
  name: "where",
  infer([condition, a, b]) {
    expectType("where", "bool", condition);
    expectType("where", "float32", a, b);
    return [{ shape: broadcastShapes("where", condition.shape, a.shape, b.shape), dtype: "float32" }];
  },
  vjp: ([g], { inputs: [condition, a, b], outputs: [y] }) => [
    undefined,
    sumTo(where(condition, g, 0), a.shape, y),
    sumTo(where(condition, 0, g), b.shape, y),
  ],
  onnx: as("Where"),
});
/**
 * a where the condition is true, otherwise b; all three broadcast as NumPy does. The gradient goes to the one that was taken.
 * @throws GraphError where the condition is not of booleans, or the shapes do not broadcast.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.where(tensor.greater(x, 0), x, 0).shape); // [ 'n', 3 ]
 * ```
 */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  whereOp.apply([condition, lift(a), lift(b)], {})[0];

/**
 * The exact GELU, x·Φ(x) (Hendrycks and Gimpel 2016), not its tanh approximation.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.gelu(x).shape); // [ 'n', 3 ]
 * ```
 */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
/**
 * x².
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.square(x).shape); // [ 'n', 3 ]
 * ```
 */
export const square = (x: Tensor): Tensor => mul(x, x);
/**
 * The sum of several tensors, at least one, broadcast as NumPy does.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(tensor.addAll([x, x, tensor.constant([1, 2, 3])]).shape); // [ 'n', 3 ]
 * ```
 */
export const addAll = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));
