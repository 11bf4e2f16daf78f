// The symbolic tensor: a node of a recorded computation, with its shape and element type known and its values not.
import type { Op } from "./op.js";
import type { Shape } from "./shape.js";

/** Element types. */
export type DType = "float32" | "int64" | "bool";

/** What is known of a tensor when the graph is built. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One application of an operation; most have one output. */
export interface Node<
  Attributes extends object = object,
  Inputs extends readonly Tensor[] = readonly Tensor[],
  Outputs extends readonly Tensor[] = readonly Tensor[],
> {
  /** Grows from node to node: a node comes after its inputs. */
  readonly id: number;
  readonly op: Op<Attributes, Inputs, Outputs>;
  readonly inputs: Inputs;
  readonly attributes: Attributes;
  readonly outputs: Outputs;
}

/**
 * A value of a recorded computation: an output of a node, with its shape and element type. Operations and `input` make tensors.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * console.log(x.shape, x.dtype, x.rank, x instanceof tensor.Tensor); // [ 'n', 3 ] float32 2 true
 * ```
 */
export class Tensor implements TensorType {
  /** @internal */
  constructor(
    /** What it comes from. */
    readonly node: Node,
    /** Which of the node's outputs it is. */
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }
}

/** Every node that the tensors depend on, each after its inputs, in the order in which they were recorded. */
export function nodesOf(outputs: readonly Tensor[]): Node[] {
  const found = new Set<Node>();
  const open = outputs.map((tensor) => tensor.node);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) open.push(input.node);
  }
  return [...found].sort((a, b) => a.id - b.id);
}
