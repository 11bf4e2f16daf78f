// Element-wise operations, with broadcasting.
import { expandTo, sumTo } from "./broadcast.js";
import { broadcastShapes, GraphError } from "./shape.js";
import { constant } from "./sources.js";
import {
  type Attributes,
  apply,
  type DType,
  definePrimitives,
  type Node,
  type Primitive,
  type Tensor,
} from "./tensor.js";

/** A tensor, or a number that stands for a constant scalar. */
export type Operand = Tensor | number;

const lift = (x: Operand): Tensor => (typeof x === "number" ? constant(x) : x);

function expectType(op: string, tensors: readonly Tensor[], dtype: DType): void {
  for (const t of tensors) {
    if (t.dtype !== dtype)
      throw new GraphError(`${op}: expected ${dtype}, got ${t.dtype} of shape [${t.shape.join(", ")}]`);
  }
}

/** A unary float operation from the rule "derivative at x, given also y = f(x)". */
function unary(
  derivative: ((g: Tensor, x: Tensor, y: Tensor, attributes: Attributes) => Tensor) | undefined,
): Primitive {
  return {
    infer(inputs, _attributes, op) {
      expectType(op, inputs, "float32");
      return [{ shape: inputs[0]!.shape, dtype: "float32" }];
    },
    gradient: derivative && (([g], node: Node) => [derivative(g!, node.inputs[0]!, node.outputs[0]!, node.attributes)]),
  };
}

type BinaryRule = (g: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor;

/** A binary float operation from the partial derivatives; the adjoints are summed over broadcast axes afterwards. */
function binary(byA: BinaryRule, byB: BinaryRule): Primitive {
  return {
    infer([a, b], _attributes, op) {
      expectType(op, [a!, b!], "float32");
      return [{ shape: broadcastShapes(op, a!.shape, b!.shape), dtype: "float32" }];
    },
    gradient([g], { inputs: [a, b], outputs: [y] }) {
      return [sumTo(byA(g!, a!, b!, y!), a!, y!), sumTo(byB(g!, a!, b!, y!), b!, y!)];
    },
  };
}

const product = binary(
  (g, _a, b) => mul(g, b),
  (g, a) => mul(g, a),
);

const comparison: Primitive = {
  infer: ([a, b], _attributes, op) => {
    if (a!.dtype !== b!.dtype) throw new GraphError(`${op}: ${a!.dtype} against ${b!.dtype}`);
    return [{ shape: broadcastShapes(op, a!.shape, b!.shape), dtype: "bool" }];
  },
};

const logical: Primitive = {
  infer: (inputs, _attributes, op) => {
    expectType(op, inputs, "bool");
    return [{ shape: broadcastShapes(op, ...inputs.map((t) => t.shape)), dtype: "bool" }];
  },
};

definePrimitives({
  neg: unary((g) => neg(g)),
  exp: unary((g, _x, y) => mul(g, y)),
  log: unary((g, x) => div(g, x)),
  sqrt: unary((g, _x, y) => div(mul(g, 0.5), y)),
  abs: unary((g, x) => mul(g, sign(x))),
  sign: unary(undefined),
  erf: unary((g, x) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  // Not g·sign(y): ONNX Runtime's Sign takes more than twice as long as a comparison and a cast.
  relu: unary((g, _x, y) => mul(g, cast(greater(y, 0), "float32"))),
  // By y's sign, which is x's: nothing but the activation then reads x, and ONNX Runtime makes it part of the product before.
  leakyRelu: unary((g, _x, y, { slope }) => where(greater(y, 0), g, mul(g, slope as number))),
  sigmoid: unary((g, _x, y) => mul(g, mul(y, sub(1, y)))),
  tanh: unary((g, _x, y) => mul(g, sub(1, mul(y, y)))),
  softplus: unary((g, x) => mul(g, sigmoid(x))),
  stopGradient: { infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }] },
  cast: { infer: ([x], { to }) => [{ shape: x!.shape, dtype: to as DType }] },

  add: binary(
    (g) => g,
    (g) => g,
  ),
  sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  mul: {
    ...product,
    gradient(adjoints, node) {
      const [a, b] = node.inputs;
      if (a !== b) return product.gradient!(adjoints, node);
      return [sumTo(mul(mul(adjoints[0]!, 2), a!), a!, node.outputs[0]!), undefined];
    },
  },
  div: binary(
    (g, _a, b) => div(g, b),
    (g, _a, b, y) => neg(div(mul(g, y), b)),
  ),
  pow: binary(
    (g, a, b) => mul(g, mul(b, pow(a, sub(b, 1)))),
    (g, a, _b, y) => mul(g, mul(y, log(a))),
  ),
  maximum: binary(
    (g, a, b) => where(less(a, b), 0, g),
    (g, a, b) => where(less(a, b), g, 0),
  ),
  minimum: binary(
    (g, a, b) => where(greater(a, b), 0, g),
    (g, a, b) => where(greater(a, b), g, 0),
  ),

  equal: comparison,
  greater: comparison,
  less: comparison,
  greaterOrEqual: comparison,
  lessOrEqual: comparison,
  not: logical,
  and: logical,
  or: logical,
  where: {
    infer([condition, a, b], _attributes, op) {
      expectType(op, [condition!], "bool");
      expectType(op, [a!, b!], "float32");
      return [{ shape: broadcastShapes(op, condition!.shape, a!.shape, b!.shape), dtype: "float32" }];
    },
    gradient([g], { inputs: [condition, a, b], outputs: [y] }) {
      return [undefined, sumTo(where(condition!, g!, 0), a!, y!), sumTo(where(condition!, 0, g!), b!, y!)];
    },
  },
  expandLike: {
    infer: ([x, like], _attributes, op) => {
      broadcastShapes(op, x!.shape, like!.shape);
      return [{ shape: like!.shape, dtype: x!.dtype }];
    },
    gradient: ([g], { inputs: [x], outputs: [y] }) => [sumTo(g!, x!, y!), undefined],
  },
});

