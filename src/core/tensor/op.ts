// What an operation is: one object that holds its shape inference, its gradient and its ONNX form.
import type { Emitter } from "./emitter.js";
import { type Node, Tensor, type TensorType } from "./tensor.js";

/** One T for each tensor of a tuple. */
export type ForEach<Tensors extends readonly Tensor[], T> = { readonly [K in keyof Tensors]: T };

/** The adjoint of each output: undefined where nothing depends on it, which cannot be where there is one output only. */
export type Adjoints<Outputs extends readonly Tensor[]> = Outputs extends readonly [Tensor]
  ? readonly [Tensor]
  : ForEach<Outputs, Tensor | undefined>;

/** The three rules of an operation. Type parameters: the attributes' names and types, the inputs and the outputs as tuples. */
export interface OpDefinition<
  Attributes extends object,
  Inputs extends readonly Tensor[],
  Outputs extends readonly Tensor[],
> {
  /** For messages. */
  readonly name: string;
  /** Shape and type of each output from the inputs and the attributes. @throws GraphError where they do not fit. */
  infer(inputs: Inputs, attributes: Attributes): ForEach<Outputs, TensorType>;
  /**
   * Vector–Jacobian product: from the adjoint of each output the adjoint of each input (undefined where it has none).
   * Adjoints may have any shape that broadcasts to the tensor's own. Absent: the operation has no gradient and passes none on.
   */
  vjp?(adjoints: Adjoints<Outputs>, node: Node<Attributes, Inputs, Outputs>): ForEach<Inputs, Tensor | undefined>;
  /** Emits the ONNX form (opset 18). */
  onnx(node: Node<Attributes, Inputs, Outputs>, to: Emitter): void;
}

/** An operation, to be applied to tensors. */
export interface Op<
  Attributes extends object = object,
  Inputs extends readonly Tensor[] = readonly Tensor[],
  Outputs extends readonly Tensor[] = readonly Tensor[],
> extends OpDefinition<Attributes, Inputs, Outputs> {
  /** Records one application. @throws GraphError where inputs and attributes do not fit. */
  apply(inputs: Inputs, attributes: Attributes): Outputs;
}

/** The attributes of an operation that has none. */
export type NoAttributes = Readonly<Record<never, never>>;

/** Whether a node applies this operation; its attributes and inputs are then known by type. */
export function isOf<Attributes extends object, Inputs extends readonly Tensor[], Outputs extends readonly Tensor[]>(
  op: Op<Attributes, Inputs, Outputs>,
  node: Node,
): node is Node<Attributes, Inputs, Outputs> {
  return node.op === (op as Op);
}

let nextId = 0;

/**
 * Makes an operation of its three rules: shapes, gradient, ONNX form.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const softsign = tensor.defineOp<tensor.NoAttributes>({
 *   name: "softsign",
 *   infer: ([x]) => [x],
 *   vjp: ([g], { inputs: [x] }) => [tensor.div(g, tensor.square(tensor.add(tensor.abs(x), 1)))],
 *   onnx: tensor.as("Softsign"),
 * });
 * const x = tensor.input("x", ["n", 4]);
 * const [y] = softsign.apply([x], {});
 * console.log(y.shape, tensor.gradients(tensor.sum(y), [x]).length); // [ 'n', 4 ] 1
 * ```
 */
export function defineOp<
  Attributes extends object = NoAttributes,
  Inputs extends readonly Tensor[] = [x: Tensor],
  Outputs extends readonly Tensor[] = [y: Tensor],
>(definition: OpDefinition<Attributes, Inputs, Outputs>): Op<Attributes, Inputs, Outputs> {
  const op: Op<Attributes, Inputs, Outputs> = {
    ...definition,
    apply(inputs, attributes) {
      const types: readonly TensorType[] = definition.infer(inputs, attributes);
      const outputs: Tensor[] = [];
      const node: Node = { id: nextId++, op, inputs, attributes, outputs };
      types.forEach(({ shape, dtype }, i) => {
        outputs.push(new Tensor(node, i, shape, dtype));
      });
      // As many as `infer` gives types, whose number its own type fixes.
      return outputs as readonly Tensor[] as Outputs;
    },
  };
  return op;
}
