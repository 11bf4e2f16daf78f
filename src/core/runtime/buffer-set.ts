// The buffers of a program's inputs and outputs, bound to its session for each combination of sizes that was used.
import type { Memory } from "../kernels/memory.js";
import { type DType, elementCount, resolveShape, type Tensor } from "../tensor/index.js";
import { Runs } from "./runs.js";
import {
  type BoundCall,
  type Buffer,
  type DeviceTensor,
  type Place,
  RuntimeError,
  type Session,
  type TensorData,
} from "./session.js";

/** A size for each named dimension of a program's inputs. */
export type Sizes = Readonly<Record<string, number>>;

/** A program at given sizes: fill `inputs`, await `run()`, read `outputs`. The arrays stay the same from run to run. */
export interface Execution {
  /** The float32 inputs that are no parameters, by name. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** The int64 inputs, by name. */
  readonly indices: Readonly<Record<string, BigInt64Array>>;
  /** The float32 outputs, by name: what the last run computed. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Computes the outputs from what the inputs hold. */
  run(): Promise<void>;
  /** Has something done when the arrays are given up. */
  onRelease(action: () => void): void;
}

/** What buffers are made for. */
export interface BufferParts {
  readonly program: string;
  readonly memory: Memory;
  readonly session: Session;
  /** Inputs that are no parameters, by name. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Where parameters are; where that is a device, `bringUp` does a run once what was set in memory is there. */
  readonly parameters?: {
    readonly at: Readonly<Record<string, Place>>;
    bringUp?(run: () => Promise<void>): Promise<void>;
  };
  /** Inputs that the caller holds. */
  readonly held: Readonly<Record<string, Place>>;
  /** Outputs that are written to places of the caller's. */
  readonly targets: Readonly<Record<string, Float32Array | DeviceTensor>>;
}

interface BoundExecution extends Execution {
  readonly call: BoundCall;
  readonly released: readonly (() => void)[];
}

/** So many combinations of sizes keep their bindings (some kilobytes each). */
const KEPT_EXECUTIONS = 128;

/** One buffer per feed and output, as large as the largest size seen; smaller sizes use its beginning. */
export class BufferSet {
  readonly #executions = new Map<string, BoundExecution>();
  readonly #buffers = new Map<string, Float32Array<SharedArrayBuffer>>();
  /** Runs that parameters are brought up for. */
  readonly #runs = new Runs();

  constructor(private readonly parts: BufferParts) {}

  /**
   * The program at given sizes on these buffers: all executions of a set share them.
   * @throws RuntimeError where the buffers would have to be replaced under a run in flight, OutOfMemoryError where they do not fit.
   */
  at(sizes: Sizes): Execution {
    const key = JSON.stringify(sizes);
    const known = this.#executions.get(key);
    if (known !== undefined) return known;
    if (this.#executions.size >= KEPT_EXECUTIONS) this.#forget();
    const execution = this.#bind(sizes);
    this.#executions.set(key, execution);
    return execution;
  }

  /** Frees the buffers. None of them may be in use by a run. */
  release(): void {
    this.#forget();
    for (const buffer of this.#buffers.values()) this.parts.memory.free(buffer);
    this.#buffers.clear();
  }

  /** Gives all bindings up. */
  #forget(): void {
    for (const { call, released } of this.#executions.values()) {
      for (const action of released) action();
      call.release();
    }
    this.#executions.clear();
  }

  #bind(sizes: Sizes): BoundExecution {
    const { parameters, held, feeds, outputs: results, targets, session } = this.parts;
    for (const [name, tensor] of feeds) this.#reserve(`in:${name}`, tensor, sizes);
    for (const [name, tensor] of Object.entries(results)) {
      if (targets[name] === undefined) this.#reserve(`out:${name}`, tensor, sizes);
    }
    const fed: Record<string, Buffer> = {};
    for (const [name, tensor] of feeds) fed[name] = this.#buffer(`in:${name}`, tensor, sizes);
    const own: Record<string, Buffer> = {};
    const kept: Record<string, DeviceTensor> = {};
    for (const [name, tensor] of Object.entries(results)) {
      const target = targets[name];
      if (target === undefined) own[name] = this.#buffer(`out:${name}`, tensor, sizes);
      else if (target instanceof Float32Array) own[name] = { data: target, shape: resolveShape(tensor.shape, sizes) };
      else kept[name] = target;
    }
    const call = session.bind({ ...parameters?.at, ...held, ...fed }, { ...own, ...kept });
    const bringUp = parameters?.bringUp;
    const released: (() => void)[] = [];
    return {
      call,
      released,
      onRelease: (action) => void released.push(action),
      inputs: pick(fed, "float32") as Record<string, Float32Array>,
      indices: pick(fed, "int64") as Record<string, BigInt64Array>,
      outputs: pick(own, "float32") as Record<string, Float32Array>,
      run: bringUp === undefined ? () => call.run() : () => this.#count(() => bringUp(() => call.run())),
    };
  }

  async #count(run: () => Promise<void>): Promise<void> {
    this.#runs.begin();
    try {
      await run();
    } finally {
      this.#runs.end();
    }
  }

  /** Resolves once no run is in flight. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => this.#runs.whenIdle(resolve));
  }

  /** Makes sure that the buffer is large enough; a larger one takes its place and older bindings are dropped. */
  #reserve(key: string, tensor: Tensor, sizes: Sizes): void {
    const words = wordsOf(tensor, sizes);
    const present = this.#buffers.get(key);
    if (present !== undefined && present.length >= words) return;
    if (present !== undefined) {
      if (!this.#runs.isIdle || [...this.#executions.values()].some(({ call }) => call.isRunning)) {
        throw new RuntimeError(`program ${this.parts.program}: larger buffers requested during a run`);
      }
      this.#forget();
      this.#buffers.delete(key);
      this.parts.memory.free(present);
    }
    this.#buffers.set(key, this.parts.memory.float32(words));
  }

  #buffer(key: string, tensor: Tensor, sizes: Sizes): Buffer {
    const { buffer, byteOffset } = this.#buffers.get(key)!;
    const shape = resolveShape(tensor.shape, sizes);
    const length = elementCount(tensor.shape, sizes);
    const views: Record<DType, () => TensorData> = {
      float32: () => new Float32Array(buffer, byteOffset, length),
      int64: () => new BigInt64Array(buffer, byteOffset, length),
      bool: () => new Uint8Array(buffer, byteOffset, length),
    };
    return { data: views[tensor.dtype](), shape };
  }
}

/** Length of a tensor's values, counted in float32 words. */
function wordsOf(tensor: Tensor, sizes: Sizes): number {
  const bytes = { float32: 4, int64: 8, bool: 1 }[tensor.dtype];
  return Math.max(1, Math.ceil((elementCount(tensor.shape, sizes) * bytes) / 4));
}

function pick(buffers: Record<string, Buffer>, dtype: "float32" | "int64"): Record<string, TensorData> {
  const type = dtype === "float32" ? Float32Array : BigInt64Array;
  return Object.fromEntries(
    Object.entries(buffers).flatMap(([name, { data }]) => (data instanceof type ? [[name, data]] : [])),
  );
}
