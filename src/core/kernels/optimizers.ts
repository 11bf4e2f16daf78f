// Optimizer updates: one fused pass over contiguous parameters, gradients and state in the shared memory.
import type { Kernels } from "./kernels.js";

/** Floats per chunk: large enough for long memory streams, small enough to share out a layer. */
const grain = 32768;

function checkLengths(p: Float32Array, ...others: Float32Array[]): void {
  for (const other of others) {
    if (other.length !== p.length)
      throw new RangeError(`${p.length} parameters, but ${other.length} gradients or state values`);
  }
}

export interface AdamOptions {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Number of this update, from 1 (t). */
  readonly step: number;
  /** L2 penalty, added to the gradient: weightDecay · p. */
  readonly weightDecay: number;
}

/**
 * Adam (Kingma and Ba 2015) as torch.optim.Adam computes it, in place:
 * g += weightDecay p; m = β₁m + (1-β₁)g; v = β₂v + (1-β₂)g²; p -= lr/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + eps).
 * @throws RangeError where lengths differ or an array lies outside the shared memory.
 */
export function adam(
  kernels: Kernels,
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  { lr, beta1, beta2, eps, step, weightDecay }: AdamOptions,
): void {
  checkLengths(p, g, m, v);
  const rate = lr / (1 - beta1 ** step);
  const correction = 1 / Math.sqrt(1 - beta2 ** step);
  const constants = { beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, rate, correction, eps, weightDecay };
  kernels.run("adam", p.length, grain, { p, g, m, v, ...constants });
}

export interface RmspropTorchOptions {
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  /** L2 penalty, added to the gradient: weightDecay · p. */
  readonly weightDecay: number;
}

/**
 * RMSProp as torch.optim.RMSprop computes it, in place: g += weightDecay p; v = αv + (1-α)g²; p -= lr g / (√v + eps).
 * Keras' form is the same with other constants (rho 0.9, eps 1e-7, no decay); v starts at 0 in both.
 * @throws RangeError where lengths differ or an array lies outside the shared memory.
 */
export function rmspropTorch(
  kernels: Kernels,
  p: Float32Array,
  g: Float32Array,
  v: Float32Array,
  { lr, alpha, eps, weightDecay }: RmspropTorchOptions,
): void {
  checkLengths(p, g, v);
  kernels.run("rmspropTorch", p.length, grain, { p, g, v, lr, decay: alpha, rest: 1 - alpha, eps, weightDecay });
}

export interface RmspropTensorFlowOptions {
  readonly lr: number;
  readonly decay: number;
  readonly eps: number;
}

/**
 * RMSProp as tf.train.RMSPropOptimizer computes it, in place: v = decay v + (1-decay)g²; p -= lr g / √(v + eps).
 * There v starts at 1, which is the caller's to set.
 * @throws RangeError where lengths differ or an array lies outside the shared memory.
 */
export function rmspropTensorFlow(
  kernels: Kernels,
  p: Float32Array,
  g: Float32Array,
  v: Float32Array,
  { lr, decay, eps }: RmspropTensorFlowOptions,
): void {
  checkLengths(p, g, v);
  kernels.run("rmspropTensorFlow", p.length, grain, { p, g, v, lr, decay, rest: 1 - decay, eps, weightDecay: 0 });
}

export interface SgdOptions {
  readonly lr: number;
  readonly momentum: number;
  /** L2 penalty, added to the gradient: weightDecay · p. */
  readonly weightDecay: number;
  /** Whether this is the first update, which starts the momentum buffer whatever it holds. */
  readonly first: boolean;
}

/**
 * Stochastic gradient descent as torch.optim.SGD computes it, in place:
 * d = g + weightDecay p; buffer = d at first, then momentum · buffer + d; p -= lr · buffer.
 * @throws RangeError where lengths differ or an array lies outside the shared memory.
 */
export function sgd(
  kernels: Kernels,
  p: Float32Array,
  g: Float32Array,
  momentumBuffer: Float32Array,
  { lr, momentum, weightDecay, first }: SgdOptions,
): void {
  checkLengths(p, g, momentumBuffer);
  const constants = { lr, momentum, weightDecay, first: first ? 1 : 0 };
  kernels.run("sgd", p.length, grain, { p, g, buffer: momentumBuffer, ...constants });
}
