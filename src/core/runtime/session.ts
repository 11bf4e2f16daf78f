// What the rest of the library asks of a machine that runs ONNX models; those in `backends` provide it.
import { OutOfMemoryError } from "../../errors.js";
import type { DType } from "../tensor/index.js";

/** Values of a tensor: float32, int64, or bool as bytes. */
export type TensorData = Float32Array | BigInt64Array | Uint8Array;

/** Values of one input or the place of one output: row-major, in memory that stays where it is. */
export interface Buffer {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/** Float32 values that a backend keeps to itself, row-major: where parameters, moments and a training's results stay between runs. */
export interface DeviceTensor {
  readonly shape: readonly number[];
  /** Takes the values of an array of as many. @throws ClosedError once the tensor is released. */
  write(values: Float32Array): Promise<void>;
  /** Fills an array of as many. @throws ClosedError once the tensor is released. */
  read(into: Float32Array): Promise<void>;
  /** The values of two tensors of one backend and shape change places, without a copy. No run in flight notices. */
  exchange(other: DeviceTensor): void;
  /** Frees the values, after the runs in flight. */
  release(): void;
}

/** Where an input comes from or an output goes to: a buffer that stays where it is, or a tensor that the backend keeps. */
export type Place = Buffer | DeviceTensor;

/** A model with all its inputs and outputs attached to places: each run reads the ones and fills the others. */
export interface BoundCall {
  /** Whether a run is in flight: its buffers must stay where they are. */
  readonly isRunning: boolean;
  /** @throws ClosedError once the call, its session or one of its tensors is released. */
  run(): Promise<void>;
  /** Frees the call, after the runs in flight. */
  release(): void;
}

export interface Session {
  /** Attaches places by name; every input of the model, and at least one output. A run takes the values that its tensors have then. */
  bind(inputs: Readonly<Record<string, Place>>, outputs: Readonly<Record<string, Place>>): BoundCall;
  /** Frees the session; resolves after the runs in flight. */
  release(): Promise<void>;
}

interface AnyBackend {
  /** What it runs on: "cpu", "webgpu". */
  readonly name: string;
  /** How the engine option `interface` names it. */
  readonly interface: "native" | "portable" | "device";
  /** Makes a model ready to run. @throws RuntimeError where it is invalid. */
  compile(model: Uint8Array): Promise<Session>;
}

/** A backend that computes in the processor's memory, where kernels work on parameters between runs. */
export interface HostBackend extends AnyBackend {
  /** "shared": its runs read and write buffers where they are, so that many small ones cost nothing; "copied": they copy them. */
  readonly memory: "shared" | "copied";
}

/** A backend with memory of its own: it copies buffers there and back; what stays from run to run belongs into its tensors. */
export interface DeviceBackend extends AnyBackend {
  readonly memory: "own";
  /** A tensor whose values are not set. @throws OutOfMemoryError where it does not fit. */
  tensor(shape: readonly number[]): DeviceTensor;
  /** Frees what the backend has beside sessions and tensors, all of which are released. */
  close(): Promise<void>;
}

/** What runs models. */
export type Backend = HostBackend | DeviceBackend;

/** A tensor of an ONNX Runtime module. */
export interface RuntimeTensor {
  /** Its values, also where they are on a device. */
  getData(): Promise<unknown>;
  /** Frees it. */
  dispose(): void;
}

/** A loaded model of an ONNX Runtime module. */
export interface RuntimeModel {
  /** Computes the outputs of the names given. */
  run(feeds: Record<string, never>, outputs: string[]): Promise<Readonly<Record<string, RuntimeTensor>>>;
  /** Frees it. */
  release(): Promise<void>;
}

/** The class of a module's tensors. */
export interface RuntimeTensorClass {
  /** Makes one: its element type, values and shape. */
  new (type: never, data: never, shape: number[]): RuntimeTensor;
}

/** What of an ONNX Runtime module is used: onnxruntime-node and onnxruntime-web have it. */
export interface OnnxRuntimeModule {
  /** Makes sessions of models. */
  readonly InferenceSession: {
    /** Loads a model. */
    create(model: Uint8Array, options?: Record<string, unknown>): Promise<RuntimeModel>;
  };
  /** The class of tensors. */
  readonly Tensor: RuntimeTensorClass;
  /** Its surroundings; onnxruntime-web has its version there, and can leave results on a device. */
  readonly env?: { readonly versions?: { readonly web?: string } };
}

export interface BackendOptions {
  /** Threads that one operation may use. */
  readonly threads: number;
}

/** Raised by a session: the model or the buffers do not fit, or an operation failed. */
export class RuntimeError extends Error {
  override readonly name: string = "RuntimeError";
  readonly code: string = "ERR_RUNTIME";
}

/**
 * Values are read whose latest version is on a device: a download has to come first.
 * @example
 * ```ts
 * import { Engine, StaleError } from "vantage-ml";
 * import { ParameterStore } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const store = new ParameterStore(engine.memory, [{ name: "weight", shape: [2] }]);
 * try {
 *   console.log(store.values("weight").length); // 2
 * } catch (error) {
 *   // A training on a device has changed the values since.
 *   if (!(error instanceof StaleError)) throw error;
 *   await store.download();
 * }
 * ```
 */
export class StaleError extends RuntimeError {
  override readonly name = "StaleError";
  override readonly code = "ERR_STALE";
}

/** The library of a platform cannot be used here: it is missing, does not load, or is too old. */
export class LibraryError extends RuntimeError {
  override readonly name = "LibraryError";
  override readonly code = "ERR_LIBRARY";
}

/** The error that ONNX Runtime's message stands for. */
export function runtimeFailure(message: string): Error {
  const isMemory = /failed to allocate memory|bad_alloc|bad allocation/i.test(message);
  return isMemory ? new OutOfMemoryError(`out of memory: ${message}`) : new RuntimeError(message);
}

const arrayTypes: Record<DType, string> = { float32: "Float32Array", int64: "BigInt64Array", bool: "Uint8Array" };

export function dtypeOf(data: TensorData): DType {
  const entry = Object.entries(arrayTypes).find(([, name]) => data.constructor.name === name);
  if (entry === undefined) throw new RuntimeError(`buffers cannot be of type ${data.constructor.name}`);
  return entry[0] as DType;
}

/** A place as a buffer, whose length is checked. @throws RuntimeError where it is a tensor, or its length does not fit its shape. */
export function bufferAt(name: string, place: Place): Buffer {
  if (!("data" in place)) throw new RuntimeError(`${name}: a tensor of another backend`);
  const { data, shape } = place;
  if (countOf(shape) !== data.length) {
    throw new RuntimeError(`${name}: a buffer of ${data.length} values for shape [${shape.join(", ")}]`);
  }
  return place;
}

/** @throws RangeError where an array for a tensor's values has another length. */
export function checkValues({ shape }: DeviceTensor, values: Float32Array): void {
  if (values.length !== countOf(shape)) {
    throw new RangeError(`${values.length} values for a tensor of shape [${shape.join(", ")}]`);
  }
}

/** Number of values of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
