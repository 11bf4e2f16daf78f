// Layers: each creates its parameters once and can then be applied to any number of tensors.
import {
  add,
  affine,
  div,
  mean,
  mul,
  size,
  sqrt,
  square,
  squeeze,
  stopGradient,
  sub,
  type Tensor,
  variance,
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
 * and unbiased variance by `momentum`, as PyTorch's BatchNorm1d; otherwise by the running ones.
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
  const scaled = (x: Tensor, centre: Tensor, spread: Tensor) =>
    add(mul(div(sub(x, centre), sqrt(add(spread, eps))), weight), bias);
  return (x, forward) => {
    if (!forward.training) return scaled(x, runningMean, runningVariance);
    const batchMean = mean(x, 0, true);
    const batchVariance = variance(x, 0, true);
    const n = size(x, 0);
    const unbiased = mul(batchVariance, div(n, sub(n, 1)));
    const moved = (running: Tensor, batch: Tensor) =>
      add(mul(running, 1 - momentum), mul(stopGradient(squeeze(batch, [0])), momentum));
    const latest = (parameter: Tensor) => forward.updates.findLast((u) => u.parameter === parameter);
    for (const [parameter, batch] of [
      [runningMean, batchMean],
      [runningVariance, unbiased],
    ] as const) {
      const before = latest(parameter);
      const value = moved(before?.value ?? parameter, batch);
      if (before === undefined) forward.updates.push({ parameter, value });
      else forward.updates[forward.updates.indexOf(before)] = { parameter, value };
    }
    return scaled(x, batchMean, batchVariance);
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
