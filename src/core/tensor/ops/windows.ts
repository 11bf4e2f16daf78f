// Windows over the two spatial axes of pictures [n, channels, height, width]: what convolutions and pooling slide over.
import { type Dim, GraphError } from "../dimension.js";
import { formatShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { pad, slice, sliceAxes, spread } from "./shaping.js";

/** Vertical, horizontal. */
export type Pair = readonly [number, number];

export interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Top, left, bottom, right: ONNX's order. */
  readonly pads: readonly [number, number, number, number];
}

/** Where the windows of a convolution or of pooling lie on the picture. */
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

/** A number for the vertical and one for the horizontal axis. */
export const both = <T>(f: (axis: 0 | 1) => T): readonly [T, T] => [f(0), f(1)];

/** How many windows there are below and beside each other. @throws GraphError where not one fits. */
export function windowCounts(op: string, x: Tensor, windows: Windows): Pair {
  const { spatial } = pictureOf(op, x);
  return both((axis) => {
    const whole = spatial[axis] + windows.pads[axis] + windows.pads[axis === 0 ? 2 : 3];
    const places = Math.floor((whole - reach(windows, axis) - 1) / windows.strides[axis]) + 1;
    if (places < 1) {
      throw new GraphError(`${op}: a window of ${reach(windows, axis) + 1} over ${whole} of ${formatShape(x.shape)}`);
    }
    return places;
  });
}

/**
 * For each place of the windows, row by row, what all windows hold there.
 * @param x pictures without padding yet, whose spatial axes are `axis` and the next.
 */
export function places(x: Tensor, axis: number, windows: Windows, counts: Pair): Tensor[] {
  const { kernel, strides, dilations, pads } = windows;
  const sides: (readonly [number, number])[] = x.shape.map(() => [0, 0]);
  sides.splice(axis, 2, [pads[0], pads[2]], [pads[1], pads[3]]);
  const padded = pad(x, sides);
  return Array.from({ length: kernel[0] * kernel[1] }, (_, i) => {
    const place: Pair = [Math.floor(i / kernel[1]), i % kernel[1]];
    const cut = both((side) => {
      const start = place[side] * dilations[side];
      return { axis: axis + side, start, end: start + (counts[side] - 1) * strides[side] + 1, step: strides[side] };
    });
    return sliceAxes(padded, cut);
  });
}

/**
 * What windows of stride 1 slide over to bring the windows' adjoints back to the picture: these as far apart as the windows were,
 * and the padding that gives the picture's size.
 */
export function spreadAdjoint(g: Tensor, windows: Windows, spatial: Pair): { apart: Tensor; pads: Windows["pads"] } {
  let apart = g;
  const sides = both((axis) => {
    apart = spread(apart, axis + 2, windows.strides[axis]);
    const before = reach(windows, axis) - windows.pads[axis];
    const after = spatial[axis] + windows.pads[axis] - Number(apart.shape[axis + 2]);
    // Zeros, and windows that lay in the padding alone.
    if (before < 0 || after < 0) {
      apart = slice(apart, axis + 2, Math.max(0, -before), after < 0 ? after : undefined);
    }
    return [Math.max(0, before), Math.max(0, after)] as const;
  });
  return { apart, pads: [sides[0][0], sides[1][0], sides[0][1], sides[1][1]] };
}
