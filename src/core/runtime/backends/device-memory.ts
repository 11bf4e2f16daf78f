// The memory of an execution provider: tensors that it allocates, and the copies to and from them.
import { ClosedError } from "../../../errors.js";
import { encodeModel } from "../../onnx/model.js";
import { input } from "../../tensor/index.js";
import { checkValues, type DeviceTensor, type Place, RuntimeError } from "../session.js";
import type { DeviceSession } from "./device-session.js";
import { elementTypes } from "./native-session.js";
import type { OnnxRuntimeLibrary } from "./onnxruntime-library.js";

const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/** Allocates tensors through a session, as ONNX Runtime wants it; copies go through graphs that do nothing else. */
export class DeviceMemory {
  /** A session for each number of axes, that gives what it is fed. */
  readonly #copies = new Map<number, DeviceSession>();
  #allocator: { readonly owner: DeviceSession; readonly info: bigint; readonly handle: bigint } | undefined;
  #isClosed = false;

  /**
   * Allocates nothing yet.
   * @param name of the provider's memory.
   */
  constructor(
    private readonly library: OnnxRuntimeLibrary,
    private readonly name: string,
    private readonly compile: (model: Uint8Array) => DeviceSession,
  ) {}

  /** A tensor whose values are not set. */
  tensor(shape: readonly number[]): OwnedTensor {
    return new OwnedTensor(this, this.library, shape);
  }

  /** An OrtValue in this memory. @throws ClosedError once the memory is closed. */
  allocate(shape: readonly number[]): bigint {
    this.#checkOpen();
    this.#allocator ??= this.#open();
    const dims = BigInt64Array.from(shape, BigInt);
    return this.library.create(
      "CreateTensorAsOrtValue",
      this.#allocator.handle,
      dims,
      dims.length,
      elementTypes.float32,
    );
  }

  #open() {
    // Of a session of its own, which runs nothing: those that copy can then be released before the allocator.
    const owner = this.compile(copyOf(0));
    const info = this.library.create("CreateMemoryInfo", this.name, DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
    return { owner, info, handle: this.library.create("CreateAllocator", owner.handle, info) };
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ClosedError("the engine is closed");
  }

  #copy(rank: number): DeviceSession {
    const known = this.#copies.get(rank);
    if (known !== undefined) return known;
    const session = this.compile(copyOf(rank));
    this.#copies.set(rank, session);
    return session;
  }

  /** Copies values between two places of one shape. */
  async transfer(from: Place, to: Place): Promise<void> {
    this.#checkOpen();
    const call = this.#copy(from.shape.length).bind({ from }, { to });
    try {
      await call.run();
    } finally {
      call.release();
    }
  }

  /** Frees what there is beside tensors, all of which are released; copies in flight end before. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const [allocator, copies] = [this.#allocator, [...this.#copies.values()]];
    this.#allocator = undefined;
    this.#copies.clear();
    await Promise.all(copies.map((session) => session.release()));
    if (allocator === undefined) return;
    this.library.release("ReleaseAllocator", allocator.handle);
    this.library.release("ReleaseMemoryInfo", allocator.info);
    await allocator.owner.release();
  }
}

/** A graph that gives the values that it is fed. */
function copyOf(rank: number): Uint8Array {
  const dims = Array.from({ length: rank }, (_, axis) => `d${axis}`);
  return encodeModel({ name: "copy", outputs: { to: input("from", dims) } });
}

/** An OrtValue of a `DeviceMemory`. A run that it is bound to holds it on its own account. */
export class OwnedTensor implements DeviceTensor {
  #value: bigint | undefined;

  constructor(
    private readonly memory: DeviceMemory,
    private readonly library: OnnxRuntimeLibrary,
    readonly shape: readonly number[],
  ) {
    this.#value = memory.allocate(shape);
  }

  /** The present values. @throws ClosedError once the tensor is released. */
  get value(): bigint {
    if (this.#value === undefined) throw new ClosedError("a tensor of a device is used after its release");
    return this.#value;
  }

  async write(values: Float32Array): Promise<void> {
    checkValues(this, values);
    await this.memory.transfer({ data: values, shape: this.shape }, this);
  }

  async read(into: Float32Array): Promise<void> {
    checkValues(this, into);
    await this.memory.transfer(this, { data: into, shape: this.shape });
  }

  exchange(other: DeviceTensor): void {
    if (!(other instanceof OwnedTensor) || other.memory !== this.memory || `${other.shape}` !== `${this.shape}`) {
      throw new RuntimeError("tensors of two backends or two shapes cannot change places");
    }
    const [own, its] = [this.value, other.value];
    this.#value = its;
    other.#value = own;
  }

  release(): void {
    if (this.#value !== undefined) this.library.release("ReleaseValue", this.#value);
    this.#value = undefined;
  }
}
