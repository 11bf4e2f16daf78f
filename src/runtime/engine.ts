// The engine: kernels over one memory, and a backend that runs ONNX models on it.
import { availableParallelism } from "node:os";
import { UserError } from "../errors.js";
import { Kernels } from "../kernels/kernels.js";
import type { Memory } from "../kernels/memory.js";
import { nativeBackend } from "./native.js";
import { portableBackend } from "./portable.js";
import type { Backend } from "./session.js";

export const devices = ["cpu", "webgpu", "cuda"] as const;
/** What graphs run on. */
export type Device = (typeof devices)[number];

/** What an engine runs on. */
export interface EngineOptions {
  readonly device?: Device;
  /** Threads for matrix products and kernels; default: one per processor. */
  readonly threads?: number;
  /** How graphs run on the processor: through ONNX Runtime's C API, or through the onnxruntime-common API. Default: what works here. */
  readonly interface?: "native" | "portable";
}

/**
 * What runs models: ONNX Runtime for graphs, WebAssembly kernels for the rest, over one memory. Methods share one that is opened on
 * first use; one of your own says which device and how many threads.
 */
export class Engine {
  private constructor(
    /** The kernels and their threads; `openFolderStore` takes them. */
    readonly kernels: Kernels,
    /** @internal */
    readonly backend: Backend,
    readonly threads: number,
  ) {}

  /** @internal */
  get memory(): Memory {
    return this.kernels.memory;
  }

  /** @throws UserError where the threads are no positive whole number or the device is not to be had. */
  static async open(options: EngineOptions = {}): Promise<Engine> {
    const threads = options.threads ?? availableParallelism();
    if (!Number.isInteger(threads) || threads < 1) {
      throw new UserError(`threads: expected a whole number from 1, got ${threads}`);
    }
    const backend = await openBackend(options, threads);
    return new Engine(await Kernels.open({ threads }), backend, threads);
  }

  /** Ends the threads. Nothing that was made with the engine can be used afterwards. */
  close(): void {
    this.kernels.close();
  }
}

async function openBackend({ device = "cpu", interface: way }: EngineOptions, threads: number): Promise<Backend> {
  if (device !== "cpu") return portableBackend(device, { threads });
  if (way === "portable") return portableBackend("cpu", { threads });
  try {
    return nativeBackend({ threads });
  } catch (error) {
    if (way === "native") throw error;
    return portableBackend("cpu", { threads });
  }
}

let shared: Promise<Engine> | undefined;

/** The engine that everything uses unless given another: all processors, opened on first use. */
export function sharedEngine(): Promise<Engine> {
  shared ??= Engine.open();
  return shared;
}
