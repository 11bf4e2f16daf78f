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

/** A module's tensor with the runs that read it. */
interface Held {
  readonly tensor: RuntimeTensor;
  readonly runs: Runs;
}

/** A place for values, which holds a tensor of the module at a time: each write and each run puts another one there. */
export class PortableTensor implements DeviceTensor {
  #held: Held | undefined;
  #isReleased = false;

  constructor(
    private readonly ort: OnnxRuntimeModule,
    readonly shape: readonly number[],
  ) {}

  get #present(): Held {
    this.#checkOpen();
    if (this.#held === undefined) throw new RuntimeError("a tensor of a device is read before it has values");
    return this.#held;
  }

  #checkOpen(): void {
    if (this.#isReleased) throw new ClosedError("a tensor of a device is used after its release");
  }

  /** The module's tensor, which stays until `done` is called. @throws ClosedError once this is released. */
  use(): { readonly tensor: RuntimeTensor; done(): void } {
    const { tensor, runs } = this.#present;
    runs.begin();
    return { tensor, done: () => runs.end() };
  }

  /** Holds what a run gave in place of what was there. */
  take(tensor: RuntimeTensor): void {
    const before = this.#held;
    this.#held = this.#isReleased ? undefined : { tensor, runs: new Runs() };
    if (this.#isReleased) tensor.dispose();
    before?.runs.whenIdle(() => before.tensor.dispose());
  }

  async write(values: Float32Array): Promise<void> {
    checkValues(this, values);
    this.#checkOpen();
    this.take(new this.ort.Tensor("float32" as never, values.slice() as never, [...this.shape]));
  }

  async read(into: Float32Array): Promise<void> {
    checkValues(this, into);
    const { tensor, done } = this.use();
    try {
      into.set((await tensor.getData()) as Float32Array);
    } finally {
      done();
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
    const before = this.#held;
    this.#held = undefined;
    before?.runs.whenIdle(() => before.tensor.dispose());
  }
}
