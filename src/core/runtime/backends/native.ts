// Sessions through ONNX Runtime's C API: buffers bound once, read and written in place.
import koffi from "koffi";
import { ClosedError } from "../../../errors.js";
import type { DType } from "../../tensor/index.js";
import { Runs } from "../runs.js";
import {
  type Backend,
  type BackendOptions,
  type BoundCall,
  type Buffer,
  checkBuffer,
  dtypeOf,
  type Session,
} from "../session.js";
import { OnnxRuntimeLibrary } from "./onnxruntime-library.js";

const elementTypes: Record<DType, number> = { float32: 1, int64: 7, bool: 9 };
const ALL_OPTIMIZATIONS = 99;
const LOG_ERRORS_ONLY = 3;

/** A call expected to take longer than this leaves the thread, so that timers and signals are served meanwhile (ms). */
const LONG_CALL = 4;
/** Short calls in a row give the event loop a turn at least this often (ms). */
const TURN = 25;

let lastTurn = performance.now();

function turn(): Promise<void> {
  return new Promise((resolve) =>
    setImmediate(() => {
      lastTurn = performance.now();
      resolve();
    }),
  );
}

export function nativeBackend({ threads }: BackendOptions): Backend {
  const library = OnnxRuntimeLibrary.open();
  return {
    name: "cpu",
    inPlace: true,
    async load(model) {
      const options = library.create("CreateSessionOptions");
      try {
        library.call("SetSessionLogSeverityLevel", options, LOG_ERRORS_ONLY);
        library.call("SetSessionGraphOptimizationLevel", options, ALL_OPTIMIZATIONS);
        library.call("SetIntraOpNumThreads", options, threads);
        // Memory planned in one piece is no faster here and takes more of it: 2.5 against 1.5 GB for GMAE with 16 views.
        library.call("DisableMemPattern", options);
        // A thread that waits longer takes processor time from kernels and from other processes (docs/benchmarks.md has the figures).
        library.call("AddSessionConfigEntry", options, "session.intra_op.spin_duration_us", "20");
        // It would undo what makes products independent of the number of threads (tensor/ops/matmul.ts).
        library.call(
          "AddSessionConfigEntry",
          options,
          "optimization.disable_specified_optimizers",
          "GemmTransposeFusion;MatmulTransposeFusion",
        );
        return new NativeSession(
          library,
          library.create("CreateSessionFromArray", library.environment, model, model.length, options),
        );
      } finally {
        library.release("ReleaseSessionOptions", options);
      }
    },
  };
}

class NativeSession implements Session {
  /** Runs in flight of all its calls. */
  readonly runs = new Runs();
  #handle: bigint | undefined;

  constructor(
    private readonly library: OnnxRuntimeLibrary,
    handle: bigint,
  ) {
    this.#handle = handle;
  }

  get isReleased(): boolean {
    return this.#handle === undefined;
  }

  get handle(): bigint {
    if (this.#handle === undefined) throw new ClosedError("the session is released");
    return this.#handle;
  }

  bind(inputs: Readonly<Record<string, Buffer>>, outputs: Readonly<Record<string, Buffer>>): BoundCall {
    return new NativeCall(this.library, this, inputs, outputs);
  }

  release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    return new Promise((resolve) =>
      this.runs.whenIdle(() => {
        if (handle !== undefined) this.library.release("ReleaseSession", handle);
        resolve();
      }),
    );
  }
}

class NativeCall implements BoundCall {
  readonly #values: bigint[] = [];
  /** Memory that ONNX Runtime reads during a run, kept from the garbage collector. */
  readonly #kept: unknown[] = [];
  readonly #arguments: unknown[];
  readonly #runs = new Runs();
  #isReleased = false;
  #lastMilliseconds = Number.POSITIVE_INFINITY;

  constructor(
    private readonly library: OnnxRuntimeLibrary,
    private readonly session: NativeSession,
    inputs: Readonly<Record<string, Buffer>>,
    outputs: Readonly<Record<string, Buffer>>,
  ) {
    const [inputNames, inputValues] = this.#attach(inputs);
    const [outputNames, outputValues] = this.#attach(outputs);
    const [inputCount, outputCount] = [Object.keys(inputs).length, Object.keys(outputs).length];
    this.#arguments = [
      session.handle,
      null,
      inputNames,
      inputValues,
      inputCount,
      outputNames,
      outputCount,
      outputValues,
    ];
  }

  get isRunning(): boolean {
    return !this.#runs.isIdle;
  }

  async run(): Promise<void> {
    if (this.#isReleased || this.session.isReleased) throw new ClosedError("this call or its session is released");
    this.#runs.begin();
    this.session.runs.begin();
    try {
      await this.#run();
    } finally {
      this.#runs.end();
      this.session.runs.end();
    }
  }

  async #run(): Promise<void> {
    const start = performance.now();
    if (this.#lastMilliseconds > LONG_CALL) {
      await this.library.callAsync("Run", ...this.#arguments);
      lastTurn = performance.now();
    } else {
      if (start - lastTurn > TURN) await turn();
      this.library.call("Run", ...this.#arguments);
    }
    this.#lastMilliseconds = performance.now() - start;
  }

  release(): void {
    this.#isReleased = true;
    this.#runs.whenIdle(() => {
      for (const value of this.#values.splice(0)) this.library.release("ReleaseValue", value);
      this.#kept.length = 0;
    });
  }

  /** Wraps buffers as OrtValues; returns the addresses of their array of names and their array of values. */
  #attach(buffers: Readonly<Record<string, Buffer>>): [bigint, bigint] {
    const names: bigint[] = [];
    const values: bigint[] = [];
    for (const [name, buffer] of Object.entries(buffers)) {
      checkBuffer(name, buffer);
      const { data, shape } = buffer;
      names.push(this.#pin(new TextEncoder().encode(`${name}\0`)));
      const value = this.library.create(
        "CreateTensorWithDataAsOrtValue",
        this.library.memoryInfo,
        this.#pin(data),
        data.byteLength,
        BigInt64Array.from(shape, BigInt),
        shape.length,
        elementTypes[dtypeOf(data)],
      );
      values.push(value);
      this.#values.push(value);
    }
    return [this.#pin(BigUint64Array.from(names)), this.#pin(BigUint64Array.from(values))];
  }

  #pin(data: ArrayBufferView): bigint {
    this.#kept.push(data);
    return koffi.address(data);
  }
}
