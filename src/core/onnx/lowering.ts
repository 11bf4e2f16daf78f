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
  unrolledSoftplus,
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
  /** Whether the tensor's values are stored in the model. */
  isStored(tensor: Tensor): boolean;
  /** The size of a dimension, where it is known. */
  size(dim: Dim): number | undefined;
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
    const keepdims = keepDims ? 1 : 0;
    const list = axes as number[];
    // An empty list of axes means "all" to ONNX, and "none" to us.
    if (list.length === 0) to.alias(outputs[0]!, to.name(x!));
    else to.emit(op, [to.name(x!), to.integers(list)], outputs, { keepdims });
  };

/**
 * A sum or mean over the rows of each of several groups [groups, rows, columns], group by group: ONNX Runtime
 * adds up in another order where there are fewer groups than threads.
 */
const reduceGroups =
  (op: string): Rule =>
  (node, to) => {
    const [x] = node.inputs as [Tensor];
    const { axes, keepDims } = node.attributes;
    const groups = to.size(x.shape[0] ?? 1);
    const isOfGroups = x.rank === 3 && (axes as number[]).join() === "1" && groups !== undefined && groups > 1;
    if (!isOfGroups) return reduce(op)(node, to);
    const parts = to.emit("Split", [to.name(x), to.integers(new Array<number>(groups).fill(1))], groups, { axis: 0 });
    const results = parts.map((part) => to.emit(op, [part, to.integers([1])], 1, { keepdims: keepDims ? 1 : 0 })[0]!);
    to.emit("Concat", results, node.outputs, { axis: 0 });
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

/**
 * A matrix product whose bits do not depend on the number of threads.
 *
 * ONNX Runtime gives each thread some rows of the result, or some columns where it has more columns than rows. It then sums over k
 * in blocks whose length depends on how many columns a thread has, and in another order where a thread has one row only: other
 * threads, other roundings. Neither happens where the first matrix is stored transposed, where k fits in one block, where
 * the second matrix is stored in the model (it is packed beforehand, in blocks of one length), and where each thread has several rows.
 */
function product(node: Node, to: Emitter, transposeA: boolean, transposeB: boolean): void {
  const [a, b, ...rest] = node.inputs as [Tensor, Tensor, ...Tensor[]];
  const [rows, columns] = node.outputs[0]!.shape.map(to.size);
  const summed = to.size(a.shape[transposeA ? 0 : 1]!);
  const isSafe = to.isStored(b) || (rows !== undefined && columns !== undefined && isSplitByRows(rows, columns));
  const flipped = !transposeA && !isSafe && !isOneBlock(summed, columns, transposeB);
  const first = flipped ? to.emit("Transpose", [to.name(a)], 1, { perm: [1, 0] })[0]! : to.name(a);
  const attributes = { transA: transposeA || flipped ? 1 : 0, transB: transposeB ? 1 : 0 };
  to.emit("Gemm", [first, to.name(b), ...rest.map(to.name)], node.outputs, attributes);
}

/** Products that sum over at most so many values do it in one block, whatever the number of columns. */
const ONE_BLOCK = 128;
/** With so many rows each thread has several of them. */
const MANY_ROWS = 1024;

/** Whether a product sums over all values at once; a single column that is not stored as a row is a case of its own. */
export function isOneBlock(summed: number | undefined, columns: number | undefined, transposeB: boolean): boolean {
  return summed !== undefined && summed <= ONE_BLOCK && (transposeB || (columns !== undefined && columns > 1));
}

/** Whether ONNX Runtime gives each thread several whole rows of such a product. A single column is a case of its own. */
export function isSplitByRows(rows: number, columns: number): boolean {
  return columns > 1 && rows >= columns && rows >= MANY_ROWS;
}

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
  softplus({ inputs: [x], outputs: [y] }, to) {
    to.alias(y!, to.lower(unrolledSoftplus(x!)));
  },
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
  sum: reduceGroups("ReduceSum"),
  mean: reduceGroups("ReduceMean"),
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
  matmul: (node, to) => product(node, to, node.attributes.transposeA === true, node.attributes.transposeB === true),
  affine: (node, to) => product(node, to, false, true),
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
