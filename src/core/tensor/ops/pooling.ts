// Pooling of pictures: the largest value or the mean of each window.
import { GraphError } from "../dimension.js";
import { as, END } from "../emitter.js";
import { defineOp } from "../op.js";
import type { Tensor } from "../tensor.js";
import { expandLike } from "./broadcast.js";
import { mul } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { max, mean } from "./reductions.js";
import { concat, pad, sliceAxes } from "./shaping.js";
import { constant } from "./sources.js";
import {
  both,
  type Pair,
  pairOf,
  pictureOf,
  spreadAdjoint,
  type WindowOptions,
  type Windows,
  windowCounts,
  windowsOf,
} from "./windows.js";

const onnxWindows = ({ kernel, strides, pads }: Windows) => ({ kernel_shape: kernel, strides, pads });

const maxPoolOp = defineOp<Windows, [x: Tensor], [y: Tensor, places: Tensor]>({
  name: "maxPool2d",
  infer([x], attributes) {
    const shape = [...x.shape.slice(0, 2), ...windowCounts("maxPool2d", x, attributes)];
    return [
      { shape, dtype: "float32" },
      { shape, dtype: "int64" },
    ];
  },
  vjp([g], { inputs: [x], outputs: [y, places], attributes }) {
    return [g && maxUnpoolOp.apply([expandLike(g, y), places, x], attributes)[0]];
  },
  onnx({ inputs: [x], outputs: [y, places], attributes }, to) {
    // Without the places it is faster, and WebGPU has it.
    to.emit("MaxPool", [to.name(x)], to.isUsed(places) ? [y, places] : [y], onnxWindows(attributes));
  },
});

/**
 * Each value at its place in a tensor of the shape of `like`, values with one place added up. Windows that are ⌈kernel / stride⌉ apart never
 * overlap, so that ONNX's MaxUnpool, which does not add, is exact for each such class of them; scattering takes several times as long.
 */
const maxUnpoolOp = defineOp<Windows, [values: Tensor, places: Tensor, like: Tensor]>({
  name: "maxUnpool2d",
  infer: ([values, , like]) => [{ shape: like.shape, dtype: values.dtype }],
  vjp() {
    throw new GraphError("maxPool2d: no second derivative");
  },
  onnx({ inputs: [values, places, like], outputs, attributes }, to) {
    const [vertical, horizontal] = both((axis) =>
      Math.min(Math.ceil(attributes.kernel[axis] / attributes.strides[axis]), Number(values.shape[axis + 2])),
    );
    const shape = to.one("Shape", [to.name(like)]);
    const parts: string[] = [];
    for (let row = 0; row < vertical; row++) {
      for (let column = 0; column < horizontal; column++) {
        const bounds = [
          [row, column],
          [END, END],
          [2, 3],
          [vertical, horizontal],
        ].map(to.integers);
        const isAll = vertical * horizontal === 1;
        const [own, at] = [values, places].map((x) => (isAll ? to.name(x) : to.one("Slice", [to.name(x), ...bounds])));
        parts.push(to.one("MaxUnpool", [own ?? "", at ?? "", shape], onnxWindows(attributes)));
      }
    }
    to.emit("Sum", parts, outputs);
  },
});

/**
 * The largest value of each window; of equal ones the first gets the gradient.
 * @param x [n, channels, height, width]
 * @param kernel the windows' size.
 * @throws GraphError where no window fits, or one could lie in the padding alone.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.maxPool2d(x, 2).shape); // [ 'n', 8, 3, 3 ]
 * ```
 */
export function maxPool2d(x: Tensor, kernel: number | Pair, options: WindowOptions = {}): Tensor {
  const windows = poolWindows("maxPool2d", kernel, options);
  return maxPoolOp.apply([x], windows)[0];
}

function poolWindows(op: string, kernel: number | Pair, options: WindowOptions): Windows {
  const size = pairOf(kernel);
  const windows = windowsOf(op, size, { stride: size, ...options });
  if (both((axis) => Math.max(windows.pads[axis], windows.pads[axis === 0 ? 2 : 3]) >= size[axis]).includes(true)) {
    throw new GraphError(`${op}: padding ${windows.pads.join(", ")} of windows of ${size.join("×")}`);
  }
  return windows;
}

const averagePoolOp = defineOp<Windows>({
  name: "averagePool2d",
  infer: ([x], attributes) => [
    { shape: [...x.shape.slice(0, 2), ...windowCounts("averagePool2d", x, attributes)], dtype: "float32" },
  ],
  // The mean of the adjoints, as far apart as the windows were, that reach a place.
  vjp([g], { inputs: [x], outputs: [y], attributes }) {
    const { apart, pads } = spreadAdjoint(expandLike(g, y), attributes, pictureOf("averagePool2d", x).spatial);
    // Padded beforehand: where places lie in no window it is larger than ONNX Runtime lets pooling pad.
    const padded = pad(apart, [
      [0, 0],
      [0, 0],
      [pads[0], pads[2]],
      [pads[1], pads[3]],
    ]);
    return [averaged(padded, { ...attributes, strides: [1, 1], pads: [0, 0, 0, 0] })];
  },
  onnx: as("AveragePool", (windows) => ({ ...onnxWindows(windows), count_include_pad: 1 })),
});

/** The mean of each window, zeros of the padding included. */
const averaged = (x: Tensor, windows: Windows): Tensor => averagePoolOp.apply([x], windows)[0];

