// The symbolic tensor: a node of a recorded computation, with its shape and element type known and its values not.
import { type Dim, GraphError, type Shape } from "./shape.js";

export type DType = "float32" | "int64" | "bool";
export type Attribute = number | boolean | string | readonly number[] | readonly Dim[] | Float32Array | BigInt64Array;
export type Attributes = Readonly<Record<string, Attribute | undefined>>;

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One application of a primitive operation; most have one output. */
export interface Node {
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
}

export class Tensor implements TensorType {
  constructor(
    readonly node: Node,
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}

  get rank(): number {
    return this.shape.length;
  }
}

/**
 * What the library knows of a primitive: the abstract evaluation (shapes and types) and the gradient rule. The third
 * part, its ONNX form, is in `onnx/lowering.ts`.
 */
export interface Primitive {
  /** Types of the outputs from those of the inputs. @throws GraphError where they do not fit. */
  infer(inputs: readonly Tensor[], attributes: Attributes, op: string): TensorType[];
  /**
   * Vector–Jacobian product: from the adjoint of each output (undefined where nothing depends on it) the adjoint of each
   * input (undefined where it has none). Adjoints may have any shape that broadcasts to the tensor's own.
   * Absent: the operation has no gradient and passes none on.
   */
  gradient?(adjoints: readonly (Tensor | undefined)[], node: Node): (Tensor | undefined)[];
}

const primitives = new Map<string, Primitive>();
let nextId = 0;

export function definePrimitives(table: Record<string, Primitive>): void {
  for (const [op, primitive] of Object.entries(table)) {
    if (primitives.has(op)) throw new GraphError(`primitive ${op} is defined twice`);
    primitives.set(op, primitive);
  }
}

export function primitiveOf(op: string): Primitive {
  const primitive = primitives.get(op);
  if (primitive === undefined) throw new GraphError(`there is no primitive ${op}`);
  return primitive;
}

/** Records one application of a primitive and returns all its outputs. */
export function applyAll(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): readonly Tensor[] {
  const types = primitiveOf(op).infer(inputs, attributes, op);
  const outputs: Tensor[] = [];
  const node: Node = { id: nextId++, op, inputs, attributes, outputs };
  types.forEach((type, i) => {
    outputs.push(new Tensor(node, i, type.shape, type.dtype));
  });
  return outputs;
}

/** Records one application of a primitive with a single output. */
export function apply(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
  return applyAll(op, inputs, attributes)[0]!;
}

/** Every node that the tensors depend on, each after its inputs, in the order in which they were recorded. */
export function nodesOf(outputs: readonly Tensor[]): Node[] {
  const found = new Set<Node>();
  const open = outputs.map((tensor) => tensor.node);
  while (open.length > 0) {
    const node = open.pop()!;
    if (found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) open.push(input.node);
  }
  return [...found].sort((a, b) => a.id - b.id);
}
