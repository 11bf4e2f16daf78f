// Where graphs begin: inputs that are fed on each run, and constants.
import { GraphError } from "../dimension.js";
import { defineOp, isOf } from "../op.js";
import { elementCount, type Shape } from "../shape.js";
import type { DType, Tensor } from "../tensor.js";

const inputOp = defineOp<{ name: string; shape: Shape; dtype: DType }, []>({
  name: "input",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  onnx: ({ outputs: [y], attributes: { name } }, to) => to.declare(y, name),
});

const constantOp = defineOp<{ value: Float32Array | BigInt64Array; shape: readonly number[] }, []>({
  name: "constant",
  infer: (_, { value, shape }) => [{ shape, dtype: value instanceof Float32Array ? "float32" : "int64" }],
  onnx: ({ outputs: [y], attributes: { value, shape } }, to) => to.alias(y, to.constant(value, shape)),
});

/**
 * A tensor that is fed on each run: data, a parameter, a dropout mask. Its name is the name in the ONNX graph.
 * @throws GraphError where the name is empty.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("pictures", ["n", 3, 32, 32]);
 * console.log(x.shape, x.dtype); // [ 'n', 3, 32, 32 ] float32
 * ```
 */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  if (name === "") throw new GraphError("input: the name is empty");
  return inputOp.apply([], { name, shape, dtype })[0];
}

/**
 * A constant float32 tensor; a lone number is a scalar of shape [], other values without a shape are one axis.
 * @throws GraphError where the shape has another number of elements.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.constant([1, 2, 3]).shape, tensor.constant(0.5).shape, tensor.constant([1, 2, 3, 4], [2, 2]).shape);
 * ```
 */
export function constant(values: number | ArrayLike<number>, shape?: readonly number[]): Tensor {
  const data = typeof values === "number" ? Float32Array.of(values) : Float32Array.from(values);
  const own = shape ?? (typeof values === "number" ? [] : [data.length]);
  if (elementCount(own) !== data.length) {
    throw new GraphError(`constant: ${data.length} values for shape [${own.join(", ")}]`);
  }
  return constantOp.apply([], { value: data, shape: own })[0];
}

/**
 * A constant tensor of 64-bit integers, as index operations take them.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * console.log(tensor.integers([0, 2, 1]).dtype); // int64
 * ```
 */
export function integers(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor {
  return constantOp.apply([], { value: BigInt64Array.from(Array.from(values, BigInt)), shape })[0];
}

/** Whether the tensor is an input: fed on each run, not computed. */
export const isInput = ({ node }: Tensor): boolean => isOf(inputOp, node);
/** Whether the tensor is a constant of the graph. */
export const isConstant = ({ node }: Tensor): boolean => isOf(constantOp, node);

/**
 * The name of an input.
 * @throws GraphError where the tensor is no input.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("pictures", ["n", 784]);
 * console.log(tensor.inputName(x)); // pictures
 * ```
 */
export function inputName({ node }: Tensor): string {
  if (!isOf(inputOp, node)) throw new GraphError(`${node.op.name} is not an input`);
  return node.attributes.name;
}
