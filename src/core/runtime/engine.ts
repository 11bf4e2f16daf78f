// The engine: kernels over one memory, and a backend that runs ONNX models on it.
import { openBackend } from "#backends";
import { platform } from "#platform";
import { ClosedError, UserError } from "../../errors.js";
import { Kernels } from "../kernels/kernels.js";
import { type Memory, MemoryScope } from "../kernels/memory.js";
import type { Interface } from "./interfaces.js";
import { type Backend, type DeviceTensor, type OnnxRuntimeModule, RuntimeError, type Session } from "./session.js";

export const devices = ["cpu", "webgpu", "cuda"] as const;
/** What graphs run on. */
export type Device = (typeof devices)[number];

/** What an engine runs on. */
export interface EngineOptions {
  readonly device?: Device;
  /** Threads for matrix products and kernels, four per processor or 64 at most; default: one per processor. */
  readonly threads?: number;
  /**
   * How graphs run on the processor: `native`, ONNX Runtime's C API on the engine's memory in place; `device`, the C API with
   * parameters and optimizers in the execution provider's own memory, as on a GPU; `portable`, the onnxruntime-common API.
   * Default: what the environment variable VANTAGE_INTERFACE names, otherwise `native`, or `portable` where that does not work.
   */
  readonly interface?: Interface;
  /** The module that runs graphs through the onnxruntime-common API: onnxruntime-web, which browsers need; default: onnxruntime-node. */
  readonly onnxruntime?: OnnxRuntimeModule;
  /** Told where the faster interface does not work here, and why; default: a warning of the process, once. */
  onNote?(note: string): void;
}

/** Options of what runs on an engine, the engine among them. */
export type OnEngine<Options> = Options & { readonly engine: Engine };

/**
 * Checks a number of threads: each takes memory, and no processor runs many of them.
 * @param name for the message.
 * @throws UserError where it is no whole number from 1 to four for each processor, or to 64 where that is more.
 */
export function checkThreads(threads: number, name = "threads"): number {
  const most = Math.max(64, 4 * platform.processors());
  if (Number.isInteger(threads) && threads >= 1 && threads <= most) return threads;
  throw new UserError(`${name} ${threads}: expected a whole number from 1 to ${most}`);
}

/** Values that runs change on a device, with a copy that is read. */
export interface OnDevice {
  /** Brings the copy up to date. */
  download(): Promise<void>;
}

/** @internal */
export function engineClosed(): ClosedError {
  return new ClosedError("the engine is closed");
}

/**
 * What runs models: ONNX Runtime for graphs, WebAssembly kernels for the rest, over one memory. Methods share one that is opened on
 * first use; one of your own says which device and how many threads.
 * @example
 * ```ts
 * import { Engine, GMAE } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * await using engine = await Engine.open({ threads: 2 });
 * console.log(engine.interface); // such as "native cpu"
 * await new GMAE({ epochs: 1 }, engine).fit(synthetic({ samples: 100 }));
 * ```
 */
export class Engine {
  readonly #sessions = new Set<Session>();
  readonly #tensors = new Set<DeviceTensor>();
  readonly #onDevice = new Set<OnDevice>();
  #closed: Promise<void> | undefined;

  /** @internal */
  protected constructor(
    /** The kernels and their threads; `openFolderStore` takes them. */
    readonly kernels: Kernels,
    /** @internal */
    readonly backend: Backend,
    readonly threads: number,
  ) {}

  /** Where parameters and buffers lie: see `ParameterStore`. */
  get memory(): Memory {
    return this.kernels.memory;
  }

  /** How graphs run, and on what: "native cpu", "device cpu", "portable cpu", "portable webgpu". */
  get interface(): string {
    return `${this.backend.interface} ${this.backend.name}`;
  }

