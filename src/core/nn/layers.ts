// Layers: each creates its parameters once and can then be applied to any number of tensors.
import {
  add,
  affine,
  batchNorm as batchNormOf,
  div,
  mean,
  mul,
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

export type Layer = (x: Tensor, forward: Forward) => Tensor;

/** x·Wᵀ + b, parameters `weight` [outputs, inputs] and `bias` [outputs]; initialised as PyTorch's Linear unless told otherwise. */
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

/** Layer normalisation (Ba, Kiros and Hinton 2016) over the last axis; parameters `weight` and `bias`. */
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
 * Batch normalisation (Ioffe and Szegedy 2015) over axis 0; parameters `weight` and `bias`, state `runningMean` and
 * `runningVariance`. In training by the batch's own mean and biased variance, the running ones moving towards its mean
 * and unbiased variance by `momentum`, as PyTorch's BatchNorm1d; otherwise by the running ones. Of several passes in one
 * (`Forward.passes`) each has its own statistics, and the running ones move once for each, in order.
 */
export function batchNorm(
  parameters: Parameters,
  width: number,
  options: { eps?: number; momentum?: number } = {},
): Layer {
  const { eps = 1e-5, momentum = 0.1 } = options;
  const weight = parameters.create("weight", [width], { kind: "constant", value: 1 });
  const bias = parameters.create("bias", [width], { kind: "constant", value: 0 });
  const runningMean = parameters.create("runningMean", [width], { kind: "constant", value: 0 }, false);
  const runningVariance = parameters.create("runningVariance", [width], { kind: "constant", value: 1 }, false);
  return (x, forward) => {
    if (!forward.training) {
      return add(mul(div(sub(x, runningMean), sqrt(add(runningVariance, eps))), weight), bias);
    }
    const { passes } = forward;
    const batches = passes === 1 ? x : unstackRows(x, passes);
    const { y, mean, variance } = batchNormOf(batches, weight, bias, eps);
    const n = size(batches, batches.rank - 2);
    const unbiased = mul(variance, div(n, sub(n, 1)));
    for (let pass = 0; pass < passes; pass++) {
      for (const [parameter, batch] of [
        [runningMean, mean],
        [runningVariance, unbiased],
      ] as const) {
        const own = reshape(passes === 1 ? batch : slice(batch, 0, pass, pass + 1), [width]);
        forward.update(parameter, (before) => add(mul(before, 1 - momentum), mul(stopGradient(own), momentum)));
      }
    }
    return reshape(y, x.shape);
  };
}

/** Layers one after another. */
export function sequential(layers: readonly Layer[]): Layer {
  return (x, forward) => layers.reduce((value, layer) => layer(value, forward), x);
}

/** A layer without parameters from a function of the tensor. */
export const activation =
  (f: (x: Tensor) => Tensor): Layer =>
  (x) =>
    f(x);

export const dropout =
  (probability: number): Layer =>
  (x, forward) =>
    forward.dropout(x, probability);
