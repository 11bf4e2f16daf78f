// Optimizers over segments of a parameter store: the settings are data, the state is a block like the parameters' own.
import type { Kernels } from "../kernels/kernels.js";
import { adam, rmspropTensorFlow, rmspropTorch, sgd } from "../kernels/optimizers.js";
import type { ParameterStore, Range } from "./parameter-store.js";

/** Settings as in torch.optim and, for "rmsprop-tensorflow", tf.train.RMSPropOptimizer. */
export type OptimizerSettings =
  | { kind: "adam"; lr: number; beta1?: number; beta2?: number; eps?: number; weightDecay?: number }
  | { kind: "rmsprop"; lr: number; alpha?: number; eps?: number; weightDecay?: number }
  | { kind: "rmsprop-tensorflow"; lr: number; decay?: number; eps?: number }
  | { kind: "sgd"; lr: number; momentum?: number; weightDecay?: number };

const slotCount = { adam: 2, rmsprop: 1, "rmsprop-tensorflow": 1, sgd: 1 } as const;

/** One optimizer for some parameters of a store. */
export class Optimizer {
  /** State, each slot as long as all segments together (Adam: first and second moment). */
  readonly slots: Float32Array<SharedArrayBuffer>[];
  /** Learning rate; may be changed between steps. */
  lr: number;
  readonly #segments: readonly Range[];

  /** @internal */
  constructor(
    private readonly kernels: Kernels,
    private readonly store: ParameterStore,
    names: readonly string[],
    private readonly settings: OptimizerSettings,
  ) {
    this.lr = settings.lr;
    this.#segments = store.segments(names);
    const length = this.#segments.reduce((sum, segment) => sum + segment.length, 0);
    this.slots = Array.from({ length: slotCount[settings.kind] }, () => kernels.memory.float32(length));
    if (settings.kind === "rmsprop-tensorflow") this.slots[0]!.fill(1);
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
    const { kernels, settings, lr } = this;
    switch (settings.kind) {
      case "adam": {
        const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = settings;
        adam(kernels, p, g, slots[0]!, slots[1]!, { lr, beta1, beta2, eps, weightDecay, step });
        break;
      }
      case "rmsprop": {
        const { alpha = 0.99, eps = 1e-8, weightDecay = 0 } = settings;
        rmspropTorch(kernels, p, g, slots[0]!, { lr, alpha, eps, weightDecay });
        break;
      }
      case "rmsprop-tensorflow": {
        const { decay = 0.9, eps = 1e-10 } = settings;
        rmspropTensorFlow(kernels, p, g, slots[0]!, { lr, decay, eps });
        break;
      }
      case "sgd": {
        const { momentum = 0, weightDecay = 0 } = settings;
        sgd(kernels, p, g, slots[0]!, { lr, momentum, weightDecay, first: step === 1 });
        break;
      }
    }
  }

  /** Frees the state. */
  release(): void {
    for (const slot of this.slots.splice(0)) this.kernels.memory.free(slot);
  }
}
