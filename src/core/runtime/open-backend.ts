// Which interface to ONNX Runtime an engine gets: the native one where it works, and a word where it does not.

import { type Feature, MissingPackageError, missingPackages, needPackages } from "../../optional.js";
import type { EngineOptions } from "./engine.js";
import { portableBackend } from "./portable.js";
import { type Backend, LibraryError } from "./session.js";

const portableInterface: Feature = "ONNX Runtime's portable interface (GPUs need it)";

/**
 * @throws LibraryError where the native interface is wanted and does not work here; MissingPackageError without the package of the
 * other one; what is no such failure, as it is.
 */
export async function openBackend(options: EngineOptions, threads: number): Promise<Backend> {
  const { device = "cpu", interface: way, onNote = warn } = options;
  if (device !== "cpu" || way === "portable") {
    needPackages(portableInterface);
    return portableBackend(device, { threads });
  }
  try {
    return await nativeBackend(threads);
  } catch (error) {
    if (way === "native" || !(error instanceof LibraryError)) throw error;
    const missing = missingPackages(portableInterface);
    if (missing) throw new MissingPackageError(`${error.message}; ${missing.message}`);
    onNote(
      `models run through the slower interface to ONNX Runtime, since the faster one does not work: ${error.message}`,
    );
    return portableBackend("cpu", { threads });
  }
}

async function nativeBackend(threads: number): Promise<Backend> {
  // Loaded here, so that what needs no native library works on platforms that have none.
  await import("koffi").catch((error: Error) => {
    throw new LibraryError(`koffi has no library for ${process.platform} on ${process.arch} (${firstLine(error)})`);
  });
  const native = await import("./native.js");
  return native.nativeBackend({ threads });
}

function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0]!;
}

let isWarned = false;

function warn(note: string): void {
  if (!isWarned) process.emitWarning(note, { code: "VANTAGE_PORTABLE" });
  isWarned = true;
}
