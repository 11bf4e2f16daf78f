// The buffers of a program's inputs and outputs, bound to its session for each combination of sizes that was used.
import type { Memory } from "../kernels/memory.js";
import { type DType, elementCount, resolveShape, type Tensor } from "../tensor/index.js";
import type { ParameterStore } from "./parameter-store.js";
import { type BoundCall, type Buffer, RuntimeError, type Session, type TensorData } from "./session.js";

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
  readonly store?: ParameterStore;
  readonly parameters: readonly string[];
  /** Outputs that are written to places of the caller's. */
  readonly targets: Readonly<Record<string, Float32Array>>;
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
    const { store, parameters, feeds, outputs: results, targets, session } = this.parts;
    for (const [name, tensor] of feeds) this.#reserve(`in:${name}`, tensor, sizes);
    for (const [name, tensor] of Object.entries(results)) {
      if (targets[name] === undefined) this.#reserve(`out:${name}`, tensor, sizes);
    }
    const inputs: Record<string, Buffer> = {};
    for (const name of parameters) inputs[name] = { data: store!.values(name), shape: store!.spec(name).shape };
    for (const [name, tensor] of feeds) inputs[name] = this.#buffer(`in:${name}`, tensor, sizes);
    const outputs: Record<string, Buffer> = {};
    for (const [name, tensor] of Object.entries(results)) {
      const target = targets[name];
      outputs[name] =
        target === undefined
          ? this.#buffer(`out:${name}`, tensor, sizes)
          : { data: target, shape: resolveShape(tensor.shape, sizes) };
    }
    const call = session.bind(inputs, outputs);
    const released: (() => void)[] = [];
    return {
      call,
      released,
      onRelease: (action) => void released.push(action),
      inputs: pick(inputs, feeds.keys(), "float32") as Record<string, Float32Array>,
      indices: pick(inputs, feeds.keys(), "int64") as Record<string, BigInt64Array>,
      outputs: pick(outputs, Object.keys(results), "float32") as Record<string, Float32Array>,
      run: () => call.run(),
    };
  }

  /** Makes sure that the buffer is large enough; a larger one takes its place and older bindings are dropped. */
  #reserve(key: string, tensor: Tensor, sizes: Sizes): void {
    const words = wordsOf(tensor, sizes);
    const present = this.#buffers.get(key);
    if (present !== undefined && present.length >= words) return;
    if (present !== undefined) {
      if ([...this.#executions.values()].some(({ call }) => call.isRunning)) {
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

function pick(
  buffers: Record<string, Buffer>,
  names: Iterable<string>,
  dtype: "float32" | "int64",
): Record<string, TensorData> {
  const type = dtype === "float32" ? Float32Array : BigInt64Array;
  return Object.fromEntries(
    [...names].map((name) => [name, buffers[name]!.data] as const).filter(([, data]) => data instanceof type),
  );
}
