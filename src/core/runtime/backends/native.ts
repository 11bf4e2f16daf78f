// Sessions through ONNX Runtime's C API: buffers bound once, read and written in place.
import koffi from "koffi";
import { ClosedError } from "../../../errors.js";
import { Runs } from "../runs.js";
import type { Backend, BackendOptions, BoundCall, Place } from "../session.js";
import { createSession, OrtSession, PacedRun, wrapBuffer } from "./native-session.js";
import { OnnxRuntimeLibrary } from "./onnxruntime-library.js";

export function nativeBackend({ threads }: BackendOptions): Backend {
  const library = OnnxRuntimeLibrary.open();
  return {
    name: "cpu",
    interface: "native",
    memory: "shared",
    compile: async (model) => new NativeSession(library, createSession(library, model, threads)),
  };
}

class NativeSession extends OrtSession {
  bind(inputs: Readonly<Record<string, Place>>, outputs: Readonly<Record<string, Place>>): BoundCall {
    return new NativeCall(this.library, this, inputs, outputs);
  }
}

class NativeCall implements BoundCall {
  readonly #values: bigint[] = [];
  /** Memory that ONNX Runtime reads during a run, kept from the garbage collector. */
  readonly #kept: unknown[] = [];
  readonly #arguments: unknown[];
  readonly #runs = new Runs();
  #isReleased = false;
  readonly #paced: PacedRun;

  constructor(
    private readonly library: OnnxRuntimeLibrary,
    private readonly session: NativeSession,
    inputs: Readonly<Record<string, Place>>,
    outputs: Readonly<Record<string, Place>>,
  ) {
    this.#paced = new PacedRun(library, "Run");
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
      await this.#paced.run(...this.#arguments);
    } finally {
      this.#runs.end();
      this.session.runs.end();
    }
  }

  release(): void {
    this.#isReleased = true;
    this.#runs.whenIdle(() => {
      for (const value of this.#values.splice(0)) this.library.release("ReleaseValue", value);
      this.#kept.length = 0;
    });
  }

  /** Wraps buffers as OrtValues; returns the addresses of their array of names and their array of values. */
  #attach(places: Readonly<Record<string, Place>>): [bigint, bigint] {
    const names: bigint[] = [];
    const values: bigint[] = [];
    for (const [name, place] of Object.entries(places)) {
      names.push(this.#pin(new TextEncoder().encode(`${name}\0`)));
      const { value, data } = wrapBuffer(this.library, name, place);
      this.#kept.push(data);
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
