// The ONNX form of every primitive (opset 18, and com.microsoft's Inverse).
import {
  type Attributes,
  type Dim,
  type DType,
  formatShape,
  GraphError,
  type Node,
  type Shape,
  type Tensor,
  unrolledBatchNorm,
  unrolledCholesky,
} from "../tensor/index.js";

export const OPSET = 18;

export type OnnxAttribute = number | string | readonly number[];

/** What a lowering rule writes into: names of values, nodes, integer constants. */
export interface Emitter {
  name(tensor: Tensor): string;
  /** Emits a node; its results are named after the tensors, or get fresh names where given a count. */
  emit(
    op: string,
    inputs: readonly string[],
    outputs: readonly Tensor[] | number,
    attributes?: Record<string, OnnxAttribute>,
    domain?: string,
  ): string[];
  integers(values: readonly number[]): string;
  /** Emits whatever the tensor needs that is not emitted yet. */
  lower(tensor: Tensor): string;
  /** Makes a tensor a second name of a value that is there. */
  alias(tensor: Tensor, name: string): void;
}

type Rule = (node: Node, to: Emitter) => void;

/** A primitive that is one ONNX operator with the same inputs. */
const same =
  (op: string, attributes?: (a: Attributes) => Record<string, OnnxAttribute>): Rule =>
  (node, to) => {
    to.emit(op, node.inputs.map(to.name), node.outputs, attributes?.(node.attributes));
  };

const axisOf = (a: Attributes): Record<string, OnnxAttribute> => ({ axis: a.axis as number });

const reduce =
  (op: string): Rule =>
  ({ inputs: [x], outputs, attributes: { axes, keepDims } }, to) => {
    // An empty list of axes means "all" to ONNX, and "none" to us.
    if ((axes as number[]).length === 0) to.alias(outputs[0]!, to.name(x!));
    else to.emit(op, [to.name(x!), to.integers(axes as number[])], outputs, { keepdims: keepDims ? 1 : 0 });
  };

const onnxTypes: Record<DType, number> = { float32: 1, int64: 7, bool: 9 };
export const onnxType = (dtype: DType): number => onnxTypes[dtype];

/** A shape as an int64 constant, its one named dimension as −1. */
function shapeConstant(shape: Shape, to: Emitter): string {
  if (shape.filter((dim) => typeof dim === "string").length > 1) {
    throw new GraphError(`reshape: ${formatShape(shape)} has more than one named dimension`);
  }
  return to.integers(shape.map((dim: Dim) => (typeof dim === "number" ? dim : -1)));
}

const withShape =
  (op: string): Rule =>
  ({ inputs: [x], outputs, attributes: { axes } }, to) => {
    to.emit(op, [to.name(x!), to.integers(axes as number[])], outputs);
  };

const END = Number.MAX_SAFE_INTEGER;

export const lowering: Record<string, Rule> = {
  neg: same("Neg"),
  exp: same("Exp"),
  log: same("Log"),
  sqrt: same("Sqrt"),
  abs: same("Abs"),
  sign: same("Sign"),
  erf: same("Erf"),
  relu: same("Relu"),
  leakyRelu: same("LeakyRelu", (a) => ({ alpha: a.slope as number })),
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  softplus: same("Softplus"),
  stopGradient: ({ inputs: [x], outputs: [y] }, to) => to.alias(y!, to.name(x!)),
  cast: same("Cast", (a) => ({ to: onnxType(a.to as DType) })),
  add: same("Add"),
  sub: same("Sub"),
  mul: same("Mul"),
  div: same("Div"),
  pow: same("Pow"),
  maximum: same("Max"),
  minimum: same("Min"),
  equal: same("Equal"),
  greater: same("Greater"),
  less: same("Less"),
  greaterOrEqual: same("GreaterOrEqual"),
  lessOrEqual: same("LessOrEqual"),
  not: same("Not"),
  and: same("And"),
  or: same("Or"),
  where: same("Where"),
  expandLike({ inputs: [x, like], outputs }, to) {
    const known = like!.shape.every((dim) => typeof dim === "number");
    const shape = known ? shapeConstant(like!.shape, to) : to.emit("Shape", [to.name(like!)], 1)[0]!;
    to.emit("Expand", [to.name(x!), shape], outputs);
  },
  sum: reduce("ReduceSum"),
  mean: reduce("ReduceMean"),
  max: reduce("ReduceMax"),
  min: reduce("ReduceMin"),
  size({ inputs: [x], outputs, attributes: { axis } }, to) {
    const start = axis as number;
    const [dimension] = to.emit("Shape", [to.name(x!)], 1, { start, end: start + 1 });
    const [scalar] = to.emit("Squeeze", [dimension!, to.integers([0])], 1);
    to.emit("Cast", [scalar!], outputs, { to: onnxType("float32") });
  },
  softmax: same("Softmax", axisOf),
  logSoftmax: same("LogSoftmax", axisOf),
  reshape({ inputs: [x], outputs: [y] }, to) {
    to.emit("Reshape", [to.name(x!), shapeConstant(y!.shape, to)], [y!]);
  },
  squeeze: withShape("Squeeze"),
  unsqueeze: withShape("Unsqueeze"),
  transpose: same("Transpose", (a) => ({ perm: a.permutation as number[] })),
  slice({ inputs: [x], outputs, attributes: { axis, start, end } }, to) {
    const bounds = [[start as number], [(end as number | undefined) ?? END], [axis as number]].map(to.integers);
    to.emit("Slice", [to.name(x!), ...bounds], outputs);
  },
  pad({ inputs: [x], outputs, attributes: { axis, before, after } }, to) {
    const side = (amount: number) => Array.from({ length: x!.rank }, (_, i) => (i === axis ? amount : 0));
    to.emit("Pad", [to.name(x!), to.integers([...side(before as number), ...side(after as number)])], outputs);
  },
  concat: same("Concat", axisOf),
  gather: same("Gather", () => ({ axis: 0 })),
  scatterRows({ inputs: [base, indices, updates], outputs }, to) {
    const [columns] = to.emit("Unsqueeze", [to.name(indices!), to.integers([indices!.rank])], 1);
    to.emit("ScatterND", [to.name(base!), columns!, to.name(updates!)], outputs, { reduction: "add" });
  },
  gatherElements: same("GatherElements", axisOf),
  scatterElements: same("ScatterElements", (a) => ({ ...axisOf(a), reduction: "add" })),
  topK({ inputs: [x], outputs, attributes: { k, axis, largest } }, to) {
    const attributes = { axis: axis as number, largest: largest ? 1 : 0, sorted: 1 };
    to.emit("TopK", [to.name(x!), to.integers([k as number])], outputs, attributes);
  },
  matmul: same("Gemm", (a) => ({ transA: a.transposeA ? 1 : 0, transB: a.transposeB ? 1 : 0 })),
  affine: same("Gemm", () => ({ transB: 1 })),
  batchNorm({ inputs: [x, weight, bias], outputs, attributes }, to) {
    unrolledBatchNorm(x!, weight!, bias!, attributes).forEach((part, i) => {
      to.alias(outputs[i]!, to.lower(part));
    });
  },
  inverse({ inputs: [x], outputs }, to) {
    to.emit("Inverse", [to.name(x!)], outputs, {}, "com.microsoft");
  },
  cholesky({ inputs: [x], outputs: [y] }, to) {
    to.alias(y!, to.lower(unrolledCholesky(x!)));
  },
};
