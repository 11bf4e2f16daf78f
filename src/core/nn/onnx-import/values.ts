// What the values of an imported graph are while it is read: tensors, numbers that are known beforehand (shapes above all), and weights.
import { UserError } from "../../../errors.js";
import { cast, constant, type Dim, type DType, integers, type Shape, Tensor } from "../../tensor/index.js";

/** Numbers that are known when the graph is read. Integers may be named dimensions; booleans are 0 and 1. */
export class Known {
  constructor(
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly values: readonly Dim[] | Float32Array,
  ) {
    if (values.length > mostKnown)
      throw new UserError(`${values.length} values known beforehand, ${mostKnown} at most`);
  }

  /** Its numbers. @throws UserError where one is a named dimension. */
  numbers(): readonly number[] | Float32Array {
    if (this.values instanceof Float32Array) return this.values;
    const named = this.values.find((value) => typeof value === "string");
    if (named !== undefined)
      throw new UserError(`it needs a number in place of the dimension "${named}"; give its size`);
    return this.values as readonly number[];
  }
}

/** Values that are followed beforehand are shapes, places and small constants. */
const mostKnown = 2 ** 20;

/** A stored tensor of floating-point numbers: a parameter, or a constant where an operator needs its numbers. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  read(): Float32Array;
}

export type Value = Tensor | Known | Weight;

export const isWeight = (value: Value): value is Weight => !(value instanceof Tensor) && !(value instanceof Known);

export const shapeOf = (value: Value): Shape => value.shape;
export const dtypeOf = (value: Value): DType => (isWeight(value) ? "float32" : value.dtype);

/** Known numbers as a constant of the graph. */
export function constantOf(known: Known): Tensor {
  const numbers = known.numbers();
  if (known.dtype === "float32") return constant(numbers, known.shape);
  const whole = integers(numbers, known.shape);
  return known.dtype === "bool" ? cast(whole, "bool") : whole;
}

export const knownInts = (values: readonly Dim[], shape: readonly number[] = [values.length]): Known =>
  new Known(shape, "int64", values);

export const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The shape that shapes of numbers are broadcast to. @throws UserError where they do not fit. */
export function broadcastNumbers(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    const size = sizes.find((each) => each !== 1) ?? 1;
    if (sizes.some((each) => each !== 1 && each !== size)) {
      throw new UserError(`shapes ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")} do not broadcast`);
    }
    return size;
  });
}

/** For each element of a shape the place of the element of a broadcast shape that stands there. */
export function broadcastPlaces(from: readonly number[], to: readonly number[]): number[] {
  if (countOf(to) > mostKnown) throw new UserError(`${countOf(to)} values known beforehand, ${mostKnown} at most`);
  let places = [0];
  let step = countOf(from);
  const lead = to.length - from.length;
  to.forEach((size, axis) => {
    const own = axis < lead ? 1 : (from[axis - lead] ?? 1);
    if (axis >= lead) step /= own || 1;
    places = places.flatMap((start) => Array.from({ length: size }, (_, i) => start + (own === 1 ? 0 : i * step)));
  });
  return places;
}

/** A known value of another shape, element by element from the places given. */
export function pick(known: Known, places: readonly number[], shape: readonly number[]): Known {
  const { values, dtype } = known;
  if (values instanceof Float32Array)
    return new Known(
      shape,
      dtype,
      Float32Array.from(places, (at) => values[at] ?? 0),
    );
  return new Known(
    shape,
    dtype,
    places.map((at) => values[at] ?? 0),
  );
}
