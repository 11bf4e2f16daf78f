// What both ways of running models through ONNX Runtime's C API share: sessions, buffers as its values, and runs that let the event loop go on.
import koffi from "koffi";
import { ClosedError } from "../../../errors.js";
import type { DType } from "../../tensor/index.js";
import { Runs } from "../runs.js";
import { type BoundCall, bufferAt, dtypeOf, type Place, type Session, type TensorData } from "../session.js";
import type { OnnxRuntimeLibrary } from "./onnxruntime-library.js";

/** ONNX Runtime's numbers of element types. */
export const elementTypes: Readonly<Record<DType, number>> = { float32: 1, int64: 7, bool: 9 };
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

/** An OrtSession of a model. @throws RuntimeError where it is invalid. */
export function createSession(library: OnnxRuntimeLibrary, model: Uint8Array, threads: number): bigint {
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
    return library.create("CreateSessionFromArray", library.environment, model, model.length, options);
  } finally {
    library.release("ReleaseSessionOptions", options);
  }
}

/** A loaded model: its OrtSession is freed once no run is in flight. */
export abstract class OrtSession implements Session {
  /** Runs in flight of all its calls. */
  readonly runs = new Runs();
  #handle: bigint | undefined;

  constructor(
    protected readonly library: OnnxRuntimeLibrary,
    handle: bigint,
  ) {
    this.#handle = handle;
  }

  get isReleased(): boolean {
    return this.#handle === undefined;
  }

  /** @throws ClosedError once the session is released. */
  get handle(): bigint {
    if (this.#handle === undefined) throw new ClosedError("the session is released");
    return this.#handle;
  }

  abstract bind(inputs: Readonly<Record<string, Place>>, outputs: Readonly<Record<string, Place>>): BoundCall;

  /** Frees what must go before the session. */
  protected releaseCalls(): void {}

  release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    return new Promise((resolve) =>
      this.runs.whenIdle(() => {
        this.releaseCalls();
        if (handle !== undefined) this.library.release("ReleaseSession", handle);
        resolve();
      }),
    );
  }
}

/**
 * A buffer as an OrtValue over the same memory, and the array that has to be kept from the garbage collector as long.
 * @throws RuntimeError where the place is no buffer, or its length does not fit its shape.
 */
export function wrapBuffer(
  library: OnnxRuntimeLibrary,
  name: string,
  place: Place,
): { readonly value: bigint; readonly data: TensorData } {
  const { data, shape } = bufferAt(name, place);
  const value = library.create(
    "CreateTensorWithDataAsOrtValue",
    library.memoryInfo,
    koffi.address(data),
    data.byteLength,
    BigInt64Array.from(shape, BigInt),
    shape.length,
    elementTypes[dtypeOf(data)],
  );
  return { value, data };
}

/** A function of the library that is called again and again with about the same work: on this thread while it is short. */
export class PacedRun {
  #lastMilliseconds = Number.POSITIVE_INFINITY;

  constructor(
    private readonly library: OnnxRuntimeLibrary,
    private readonly name: "Run" | "RunWithBinding",
  ) {}

  async run(...args: unknown[]): Promise<void> {
    const start = performance.now();
    if (this.#lastMilliseconds > LONG_CALL) {
      await this.library.callAsync(this.name, ...args);
      lastTurn = performance.now();
    } else {
      if (start - lastTurn > TURN) await turn();
      this.library.call(this.name, ...args);
    }
    this.#lastMilliseconds = performance.now() - start;
  }
}
