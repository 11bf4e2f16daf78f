// ONNX models node by node, for tests of encoders that somebody else made.
import { type Onnx, onnx } from "./schema.js";

const { AttributeType } = onnx.AttributeProto;

export function floats(name: string, dims: readonly number[], value = 0.5): Onnx.ITensorProto {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { name, dims: [...dims], dataType: 1, floatData: Array.from({ length: count }, () => value) };
}

export function integers(name: string, values: readonly number[]): Onnx.ITensorProto {
  return { name, dims: [values.length], dataType: 7, int64Data: [...values] };
}

type Attribute =
  | number
  | string
  | readonly number[]
  | { float: number }
  | Onnx.IGraphProto
  | { tensor: Onnx.ITensorProto };

function attributeOf(name: string, value: Attribute): Onnx.IAttributeProto {
  if (typeof value === "number") {
    return Number.isInteger(value)
      ? { name, type: AttributeType.INT, i: value }
      : { name, type: AttributeType.FLOAT, f: value };
  }
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: AttributeType.INTS, ints: value };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ("tensor" in value) return { name, type: AttributeType.TENSOR, t: value.tensor };
  return { name, type: AttributeType.GRAPH, g: value as Onnx.IGraphProto };
}

/** A node; `inputs` and `outputs` are names parted by blanks, "-" one that is left out. */
export function node(
  opType: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = "",
): Onnx.INodeProto {
  const names = (text: string) =>
    text
      .split(" ")
      .filter(Boolean)
      .map((name) => (name === "-" ? "" : name));
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  return { opType, domain, input: names(inputs), output: names(outputs), attribute };
}

export function port(name: string, dims: readonly (number | string)[], elemType = 1): Onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** A model from "a" [n, 16] to "code" [n, 16], but for what `parts` says. */
export function modelOf(parts: Onnx.IGraphProto, more: Onnx.IModelProto = {}): Uint8Array {
  const graph = { name: "g", input: [port("a", ["n", 16])], output: [port("code", ["n", 16])], ...parts };
  const model = { irVersion: 9, opsetImport: [{ domain: "", version: 18 }], graph, ...more };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
}
