// A compiled graph over a parameter store: its inputs and outputs as typed arrays, for any size of its named dimensions.
import { encodeModel } from "../onnx/model.js";
import { type DType, elementCount, inputName, isInput, nodesOf, resolveShape, type Tensor } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import type { ParameterStore } from "./parameter-store.js";
import { type BoundCall, type Buffer, RuntimeError, type Session, type TensorData } from "./session.js";
import { Turns } from "./turns.js";

export type Sizes = Readonly<Record<string, number>>;

export interface ProgramParts {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Holds the inputs that are parameters: those whose names it knows. */
  readonly store?: ParameterStore;
  /** Outputs that are written to places of the caller's: gradients in a block. */
  readonly targets?: Readonly<Record<string, Float32Array>>;
}

/**
 * A program at given sizes: fill `inputs`, await `run()`, read `outputs`. The arrays stay the same from run to run, and all
 * executions of a program share them: who does not have the program for themselves uses `Program.call`.
 */
export interface Execution {
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly indices: Readonly<Record<string, BigInt64Array>>;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  run(): Promise<void>;
  /** Has something done when the arrays are given up. */
  onRelease(action: () => void): void;
}

interface BoundExecution extends Execution {
  readonly call: BoundCall;
  readonly released: readonly (() => void)[];
}

/** So many combinations of sizes keep their bindings (some kilobytes each). */
const KEPT_EXECUTIONS = 128;

export class Program {
  /** Inputs that are no parameters, by name. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly #executions = new Map<string, BoundExecution>();
  /** One buffer per feed and output, as large as the largest size seen; smaller sizes use its beginning. */
  readonly #buffers = new Map<string, Float32Array>();
  readonly #turns = new Turns();
  #released: Promise<void> | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly session: Session,
    private readonly parts: ProgramParts,
    inputs: readonly Tensor[],
  ) {
    this.feeds = new Map(
      inputs.filter((t) => !parts.store?.has(inputName(t))).map((tensor) => [inputName(tensor), tensor]),
    );
    this.#parameters = inputs.map(inputName).filter((name) => parts.store?.has(name));
  }

  readonly #parameters: readonly string[];

  static async compile(engine: Engine, parts: ProgramParts): Promise<Program> {
    const model = encodeModel({ name: parts.name, outputs: parts.outputs });
    const inputs = nodesOf(Object.values(parts.outputs))
      .flatMap((node) => node.outputs)
      .filter(isInput);
    return new Program(engine, await engine.load(model), parts, inputs);
  }

  /**
   * @param sizes a size for each named dimension of the inputs.
   * @throws RuntimeError where the program is released, or the buffers would have to be replaced under a run in flight.
   */
  at(sizes: Sizes = {}): Execution {
    this.engine.checkOpen();
    if (this.#released !== undefined) throw this.#isReleased();
    return this.#at(sizes);
  }

  #isReleased(): RuntimeError {
    return new RuntimeError(`program ${this.parts.name} is released`);
  }

  #at(sizes: Sizes): Execution {
    const key = JSON.stringify(sizes);
    const known = this.#executions.get(key);
    if (known !== undefined) return known;
    if (this.#executions.size >= KEPT_EXECUTIONS) this.#forget();
    const execution = this.#bind(sizes);
    this.#executions.set(key, execution);
    return execution;
  }

  /**
   * Feeds, runs and takes the outputs as one piece of work. Calls at the same time wait for each other, first come first served.
   * @param feed fills the inputs.
   * @param take reads the outputs; the next call overwrites them.
   * @throws RuntimeError where the program is released.
   */
  call<R>(sizes: Sizes, feed: (run: Execution) => void, take: (outputs: Execution["outputs"]) => R): Promise<R> {
    if (this.#released !== undefined) return Promise.reject(this.#isReleased());
    return this.#turns.take(async () => {
      this.engine.checkOpen();
      const run = this.#at(sizes);
      feed(run);
      await run.run();
      return take(run.outputs);
    });
  }

  /** Frees the program after the calls and runs that were begun before; later ones are refused. */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    await this.#turns.take(() => this.session.release());
    this.#forget();
    for (const buffer of this.#buffers.values()) this.engine.memory.free(buffer as Float32Array<SharedArrayBuffer>);
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
    const { store, outputs: results, targets = {} } = this.parts;
    for (const [name, tensor] of this.feeds) this.#reserve(`in:${name}`, tensor, sizes);
    for (const [name, tensor] of Object.entries(results)) {
      if (targets[name] === undefined) this.#reserve(`out:${name}`, tensor, sizes);
    }
    const inputs: Record<string, Buffer> = {};
    for (const name of this.#parameters) {
      inputs[name] = { data: store!.values(name), shape: store!.spec(name).shape };
    }
    for (const [name, tensor] of this.feeds) inputs[name] = this.#buffer(`in:${name}`, tensor, sizes);
    const outputs: Record<string, Buffer> = {};
    for (const [name, tensor] of Object.entries(results)) {
      const target = targets[name];
      outputs[name] =
        target === undefined
          ? this.#buffer(`out:${name}`, tensor, sizes)
          : { data: target, shape: resolveShape(tensor.shape, sizes) };
    }
    const call = this.session.bind(inputs, outputs);
    const released: (() => void)[] = [];
    return {
      call,
      released,
      onRelease: (action) => void released.push(action),
      inputs: pick(inputs, this.feeds.keys(), "float32") as Record<string, Float32Array>,
      indices: pick(inputs, this.feeds.keys(), "int64") as Record<string, BigInt64Array>,
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
        throw new RuntimeError(`program ${this.parts.name}: larger buffers requested during a run`);
      }
      this.#forget();
      this.engine.memory.free(present as Float32Array<SharedArrayBuffer>);
    }
    this.#buffers.set(key, this.engine.memory.float32(words));
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

/** Room for a tensor's values, counted in float32 words. */
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
