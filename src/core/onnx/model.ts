// Writes a tensor graph as an ONNX model.

import {
  type Dim,
  type DType,
  type Emitter,
  GraphError,
  inputName,
  isConstant,
  isInput,
  type Node,
  nodesOf,
  type OnnxAttribute,
  type OnnxAttributes,
  onnxType,
  type Shape,
  type Tensor,
} from "../tensor/index.js";
import { type Onnx, onnx } from "./schema.js";

/** The version of ONNX's operators that graphs are written in. */
export const OPSET = 18;

export interface ModelParts {
  /** The graph's name, for viewers. */
  readonly name: string;
  /** Results by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Inputs whose values are stored in the model, by input name: weights of an exported encoder. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
  /** Inputs to declare in this order; those the outputs do not depend on are left out. Default: as recorded. */
  readonly inputs?: readonly Tensor[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Sizes of named dimensions in all runs, where they are known beforehand: the form of a product can depend on them. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Written for ONNX Runtime on the processor and not for a file: with branches, in an order that frees memory early. Default false. */
  readonly forProcessor?: boolean;
}

/**
 * The model as bytes of an ONNX file (opset 18); named dimensions stay symbolic.
 * @throws GraphError where two inputs share a name, or two dimensions would have to be inferred in a reshape.
 */
export function encodeModel(parts: ModelParts): Uint8Array {
  const { name, outputs, weights, inputs, metadata = {}, sizes = {}, forProcessor = false } = parts;
  const results = Object.entries(outputs);
  const nodes = nodesOf(results.map(([, tensor]) => tensor));
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...results.map(([, tensor]) => tensor)]);
  const writer = new GraphWriter(weights ?? new Map(), sizes, used);
  if (forProcessor) writer.allowBranches();
  const declared = inputs?.filter((tensor) => nodes.includes(tensor.node)) ?? [];
  const feeds = nodes.flatMap((node) => node.outputs).filter(isInput);
  for (const tensor of new Set([...declared, ...feeds])) writer.lowerNode(tensor.node);
  // ONNX Runtime begins with the last of the nodes that nothing reads, and computes what each needs. Written from the last recorded to the
  // first, a weight's gradient is computed as soon as it can be, and what it alone reads is freed.
  const read = new Set(forProcessor ? nodes.flatMap((node) => node.inputs.map((tensor) => tensor.node)) : nodes);
  for (const node of nodes.filter((each) => read.has(each))) writer.lowerNode(node);
  const ends = forProcessor ? [...results].sort(([, a], [, b]) => b.node.id - a.node.id) : results;
  for (const [resultName, tensor] of ends) {
    writer.lowerNode(tensor.node);
    writer.copyTo(resultName, tensor);
  }
  for (const [resultName, tensor] of results) writer.addOutput(resultName, tensor);
  const model = onnx.ModelProto.create({
    irVersion: 9,
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: "com.microsoft", version: 1 },
    ],
    producerName: "vantage",
    graph: { name, ...writer.parts },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return onnx.ModelProto.encode(model).finish();
}

class GraphWriter implements Emitter {
  readonly parts = {
    node: [] as Onnx.INodeProto[],
    initializer: [] as Onnx.ITensorProto[],
    input: [] as Onnx.IValueInfoProto[],
    output: [] as Onnx.IValueInfoProto[],
  };
  private readonly names = new Map<Tensor, string>();
  private readonly taken = new Set<string>();
  private readonly shared = new Map<string, string>();
  private fresh = 0;

  constructor(
    private readonly weights: ReadonlyMap<string, Float32Array>,
    private readonly sizes: Readonly<Record<string, number>>,
    private readonly used: ReadonlySet<Tensor>,
  ) {}

  readonly declare = (tensor: Tensor, name: string): void => {
    if (this.taken.has(name)) throw new GraphError(`two inputs are named ${name}`);
    this.taken.add(name);
    this.names.set(tensor, name);
    const weight = this.weights.get(name);
    if (weight === undefined) this.parts.input.push(valueInfo(name, tensor.shape, tensor.dtype));
    else this.parts.initializer.push(tensorProto(name, tensor.shape as number[], weight));
  };

  copyTo(name: string, tensor: Tensor): void {
    if (this.taken.has(name)) throw new GraphError(`output ${name}: the name is taken`);
    this.taken.add(name);
    this.parts.node.push({ opType: "Identity", input: [this.name(tensor)], output: [name] });
  }

