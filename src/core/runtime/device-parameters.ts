// A store's parameters on a device: a tensor each, and which side has the latest values of which parameter.
import type { Engine } from "./engine.js";
import type { DeviceTensor } from "./session.js";
import { Turns } from "./turns.js";

/** What the device needs of a store. */
export interface HostParameters {
  readonly names: readonly string[];
  spec(name: string): { readonly shape: readonly number[] };
}

/** The parameters' tensors; made as they are first used, and uploaded before the first run that reads them. */
export class DeviceParameters {
  readonly #tensors = new Map<string, DeviceTensor>();
  /** Parameters whose latest values are in the engine's memory. */
  readonly #onHost: Set<string>;
  /** Parameters whose latest values are on the device, with the number of the change that put them there. */
  readonly #onDevice = new Map<string, number>();
  #changes = 0;
  readonly #forget: () => void;
  readonly #turns = new Turns();

  /** @param values of a parameter in the engine's memory, in place. */
  constructor(
    readonly engine: Engine,
    private readonly store: HostParameters,
    private readonly values: (name: string) => Float32Array,
  ) {
    this.#onHost = new Set(store.names);
    this.#forget = engine.keep(this);
  }

  /** Where a parameter's values are on the device. */
  tensor(name: string): DeviceTensor {
    const known = this.#tensors.get(name);
    if (known !== undefined) return known;
    const tensor = this.engine.tensor(this.store.spec(name).shape);
    this.#tensors.set(name, tensor);
    return tensor;
  }

  /** The values in the engine's memory are the latest from now on: those on the device are replaced before the next run. */
  setOnHost(name: string): void {
    this.#onHost.add(name);
    this.#onDevice.delete(name);
  }

  /** The values on the device are the latest from now on. */
  setOnDevice(name: string): void {
    this.#onDevice.set(name, ++this.#changes);
    this.#onHost.delete(name);
  }

  /** Whether the values in the engine's memory are out of date. */
  isOnDevice(name: string): boolean {
    return this.#onDevice.has(name);
  }

  /** Brings parameters to the device where their latest values are not there. To be awaited before each run. */
  upload(names: readonly string[]): Promise<void> {
    return this.#turns.take(async () => {
      for (const name of names) {
        if (!this.#onHost.delete(name)) continue;
        await this.tensor(name)
          .write(this.values(name))
          .catch((error: Error) => {
            this.#onHost.add(name);
            throw error;
          });
      }
    });
  }

  /**
   * Does a run that reads parameters, once their latest values are on the device.
   * @throws ClosedError where the engine is closed meanwhile, and what the run throws.
   */
  async before(names: readonly string[], run: () => Promise<void>): Promise<void> {
    try {
      await this.upload(names);
      await run();
    } catch (error) {
      this.engine.checkOpen();
      throw error;
    }
  }

  /** Brings the values that runs changed back to the engine's memory. */
  async download(): Promise<void> {
    for (const [name, change] of [...this.#onDevice]) {
      const values = new Float32Array(this.values(name).length);
      await this.tensor(name).read(values);
      // Where a run or a caller has changed them meanwhile, these are old already.
      if (this.#onDevice.get(name) !== change) continue;
      this.values(name).set(values);
      this.#onDevice.delete(name);
    }
  }

  /** Frees the tensors. */
  release(): void {
    this.#forget();
    for (const tensor of this.#tensors.values()) this.engine.free(tensor);
  }
}
