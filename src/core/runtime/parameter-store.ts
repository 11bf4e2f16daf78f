// Where the values of parameters live: one block of the shared memory, so that an optimizer passes over it in one go.
import type { Memory } from "../kernels/memory.js";
import { DeviceParameters } from "./device-parameters.js";
import type { Engine } from "./engine.js";
import { RuntimeError, StaleError } from "./session.js";

/** What a store needs to know of a parameter. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Values of any shape, row-major; the name is that of its place in a map. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A parameter's place in a block, in float32 values. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

/** Parameters begin at multiples of 16 values (a cache line, and the widest vector register); the gaps hold zeros. */
const ALIGN = 16;

/**
 * The values of a model's parameters, by name, in one block of the engine's memory. Where the engine keeps parameters on a device, the
 * block is a copy: what is written here is taken to the device before the next run, and what a training changed there is read after
 * `download`.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { ParameterStore } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const store = new ParameterStore(engine.memory, [{ name: "weight", shape: [2, 3] }]);
 * store.set("weight", [1, 2, 3, 4, 5, 6]);
 * console.log(store.names, store.values("weight")[5]); // [ 'weight' ] 6
 * ```
 */
export class ParameterStore {
  /** All values, each parameter from a multiple of 16 on. */
  readonly block: Float32Array<SharedArrayBuffer>;
  readonly #specs = new Map<string, ParameterSpec & { readonly range: Range }>();
  #device: DeviceParameters | undefined;

  /**
   * Reserves the block, filled with zeros.
   * @param memory the engine's: `engine.memory`.
   * @throws RangeError where two parameters have one name.
   */
  constructor(
    private readonly memory: Memory,
    specs: readonly ParameterSpec[],
  ) {
    let end = 0;
    for (const { name, shape } of specs) {
      if (this.#specs.has(name)) throw new RangeError(`two parameters are named ${name}`);
      const length = shape.reduce((product, dim) => product * dim, 1);
      this.#specs.set(name, { name, shape, range: { start: end, length } });
      end += Math.ceil(length / ALIGN) * ALIGN;
    }
    this.block = memory.float32(end);
  }

  /** The names of all parameters, in the order in which they were given. */
  get names(): string[] {
    return [...this.#specs.keys()];
  }

  /** Whether there is a parameter of this name. */
  has(name: string): boolean {
    return this.#specs.has(name);
  }

  /** The shape of a parameter and its place in the block. @throws RangeError where there is none of this name. */
  spec(name: string): ParameterSpec & { readonly range: Range } {
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new RangeError(`there is no parameter ${name}`);
    return spec;
  }

  /**
   * A parameter's values, in place, to be read or written before the next run; afterwards `values` gives them again.
   * @throws RangeError where there is none of this name, StaleError where a training has changed them on a device since the last `download`.
   */
  values(name: string): Float32Array<SharedArrayBuffer> {
    const values = this.#latest(name);
    this.#device?.setOnHost(name);
    return values;
  }

  /** Gives a parameter other values, whatever it had. @throws RangeError where there is none of this name, or it has another number of values. */
  set(name: string, values: ArrayLike<number>): void {
    const own = this.#inPlace(name);
    if (values.length !== own.length) {
      throw new RangeError(`parameter ${name}: ${values.length} values, expected ${own.length}`);
    }
    own.set(values);
    this.#device?.setOnHost(name);
  }

  #inPlace(name: string): Float32Array<SharedArrayBuffer> {
    const { start, length } = this.spec(name).range;
    return this.block.subarray(start, start + length);
  }

  #latest(name: string): Float32Array<SharedArrayBuffer> {
    if (this.#device?.isOnDevice(name)) {
      throw new StaleError(`parameter ${name} was changed on the device: await download() before its values are read`);
    }
    return this.#inPlace(name);
  }

  /**
   * All values by name, in place, to be read: what a checkpoint writes and an exported model stores.
   * @throws StaleError as `values` does.
   */
  tensors(names: readonly string[] = this.names): Map<string, NamedTensor> {
    return new Map(names.map((name) => [name, { shape: this.spec(name).shape, data: this.#latest(name) }]));
  }

  /** Takes the values of every parameter from a map. @throws RangeError where one is missing or has another shape. */
  load(tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>): void {
    for (const [name, { shape }] of this.#specs) {
      const found = tensors.get(name);
      if (found === undefined) throw new RangeError(`no values for parameter ${name}`);
      if (found.shape.join() !== shape.join()) {
        throw new RangeError(`parameter ${name}: values of shape [${found.shape}], expected [${shape}]`);
      }
      this.set(name, found.data);
    }
  }

  /** Brings what trainings changed on a device here. Nothing to do where the engine computes in the processor's memory. */
  async download(): Promise<void> {
    await this.#device?.download();
  }

  /**
   * The parameters on the device of an engine with memory of its own.
   * @internal
   * @throws RuntimeError where they are on another engine's.
   */
  on(engine: Engine): DeviceParameters {
    this.#device ??= new DeviceParameters(engine, this, (name) => this.#inPlace(name));
    if (this.#device.engine.backend !== engine.backend) {
      throw new RuntimeError("the parameters of one engine are used with another");
    }
    return this.#device;
  }

  /** The ranges of some parameters, those side by side merged into one: gaps between them are part of it. */
  segments(names: readonly string[]): Range[] {
    const ranges = names.map((name) => this.spec(name).range).sort((a, b) => a.start - b.start);
    const merged: Range[] = [];
    for (const { start, length } of ranges) {
      const padded = Math.ceil(length / ALIGN) * ALIGN;
      const last = merged.at(-1);
      if (last !== undefined && last.start + last.length === start) {
        merged[merged.length - 1] = { start: last.start, length: last.length + padded };
      } else merged.push({ start, length: padded });
    }
    return merged;
  }

  /**
   * Where the state that an optimizer keeps of some parameters has each of them: all segments of theirs, one after the other.
   * @internal
   */
  layout(names: readonly string[]): { readonly length: number; readonly places: ReadonlyMap<string, number> } {
    let length = 0;
    const places = new Map<string, number>();
    for (const segment of this.segments(names)) {
      for (const name of names) {
        const within = this.spec(name).range.start - segment.start;
        if (within >= 0 && within < segment.length) places.set(name, length + within);
      }
      length += segment.length;
    }
    return { length, places };
  }

  /** Frees the block: neither the store nor what it gave may be used afterwards. */
  release(): void {
    this.#device?.release();
    this.memory.free(this.block);
  }
}
