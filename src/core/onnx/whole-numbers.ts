// Whole numbers that ONNX nodes compute from others which are known before a graph runs: the shapes, axes and places of exporters.
import type { Call } from "./operators.js";
import { axisOf, broadcast, countOf, sliced } from "./shapes.js";

/** A tensor of known whole numbers; booleans are 0 and 1. */
interface Whole {
  readonly dims: readonly number[];
  readonly integers: readonly number[];
}

/** The numbers of a node's only result; undefined where they are not known. */
type Evaluate = (inputs: readonly Whole[], call: Call, dims: readonly number[]) => readonly number[] | undefined;

/** int32 and int64; bool too, where numbers are 0 and 1. */
const wholeTypes = [6, 7];
const bool = 9;

/** Row-major place of each index that a shape has, read from a tensor of another shape by `source`. */
function gathered(dims: readonly number[], source: (index: readonly number[]) => number): number[] {
  return Array.from({ length: countOf(dims) }, (_, place) => {
    const index: number[] = [];
    let rest = place;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    return source(index);
  });
}

function at({ dims, integers }: Whole, index: readonly number[]): number {
  return integers[index.reduce((place, each, axis) => place * dims[axis]! + each, 0)]!;
}

/** The value that stands there after broadcasting to more dimensions. */
function broadcastAt(whole: Whole, index: readonly number[]): number {
  const own = index.slice(index.length - whole.dims.length);
  return at(
    whole,
    own.map((each, axis) => (whole.dims[axis] === 1 ? 0 : each)),
  );
}

const elementwise =
  (compute: (...values: number[]) => number): Evaluate =>
  (inputs) =>
    gathered(broadcast(...inputs.map(({ dims }) => dims)), (index) =>
      compute(...inputs.map((input) => broadcastAt(input, index))),
    );

const folded =
  (compute: (a: number, b: number) => number): Evaluate =>
  (inputs, call) =>
    elementwise((...values) => values.reduce((a, b) => compute(a, b)))(inputs, call, []);

const reduced =
  (compute: (a: number, b: number) => number, first: number): Evaluate =>
  ([input], _call, dims) =>
    // Of all values alone: that is how exporters count the elements of a shape.
    countOf(dims) === 1 ? [input!.integers.reduce(compute, first)] : undefined;

const asIs: Evaluate = ([input]) => input!.integers;

const evaluations: Readonly<Record<string, Evaluate>> = {
  Identity: asIs,
  Reshape: asIs,
  Flatten: asIs,
  Squeeze: asIs,
  Unsqueeze: asIs,
  Cast([input], call) {
    const to = call.integer("to", 0);
    if (to === bool) return input!.integers.map((value) => Number(value !== 0));
    return wholeTypes.includes(to) && input!.integers.every(isSmall) ? input!.integers : undefined;
  },
  Transpose([input], call, dims) {
    const order = call.integers("perm") ?? [...input!.dims.keys()].reverse();
    return gathered(dims, (index) => {
      const source: number[] = [];
      order.forEach((axis, i) => {
        source[axis] = index[i]!;
      });
      return at(input!, source);
    });
  },
  Concat(inputs, call, dims) {
    const axis = axisOf(call.integer("axis", 0), dims.length);
    return gathered(dims, (index) => {
      let place = index[axis]!;
      let part = 0;
      while (place >= inputs[part]!.dims[axis]!) place -= inputs[part++]!.dims[axis]!;
      return at(inputs[part]!, index.with(axis, place));
    });
  },
  Slice([input, starts, , axes, steps], call, dims) {
    const named = axes?.integers ?? starts!.integers.map((_, i) => i);
    const origin = input!.dims.map(() => 0);
    const stride = input!.dims.map(() => 1);
    named.forEach((name, i) => {
      const axis = axisOf(name, origin.length);
      stride[axis] = steps?.integers[i] ?? 1;
      const end = call.inputs[2]!.integers![i]!;
      origin[axis] = sliced(input!.dims[axis]!, starts!.integers[i]!, end, stride[axis]!).first;
    });
    return gathered(dims, (index) =>
      at(
        input!,
        index.map((each, axis) => origin[axis]! + each * stride[axis]!),
      ),
    );
  },
  Gather([data, indices], call, dims) {
    const axis = axisOf(call.integer("axis", 0), data!.dims.length);
    const size = data!.dims[axis]!;
    if (indices!.integers.some((place) => place < -size || place >= size)) return undefined;
    return gathered(dims, (index) => {
      const place = at(indices!, index.slice(axis, axis + indices!.dims.length));
      const [before, behind] = [index.slice(0, axis), index.slice(axis + indices!.dims.length)];
      return at(data!, [...before, place < 0 ? place + size : place, ...behind]);
    });
  },
  Expand: ([input], _call, dims) => gathered(dims, (index) => broadcastAt(input!, index)),
  ConstantOfShape(_inputs, call, dims) {
    // Without a value it is 0 of float32, which is no whole number.
    const value = call.tensor("value")?.integers?.[0];
    return value === undefined ? undefined : Array.from({ length: countOf(dims) }, () => value);
  },
  Range: ([start, , step], _call, dims) =>
    Array.from({ length: countOf(dims) }, (_, i) => start!.integers[0]! + i * step!.integers[0]!),
  Where: elementwise((condition, yes, no) => (condition === 0 ? no! : yes!)),
  Equal: elementwise((a, b) => Number(a === b)),
  Greater: elementwise((a, b) => Number(a! > b!)),
  GreaterOrEqual: elementwise((a, b) => Number(a! >= b!)),
  Less: elementwise((a, b) => Number(a! < b!)),
  LessOrEqual: elementwise((a, b) => Number(a! <= b!)),
  And: elementwise((a, b) => Number(a !== 0 && b !== 0)),
  Or: elementwise((a, b) => Number(a !== 0 || b !== 0)),
  Not: elementwise((a) => Number(a === 0)),
  Neg: elementwise((a) => -a!),
  Abs: elementwise((a) => Math.abs(a!)),
  Add: elementwise((a, b) => a! + b!),
  Sub: elementwise((a, b) => a! - b!),
  Mul: elementwise((a, b) => a! * b!),
  Div: elementwise((a, b) => Math.trunc(a! / b!)),
  Max: folded(Math.max),
  Min: folded(Math.min),
  ReduceProd: reduced((a, b) => a * b, 1),
  ReduceSum: reduced((a, b) => a + b, 0),
};

/** Beyond it int32 and int64 give different numbers, and which of them a value is, is not followed. */
const isSmall = (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 31;
/** Such numbers are only moved, so that "to the end" (2⁶³ − 1) of slices passes. */
const moving = new Set("Identity Reshape Flatten Squeeze Unsqueeze Transpose Concat Slice Gather Expand".split(" "));

/**
 * The whole numbers of a node's result, where all its inputs are known.
 * @param dims the result's shape.
 * @param most how many numbers are followed.
 * @returns undefined where they are unknown or too many.
 */
export function wholeNumbersOf(
  operator: string,
  call: Call,
  dims: readonly number[],
  most: number,
): readonly number[] | undefined {
  const evaluate = Object.hasOwn(evaluations, operator) ? evaluations[operator] : undefined;
  if (evaluate === undefined || countOf(dims) > most) return undefined;
  // Inputs that are left out are known to be.
  if (call.inputs.some((value) => value !== undefined && value.integers === undefined)) return undefined;
  const result = evaluate(call.inputs as readonly Whole[], call, dims);
  return result && (moving.has(operator) || result.every(isSmall)) ? result.map((value) => value + 0) : undefined;
}
