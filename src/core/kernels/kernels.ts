// The WebAssembly kernels, loaded: a shared memory, the module over it, and threads that take part in its loops.
import { platform } from "#platform";
import type { KernelWorker } from "../platform/platform.js";
import { type Memory, WholeMemory } from "./memory.js";
import { constant, type Exports, Pool, type WorkerData } from "./pool.js";
import { type KernelArguments, type KernelName, kernelTable } from "./table.js";
import { wasm } from "./webassembly.js";

/** More threads than this have little left to do where memory bandwidth is the limit. */
const mostThreadsByDefault = 16;

interface Parts {
  readonly exports: Exports;
  readonly pool: Pool;
  readonly arguments: Float64Array;
  readonly helpers: KernelWorker[];
}

/**
 * The kernels' module over one shared memory, with a pool of worker threads. The functions beside this file (`adam`,
 * `smallestK`, …) take it as their first argument and work on arrays that `memory` hands out. All are synchronous, and
 * give the same bits with any number of threads.
 */
export class Kernels {
  readonly memory: Memory;
  readonly #exports: Exports;
  readonly #pool: Pool;
  readonly #arguments: Float64Array;
  readonly #helpers: KernelWorker[];

  private constructor(memory: Memory, { exports, pool, arguments: args, helpers }: Parts) {
    this.memory = memory;
    this.#exports = exports;
    this.#pool = pool;
    this.#arguments = args;
    this.#helpers = helpers;
  }

  /**
   * Loads the module and starts the workers. They do not keep the process alive, and cost nothing while there is no work.
   * @param options.threads 1 or more; by default one per processor, 16 at most. Where workers cannot be had it is 1.
   */
  static async open(options: { threads?: number } = {}): Promise<Kernels> {
    const threads = options.threads ?? Math.min(platform.processors(), mostThreadsByDefault);
    if (!Number.isInteger(threads) || threads < 1) throw new RangeError(`threads ${threads}: expected 1 or more`);
    const module = await wasm.compile(await platform.kernelModule());
    const memory = new WholeMemory();
    const exports = new wasm.Instance(module, { env: { memory: memory.wasm } }).exports as Exports;
    const control = memory.uint8(constant(exports, "CONTROL_BYTES"));
    const helpers = await startHelpers(threads - 1, { module, memory: memory.wasm, control: control.byteOffset });
    return new Kernels(memory, {
      exports,
      pool: new Pool(exports, memory.wasm, control.byteOffset),
      arguments: new Float64Array(control.buffer, control.byteOffset + constant(exports, "ARGUMENTS"), 32),
      helpers,
    });
  }

  /** The same kernels and threads over a part of the memory. */
  within(memory: Memory): Kernels {
    return new Kernels(memory, {
      exports: this.#exports,
      pool: this.#pool,
      arguments: this.#arguments,
      helpers: this.#helpers,
    });
  }

  /** Threads that take part: the calling one and its workers. */
  get threads(): number {
    return this.#helpers.length + 1;
  }

  /**
   * Runs a kernel over units 0 … units-1, cut into chunks of `grain` that the threads take as they come free.
   * @throws RangeError where an array lies outside the shared memory.
   */
  run<Name extends KernelName>(kernel: Name, units: number, grain: number, args: KernelArguments<Name>): void {
    Object.keys(kernelTable[kernel]).forEach((name, place) => {
      const value = (args as Readonly<Record<string, ArrayBufferView | number | undefined>>)[name] ?? 0;
      this.#arguments[place] = typeof value === "number" ? value : this.memory.address(value);
    });
    const number = constant(this.#exports, `Kernel.${kernel}`);
    const failed = this.#pool.run(number, units, grain, this.#helpers.length);
    if (failed > 0) throw new Error(`kernel ${kernel} trapped in ${failed} of its chunks`);
  }

  /** An argument of the last kernel as it left it, for kernels that give a single number back. */
  result<Name extends KernelName>(kernel: Name, argument: keyof KernelArguments<Name> & string): number {
    return this.#arguments[Object.keys(kernelTable[kernel]).indexOf(argument)]!;
  }

  /** Ends the workers. Kernels still run afterwards, on the calling thread. */
  async close(): Promise<void> {
    await Promise.all(this.#helpers.splice(0).map((helper) => helper.terminate()));
  }
}

async function startHelpers(count: number, data: Omit<WorkerData, "thread">): Promise<KernelWorker[]> {
  const helpers: KernelWorker[] = [];
  for (let i = 0; i < count; i++) {
    try {
      helpers.push(await platform.startKernelWorker({ ...data, thread: i + 1 } satisfies WorkerData));
    } catch {
      break;
    }
  }
  return helpers;
}
