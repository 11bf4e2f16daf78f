// Sessions through the onnxruntime-common API: any platform that onnxruntime-node or onnxruntime-web serves, and GPUs.
import { ClosedError } from "../../../errors.js";
import { Runs } from "../runs.js";
import {
  type Backend,
  type BackendOptions,
  type BoundCall,
  type Buffer,
  checkBuffer,
  dtypeOf,
  type OnnxRuntimeModule,
  RuntimeError,
  type RuntimeModel,
  runtimeFailure,
  type Session,
  type TensorData,
} from "../session.js";
import { Turns } from "../turns.js";

/**
 * A backend over a module of the onnxruntime-common API.
 * @param provider the execution provider: "cpu", "wasm", "webgpu", "cuda".
 * @param ort the module.
 */
export function portableBackend(provider: string, { threads }: BackendOptions, ort: OnnxRuntimeModule): Backend {
  // onnxruntime-web and the providers of graphics processors refuse a run during another one.
  const turns = provider === "cpu" ? undefined : new Turns();
  return {
    name: provider,
    inPlace: false,
    async load(model) {
      try {
        const session = await ort.InferenceSession.create(model, {
          executionProviders: [provider],
          intraOpNumThreads: threads,
          logSeverityLevel: 3,
          extra: { optimization: { disable_specified_optimizers: "GemmTransposeFusion;MatmulTransposeFusion" } },
        });
        return new PortableSession(ort, session, turns);
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
    private readonly ort: OnnxRuntimeModule,
    private readonly session: RuntimeModel,
    private readonly turns: Turns | undefined,
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
        if (isReleased || this.#isReleased) throw new ClosedError("this call or its session is released");
        own.begin();
        this.#runs.begin();
        try {
          const run = () => this.#run(inputs, outputs);
          await (this.turns?.take(run) ?? run());
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
    const feeds: Record<string, never> = {};
    for (const [name, { data, shape }] of Object.entries(inputs)) {
      feeds[name] = new this.ort.Tensor(dtypeOf(data) as never, unshared(data) as never, [...shape]) as never;
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
