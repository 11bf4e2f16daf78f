// What an optimizer is set to; kernels and graphs follow it.

/** Settings as in torch.optim and, for "rmsprop-tensorflow", tf.train.RMSPropOptimizer. */
export type OptimizerSettings =
  | { kind: "adam"; lr: number; beta1?: number; beta2?: number; eps?: number; weightDecay?: number }
  | { kind: "rmsprop"; lr: number; alpha?: number; eps?: number; weightDecay?: number }
  | { kind: "rmsprop-tensorflow"; lr: number; decay?: number; eps?: number }
  | { kind: "sgd"; lr: number; momentum?: number; weightDecay?: number };

type Complete<Settings> = Settings extends unknown ? Required<Settings> : never;

/** Settings with a value for each. */
export type CompleteSettings = Complete<OptimizerSettings>;

/** The settings, those that are left out or undefined with their defaults. */
export function completeSettings(settings: OptimizerSettings): CompleteSettings {
  switch (settings.kind) {
    case "adam": {
      const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = settings;
      return { ...settings, beta1, beta2, eps, weightDecay };
    }
    case "rmsprop": {
      const { alpha = 0.99, eps = 1e-8, weightDecay = 0 } = settings;
      return { ...settings, alpha, eps, weightDecay };
    }
    case "rmsprop-tensorflow": {
      const { decay = 0.9, eps = 1e-10 } = settings;
      return { ...settings, decay, eps };
    }
    case "sgd": {
      const { momentum = 0, weightDecay = 0 } = settings;
      return { ...settings, momentum, weightDecay };
    }
  }
}

/** The values that an optimizer keeps of each parameter, and what they are before the first step. */
export const optimizerStates: Readonly<Record<OptimizerSettings["kind"], readonly number[]>> = {
  adam: [0, 0],
  rmsprop: [0],
  "rmsprop-tensorflow": [1],
  sgd: [0],
};

/** Of an optimizer of a training step, what may be changed between steps. */
export interface Optimizer {
  /** Learning rate. */
  lr: number;
}