  /**
   * @throws UserError where there cannot be so many threads or the device is not available, OutOfMemoryError where the
   * process may not reserve the memory's 4 GiB of addresses.
   */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    const threads = checkThreads(options.threads ?? platform.processors());
    const backend = await openBackend(options, threads);
    return new Engine(await Kernels.open({ threads }), backend, threads);
  }

  /**
   * Makes a model ready; the session is released with the engine at the latest.
   * @internal
   * @throws ClosedError where the engine is closed, RuntimeError where the model is invalid.
   */
  async load(model: Uint8Array): Promise<Session> {
    this.checkOpen();
    const session = await this.loadSession(model);
    const own: Session = {
      bind: (inputs, outputs) => session.bind(inputs, outputs),
      release: () => {
        this.#sessions.delete(own);
        return session.release();
      },
    };
    this.#sessions.add(own);
    if (this.#closed !== undefined) await own.release();
    this.checkOpen();
    return own;
  }

  /**
   * A tensor of the backend, which is released with the engine at the latest; its values are not set.
   * @internal
   * @throws ClosedError where the engine is closed, OutOfMemoryError where it does not fit, RuntimeError where the backend has no memory of its own.
   */
  tensor(shape: readonly number[]): DeviceTensor {
    this.checkOpen();
    const tensor = this.makeTensor(shape);
    this.#tensors.add(tensor);
    return tensor;
  }

  /** @internal */
  protected makeTensor(shape: readonly number[]): DeviceTensor {
    if (this.backend.memory !== "own") throw new RuntimeError(`engine ${this.interface} has no tensors of its own`);
    return this.backend.tensor(shape);
  }

  /** @internal Frees a tensor before the engine is closed. */
  free(tensor: DeviceTensor): void {
    this.#tensors.delete(tensor);
    tensor.release();
  }

  /** @internal Has `download` bring these values too, until the function that it gives is called. */
  keep(values: OnDevice): () => void {
    this.#onDevice.add(values);
    return () => void this.#onDevice.delete(values);
  }

  /**
   * Brings what trainings changed on the device to where `ParameterStore` and checkpoints read it. Nothing to do where the engine
   * computes in the processor's memory.
   * @throws ClosedError where there is something to bring and the engine is closed.
   */
  async download(): Promise<void> {
    for (const values of [...this.#onDevice]) await values.download();
  }

  /** @internal */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** @internal @throws ClosedError where the engine is closed. */
  checkOpen(): void {
    if (this.isClosed) throw engineClosed();
  }

  /**
   * Ends the threads and releases all sessions, after the runs in flight. What was made with the engine is refused with a
   * ClosedError from now on; a call that needs more than one run may be refused in the middle.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Runs in flight hold what they read; tensors that a session would have to bring to safety need not be.
    for (const tensor of [...this.#tensors]) this.free(tensor);
    await Promise.all([...this.#sessions].map((session) => session.release()));
    await this.end();
  }

  /** @internal */
  protected loadSession(model: Uint8Array): Promise<Session> {
    return this.backend.compile(model);
  }

  /** @internal What is done once all sessions are released. */
  protected async end(): Promise<void> {
    if (this.backend.memory === "own") await this.backend.close();
    await this.kernels.close();
  }

  /** @internal The engine that has the threads. */
  get root(): Engine {
    return this;
  }

  /** @internal The same engine for one model: closing it gives back what was made with it and nothing else. */
  scope(): Engine {
    return new EngineScope(this, this.kernels.memory);
  }

  /** `close`, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What one model holds of an engine. */
class EngineScope extends Engine {
  readonly #parent: Engine;
  readonly #memory: MemoryScope;

  constructor(parent: Engine, whole: Memory) {
    const memory = new MemoryScope(whole);
    super(parent.kernels.within(memory), parent.backend, parent.threads);
    this.#parent = parent;
    this.#memory = memory;
  }

  override get root(): Engine {
    return this.#parent.root;
  }

  override get isClosed(): boolean {
    return super.isClosed || this.#parent.isClosed;
  }

  protected override loadSession(model: Uint8Array): Promise<Session> {
    return this.#parent.load(model);
  }

  protected override makeTensor(shape: readonly number[]): DeviceTensor {
    return this.#parent.tensor(shape);
  }

  override free(tensor: DeviceTensor): void {
    super.free(tensor);
    this.#parent.free(tensor);
  }

  protected override async end(): Promise<void> {
    this.#memory.release();
  }
}

let shared: Promise<Engine> | undefined;

/** The engine of whoever gives none: all processors, opened on first use. Only what users of the library call may fall back on it. */
export function sharedEngine(): Promise<Engine> {
  shared ??= Engine.open();
  shared.catch(() => {
    shared = undefined;
  });
  return shared;
}
