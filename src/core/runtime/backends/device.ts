// Sessions through ONNX Runtime's C API whose values stay with the execution provider: tensors in its memory, bound to each run.
import type { BackendOptions, DeviceBackend } from "../session.js";
import { DeviceMemory } from "./device-memory.js";
import { DeviceSession } from "./device-session.js";
import { createSession } from "./native-session.js";
import { OnnxRuntimeLibrary } from "./onnxruntime-library.js";

/** An execution provider of ONNX Runtime, and where its tensors lie. */
export interface Provider {
  /** As the engine option `device` names it. */
  readonly name: "cpu";
  /** The name of its memory in an OrtMemoryInfo. */
  readonly memory: string;
}

/** ONNX Runtime's own kernels for processors. */
export const processor: Provider = { name: "cpu", memory: "Cpu" };

/**
 * A backend that keeps its tensors to itself: buffers are copied to it and back, whatever it is.
 * @throws LibraryError where this platform has no library that can be used.
 */
export function deviceBackend(provider: Provider, { threads }: BackendOptions): DeviceBackend {
  const library = OnnxRuntimeLibrary.open();
  const compile = (model: Uint8Array) => new DeviceSession(library, createSession(library, model, threads));
  const memory = new DeviceMemory(library, provider.memory, compile);
  return {
    name: provider.name,
    interface: "device",
    memory: "own",
    compile: async (model) => compile(model),
    tensor: (shape) => memory.tensor(shape),
    close: () => memory.close(),
  };
}
