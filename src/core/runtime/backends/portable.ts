// Sessions through the onnxruntime-common API: any platform that onnxruntime-node or onnxruntime-web serves, and GPUs.
import { ClosedError, UserError } from "../../../errors.js";
import { Runs } from "../runs.js";
import {
  type Backend,
  type BackendOptions,
  type BoundCall,
  type Buffer,
  bufferAt,
  dtypeOf,
  type OnnxRuntimeModule,
  type Place,
  RuntimeError,
  type RuntimeModel,
  type RuntimeTensor,
  runtimeFailure,
  type Session,
  type TensorData,
} from "../session.js";
import { Turns } from "../turns.js";
import { HeldTensor, PortableTensor } from "./portable-tensor.js";

/** A tensor that stays, or a buffer that is copied. */
type BoundPlace = PortableTensor | Buffer;

/**
 * A backend over a module of the onnxruntime-common API.
 * @param provider the execution provider: "cpu", "wasm", "webgpu", "cuda".
 * @param ort the module.
 */
export function portableBackend(provider: string, { threads }: BackendOptions, ort: OnnxRuntimeModule): Backend {
  const onProcessor = provider === "cpu" || provider === "wasm";
  // onnxruntime-node 1.30 ends the process where results are to stay on the device.
  const keeps = !onProcessor && ort.env?.versions?.web !== undefined;
  // onnxruntime-web and the providers of graphics processors refuse a run during another one.
  const turns = new Turns();
  const memory = keeps
    ? {
        memory: "own" as const,
        tensor: (shape: readonly number[]) => new PortableTensor(ort, turns, shape),
        close: async () => {},
      }
    : { memory: "copied" as const };
  return {
    name: provider,
    interface: "portable",
    ...memory,
    async compile(model) {
      try {
        const session = await ort.InferenceSession.create(model, {
          executionProviders: [provider],
          intraOpNumThreads: threads,
          logSeverityLevel: 3,
          // Results stay there until a buffer takes them.
          ...(keeps && { preferredOutputLocation: "gpu-buffer" }),
          extra: { optimization: { disable_specified_optimizers: "GemmTransposeFusion;MatmulTransposeFusion" } },
        });
        return new PortableSession(ort, session, provider === "cpu" ? undefined : turns);
      } catch (error) {
        throw sessionFailure(provider, (error as Error).message);
      }
    },
  };
}

/** A device that is not there, or lacks a library, is the user's to see to; anything else is a failure. */
function sessionFailure(provider: string, message: string): Error {
  const isDevice = provider === "webgpu" || provider === "cuda";
  if (!isDevice || !/adapter|shared library|no CUDA-capable|driver version|CUDA failure/i.test(message)) {
    return new RuntimeError(`ONNX Runtime on ${provider}: ${message}`);
  }
  // ONNX Runtime begins with the place in its own source.
  const reason = message
    .replaceAll(/\s+/g, " ")
    .replace(/^.* was false\. /, "")
    .trim();
  return new UserError(`--device ${provider} does not work here: ${reason}`);
}

class PortableSession implements Session {
  /** Runs in flight of all its calls. */
  readonly #runs = new Runs();
  /** Tensors that its runs gave and that are held: they are nothing without it. */
  readonly #given = new Map<HeldTensor, readonly number[]>();
  #isReleased = false;

  constructor(
    private readonly ort: OnnxRuntimeModule,
    private readonly session: RuntimeModel,
    private readonly turns: Turns | undefined,
  ) {}

  bind(inputs: Readonly<Record<string, Place>>, outputs: Readonly<Record<string, Place>>): BoundCall {
    const [from, to] = [attach(inputs), attach(outputs)];
    const own = new Runs();
    let isReleased = false;
    return {
      get isRunning() {
        return !own.isIdle;
      },
      run: async () => {
        if (isReleased || this.#isReleased) throw new ClosedError("this call or its session is released");
        // As they are now, also where the run has to wait for its turn.
        const used = Object.entries(from).flatMap(([name, place]) => {
          return place instanceof PortableTensor ? [{ name, held: place.use() }] : [];
        });
        own.begin();
        this.#runs.begin();
        try {
          const run = () => this.#run(from, used, to);
          await (this.turns?.take(run) ?? run());
        } finally {
          for (const { held } of used) held.runs.end();
          own.end();
          this.#runs.end();
        }
      },
      release() {
        isReleased = true;
      },
    };
  }

  async #run(
    inputs: Readonly<Record<string, BoundPlace>>,
    used: readonly { readonly name: string; readonly held: HeldTensor }[],
    outputs: Readonly<Record<string, BoundPlace>>,
  ): Promise<void> {
    const feeds: Record<string, never> = {};
    for (const { name, held } of used) feeds[name] = held.tensor as never;
    for (const [name, place] of Object.entries(inputs)) {
      if (place instanceof PortableTensor) continue;
      const { data, shape } = place;
      feeds[name] = new this.ort.Tensor(dtypeOf(data) as never, unshared(data) as never, [...shape]) as never;
    }
    const results = await this.session.run(feeds, Object.keys(outputs)).catch((error: Error) => {
      throw runtimeFailure(`ONNX Runtime: ${error.message}`);
    });
    for (const [name, place] of Object.entries(outputs)) {
      const result = results[name]!;
      if (place instanceof PortableTensor) {
        place.take(this.#give(result, place.shape));
        continue;
      }
      (place.data as Float32Array).set((await result.getData()) as Float32Array);
      result.dispose();
    }
  }

  #give(result: RuntimeTensor, shape: readonly number[]): HeldTensor {
    const held = new HeldTensor(result, () => this.#given.delete(held));
    this.#given.set(held, shape);
    return held;
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await new Promise<void>((resolve) => this.#runs.whenIdle(resolve));
    for (const [held, shape] of this.#given) await this.turns?.take(() => held.leaveDevice(this.ort, shape));
    await this.session.release();
  }
}

/** onnxruntime-node refuses shared memory: such a buffer is copied. */
function unshared(data: TensorData): TensorData {
  return data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
}

/** @throws RuntimeError where a place is another backend's tensor, or a buffer does not fit its shape. */
function attach(places: Readonly<Record<string, Place>>): Readonly<Record<string, BoundPlace>> {
  const bound = Object.entries(places).map(([name, place]) => {
    return [name, place instanceof PortableTensor ? place : bufferAt(name, place)] as const;
  });
  return Object.fromEntries(bound);
}
