// The backend of browsers: the module of the onnxruntime-common API that the program gives.
import { UserError } from "../../../errors.js";
import type { EngineOptions } from "../engine.js";
import { type Backend, LibraryError } from "../session.js";
import { portableBackend } from "./portable.js";

/** @throws UserError where no module is given, LibraryError for the interfaces to the C API. */
export async function openBackend(options: EngineOptions, threads: number): Promise<Backend> {
  const { device = "cpu", interface: way, onnxruntime } = options;
  if (way === "native" || way === "device") throw new LibraryError("a browser cannot call ONNX Runtime's C API");
  if (onnxruntime === undefined) {
    throw new UserError("an engine in a browser needs the option onnxruntime: the module onnxruntime-web");
  }
  return portableBackend(device === "cpu" ? "wasm" : device, { threads }, onnxruntime);
}
