// Sessions whose inputs and outputs are bound anew for each run: to the values that tensors of the device have then.
import { ClosedError } from "../../../errors.js";
import { Runs } from "../runs.js";
import type { BoundCall, Place, TensorData } from "../session.js";
import { OwnedTensor } from "./device-memory.js";
import { OrtSession, PacedRun, wrapBuffer } from "./native-session.js";
import type { OnnxRuntimeLibrary } from "./onnxruntime-library.js";

/** A model that is run with an OrtIoBinding. */
export class DeviceSession extends OrtSession {
  readonly calls = new Set<DeviceCall>();

  bind(inputs: Readonly<Record<string, Place>>, outputs: Readonly<Record<string, Place>>): BoundCall {
    return new DeviceCall(this.library, this, inputs, outputs);
  }

  /** Their bindings hold tensors, whose memory would outlive the session. */
  protected override releaseCalls(): void {
    for (const call of this.calls) call.release();
  }
}

/** A tensor of the device, or a buffer as an OrtValue. */
type BoundPlace = OwnedTensor | { readonly value: bigint; readonly data: TensorData };

class DeviceCall implements BoundCall {
  readonly #inputs: readonly (readonly [name: string, place: BoundPlace])[];
  readonly #outputs: readonly (readonly [name: string, place: BoundPlace])[];
  /** OrtValues of buffers. */
  readonly #values: bigint[] = [];
  /** Bindings that no run uses: runs of one call that overlap have one each. */
  readonly #idle: bigint[] = [];
  readonly #runs = new Runs();
  readonly #paced: PacedRun;
  #isReleased = false;

  constructor(
    private readonly library: OnnxRuntimeLibrary,
    private readonly session: DeviceSession,
    inputs: Readonly<Record<string, Place>>,
    outputs: Readonly<Record<string, Place>>,
  ) {
    this.#paced = new PacedRun(library, "RunWithBinding");
    this.#inputs = this.#attach(inputs);
    this.#outputs = this.#attach(outputs);
    session.calls.add(this);
  }

  get isRunning(): boolean {
    return !this.#runs.isIdle;
  }

  async run(): Promise<void> {
    if (this.#isReleased || this.session.isReleased) throw new ClosedError("this call or its session is released");
    this.#runs.begin();
    this.session.runs.begin();
    try {
      await this.#run(this.session.handle);
    } finally {
      this.#runs.end();
      this.session.runs.end();
    }
  }

  async #run(session: bigint): Promise<void> {
    const { library } = this;
    const binding = this.#idle.pop() ?? library.create("CreateIoBinding", session);
    try {
      // Binding a buffer copies it where the device has memory of its own.
      for (const [name, { value }] of this.#inputs) library.call("BindInput", binding, name, value);
      for (const [name, { value }] of this.#outputs) library.call("BindOutput", binding, name, value);
      library.call("SynchronizeBoundInputs", binding);
      await this.#paced.run(session, null, binding);
      library.call("SynchronizeBoundOutputs", binding);
    } finally {
      this.#idle.push(binding);
    }
  }

  release(): void {
    this.#isReleased = true;
    this.session.calls.delete(this);
    this.#runs.whenIdle(() => {
      for (const binding of this.#idle.splice(0)) this.library.release("ReleaseIoBinding", binding);
      for (const value of this.#values.splice(0)) this.library.release("ReleaseValue", value);
    });
  }

  #attach(places: Readonly<Record<string, Place>>): (readonly [string, BoundPlace])[] {
    return Object.entries(places).map(([name, place]) => {
      if (place instanceof OwnedTensor) return [name, place];
      const wrapped = wrapBuffer(this.library, name, place);
      this.#values.push(wrapped.value);
      return [name, wrapped];
    });
  }
}
