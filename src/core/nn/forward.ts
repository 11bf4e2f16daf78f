// One pass through a model: whether it trains, and what a training pass draws and updates beside its result.
import type { DropoutInput, StateUpdate } from "../runtime/index.js";
import { input, mul, type Tensor } from "../tensor/index.js";

/**
 * The same model code gives the training graph and the evaluation graph: layers that behave differently ask `training`,
 * and record here the dropout masks that the step must draw and the running statistics that it must store.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const pass = new nn.Forward(true);
 * pass.dropout(tensor.input("x", ["n", 3]), 0.5);
 * console.log(pass.training, pass.dropoutInputs.length); // true 1
 * ```
 */
export class Forward {
  /**
   * A pass with nothing recorded yet.
   * @param training whether the pass is of a training: dropout drops, batch normalization uses the batch.
   * @param passes so many batches lie one below the other (`stackRows`); layers that look at a batch as a whole keep them apart.
   * @param dropoutInputs the masks recorded so far, for `dropout` of a training step.
   * @param updates the running statistics recorded so far, for `updates` of a training step.
   */
  constructor(
    readonly training: boolean,
    readonly passes = 1,
    readonly dropoutInputs: DropoutInput[] = [],
    readonly updates: StateUpdate[] = [],
  ) {}

  /** The same pass over stacked batches: masks and updates are recorded in this one. */
  stacked(passes: number): Forward {
    return new Forward(this.training, passes, this.dropoutInputs, this.updates);
  }

  /** Has the step store a new value for a parameter that it does not learn, made from the value before. */
  update(parameter: Tensor, next: (before: Tensor) => Tensor): void {
    const place = this.updates.findIndex((each) => each.parameter === parameter);
    const value = next(this.updates[place]?.value ?? parameter);
    this.updates.splice(place < 0 ? this.updates.length : place, 1, { parameter, value });
  }

  /** Dropout (Srivastava et al. 2014), inverted: kept values are divided by 1 − p; the identity outside training. */
  dropout(x: Tensor, probability: number): Tensor {
    if (!this.training || probability === 0) return x;
    const mask = input(`dropout.${this.dropoutInputs.length}`, x.shape);
    this.dropoutInputs.push({ tensor: mask, probability });
    return mul(x, mask);
  }
}
