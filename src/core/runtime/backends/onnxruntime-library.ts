// ONNX Runtime's C API through koffi: the functions that sessions need, typed, with errors raised.

import koffi from "koffi";
import { LibraryError, runtimeFailure } from "../session.js";
import { libraryPath } from "./library-path.js";

/** The version of the C API asked for: any later ONNX Runtime serves it with the same table. */
const API_VERSION = 18;

/** Places in the table of function pointers `OrtApi`, fixed by the public header onnxruntime_c_api.h. */
const table = {
  GetErrorMessage: [2, "const char *f(void *status)"],
  CreateEnv: [3, "void *f(int level, const char *id, _Out_ void **env)"],
  CreateSessionFromArray: [
    8,
    "void *f(void *env, const void *model, size_t size, void *options, _Out_ void **session)",
  ],
  Run: [
    9,
    "void *f(void *session, void *options, void *inputNames, void *inputs, size_t inputCount, void *outputNames, size_t outputCount, void *outputs)",
  ],
  CreateSessionOptions: [10, "void *f(_Out_ void **options)"],
  DisableMemPattern: [17, "void *f(void *options)"],
  SetSessionLogSeverityLevel: [22, "void *f(void *options, int level)"],
  SetSessionGraphOptimizationLevel: [23, "void *f(void *options, int level)"],
  SetIntraOpNumThreads: [24, "void *f(void *options, int threads)"],
  CreateTensorWithDataAsOrtValue: [
    49,
    "void *f(void *info, void *data, size_t bytes, const int64_t *shape, size_t rank, int type, _Out_ void **value)",
  ],
  CreateTensorAsOrtValue: [
    48,
    "void *f(void *allocator, const int64_t *shape, size_t rank, int type, _Out_ void **value)",
  ],
  CreateMemoryInfo: [68, "void *f(const char *name, int allocator, int id, int memory, _Out_ void **info)"],
  CreateCpuMemoryInfo: [69, "void *f(int allocator, int memory, _Out_ void **info)"],
  ReleaseStatus: [93, "void f(void *status)"],
  ReleaseMemoryInfo: [94, "void f(void *info)"],
  ReleaseSession: [95, "void f(void *session)"],
  ReleaseValue: [96, "void f(void *value)"],
  ReleaseSessionOptions: [100, "void f(void *options)"],
  AddSessionConfigEntry: [130, "void *f(void *options, const char *key, const char *value)"],
  CreateAllocator: [131, "void *f(void *session, void *info, _Out_ void **allocator)"],
  ReleaseAllocator: [132, "void f(void *allocator)"],
  RunWithBinding: [133, "void *f(void *session, void *options, void *binding)"],
  CreateIoBinding: [134, "void *f(void *session, _Out_ void **binding)"],
  ReleaseIoBinding: [135, "void f(void *binding)"],
  BindInput: [136, "void *f(void *binding, const char *name, void *value)"],
  BindOutput: [137, "void *f(void *binding, const char *name, void *value)"],
  SynchronizeBoundInputs: [202, "void *f(void *binding)"],
  SynchronizeBoundOutputs: [203, "void *f(void *binding)"],
} as const;

type Name = keyof typeof table;
type Native = ReturnType<ReturnType<typeof koffi.load>["func"]>;

export class OnnxRuntimeLibrary {
  readonly #functions = new Map<Name, Native>();
  /** Kept: koffi unloads a library whose handle is collected, under the functions decoded from it. */
  readonly #library: ReturnType<typeof koffi.load>;
  /** OrtEnv of the process and OrtMemoryInfo of the processor's memory: made once, never released. */
  readonly environment: bigint;
  readonly memoryInfo: bigint;

  private constructor(path: string) {
    this.#library = loadLibrary(path);
    const base = this.#library.func("void *OrtGetApiBase()")() as bigint;
    const getApi = koffi.decode(
      koffi.decode(base, "void *") as bigint,
      koffi.proto("void *(uint32_t version)"),
    ) as Native;
    const api = getApi(API_VERSION) as bigint | null;
    if (api === null) throw new LibraryError(`${path} does not know version ${API_VERSION} of the ONNX Runtime C API`);
    const pointerSize = koffi.sizeof("void *");
    for (const [name, [place, signature]] of Object.entries(table)) {
      const pointer = koffi.decode(api, place * pointerSize, "void *") as bigint;
      const type = koffi.proto(signature.replace(" f(", " (").replace("*f(", "*("));
      this.#functions.set(name as Name, koffi.decode(pointer, type) as Native);
    }
    this.environment = this.create("CreateEnv", 3, "vantage");
    this.memoryInfo = this.create("CreateCpuMemoryInfo", 0, 0);
  }

  static #shared: OnnxRuntimeLibrary | undefined;

  /** The library of this process, loaded on first use. @throws LibraryError where this platform has none that can be used. */
  static open(): OnnxRuntimeLibrary {
    OnnxRuntimeLibrary.#shared ??= new OnnxRuntimeLibrary(libraryPath());
    return OnnxRuntimeLibrary.#shared;
  }

  /** Calls a function that returns an OrtStatus. */
  call(name: Name, ...args: unknown[]): void {
    this.check(name, this.#functions.get(name)!(...args) as bigint | null);
  }

  /** The same on a thread of its own, so that the event loop goes on. */
  callAsync(name: Name, ...args: unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#functions.get(name)!.async(...args, (error: Error | null, status: bigint | null) => {
        try {
          if (error !== null) throw error;
          this.check(name, status);
          resolve();
        } catch (failure) {
          reject(failure);
        }
      });
    });
  }

  /** Calls a function whose last argument receives a new object. */
  create(name: Name, ...args: unknown[]): bigint {
    const out: [bigint | null] = [null];
    this.call(name, ...args, out);
    return out[0]!;
  }

  /** Frees an object. */
  release(name: Extract<Name, `Release${string}`>, object: bigint): void {
    this.#functions.get(name)!(object);
  }

  private check(name: Name, status: bigint | null): void {
    if (status === null || status === 0n) return;
    const message = this.#functions.get("GetErrorMessage")!(status) as string;
    this.#functions.get("ReleaseStatus")!(status);
    throw runtimeFailure(`ONNX Runtime, ${name}: ${message}`);
  }
}

function loadLibrary(path: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path);
  } catch (error) {
    throw new LibraryError(`${path} cannot be loaded (${(error as Error).message})`);
  }
}
