// Tensors of an ONNX Runtime module that stay between runs: what one run gave is what the next one takes.
import { ClosedError } from "../../../errors.js";
import { Runs } from "../runs.js";
import {
  checkValues,
  type DeviceTensor,
  type OnnxRuntimeModule,
  RuntimeError,
  type RuntimeTensor,
} from "../session.js";
import type { Turns } from "../turns.js";

/** A tensor of the module with the runs that read it. */
export class HeldTensor {
  /** Runs that read it, those that wait for their turn among them. */
  readonly runs = new Runs();
  #tensor: RuntimeTensor;

  /** @param onDispose called once it is disposed of. */
  constructor(
    tensor: RuntimeTensor,
    private readonly onDispose: () => void = () => {},
  ) {
    this.#tensor = tensor;
  }

  /** What a run is fed with. */
  get tensor(): RuntimeTensor {
    return this.#tensor;
  }

  /** Puts a copy outside the device in its place. To be called while no run is in flight. */
  async leaveDevice(ort: OnnxRuntimeModule, shape: readonly number[]): Promise<void> {
    const before = this.#tensor;
    this.#tensor = copyOf(ort, (await before.getData()) as Float32Array, shape);
    before.dispose();
  }

  /** Frees it, after the runs that read it. */
  dispose(): void {
    this.runs.whenIdle(() => {
      this.#tensor.dispose();
      this.onDispose();
    });
  }
}

function copyOf(ort: OnnxRuntimeModule, values: Float32Array, shape: readonly number[]): RuntimeTensor {
  return new ort.Tensor("float32" as never, values.slice() as never, [...shape]);
}

/** A place for values, which holds a tensor of the module at a time: each write and each run puts another one there. */
export class PortableTensor implements DeviceTensor {
  #held: HeldTensor | undefined;
  #isReleased = false;

  constructor(
    private readonly ort: OnnxRuntimeModule,
    private readonly turns: Turns,
    readonly shape: readonly number[],
  ) {}

  #checkOpen(): void {
    if (this.#isReleased) throw new ClosedError("a tensor of a device is used after its release");
  }

  /** What is held now, counted as in use by a run until `runs.end()`. @throws ClosedError once this is released. */
  use(): HeldTensor {
    this.#checkOpen();
    if (this.#held === undefined) throw new RuntimeError("a tensor of a device is read before it has values");
    this.#held.runs.begin();
    return this.#held;
  }

  /** Holds what a run gave in place of what was there. */
  take(held: HeldTensor): void {
    this.#held?.dispose();
    this.#held = held;
    if (this.#isReleased) this.release();
  }

  async write(values: Float32Array): Promise<void> {
    checkValues(this, values);
    this.#checkOpen();
    this.take(new HeldTensor(copyOf(this.ort, values, this.shape)));
  }

  async read(into: Float32Array): Promise<void> {
    checkValues(this, into);
    const held = this.use();
    try {
      into.set((await this.turns.take(() => held.tensor.getData())) as Float32Array);
    } finally {
      held.runs.end();
    }
  }

  exchange(other: DeviceTensor): void {
    if (!(other instanceof PortableTensor) || other.ort !== this.ort || `${other.shape}` !== `${this.shape}`) {
      throw new RuntimeError("tensors of two backends or two shapes cannot change places");
    }
    for (const each of [this, other]) each.#checkOpen();
    [this.#held, other.#held] = [other.#held, this.#held];
  }

  release(): void {
    this.#isReleased = true;
    this.#held?.dispose();
    this.#held = undefined;
  }
}
