// Sessions through the onnxruntime-common API: any platform that onnxruntime-node or onnxruntime-web serves, and GPUs.
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { Runs } from "./runs.js";
import {
  type Backend,
  type BackendOptions,
  type BoundCall,
  type Buffer,
  checkBuffer,
  dtypeOf,
  RuntimeError,
  runtimeFailure,
  type Session,
  type TensorData,
} from "./session.js";

interface Module {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof OrtTensor;
}

/**
 * A backend over a module of the onnxruntime-common API.
 * @param provider the execution provider: "cpu", "webgpu", "cuda".
 */
export async function portableBackend(
  provider: string,
  { threads }: BackendOptions,
  module?: Module,
): Promise<Backend> {
  const ort = module ?? ((await import("onnxruntime-node")) as unknown as Module);
  return {
    name: provider,
    inPlace: false,
    async load(model) {
      try {
        const session = await ort.InferenceSession.create(model, {
          executionProviders: [provider],
          intraOpNumThreads: threads,
          logSeverityLevel: 3,
          extra: { optimization: { disable_specified_optimizers: "GemmTransposeFusion" } },
        });
        return new PortableSession(ort, session);
      } catch (error) {
        throw new RuntimeError(`ONNX Runtime on ${provider}: ${(error as Error).message}`);
      }
    },
  };
}

class PortableSession implements Session {
  /** Runs in flight of all its calls. */
  readonly #runs = new Runs();
  #isReleased = false;

  constructor(
    private readonly ort: Module,
    private readonly session: InferenceSession,
  ) {}

  bind(inputs: Readonly<Record<string, Buffer>>, outputs: Readonly<Record<string, Buffer>>): BoundCall {
    for (const [name, buffer] of Object.entries({ ...inputs, ...outputs })) checkBuffer(name, buffer);
    const own = new Runs();
    let isReleased = false;
    return {
      get isRunning() {
        return !own.isIdle;
      },
      run: async () => {
        if (isReleased || this.#isReleased) throw new RuntimeError("this call or its session is released");
        own.begin();
        this.#runs.begin();
        try {
          await this.#run(inputs, outputs);
        } finally {
          own.end();
          this.#runs.end();
        }
      },
      release() {
        isReleased = true;
      },
    };
  }

  async #run(inputs: Readonly<Record<string, Buffer>>, outputs: Readonly<Record<string, Buffer>>): Promise<void> {
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, { data, shape }] of Object.entries(inputs)) {
      feeds[name] = new this.ort.Tensor(dtypeOf(data), unshared(data) as never, [...shape]);
    }
    const results = await this.session.run(feeds, Object.keys(outputs)).catch((error: Error) => {
      throw runtimeFailure(`ONNX Runtime: ${error.message}`);
    });
    for (const [name, { data }] of Object.entries(outputs)) {
      const result = results[name]!;
      (data as Float32Array).set((await result.getData()) as Float32Array);
      result.dispose();
    }
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await new Promise<void>((resolve) => this.#runs.whenIdle(resolve));
    await this.session.release();
  }
}

/** onnxruntime-node refuses shared memory: such a buffer is copied. */
function unshared(data: TensorData): TensorData {
  return data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
}
