// What an operation's ONNX form is written into; `core/onnx` implements it.
import { type Dim, GraphError } from "./dimension.js";
import { formatShape, type Shape } from "./shape.js";
import type { DType, Node, Tensor } from "./tensor.js";

/** An attribute of an ONNX node: a number is an integer, `{ float }` is a floating-point number. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };
/** The attributes of an ONNX node, by name. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** A graph in ONNX form that is being written. Values go by their names in it. */
export interface Emitter {
  /** The name of a tensor's value, which is emitted already. */
  name(tensor: Tensor): string;
  /** Emits a node; its results are named after the tensors, or get fresh names where given a count. */
  emit(
    op: string,
    inputs: readonly string[],
    outputs: readonly Tensor[] | number,
    attributes?: OnnxAttributes,
    domain?: string,
  ): string[];
  /** Emits a node with one result. */
  one(op: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  /** Declares an input of the graph, or stores its values where they are known. */
  declare(tensor: Tensor, name: string): void;
  /** A list of 64-bit integers: shapes, axes. */
  integers(values: readonly number[]): string;
  /** Stores a constant; its name. */
  constant(values: Float32Array | BigInt64Array, shape: readonly number[]): string;
  /** Emits whatever the tensor needs that is not emitted yet. */
  lower(tensor: Tensor): string;
  /** Makes a tensor a second name of a value that is there. */
  alias(tensor: Tensor, name: string): void;
  /** Whether anything of the graph reads the tensor: an output that nothing reads may be left out. */
  isUsed(tensor: Tensor): boolean;
  /** Whether the tensor's values are stored in the model. */
  isStored(tensor: Tensor): boolean;
  /** The size of a dimension, where it is known. */
  size(dim: Dim): number | undefined;
  /**
   * Emits two forms of a tensor, of which each run takes the one that a condition (a value of one truth) chooses. Absent where the
   * graph is to be read by others, who may not know branches.
   * @param then writes the form for "true" and names its result, which is made in it; `otherwise` the other one.
   */
  branch?(condition: string, tensor: Tensor, then: () => string, otherwise: () => string): void;
}

/**
 * An ONNX form that is one ONNX operator with the same inputs and outputs.
 * @param op the operator's name.
 * @param attributes its attributes, from those of the operation.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const hardSwish = tensor.defineOp<tensor.NoAttributes, [x: tensor.Tensor]>({
 *   name: "hardSwish",
 *   infer: ([x]) => [x],
 *   onnx: tensor.as("HardSwish"),
 * });
 * console.log(hardSwish.apply([tensor.input("x", ["n", 3])], {})[0].shape); // [ 'n', 3 ]
 * ```
 */
export const as =
  <Attributes extends object>(op: string, attributes?: (own: Attributes) => OnnxAttributes) =>
  (node: Pick<Node<Attributes>, "inputs" | "outputs" | "attributes">, to: Emitter): void => {
    to.emit(op, node.inputs.map(to.name), node.outputs, attributes?.(node.attributes));
  };

/** The end of a slice that goes to the end of its axis. */
export const END = Number.MAX_SAFE_INTEGER;

const onnxTypes: Readonly<Record<DType, number>> = { float32: 1, int64: 7, bool: 9 };
/**
 * ONNX's number of an element type.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.onnxType("float32")); // 1
 * ```
 */
export const onnxType = (dtype: DType): number => onnxTypes[dtype];

/** A shape as a list of integers, its one named dimension as −1. */
export function shapeConstant(op: string, shape: Shape, to: Emitter): string {
  if (shape.filter((dim) => typeof dim === "string").length > 1) {
    throw new GraphError(`${op}: ${formatShape(shape)} has more than one named dimension`);
  }
  return to.integers(shape.map((dim) => (typeof dim === "number" ? dim : -1)));
}
