// What optimizers in the graph keep of parameters: a tensor on the device for each, and a copy as checkpoints have it.
import { input, inputName, type Tensor } from "../tensor/index.js";
import { DeviceParameters } from "./device-parameters.js";
import type { Engine } from "./engine.js";
import { optimizerStates } from "./optimizer.js";
import type { NamedTensor, ParameterStore } from "./parameter-store.js";
import { type DeviceTensor, StaleError } from "./session.js";
import { restoreInto, type SavedState, type StepParts } from "./step-parts.js";

/** One value that an optimizer keeps of a parameter, such as a first moment. */
export interface StateTensor {
  /** The graph's input. */
  readonly input: Tensor;
  readonly tensor: DeviceTensor;
  /** Says that the values of the device are the latest. */
  changed(): void;
}

/** The states of all groups of a step. Their copy has the layout of `KernelOptimizer`, so that either takes the other's checkpoints. */
export class OptimizerState {
  /** By the names of checkpoints. */
  readonly #copies = new Map<string, Float32Array>();
  /** Where a state's values lie in the copy, by the name of its input. */
  readonly #places = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>();
  readonly #device: DeviceParameters;

  constructor(
    engine: Engine,
    private readonly step: string,
    private readonly store: ParameterStore,
    private readonly groups: StepParts["groups"],
  ) {
    for (const [i, { parameters, optimizer }] of groups.entries()) {
      const names = parameters.map(inputName);
      const { length, places } = store.layout(names);
      for (const [j, first] of optimizerStates[optimizer.kind].entries()) {
        const copy = new Float32Array(length).fill(first);
        this.#copies.set(this.#name(i, j), copy);
        for (const name of names) {
          const { shape, range } = store.spec(name);
          const at = places.get(name)!;
          this.#places.set(`${this.#name(i, j)}/${name}`, { shape, values: copy.subarray(at, at + range.length) });
        }
      }
    }
    const specs = { names: [...this.#places.keys()], spec: (name: string) => this.#places.get(name)! };
    this.#device = new DeviceParameters(engine, specs, (name) => this.#places.get(name)!.values);
  }

  #name(group: number, state: number): string {
    return `${this.step}/optimizer.${group}.${state}`;
  }

  /** What is kept of a parameter. */
  of(group: number, parameter: string): StateTensor[] {
    return optimizerStates[this.groups[group]!.optimizer.kind].map((_, j) => {
      const name = `${this.#name(group, j)}/${parameter}`;
      return {
        input: input(name, this.store.spec(parameter).shape),
        tensor: this.#device.tensor(name),
        changed: () => this.#device.setOnDevice(name),
      };
    });
  }

  /** Brings what was set here to the device. */
  upload(): Promise<void> {
    return this.#device.upload([...this.#places.keys()]);
  }

  /** The copies, in place. @throws StaleError where they are out of date. */
  tensors(): Map<string, NamedTensor> {
    for (const name of this.#places.keys()) {
      if (!this.#device.isOnDevice(name)) continue;
      throw new StaleError(`${name} was changed on the device: await engine.download() before it is read`);
    }
    return new Map(Array.from(this.#copies, ([name, data]) => [name, { shape: [data.length], data }]));
  }

  /** Takes up other values. @throws RangeError where they do not fit. */
  restore(tensors: SavedState): void {
    restoreInto(this.#copies, tensors);
    for (const name of this.#places.keys()) this.#device.setOnHost(name);
  }

  /** Frees the tensors. */
  release(): void {
    this.#device.release();
  }
}
