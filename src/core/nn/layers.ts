// Layers: each creates its parameters once and can then be applied to any number of tensors.
import {
  add,
  affine,
  batchNorm as batchNormOf,
  type ConvolutionOptions,
  conv2d as conv2dOf,
  div,
  mean,
  mul,
  type Pair,
  reshape,
  size,
  slice,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  unstackRows,
} from "../tensor/index.js";
import type { Forward } from "./forward.js";
import { type Initializer, type Parameters, torchLinear } from "./parameters.js";

/** A part of a network: gives its result for a tensor, in a pass that trains or does not. */
export type Layer = (x: Tensor, forward: Forward) => Tensor;

/**
 * x·Wᵀ + b, x [.., inputs]; parameters `weight` [outputs, inputs] and `bias` [outputs], initialized as PyTorch's Linear by default.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const layer = nn.linear(new nn.Parameters(), 3, 8);
 * console.log(layer(tensor.input("x", ["n", 3]), new nn.Forward(true)).shape); // [ 'n', 8 ]
 * ```
 */
export function linear(
  parameters: Parameters,
  inputs: number,
  outputs: number,
  initializers: { weight: Initializer; bias: Initializer } = { weight: torchLinear(inputs), bias: torchLinear(inputs) },
): Layer {
  const weight = parameters.create("weight", [outputs, inputs], initializers.weight);
  const bias = parameters.create("bias", [outputs], initializers.bias);
  return (x) => affine(x, weight, bias);
}

/**
 * The convolution of pictures [n, channels, height, width] with filters of one size; parameters `weight` [filters, channels / groups,
 * height, width] and, unless `bias` is false, `bias` [filters], initialized as PyTorch's Conv2d by default.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const parameters = new nn.Parameters();
 * const layer = nn.conv2d(parameters, 3, 8, 5, { stride: 2, padding: 2 });
 * const maps = layer(tensor.input("pictures", ["n", 3, 32, 32]), new nn.Forward(true));
 * console.log(maps.shape, parameters.all.map(({ name }) => name)); // [ 'n', 8, 16, 16 ] [ 'weight', 'bias' ]
 * ```
 */
export function conv2d(
  parameters: Parameters,
  channels: number,
  filters: number,
  kernel: number | Pair,
  options: ConvolutionOptions & { bias?: boolean; initializers?: { weight: Initializer; bias: Initializer } } = {},
): Layer {
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  const { groups = 1, initializers } = options;
  const shape = [filters, channels / groups, height, width];
  const usual = torchLinear((channels / groups) * height * width);
  const weight = parameters.create("weight", shape, initializers?.weight ?? usual);
  const bias = options.bias === false ? undefined : parameters.create("bias", [filters], initializers?.bias ?? usual);
  return (x) => conv2dOf(x, weight, bias, options);
}

/**
 * Layer normalization (Ba, Kiros and Hinton 2016) over the last axis, (x − μ) / √(σ² + eps) · weight + bias; parameters `weight` and `bias` [width].
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const layer = nn.layerNorm(new nn.Parameters(), 3);
 * console.log(layer(tensor.input("x", ["n", 3]), new nn.Forward(true)).shape); // [ 'n', 3 ]
 * ```
 */