/** How `averagePool2d` places its windows and counts. */
export interface AveragePoolOptions extends WindowOptions {
  /** Whether zeros of the padding count (default, as in PyTorch), or the mean is over the picture alone. */
  readonly includePadding?: boolean;
}

/**
 * The mean of each window.
 * @param x [n, channels, height, width]
 * @param kernel the windows' size.
 * @throws GraphError where no window fits, or one could lie in the padding alone.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.averagePool2d(x, 3, { padding: 1 }).shape); // [ 'n', 8, 2, 2 ]
 * ```
 */
export function averagePool2d(
  x: Tensor,
  kernel: number | Pair,
  { includePadding = true, ...options }: AveragePoolOptions = {},
): Tensor {
  const windows = poolWindows("averagePool2d", kernel, options);
  const y = averaged(x, windows);
  if (includePadding || windows.pads.every((padding) => padding === 0)) return y;
  const { spatial } = pictureOf("averagePool2d", x);
  const counts = windowCounts("averagePool2d", x, windows);
  const [rows, columns] = both((axis) =>
    Array.from({ length: counts[axis] }, (_, i) => {
      const start = i * windows.strides[axis] - windows.pads[axis];
      return Math.min(start + windows.kernel[axis], spatial[axis]) - Math.max(start, 0);
    }),
  );
  const area = windows.kernel[0] * windows.kernel[1];
  return mul(
    y,
    constant(
      rows.flatMap((height) => columns.map((width) => area / (height * width))),
      counts,
    ),
  );
}

/** First place of each part of an axis that is divided as evenly as it can be, and the place after its last: parts may overlap by one. */
function parts(size: number, count: number): [start: number, end: number][] {
  return Array.from({ length: count }, (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)]);
}

/** The window that divides the picture evenly into so many, if there is one. */
function evenKernel(op: string, x: Tensor, counts: Pair, mayRepeat: boolean): Pair | undefined {
  const { spatial } = pictureOf(op, x);
  const most = both((axis) => (mayRepeat ? Number.POSITIVE_INFINITY : spatial[axis]));
  const fits = both((axis) => Number.isInteger(counts[axis]) && counts[axis] >= 1 && counts[axis] <= most[axis]);
  if (fits.includes(false)) {
    throw new GraphError(`${op}: ${counts.join("×")} windows of ${spatial.join("×")}`);
  }
  const kernel: Pair = [spatial[0] / counts[0], spatial[1] / counts[1]];
  return kernel.every(Number.isInteger) ? kernel : undefined;
}

/**
 * Means over so many windows below and beside each other, whatever the picture's size; as PyTorch's AdaptiveAvgPool2d. Of more windows
 * than places some see the same ones.
 * @param x [n, channels, height, width]
 * @param counts how many windows there are below and beside each other.
 * @throws GraphError where the counts are no whole numbers from 1.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.adaptiveAveragePool2d(x, 2).shape); // [ 'n', 8, 2, 2 ]
 * ```
 */
export function adaptiveAveragePool2d(x: Tensor, counts: number | Pair): Tensor {
  const wanted = pairOf(counts);
  const kernel = evenKernel("adaptiveAveragePool2d", x, wanted, true);
  if (kernel?.join() === "1,1") return x;
  if (kernel !== undefined) return averagePool2d(x, kernel);
  const { spatial } = pictureOf("adaptiveAveragePool2d", x);
  const [vertical, horizontal] = both((axis) =>
    constant(
      parts(spatial[axis], wanted[axis]).flatMap(([start, end]) =>
        Array.from({ length: spatial[axis] }, (_, i) => (i >= start && i < end ? 1 / (end - start) : 0)),
      ),
      [wanted[axis], spatial[axis]],
    ),
  );
  return matmul(vertical, matmul(x, horizontal, { transposeB: true }));
}

/**
 * Largest values of so many windows below and beside each other; as PyTorch's AdaptiveMaxPool2d. Equal ones share the gradient where
 * windows are uneven.
 * @param x [n, channels, height, width]
 * @param counts how many windows there are below and beside each other.
 * @throws GraphError where there are more windows than places.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.adaptiveMaxPool2d(x, 2).shape); // [ 'n', 8, 2, 2 ]
 * ```
 */
export function adaptiveMaxPool2d(x: Tensor, counts: number | Pair): Tensor {
  const wanted = pairOf(counts);
  const kernel = evenKernel("adaptiveMaxPool2d", x, wanted, false);
  if (kernel !== undefined) return maxPool2d(x, kernel);
  const { spatial } = pictureOf("adaptiveMaxPool2d", x);
  const [rows, columns] = [parts(spatial[0], wanted[0]), parts(spatial[1], wanted[1])];
  const largest = (row: [number, number], column: [number, number]) =>
    max(
      sliceAxes(
        x,
        [row, column].map(([start, end], axis) => ({ axis: axis + 2, start, end })),
      ),
      [2, 3],
      true,
    );
  return concat(
    rows.map((row) =>
      concat(
        columns.map((column) => largest(row, column)),
        3,
      ),
    ),
    2,
  );
}

/**
 * The mean of each channel: [n, channels, height, width] as [n, channels].
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.globalAveragePool2d(x).shape); // [ 'n', 8 ]
 * ```
 */
export const globalAveragePool2d = (x: Tensor): Tensor => mean(x, [2, 3]);
/**
 * The largest value of each channel: [n, channels, height, width] as [n, channels].
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 8, 6, 6]);
 * console.log(tensor.globalMaxPool2d(x).shape); // [ 'n', 8 ]
 * ```
 */
export const globalMaxPool2d = (x: Tensor): Tensor => max(x, [2, 3]);
