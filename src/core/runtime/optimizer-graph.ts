// Optimizers as operations of the graph: the formulas of the kernels in the same order of float32 operations.
import { add, div, greater, input, mul, sqrt, sub, type Tensor, where } from "../tensor/index.js";
import type { CompleteSettings } from "./optimizer.js";

/** Numbers that an optimizer takes anew at each step, as scalar inputs of the graph. */
export interface StepNumbers {
  readonly inputs: readonly Tensor[];
  /** Their values. @param step the number of the update, from 1. */
  values(lr: number, step: number): readonly number[];
}

/** A parameter after an update, and what the optimizer keeps of it. */
export interface Updated {
  readonly parameter: Tensor;
  readonly states: readonly Tensor[];
}

/** An optimizer of some parameters, as a part of a graph. */
export interface OptimizerGraph {
  readonly numbers: StepNumbers;
  /** The update of one parameter by its gradient and the states of `optimizerStates`. */
  update(parameter: Tensor, gradient: Tensor, states: readonly Tensor[]): Updated;
}

/**
 * An optimizer's formulas, those of `kernels/optimizers.ts`.
 * @param prefix what the names of its inputs begin with.
 */
export function optimizerGraph(settings: CompleteSettings, prefix: string): OptimizerGraph {
  const number = (name: string) => input(`${prefix}${name}`, []);
  switch (settings.kind) {
    case "adam":
      return adamGraph(settings, number("rate"), number("correction"));
    case "rmsprop":
      return rmspropGraph(settings, settings.alpha, number("rate"), (v) => add(sqrt(v), settings.eps));
    case "rmsprop-tensorflow":
      return rmspropGraph({ weightDecay: 0 }, settings.decay, number("rate"), (v) => sqrt(add(v, settings.eps)));
    case "sgd":
      return sgdGraph(settings, number("rate"), number("first"));
  }
}

function adamGraph(
  { beta1, beta2, eps, weightDecay }: Extract<CompleteSettings, { kind: "adam" }>,
  rate: Tensor,
  correction: Tensor,
): OptimizerGraph {
  return {
    numbers: {
      inputs: [rate, correction],
      values: (lr, step) => [lr / (1 - beta1 ** step), 1 / Math.sqrt(1 - beta2 ** step)],
    },
    update(p, gradient, [m, v]) {
      const g = decayed(gradient, p, weightDecay);
      const mean = add(mul(m!, beta1), mul(g, 1 - beta1));
      const square = movingSquare(v!, g, beta2);
      const scale = add(mul(sqrt(square), correction), eps);
      return { parameter: sub(p, mul(div(mean, scale), rate)), states: [mean, square] };
    },
  };
}

function rmspropGraph(
  { weightDecay }: { readonly weightDecay: number },
  keep: number,
  rate: Tensor,
  scale: (square: Tensor) => Tensor,
): OptimizerGraph {
  return {
    numbers: { inputs: [rate], values: (lr) => [lr] },
    update(p, gradient, [v]) {
      const g = decayed(gradient, p, weightDecay);
      const square = movingSquare(v!, g, keep);
      return { parameter: sub(p, mul(div(g, scale(square)), rate)), states: [square] };
    },
  };
}

function sgdGraph(
  { momentum, weightDecay }: Extract<CompleteSettings, { kind: "sgd" }>,
  rate: Tensor,
  first: Tensor,
): OptimizerGraph {
  return {
    numbers: { inputs: [rate, first], values: (lr, step) => [lr, step === 1 ? 1 : 0] },
    update(p, gradient, [buffer]) {
      const direction = decayed(gradient, p, weightDecay);
      // At first whatever the buffer holds counts for nothing, NaN included.
      const moved = where(greater(first, 0), direction, add(mul(buffer!, momentum), direction));
      return { parameter: sub(p, mul(moved, rate)), states: [moved] };
    },
  };
}

/** g + decay · p */
function decayed(g: Tensor, p: Tensor, decay: number): Tensor {
  return decay === 0 ? g : add(g, mul(p, decay));
}

/** keep · v + (1 − keep) g · g */
function movingSquare(v: Tensor, g: Tensor, keep: number): Tensor {
  return add(mul(v, keep), mul(mul(g, 1 - keep), g));
}
