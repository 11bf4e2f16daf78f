// Shapes of values in ONNX graphs from files, and what is computed from them.

/** A value of a graph at given sizes: its shape, and its numbers where they are few, whole and known beforehand. */
export interface Value {
  readonly dims: readonly number[];
  readonly integers?: readonly number[];
}

/** A node does not fit its inputs, or the shape of its result cannot be known before it runs. */
export class ShapeError extends Error {}

/** No more dimensions than this, as a bound on what shapes themselves cost. */
const mostDimensions = 12;

/** @throws ShapeError where it is no shape, or has more values than a number counts exactly. */
export function countOf(dims: readonly number[]): number {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (dims.length > mostDimensions || dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw new ShapeError(`[${dims.slice(0, mostDimensions).join(", ")}] is no shape`);
  }
  if (!Number.isSafeInteger(count)) throw new ShapeError(`[${dims.join(", ")}] is too large`);
  return count;
}

/** The shape that shapes are broadcast to, as numpy does. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + i] ?? 1);
    const size = sizes.find((each) => each !== 1) ?? 1;
    if (sizes.some((each) => each !== 1 && each !== size)) {
      throw new ShapeError(`shapes ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")} do not go together`);
    }
    return size;
  });
}

/** An axis counted from the end where it is negative. */
export function axisOf(axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(place) || place < 0 || place >= rank) {
    throw new ShapeError(`axis ${axis} of ${rank} dimensions`);
  }
  return place;
}

/** Axes as places, each once. */
export function axesOf(axes: readonly number[], rank: number): Set<number> {
  return new Set(axes.map((axis) => axisOf(axis, rank)));
}

/** A shape with one dimension replaced. */
export function withSize(dims: readonly number[], axis: number, size: number): number[] {
  return dims.map((dim, i) => (i === axis ? size : dim));
}

export function matrixProduct(a: readonly number[], b: readonly number[]): { dims: number[]; inner: number } {
  if (a.length === 0 || b.length === 0) throw new ShapeError("a product of single numbers");
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const inner = left.at(-1)!;
  if (right.at(-2) !== inner) throw new ShapeError(`products of [${a.join(", ")}] and [${b.join(", ")}]`);
  const dims = broadcast(left.slice(0, -2), right.slice(0, -2));
  if (a.length > 1) dims.push(left.at(-2)!);
  if (b.length > 1) dims.push(right.at(-1)!);
  return { dims, inner };
}

/** Elements first … of a dimension that a slice takes: how many, and which numbers. */
export function sliced(size: number, start: number, end: number, step: number): { first: number; count: number } {
  if (!Number.isInteger(step) || step === 0) throw new ShapeError(`a slice in steps of ${step}`);
  const place = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [first, last] =
    step > 0 ? [place(start, 0, size), place(end, 0, size)] : [place(start, 0, size - 1), place(end, -1, size - 1)];
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

/** What windows over the spatial dimensions of an image are. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before each dimension, then after each. */
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly ceil: boolean;
}

/** How many windows each dimension has. */
export function windowCounts(spatial: readonly number[], windows: Windows): number[] {
  const { kernel, strides, dilations, pads, autoPad, ceil } = windows;
  const rank = spatial.length;
  for (const [list, length] of [
    [kernel, rank],
    [strides, rank],
    [dilations, rank],
    [pads, 2 * rank],
  ] as const) {
    if (list.length !== length) throw new ShapeError(`${list.length} numbers for ${length / rank} per dimension`);
  }
  if ([...kernel, ...strides, ...dilations].some((each) => each < 1) || pads.some((pad) => pad < 0)) {
    throw new ShapeError("windows of no size or step");
  }
  return spatial.map((size, i) => {
    const extent = dilations[i]! * (kernel[i]! - 1) + 1;
    if (autoPad.startsWith("SAME")) return Math.ceil(size / strides[i]!);
    const places = size + (autoPad === "VALID" ? 0 : pads[i]! + pads[i + rank]!) - extent;
    if (places < 0) throw new ShapeError(`a window of ${extent} over ${size}`);
    return (ceil ? Math.ceil(places / strides[i]!) : Math.floor(places / strides[i]!)) + 1;
  });
}

/**
 * The shape of an Einstein sum, and how many products it adds up.
 * @param equation of letters alone, such as "bhqd,bhkd->bhqk"; no dots.
 */
export function einsum(equation: string, shapes: readonly (readonly number[])[]): { dims: number[]; terms: number } {
  const text = equation.replaceAll(" ", "");
  const form = /^([A-Za-z]*(?:,[A-Za-z]*)*)(?:->([A-Za-z]*))?$/.exec(text);
  const inputs = form?.[1]?.split(",");
  if (inputs?.length !== shapes.length)
    throw new ShapeError(`an Einstein sum "${equation}" of ${shapes.length} inputs`);
  const sizes = new Map<string, number>();
  inputs.forEach((letters, i) => {
    if (letters.length !== shapes[i]!.length) throw new ShapeError(`"${letters}" for [${shapes[i]!.join(", ")}]`);
    [...letters].forEach((letter, axis) => {
      const size = shapes[i]![axis]!;
      if ((sizes.get(letter) ?? size) !== size) throw new ShapeError(`"${letter}" is ${sizes.get(letter)} and ${size}`);
      sizes.set(letter, size);
    });
  });
  const once = [...sizes.keys()].filter((letter) => inputs.join("").split(letter).length === 2).sort();
  const output = [...(form?.[2] ?? once.join(""))];
  if (output.some((letter) => !sizes.has(letter))) throw new ShapeError(`an Einstein sum "${equation}"`);
  return { dims: output.map((letter) => sizes.get(letter)!), terms: countOf([...sizes.values()]) };
}