  addOutput(name: string, tensor: Tensor): void {
    this.parts.output.push(valueInfo(name, tensor.shape, tensor.dtype));
  }

  readonly lowerNode = (node: Node): void => {
    if (node.outputs.every((output) => !this.names.has(output))) node.op.onnx(node, this);
  };

  readonly name = (tensor: Tensor): string => {
    const name = this.names.get(tensor);
    if (name === undefined) throw new GraphError(`${tensor.node.op.name} was used before it was written`);
    return name;
  };

  readonly lower = (tensor: Tensor): string => {
    for (const node of nodesOf([tensor])) this.lowerNode(node);
    return this.name(tensor);
  };

  readonly alias = (tensor: Tensor, name: string): void => {
    this.names.set(tensor, name);
  };

  readonly isUsed = (tensor: Tensor): boolean => this.used.has(tensor);

  readonly isStored = (tensor: Tensor): boolean =>
    isConstant(tensor) || (isInput(tensor) && this.weights.has(inputName(tensor)));

  readonly size = (dim: Dim): number | undefined => (typeof dim === "number" ? dim : this.sizes[dim]);

  readonly emit = (
    opType: string,
    inputs: readonly string[],
    outputs: readonly Tensor[] | number,
    attributes: OnnxAttributes = {},
    domain = "",
  ): string[] => {
    const tensors = typeof outputs === "number" ? new Array<undefined>(outputs).fill(undefined) : outputs;
    const names = tensors.map((tensor) => {
      const name = this.freshName(opType);
      if (tensor !== undefined) this.names.set(tensor, name);
      return name;
    });
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    this.parts.node.push({ opType, domain, name: names[0], input: [...inputs], output: names, attribute });
    return names;
  };

  readonly one = (op: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = ""): string => {
    const [name = ""] = this.emit(op, inputs, 1, attributes, domain);
    return name;
  };

  readonly integers = (values: readonly number[]): string => {
    const key = `i64:${values.join(",")}`;
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const name = this.freshName("shape");
    this.parts.initializer.push(tensorProto(name, [values.length], BigInt64Array.from(values, BigInt)));
    this.shared.set(key, name);
    return name;
  };

  readonly constant = (value: Float32Array | BigInt64Array, shape: readonly number[]): string => {
    const key = value.length <= 16 ? `${value.constructor.name}:${shape.join("x")}:${value.join(",")}` : undefined;
    const known = key === undefined ? undefined : this.shared.get(key);
    if (known !== undefined) return known;
    const name = this.freshName("constant");
    this.parts.initializer.push(tensorProto(name, shape, value));
    if (key !== undefined) this.shared.set(key, name);
    return name;
  };

  branch?: NonNullable<Emitter["branch"]>;

  allowBranches(): void {
    this.branch = (condition, tensor, then, otherwise) => {
      const forms = [then, otherwise].map((write) => this.subgraph(tensor, write));
      const attribute = ["then_branch", "else_branch"].map((key, i) => ({
        name: key,
        type: onnx.AttributeProto.AttributeType.GRAPH,
        g: forms[i],
      }));
      const name = this.freshName("If");
      this.parts.node.push({ opType: "If", name, input: [condition], output: [name], attribute });
      this.names.set(tensor, name);
    };
  }

  /** What a function writes as a graph of its own, which reads the values of this one; constants go to this one. */
  private subgraph(tensor: Tensor, write: () => string): Onnx.IGraphProto {
    const outer = this.parts.node;
    this.parts.node = [];
    const result = write();
    const node = this.parts.node;
    this.parts.node = outer;
    return { name: this.freshName("branch"), node, output: [valueInfo(result, tensor.shape, tensor.dtype)] };
  }

  private freshName(base: string): string {
    let name: string;
    do name = `${base}_${this.fresh++}`;
    while (this.taken.has(name));
    this.taken.add(name);
    return name;
  }
}

function valueInfo(name: string, shape: Shape, dtype: DType): Onnx.IValueInfoProto {
  const dim = shape.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: onnxType(dtype), shape: { dim } } } };
}

function tensorProto(name: string, dims: readonly number[], data: Float32Array | BigInt64Array): Onnx.ITensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: [...dims], dataType: onnxType(data instanceof Float32Array ? "float32" : "int64"), rawData };
}

function attributeProto(name: string, value: OnnxAttribute): Onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === "number") return { name, type: AttributeType.INT, i: value };
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