export const neg = (x: Tensor): Tensor => apply("neg", [x]);
export const exp = (x: Tensor): Tensor => apply("exp", [x]);
export const log = (x: Tensor): Tensor => apply("log", [x]);
export const sqrt = (x: Tensor): Tensor => apply("sqrt", [x]);
/** |x|; the gradient at 0 is 0. */
export const abs = (x: Tensor): Tensor => apply("abs", [x]);
/** −1, 0 or 1; passes no gradient on. */
export const sign = (x: Tensor): Tensor => apply("sign", [x]);
/** The Gauss error function. */
export const erf = (x: Tensor): Tensor => apply("erf", [x]);
/** max(x, 0); the gradient at 0 is 0. */
export const relu = (x: Tensor): Tensor => apply("relu", [x]);
/** x where positive, otherwise slope·x; slope ≥ 0. */
export const leakyRelu = (x: Tensor, slope: number): Tensor => apply("leakyRelu", [x], { slope });
export const sigmoid = (x: Tensor): Tensor => apply("sigmoid", [x]);
export const tanh = (x: Tensor): Tensor => apply("tanh", [x]);
/** log(1 + eˣ), without overflow. */
export const softplus = (x: Tensor): Tensor => apply("softplus", [x]);
/** The exact GELU, x·Φ(x) (Hendrycks and Gimpel 2016), not its tanh approximation. */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
/** The same values, as a constant to differentiation ("detached"). */
export const stopGradient = (x: Tensor): Tensor => apply("stopGradient", [x]);
export const cast = (x: Tensor, to: DType): Tensor => apply("cast", [x], { to });

const binaryOp =
  (op: string) =>
  (a: Operand, b: Operand): Tensor =>
    apply(op, [lift(a), lift(b)]);

export const add = binaryOp("add");
export const sub = binaryOp("sub");
export const mul = binaryOp("mul");
export const div = binaryOp("div");

/** Terms of the series of atanh: the rest is less than 1e-9 for arguments up to 1/3. */
const ATANH_TERMS = 8;

/**
 * softplus in terms of other operations: max(x, 0) + log(1 + y), y = e^−|x|, with log(1 + y) = 2 atanh z, z = y / (2 + y) ≤ 1/3. What a graph holds in
 * place of the primitive: ONNX Runtime's Softplus and Log round the last values of each thread's share differently.
 */
export function unrolledSoftplus(x: Tensor): Tensor {
  const y = exp(neg(abs(x)));
  const z = div(y, add(y, 2));
  const square = mul(z, z);
  let series = mul(square, 1 / (2 * ATANH_TERMS - 1));
  for (let term = ATANH_TERMS - 2; term > 0; term--) series = mul(add(series, 1 / (2 * term + 1)), square);
  return add(maximum(x, 0), mul(mul(add(series, 1), z), 2));
}

/** aᵇ for a > 0 where b is differentiated; any a where b is constant. */
export const pow = binaryOp("pow");
/** The larger of the two; where they are equal the gradient goes to the first. */
export const maximum = binaryOp("maximum");
/** The smaller of the two; where they are equal the gradient goes to the first. */
export const minimum = binaryOp("minimum");
export const equal = binaryOp("equal");
export const greater = binaryOp("greater");
export const less = binaryOp("less");
export const greaterOrEqual = binaryOp("greaterOrEqual");
export const lessOrEqual = binaryOp("lessOrEqual");
export const and = (a: Tensor, b: Tensor): Tensor => apply("and", [a, b]);
export const or = (a: Tensor, b: Tensor): Tensor => apply("or", [a, b]);
export const not = (a: Tensor): Tensor => apply("not", [a]);
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  apply("where", [condition, lift(a), lift(b)]);
export const square = (x: Tensor): Tensor => mul(x, x);
/** The sum of several tensors. */
export const addAll = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));
/** x broadcast to the shape of `like`. */
export const expandLike = (x: Tensor, like: Tensor): Tensor => expandTo(x, like);
