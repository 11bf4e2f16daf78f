// Optimizers as kernels over segments of a parameter store: the state is a block like the parameters' own.
import type { Kernels } from "../kernels/kernels.js";
import { adam, rmspropTensorFlow, rmspropTorch, sgd } from "../kernels/optimizers.js";
import {
  type CompleteSettings,
  completeSettings,
  type Optimizer,
  type OptimizerSettings,
  optimizerStates,
} from "./optimizer.js";
import type { ParameterStore, Range } from "./parameter-store.js";

/** One optimizer for some parameters of a store. */
export class KernelOptimizer implements Optimizer {
  /** State, each slot as long as all segments together (Adam: first and second moment). */
  readonly slots: Float32Array<SharedArrayBuffer>[];
  /** Learning rate; may be changed between steps. */
  lr: number;
  readonly #segments: readonly Range[];
  readonly #settings: CompleteSettings;

  constructor(
    private readonly kernels: Kernels,
    private readonly store: ParameterStore,
    names: readonly string[],
    settings: OptimizerSettings,
  ) {
    this.lr = settings.lr;
    this.#settings = completeSettings(settings);
    this.#segments = store.segments(names);
    const length = this.#segments.reduce((sum, segment) => sum + segment.length, 0);
    this.slots = optimizerStates[settings.kind].map((first) => kernels.memory.float32(length).fill(first));
  }

  /**
   * Updates a part of the parameters in place.
   * @param start where it begins in the store's block.
   * @param g its gradient.
   * @param step the number of this update, from 1.
   * @throws RangeError where the part is not this optimizer's.
   */
  update(start: number, g: Float32Array, step: number): void {
    let offset = 0;
    for (const segment of this.#segments) {
      const within = start - segment.start;
      if (within >= 0 && within + g.length <= segment.length) {
        const p = this.store.block.subarray(start, start + g.length);
        const slots = this.slots.map((slot) => slot.subarray(offset + within, offset + within + g.length));
        this.#updatePart(p, g, slots, step);
        return;
      }
      offset += segment.length;
    }
    throw new RangeError(`parameters ${start} … ${start + g.length} are not this optimizer's`);
  }

  #updatePart(p: Float32Array, g: Float32Array, slots: Float32Array[], step: number): void {
    const { kernels, lr } = this;
    const settings = { ...this.#settings, lr };
    switch (settings.kind) {
      case "adam":
        adam(kernels, p, g, slots[0]!, slots[1]!, { ...settings, step });
        break;
      case "rmsprop":
        rmspropTorch(kernels, p, g, slots[0]!, settings);
        break;
      case "rmsprop-tensorflow":
        rmspropTensorFlow(kernels, p, g, slots[0]!, settings);
        break;
      case "sgd":
        sgd(kernels, p, g, slots[0]!, { ...settings, first: step === 1 });
        break;
    }
  }

  /** Frees the state. */
  release(): void {
    for (const slot of this.slots.splice(0)) this.kernels.memory.free(slot);
  }
}
