// Convolution of pictures, with gradients written in other operations, in the forms that were measured fastest (docs/tensor.md).
import { type Dim, GraphError, multiplyDim } from "../dimension.js";
import type { Emitter } from "../emitter.js";
import { defineOp } from "../op.js";
import { formatShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { expandLike, sum, unsqueeze } from "./broadcast.js";
import { add, mul } from "./elementwise.js";
import { isSplitByRows, ONE_BLOCK, product, ROWS_OF_BATCHES } from "./matmul.js";
import { concat, flip, reshape, sliceAxes, transpose } from "./shaping.js";
import {
  both,
  type Pair,
  pictureOf,
  places,
  spreadAdjoint,
  type WindowOptions,
  type Windows,
  windowCounts,
  windowsOf,
} from "./windows.js";

interface ConvolutionAttributes extends Windows {
  readonly groups: number;
}

type ConvolutionInputs = readonly [x: Tensor, weight: Tensor, ...bias: Tensor[]];

/** A dimension in so many equal parts, where it is a number. */
const part = (dim: Dim, count: number): Dim => (count === 1 ? dim : typeof dim === "number" ? dim / count : Number.NaN);

const conv2dOp = defineOp<ConvolutionAttributes, ConvolutionInputs>({
  name: "conv2d",
  infer([x, weight, ...bias], attributes) {
    const { groups } = attributes;
    const { samples, channels } = pictureOf("conv2d", x);
    const [filters = 1, perGroup] = weight.shape;
    const isWhole = (dim: Dim) => groups === 1 || Number.isInteger(part(dim, groups));
    if (!isWhole(channels) || !isWhole(filters) || part(channels, groups) !== perGroup) {
      throw new GraphError(
        `conv2d: weights ${formatShape(weight.shape)} in ${groups} groups for ${formatShape(x.shape)}`,
      );
    }
    for (const { shape } of bias) {
      if (shape.length !== 1 || shape[0] !== filters) {
        throw new GraphError(`conv2d: bias ${formatShape(shape)} for ${filters} filters`);
      }
    }
    return [{ shape: [samples, filters, ...windowCounts("conv2d", x, attributes)], dtype: "float32" }];
  },
  vjp([g], { inputs: [x, weight, ...bias], outputs: [y], attributes }) {
    const full = expandLike(g, y);
    return [
      inputGradient(full, x, weight, attributes),
      weightGradient(full, x, weight, attributes),
      ...bias.map(() => sum(full, [0, 2, 3])),
    ];
  },
  onnx({ inputs, outputs, attributes }, to) {
    const [x, weight] = inputs;
    const { kernel, strides, dilations, pads, groups } = attributes;
    const own = { kernel_shape: kernel, strides, dilations, pads, group: groups };
    const [name, ...others] = inputs.map(to.name);
    const form = formOf(x, weight, attributes, to.size);
    if (form === "product") to.alias(outputs[0], to.lower(byProduct(inputs, attributes)));
    else if (form === "direct") to.emit("Conv", [name ?? "", ...others], outputs, own);
    else {
      const ends = [[0], [-1], [0]].map(to.integers);
      const withSecond = () => {
        const more = to.one("Pad", [name ?? "", to.integers([0, 0, 0, 0, 1, 0, 0, 0])]);
        return [to.one("Conv", [more, ...others], own), ...ends];
      };
      if (to.branch === undefined || to.size(x.shape[0] ?? 1) === 1) to.emit("Slice", withSecond(), outputs);
      else {
        const samples = to.one("Shape", [name ?? ""], { start: 0, end: 1 });
        to.branch(
          to.one("Greater", [samples, to.integers([1])]),
          outputs[0],
          () => to.one("Conv", [name ?? "", ...others], own),
          () => to.one("Slice", withSecond()),
        );
      }
    }
  },
});

/** ONNX Runtime gives a product as many threads as it has so many multiplications, 64 at most. */
const [MULTIPLICATIONS_PER_THREAD, MOST_THREADS] = [65_536, 64];

/**
 * The ONNX form of a convolution whose bits do not depend on the number of threads.
 *
 * ONNX Runtime makes each sample's patches a matrix and multiplies it with the filters; several samples (or groups) go to one thread each,
 * whole. A single one is split by columns among the threads, and then sums over more than `ONE_BLOCK` values in blocks that depend
 * on how many columns a thread has: there a second sample, of zeros, keeps it whole; where the number of samples is not known, in the
 * runs that have one, if the graph may have branches. Where there are more filters than windows it is
 * split by filters instead, which is harmless as long as no thread has a single one, and otherwise is a product of our own.
 */
function formOf(
  x: Tensor,
  weight: Tensor,
  attributes: ConvolutionAttributes,
  size: Emitter["size"],
): "direct" | "second sample" | "product" {
  const { kernel, strides, pads, groups } = attributes;
  const [vertical, horizontal] = windowCounts("conv2d", x, attributes);
  const windows = vertical * horizontal;
  const [filters = Number.NaN, perGroup = Number.NaN] = weight.shape.map(size);
  const [own, summed] = [filters / groups, perGroup * kernel[0] * kernel[1]];
  const isPointwise = [...kernel, ...strides].every((each) => each === 1) && pads.every((each) => each === 0);
  if (!isPointwise && own > windows) {
    const threads = Math.min(MOST_THREADS, Math.floor((own * windows * summed) / MULTIPLICATIONS_PER_THREAD) + 1);
    return windows > 1 && (summed <= ONE_BLOCK || own >= 2 * (threads || MOST_THREADS)) ? "direct" : "product";
  }
  const samples = size(x.shape[0] ?? 1) ?? 1;
  return samples * groups > 1 || summed <= ONE_BLOCK ? "direct" : "second sample";
}

/** What windows hold at some places, [n, …, places · channels], as one matrix for each group: [groups, n·windows, places · channels of a group]. */
function matrices(seen: Tensor, { groups }: ConvolutionAttributes, channels: Dim): Tensor {
  const [samples = 1, ...rest] = seen.shape;
  const [vertical = 1, horizontal = 1, width = 1] = rest.map(Number);
  const rows = multiplyDim(samples, vertical * horizontal);
  if (groups === 1) return reshape(seen, [rows, seen.shape[3] ?? 1]);
  const own = Number(channels) / groups;
  const apart = transpose(reshape(seen, [rows, width / Number(channels), groups, own]), [2, 0, 1, 3]);
  return reshape(apart, [groups, rows, width / groups]);
}

/** For each place of the filters what all windows hold there, channels last. */
const patches = (x: Tensor, attributes: ConvolutionAttributes): Tensor[] =>
  places(transpose(x, [0, 2, 3, 1]), 1, attributes, windowCounts("conv2d", x, attributes));

/** The convolution as a product of all patches with the filters. */
function byProduct([x, weight, ...bias]: ConvolutionInputs, attributes: ConvolutionAttributes): Tensor {
  const { groups, kernel } = attributes;
  const counts = windowCounts("conv2d", x, attributes);
  const { samples, channels } = pictureOf("conv2d", x);
  const [filters = 1, perGroup = 1] = weight.shape;
  const summed = multiplyDim(perGroup, kernel[0] * kernel[1]);
  const rows = transpose(weight, [0, 2, 3, 1]);
  const matrix = reshape(rows, groups === 1 ? [filters, summed] : [groups, part(filters, groups), summed]);
  const flat = product(matrices(concat(patches(x, attributes), 3), attributes, channels), matrix, false, true);
  const side = groups === 1 ? flat : transpose(flat, [1, 0, 2]);
  const y = bias.reduce((sum, own) => add(sum, own), reshape(side, [samples, ...counts, filters]));
  return transpose(y, [0, 3, 1, 2]);
}

/** The convolution of the adjoint, its values as far apart as the windows were, with the filters turned by 180°. */
function inputGradient(g: Tensor, x: Tensor, weight: Tensor, attributes: ConvolutionAttributes): Tensor {
  const { groups, kernel, dilations } = attributes;
  const { channels, spatial } = pictureOf("conv2d", x);
  const [filters = 1, perGroup = 1] = weight.shape;
  const byGroup = reshape(weight, [groups, part(filters, groups), perGroup, ...kernel]);
  const exchanged = reshape(transpose(byGroup, [0, 2, 1, 3, 4]), [channels, part(filters, groups), ...kernel]);
  const turned = ([2, 3] as const).reduce(
    (w, axis) => (w.shape[axis] === 1 ? w : flip(w, axis)),
    groups === 1 ? transpose(weight, [1, 0, 2, 3]) : exchanged,
  );
  const { apart, pads } = spreadAdjoint(g, attributes, spatial);
  return conv2dOp.apply([apart, turned], { kernel, strides: [1, 1], dilations, pads, groups })[0];
}

/** With more input channels products for each place of the filters are faster than the exchanged convolution. */
const MOST_EXCHANGED_CHANNELS = 4;

/**
 * In groups patches of a sample with more values (32 MiB) are not put together: a product for each place of the filters takes as long there,
 * and less memory (4 samples of 64 channels, 224×224, 3×3: 427 instead of 1221 MB).
 */
const MOST_PATCH_VALUES = 2 ** 23;

function weightGradient(g: Tensor, x: Tensor, weight: Tensor, attributes: ConvolutionAttributes): Tensor {
  const { groups, kernel, strides, dilations } = attributes;
  const counts = windowCounts("conv2d", x, attributes);
  const { channels } = pictureOf("conv2d", x);
  const [filters = 1, perGroup = 1] = weight.shape;
  if (groups > 1 && perGroup === 1 && filters === channels) return depthwiseWeightGradient(g, x, attributes);
  if (groups === 1 && typeof channels === "number" && channels > 1 && channels <= MOST_EXCHANGED_CHANNELS) {
    // Batch and channels change places, and so do stride and dilation.
    const exchange = (pictures: Tensor) => transpose(pictures, [1, 0, 2, 3]);
    const windows = { ...attributes, kernel: counts, strides: dilations, dilations: strides };
    const [picture, filter] = [exchange(x), exchange(g)];
    if (formOf(picture, filter, windows, (dim) => (typeof dim === "number" ? dim : undefined)) === "direct") {
      const all = conv2dOp.apply([picture, filter], windows)[0];
      return exchange(
        sliceAxes(
          all,
          both((axis) => ({ axis: axis + 2, start: 0, end: kernel[axis] })),
        ),
      );
    }
  }
  if (groups === 1 && typeof channels === "number" && typeof filters === "number") {
    return weightGradientBySample(g, x, attributes, { channels, filters });
  }
  const rows = multiplyDim(x.shape[0] ?? 1, counts[0] * counts[1]);
  const adjoints = transpose(reshape(transpose(g, [0, 2, 3, 1]), [rows, groups, part(filters, groups)]), [1, 0, 2]);
  const seen = patches(x, attributes);
  const all = counts[0] * counts[1] * kernel[0] * kernel[1] * Number(channels);
  const parts = all > MOST_PATCH_VALUES ? seen : [concat(seen, 3)];
  const products = parts.map((some) => product(adjoints, matrices(some, attributes, channels), true, false));
  return transpose(reshape(concat(products, -1), [filters, ...kernel, perGroup]), [0, 3, 1, 2]);
}

/**
 * The weights' gradient as a product for each sample and place of the filters, [filters, windows] · [windows, channels], and a sum over
 * samples: nothing is transposed, and of the patches only those of a place are there at a time. Few filters are the columns instead, beside
 * the channels of as many places as give the product enough rows.
 */
function weightGradientBySample(
  g: Tensor,
  x: Tensor,
  attributes: ConvolutionAttributes,
  { channels, filters }: { channels: number; filters: number },
): Tensor {
  const { kernel } = attributes;
  const counts = windowCounts("conv2d", x, attributes);
  const seen = places(x, 2, attributes, counts);
  const asMatrices = (maps: Tensor) => reshape(maps, [maps.shape[0] ?? 1, maps.shape[1] ?? 1, counts[0] * counts[1]]);
  const adjoints = asMatrices(g);
  if (isSplitByRows(filters, channels, true)) {
    const products = seen.map((own) => sum(product(adjoints, asMatrices(own), false, true), 0));
    return reshape(
      concat(
        products.map((own) => unsqueeze(own, [2])),
        2,
      ),
      [filters, channels, ...kernel],
    );
  }
  const least = Math.ceil(Math.max(filters, ROWS_OF_BATCHES) / channels);
  const parts = Math.max(1, Math.floor(seen.length / least));
  const products = Array.from({ length: parts }, (_, i) => {
    const own = seen.slice(Math.floor((i * seen.length) / parts), Math.floor(((i + 1) * seen.length) / parts));
    return sum(product(asMatrices(concat(own, 1)), adjoints, false, true), 0);
  });
  return transpose(reshape(concat(products, 0), [...kernel, channels, filters]), [3, 2, 0, 1]);
}

/** One filter for each channel: a product and a sum for each place of the filter. */
function depthwiseWeightGradient(g: Tensor, x: Tensor, attributes: ConvolutionAttributes): Tensor {
  const counts = windowCounts("conv2d", x, attributes);
  const sums = places(x, 2, attributes, counts).map((seen) => unsqueeze(sum(mul(seen, g), [0, 2, 3]), [1]));
  return reshape(concat(sums, 1), [g.shape[1] ?? 1, 1, ...attributes.kernel]);
}

/** How the filters of a convolution lie on the picture. */
export interface ConvolutionOptions extends WindowOptions {
  /** Places between the values that a filter takes; default 1: side by side. */
  readonly dilation?: number | Pair;
  /** Channels and filters in so many groups that know nothing of each other; as many as channels: depthwise. */
  readonly groups?: number;
}

/**
 * The convolution (cross-correlation, as everywhere in deep learning) of pictures with filters.
 * @param x [n, channels, height, width]; n may be a name.
 * @param weight [filters, channels / groups, kernel height, kernel width]
 * @param bias [filters], or none.
 * @returns [n, filters, …], ⌊(size + padding − dilation · (kernel − 1) − 1) / stride⌋ + 1 high and wide.
 * @throws GraphError where the shapes do not fit.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const pictures = tensor.input("pictures", ["n", 3, 32, 32]);
 * const filters = tensor.input("filters", [8, 3, 5, 5]);
 * const maps = tensor.conv2d(pictures, filters, undefined, { stride: 2, padding: 2 });
 * console.log(maps.shape); // [ 'n', 8, 16, 16 ]
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | undefined, options: ConvolutionOptions = {}): Tensor {
  const { groups = 1 } = options;
  const [, , height, width] = weight.shape;
  if (weight.rank !== 4 || typeof height !== "number" || typeof width !== "number") {
    throw new GraphError(
      `conv2d: expected weights [filters, channels, height, width] of a known size, got ${formatShape(weight.shape)}`,
    );
  }
  if (!(Number.isInteger(groups) && groups >= 1)) throw new GraphError(`conv2d: ${groups} groups`);
  const attributes = { ...windowsOf("conv2d", [height, width], options), groups };
  return conv2dOp.apply(bias === undefined ? [x, weight] : [x, weight, bias], attributes)[0];
}
