// Where graphs begin: inputs that are fed on each run, and constants.
import { type Dim, elementCount, GraphError, type Shape } from "./shape.js";
import { apply, type DType, definePrimitives, type Tensor } from "./tensor.js";

definePrimitives({
  input: { infer: (_, { shape, dtype }) => [{ shape: shape as Shape, dtype: dtype as DType }] },
  constant: { infer: (_, { shape, dtype }) => [{ shape: shape as Shape, dtype: dtype as DType }] },
});

/** A tensor that is fed on each run: data, a parameter, a dropout mask. Its name is the name in the ONNX graph. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  if (name === "") throw new GraphError("input: the name is empty");
  return apply("input", [], { name, shape: shape as readonly Dim[], dtype });
}

/** A constant float32 tensor; a lone number is a scalar of shape []. */
export function constant(values: number | ArrayLike<number>, shape?: readonly number[]): Tensor {
  const data = typeof values === "number" ? Float32Array.of(values) : Float32Array.from(values);
  const own = shape ?? (typeof values === "number" ? [] : [data.length]);
  if (elementCount(own) !== data.length) {
    throw new GraphError(`constant: ${data.length} values for shape [${own.join(", ")}]`);
  }
  return apply("constant", [], { value: data, shape: own, dtype: "float32" });
}

/** A constant tensor of 64-bit integers, as index operations take them. */
export function integers(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor {
  return apply("constant", [], { value: BigInt64Array.from(Array.from(values, BigInt)), shape, dtype: "int64" });
}

export function inputName(tensor: Tensor): string {
  if (tensor.node.op !== "input") throw new GraphError(`${tensor.node.op} is not an input`);
  return tensor.node.attributes.name as string;
}
