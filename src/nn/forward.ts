// One pass through a model: whether it trains, and what a training pass draws and updates beside its result.
import type { DropoutInput, StateUpdate } from "../runtime/index.js";
import { input, mul, type Tensor } from "../tensor/index.js";

/**
 * The same model code gives the training graph and the evaluation graph: layers that behave differently ask `training`,
 * and record here the dropout masks that the step must draw and the running statistics that it must store.
 */
export class Forward {
  readonly dropoutInputs: DropoutInput[] = [];
  readonly updates: StateUpdate[] = [];

  constructor(readonly training: boolean) {}

  /** Dropout (Srivastava et al. 2014), inverted: kept values are divided by 1 − p; the identity outside training. */
  dropout(x: Tensor, probability: number): Tensor {
    if (!this.training || probability === 0) return x;
    const mask = input(`dropout.${this.dropoutInputs.length}`, x.shape);
    this.dropoutInputs.push({ tensor: mask, probability });
    return mul(x, mask);
  }
}
