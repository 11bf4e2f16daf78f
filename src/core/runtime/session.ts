// What the rest of the library asks of a machine that runs ONNX models; those in `backends` provide it.
import { OutOfMemoryError } from "../../errors.js";
import type { DType } from "../tensor/index.js";

export type TensorData = Float32Array | BigInt64Array | Uint8Array;

/** Values of one input or the place of one output: row-major, in memory that stays where it is. */
export interface Buffer {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/** A model with all its inputs and outputs attached to buffers: each run reads the ones and fills the others. */
export interface BoundCall {
  /** Whether a run is in flight: its buffers must stay where they are. */
  readonly isRunning: boolean;
  /** @throws ClosedError once the call or its session is released. */
  run(): Promise<void>;
  /** Frees the call, after the runs in flight. */
  release(): void;
}

export interface Session {
  /** Attaches buffers by name; every input of the model, and at least one output. */
  bind(inputs: Readonly<Record<string, Buffer>>, outputs: Readonly<Record<string, Buffer>>): BoundCall;
  /** Frees the session; resolves after the runs in flight. */
  release(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** Whether runs read and write buffers where they are: many small runs then cost no copies. */
  readonly inPlace: boolean;
  load(model: Uint8Array): Promise<Session>;
}

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

export function checkBuffer(name: string, { data, shape }: Buffer): void {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (count !== data.length) {
    throw new RuntimeError(`${name}: a buffer of ${data.length} values for shape [${shape.join(", ")}]`);
  }
}
