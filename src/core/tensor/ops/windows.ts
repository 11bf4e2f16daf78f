// Windows over the two spatial axes of pictures [n, channels, height, width]: what convolutions and pooling slide over.
import { type Dim, GraphError } from "../dimension.js";
import { formatShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { concat, pad, sliceAxes, transpose } from "./shaping.js";

/** Vertical, horizontal. */
export type Pair = readonly [number, number];

export interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Top, left, bottom, right: ONNX's order. */
  readonly pads: readonly [number, number, number, number];
}

export interface WindowOptions {
  /** Places between one window and the next; default 1 for convolutions, the window's size for pooling. */
  readonly stride?: number | Pair;
  /** Zeros (for a maximum: nothing) around the picture: on all sides, above and beside, or top, left, bottom, right. Default 0. */
  readonly padding?: number | Pair | readonly [number, number, number, number];
}

export const pairOf = (value: number | Pair): Pair => (typeof value === "number" ? [value, value] : value);

export function windowsOf(
  op: string,
  kernel: Pair,
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions & { readonly dilation?: number | Pair },
): Windows {
  const sides = typeof padding === "number" ? ([padding, padding] as const) : padding;
  const pads = sides.length === 4 ? sides : ([sides[0], sides[1], sides[0], sides[1]] as const);
  const windows = { kernel, strides: pairOf(stride), dilations: pairOf(dilation), pads };
  const isWhole = (least: number) => (value: number) => Number.isInteger(value) && value >= least;
  if (![...kernel, ...windows.strides, ...windows.dilations].every(isWhole(1)) || !pads.every(isWhole(0))) {
    throw new GraphError(
      `${op}: windows of ${kernel.join("×")}, stride ${windows.strides.join("×")}, dilation ${windows.dilations.join("×")}, padding ${pads.join(", ")}`,
    );
  }
  return windows;
}

/** How far the window reaches beyond its first place. */
export const reach = ({ kernel, dilations }: Windows, axis: 0 | 1): number => dilations[axis] * (kernel[axis] - 1);

export interface Picture {
  readonly samples: Dim;
  readonly channels: Dim;
  readonly spatial: Pair;
}

/** @throws GraphError where it is no tensor of pictures of a known size. */
export function pictureOf(op: string, x: Tensor): Picture {
  const [samples = 1, channels = 1, height, width] = x.shape;
  if (x.rank !== 4 || typeof height !== "number" || typeof width !== "number" || x.dtype !== "float32") {
    throw new GraphError(
      `${op}: expected float32 pictures [n, channels, height, width] of a known size, got ${x.dtype} ${formatShape(x.shape)}`,
    );
  }
  return { samples, channels, spatial: [height, width] };
}

/** How many windows there are below and beside each other. @throws GraphError where not one fits. */
export function windowCounts(op: string, x: Tensor, windows: Windows): Pair {
  const { spatial } = pictureOf(op, x);
  const count = (axis: 0 | 1): number => {
    const whole = spatial[axis] + windows.pads[axis] + windows.pads[axis === 0 ? 2 : 3];
    const places = Math.floor((whole - reach(windows, axis) - 1) / windows.strides[axis]) + 1;
    if (places < 1) {
      throw new GraphError(`${op}: a window of ${reach(windows, axis) + 1} over ${whole} of ${formatShape(x.shape)}`);
    }
    return places;
  };
  return [count(0), count(1)];
}

/** What every window holds, channels last: [n, counts…, kernel places · channels], place after place. */
export function patches(x: Tensor, windows: Windows, counts: Pair): Tensor {
  const { kernel, strides, dilations, pads } = windows;
  const padded = pad(transpose(x, [0, 2, 3, 1]), [
    [0, 0],
    [pads[0], pads[2]],
    [pads[1], pads[3]],
    [0, 0],
  ]);
  const places = Array.from({ length: kernel[0] * kernel[1] }, (_, i) => placeOf(i, windows));
  const cut = (place: Pair) =>
    sliceAxes(
      padded,
      ([0, 1] as const).map((axis) => ({
        axis: axis + 1,
        start: place[axis] * dilations[axis],
        end: place[axis] * dilations[axis] + (counts[axis] - 1) * strides[axis] + 1,
        step: strides[axis],
      })),
    );
  return concat(places.map(cut), 3);
}

/** Row and column of the i-th place of a window. */
export const placeOf = (i: number, { kernel }: Windows): Pair => [Math.floor(i / kernel[1]), i % kernel[1]];
