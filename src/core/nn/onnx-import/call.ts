// One node of an imported graph as its operator sees it: inputs and attributes, checked when they are taken.
import { UserError } from "../../../errors.js";
import { type Onnx, onnx } from "../../onnx/schema.js";
import { onnxTensor } from "../../onnx/stored-tensor.js";
import { type Dim, Tensor } from "../../tensor/index.js";
import type { Forward } from "../forward.js";
import { constantOf, isWeight, Known, type Value, type Weight } from "./values.js";

/** What an operator gives: a value for each result, or the only one. */
export type Results = Value | readonly Value[];
/** An operator: from a node's inputs and attributes to its results, in operations of tensors. */
export type Operator = (call: Call) => Results;

/** What all nodes of one pass through the graph share. */
export interface Pass {
  readonly opset: number;
  readonly forward: Forward;
  /** The graph's inputs: where the sizes of named dimensions are. */
  readonly inputs: readonly Tensor[];
  /** A weight as a parameter; `learned` false for running statistics. */
  parameter(weight: Weight, learned: boolean): Tensor;
}

type AttributeType = Onnx.AttributeProto.AttributeType;
const { AttributeType } = onnx.AttributeProto;

export class Call {
  readonly #attributes: ReadonlyMap<string, Onnx.IAttributeProto>;

  constructor(
    node: Onnx.INodeProto,
    /** Those that are left out are undefined. */
    readonly inputs: readonly (Value | undefined)[],
    readonly pass: Pass,
    /** Whether its weights are kept, and it is applied as in evaluation. */
    readonly isFrozen: boolean,
  ) {
    this.#attributes = new Map((node.attribute ?? []).map((each) => [each.name ?? "", each]));
    this.outputs = (node.output ?? []).length;
  }

  /** How many results the node has. */
  readonly outputs: number;

  get opset(): number {
    return this.pass.opset;
  }

  /** Whether it is applied as in training. */
  get isTraining(): boolean {
    return this.pass.forward.training && !this.isFrozen;
  }

  has(place: number): boolean {
    return this.inputs[place] !== undefined;
  }

  value(place: number): Value {
    const value = this.inputs[place];
    if (value === undefined) throw new UserError(`input ${place} is missing`);
    return value;
  }

  /** An input as a tensor; a weight becomes a parameter. */
  tensor(place: number): Tensor {
    return this.asTensor(this.value(place));
  }

  asTensor(value: Value, learned = true): Tensor {
    if (value instanceof Tensor) return value;
    return isWeight(value) ? this.pass.parameter(value, learned) : constantOf(value);
  }

  /** Running statistics: kept, not learned. */
  state(place: number): Tensor {
    return this.asTensor(this.value(place), false);
  }

  /** An input whose numbers are known beforehand; undefined where they are computed when the graph runs. */
  known(place: number): Known | undefined {
    const value = this.value(place);
    if (value instanceof Tensor) return undefined;
    return isWeight(value) ? new Known(value.shape, "float32", value.read()) : value;
  }

  /** Whether all inputs are numbers known beforehand (weights are none: they may be learned). */
  get isKnown(): boolean {
    return this.inputs.length > 0 && this.inputs.every((value) => value instanceof Known);
  }

  /** Whole numbers or dimensions from an input. @throws UserError where they are computed when the graph runs. */
  dims(place: number): readonly Dim[] {
    const known = this.known(place);
    if (known === undefined || known.values instanceof Float32Array) {
      throw new UserError(
        `input ${place} is computed when the graph runs; only what is known beforehand is supported there`,
      );
    }
    return known.values;
  }

  numbers(place: number): readonly number[] {
    return this.dims(place).map((dim) => {
      if (typeof dim === "string") {
        throw new UserError(`input ${place} depends on the dimension "${dim}"; give its size`);
      }
      return dim;
    });
  }

  /** One number from an input. */
  scalar(place: number): number {
    const numbers = this.known(place)?.numbers();
    if (numbers?.length !== 1) throw new UserError(`input ${place} is not one number that is known beforehand`);
    return numbers[0] ?? 0;
  }

  /** Whole numbers that newer versions have as an input and older ones as an attribute. */
  listed(place: number, attribute: string): readonly number[] | undefined {
    return this.has(place) ? this.numbers(place) : this.integers(attribute);
  }

  integer(name: string, missing: number): number {
    return Number(this.#of(name, AttributeType.INT)?.i ?? missing);
  }

  float(name: string, missing: number): number {
    return this.#of(name, AttributeType.FLOAT)?.f ?? missing;
  }

  integers(name: string): readonly number[] | undefined {
    return this.#of(name, AttributeType.INTS)?.ints?.map(Number);
  }

  floats(name: string): readonly number[] | undefined {
    return this.#of(name, AttributeType.FLOATS)?.floats ?? undefined;
  }

  text(name: string, missing: string): string {
    const bytes = this.#of(name, AttributeType.STRING)?.s;
    return bytes ? new TextDecoder().decode(bytes) : missing;
  }

  tensorAttribute(name: string): Known | undefined {
    const tensor = this.#of(name, AttributeType.TENSOR)?.t;
    if (!tensor) return undefined;
    const { shape, dtype, read } = onnxTensor(tensor, `its attribute "${name}"`);
    return new Known(shape, dtype, read());
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** @throws UserError where an attribute has another value than the only one that is supported. */
  expect(name: string, found: number | string, only: number | string): void {
    if (found !== only) throw new UserError(`${name} ${found} is not supported, only ${only}`);
  }

  #of(name: string, type: AttributeType): Onnx.IAttributeProto | undefined {
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.type !== type) throw new UserError(`its attribute "${name}" is of another kind`);
    return attribute;
  }
}

/** An axis counted from the end where it is negative. */
export function axisOf(axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(place) || place < 0 || place >= rank) throw new UserError(`axis ${axis} of ${rank} dimensions`);
  return place;
}

/** Axes as places in order, each once. */
export function axesOf(axes: readonly number[], rank: number): number[] {
  const places = axes.map((axis) => axisOf(axis, rank));
  if (new Set(places).size !== places.length) throw new UserError(`axes ${axes.join(", ")} name one twice`);
  return places.sort((a, b) => a - b);
}