export function layerNorm(parameters: Parameters, width: number, eps = 1e-5): Layer {
  const weight = parameters.create("weight", [width], { kind: "constant", value: 1 });
  const bias = parameters.create("bias", [width], { kind: "constant", value: 0 });
  return (x) => {
    const centred = sub(x, mean(x, -1, true));
    const deviation = sqrt(add(mean(square(centred), -1, true), eps));
    return add(mul(div(centred, deviation), weight), bias);
  };
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015) of each feature, x [n, width] or [n, width, …] (channels of pictures); parameters
 * `weight` and `bias`, state `runningMean` and `runningVariance` (or as `state` names them). In training by the batch's own mean and biased variance over all
 * other axes, the running ones moving towards its mean and unbiased variance by `momentum`, as PyTorch's BatchNorm1d and
 * BatchNorm2d; otherwise by the running ones. Of several passes in one (`Forward.passes`) each has its own statistics, and the
 * running ones move once for each, in order.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const parameters = new nn.Parameters();
 * const layer = nn.batchNorm(parameters, 3);
 * const pass = new nn.Forward(true);
 * console.log(layer(tensor.input("x", ["n", 3]), pass).shape, pass.updates.length); // [ 'n', 3 ] 2
 * ```
 */
export function batchNorm(
  parameters: Parameters,
  width: number,
  options: { eps?: number; momentum?: number; state?: readonly [mean: string, variance: string] } = {},
): Layer {
  const { eps = 1e-5, momentum = 0.1, state = ["runningMean", "runningVariance"] } = options;
  const weight = parameters.create("weight", [width], { kind: "constant", value: 1 });
  const bias = parameters.create("bias", [width], { kind: "constant", value: 0 });
  const runningMean = parameters.create(state[0], [width], { kind: "constant", value: 0 }, false);
  const runningVariance = parameters.create(state[1], [width], { kind: "constant", value: 1 }, false);
  const own = { weight, bias, runningMean, runningVariance };
  return (x, forward) => applyBatchNorm(x, own, { eps, momentum }, forward.training ? forward : undefined);
}

/** What batch normalization learns, γ and β, and the running statistics that it keeps; all [width]. */
interface BatchNormParameters {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

/**
 * Batch normalization as `batchNorm` describes it.
 * @param training the pass that it trains in; without: by the running statistics.
 * @internal
 */
export function applyBatchNorm(
  x: Tensor,
  { weight, bias, runningMean, runningVariance }: BatchNormParameters,
  { eps, momentum }: { readonly eps: number; readonly momentum: number },
  training: Forward | undefined,
): Tensor {
  const width = weight.shape[0] ?? 1;
  if (training === undefined) {
    const beside = (parameter: Tensor) => reshape(parameter, [width, ...x.shape.slice(2).map(() => 1)]);
    const centred = sub(x, beside(runningMean));
    return add(mul(div(centred, sqrt(add(beside(runningVariance), eps))), beside(weight)), beside(bias));
  }
  const { passes } = training;
  const batches = passes === 1 ? x : unstackRows(x, passes);
  const feature = batches.rank - x.rank + 1;
  const axes = batches.shape.map((_, axis) => axis).filter((axis) => axis >= feature - 1 && axis !== feature);
  const { y, mean, variance } = batchNormOf(batches, weight, bias, eps, { axes, feature });
  const n = size(batches, axes);
  const unbiased = mul(variance, div(n, sub(n, 1)));
  for (let pass = 0; pass < passes; pass++) {
    for (const [parameter, batch] of [
      [runningMean, mean],
      [runningVariance, unbiased],
    ] as const) {
      const own = reshape(passes === 1 ? batch : slice(batch, 0, pass, pass + 1), [width]);
      training.update(parameter, (before) => add(mul(before, 1 - momentum), mul(stopGradient(own), momentum)));
    }
  }
  return reshape(y, x.shape);
}

/**
 * Layers one after another.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const parameters = new nn.Parameters();
 * const [first, last] = [nn.linear(parameters.scope(0), 3, 16), nn.linear(parameters.scope(1), 16, 2)];
 * const network = nn.sequential([first, nn.activation(tensor.relu), nn.dropout(0.5), last]);
 * console.log(network(tensor.input("x", ["n", 3]), new nn.Forward(true)).shape); // [ 'n', 2 ]
 * ```
 */
export function sequential(layers: readonly Layer[]): Layer {
  return (x, forward) => layers.reduce((value, layer) => layer(value, forward), x);
}

/**
 * A layer without parameters from a function of the tensor.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const layer = nn.activation(tensor.relu);
 * console.log(layer(tensor.input("x", ["n", 3]), new nn.Forward(true)).shape); // [ 'n', 3 ]
 * ```
 */
export const activation =
  (f: (x: Tensor) => Tensor): Layer =>
  (x) =>
    f(x);

/**
 * `Forward.dropout` as a layer: values dropped with this probability in training, nothing done otherwise.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const pass = new nn.Forward(true);
 * nn.dropout(0.5)(tensor.input("x", ["n", 3]), pass);
 * console.log(pass.dropoutInputs.length); // 1
 * ```
 */
export const dropout =
  (probability: number): Layer =>
  (x, forward) =>
    forward.dropout(x, probability);
