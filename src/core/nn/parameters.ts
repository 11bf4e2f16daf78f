// Parameters of a model: named symbolic tensors with the distribution that their first values come from.

import { normal, uniform } from "../kernels/distributions.js";
import type { Kernels } from "../kernels/kernels.js";
import type { ParameterStore } from "../runtime/index.js";
import { input, inputName, type Tensor } from "../tensor/index.js";

/** Where first values come from. */
export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly limit: number }
  | { readonly kind: "normal"; readonly std: number };

/** A parameter of a model: an input of its graphs whose values a `ParameterStore` keeps. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly tensor: Tensor;
  readonly initializer: Initializer;
  /** False for state that no gradient reaches, such as running statistics. */
  readonly learned: boolean;
}

/**
 * Collects the parameters that layers create; `scope` gives the same collection under a longer name.
 * @example
 * ```ts
 * import { nn } from "vantage-ml/method";
 *
 * const parameters = new nn.Parameters();
 * nn.linear(parameters.scope("encoder"), 3, 8);
 * console.log(parameters.all.map(({ name, shape }) => [name, ...shape]));
 * ```
 */
export class Parameters {
  /** Every parameter so far, in the order in which they were created. */
  readonly all: Parameter[];

  /**
   * A collection without parameters.
   * @param prefix what every name begins with.
   * @param all where parameters are collected; those of another collection are shared with it.
   * @param isFrozen whether what is created here is kept as it is: state that no gradient reaches.
   */
  constructor(
    private readonly prefix = "",
    all: Parameter[] = [],
    private readonly isFrozen = false,
  ) {
    this.all = all;
  }

  /** The same collection for names that begin with this one and a dot. */
  scope(name: string | number): Parameters {
    return new Parameters(`${this.prefix}${name}.`, this.all, this.isFrozen);
  }

  /** The same collection for parameters that are not learned: those of layers that keep the weights of a file. */
  frozen(): Parameters {
    return new Parameters(this.prefix, this.all, true);
  }

  /** A new parameter, as the input of graphs that it is. @param learned false for state that no gradient reaches. */
  create(name: string, shape: readonly number[], initializer: Initializer, learned = true): Tensor {
    const full = this.prefix + name;
    const tensor = input(full, shape);
    this.all.push({ name: full, shape, tensor, initializer, learned: learned && !this.isFrozen });
    return tensor;
  }

  /** Learned parameters whose names begin with one of the prefixes; all of them without one. */
  learned(...prefixes: string[]): Tensor[] {
    return this.all
      .filter((p) => p.learned && (prefixes.length === 0 || prefixes.some((prefix) => p.name.startsWith(prefix))))
      .map((p) => p.tensor);
  }
}

/**
 * U(−1/√inputs, 1/√inputs): PyTorch's default for the weights and biases of linear layers.
 * @example
 * ```ts
 * import { nn } from "vantage-ml/method";
 *
 * console.log(nn.torchLinear(100)); // { kind: 'uniform', limit: 0.1 }
 * ```
 */
export function torchLinear(inputs: number): Initializer {
  return { kind: "uniform", limit: 1 / Math.sqrt(inputs) };
}

/**
 * Glorot and Bengio 2010, uniform: Keras' default.
 * @example
 * ```ts
 * import { nn } from "vantage-ml/method";
 *
 * console.log(nn.glorotUniform(300, 300)); // { kind: 'uniform', limit: 0.1 }
 * ```
 */
export function glorotUniform(inputs: number, outputs: number): Initializer {
  return { kind: "uniform", limit: Math.sqrt(6 / (inputs + outputs)) };
}

/**
 * Gives every parameter its first values: a function of the seed and the parameter's name and nothing else.
 * @param kernels the engine's: `engine.kernels`.
 * @throws RangeError where the store has not one of the parameters.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { nn, ParameterStore } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const parameters = new nn.Parameters();
 * nn.linear(parameters, 3, 1);
 * const store = new ParameterStore(engine.memory, parameters.all);
 * nn.initialize(engine.kernels, store, parameters.all, 0);
 * console.log(store.values("weight").length); // 3
 * ```
 */
export function initialize(
  kernels: Kernels,
  store: ParameterStore,
  parameters: readonly Parameter[],
  seed: number,
): void {
  for (const { tensor, initializer } of parameters) {
    const name = inputName(tensor);
    const values = store.values(name);
    const key = { seed, stream: nameStream(name), step: 0 };
    if (initializer.kind === "constant") values.fill(initializer.value);
    else if (initializer.kind === "uniform") uniform(kernels, values, key, -initializer.limit, initializer.limit);
    else normal(kernels, values, key, 0, initializer.std);
  }
}

/** A stream number from a name (FNV-1a, 32 bits), in the upper half so that it meets no stream of dropout masks. */
function nameStream(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash | 0x80000000) >>> 0;
}
