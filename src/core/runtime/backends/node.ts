// The backends of Node.js: ONNX Runtime's C API where it works, with values in place or on a device, otherwise a module of the onnxruntime-common API.
import { UserError } from "../../../errors.js";
import { type Feature, MissingPackageError, missingPackages, needPackages } from "../../../optional.js";
import type { Device, EngineOptions } from "../engine.js";
import { interfaces } from "../interfaces.js";
import { type Backend, LibraryError, type OnnxRuntimeModule } from "../session.js";
import { portableBackend } from "./portable.js";

const portableInterface: Feature = "ONNX Runtime's portable interface (GPUs need it)";

/**
 * @throws LibraryError where an interface to the C API is wanted and does not work here; MissingPackageError without the package of the
 * other one; what is no such failure, as it is.
 */
export async function openBackend(options: EngineOptions, threads: number): Promise<Backend> {
  const { device = "cpu", interface: way = wayOfProcess(), onnxruntime, onNote = warn } = options;
  const portable = async () => {
    if (onnxruntime === undefined) {
      needPackages(portableInterface);
      await checkDevice(device);
    }
    const ort = onnxruntime ?? ((await import("onnxruntime-node")) as unknown as OnnxRuntimeModule);
    return portableBackend(device, { threads }, ort);
  };
  if (device !== "cpu" || way === "portable" || onnxruntime !== undefined) return portable();
  try {
    return await libraryBackend(threads, way);
  } catch (error) {
    if (way !== undefined || !(error instanceof LibraryError)) throw error;
    const missing = missingPackages(portableInterface);
    if (missing) throw new MissingPackageError(`${error.message}; ${missing.message}`);
    onNote(
      `models run through the slower interface to ONNX Runtime, since the faster one does not work: ${error.message}`,
    );
    return portable();
  }
}

/** @throws UserError where what the device needs is not installed. */
async function checkDevice(device: Device): Promise<void> {
  if (device === "cpu") return;
  // Where koffi has no library nothing can be looked for, and ONNX Runtime says what it lacks.
  const needs = await import("./device-needs.js").catch(() => undefined);
  const missing = needs?.missingForDevice(device);
  if (missing !== undefined) throw new UserError(`--device ${device} does not work here: ${missing}`);
}

/** What `VANTAGE_INTERFACE` says, for engines whose options say nothing. @throws UserError where it is none. */
function wayOfProcess(): EngineOptions["interface"] {
  const { VANTAGE_INTERFACE: way } = process.env;
  if (way === undefined || way === "") return undefined;
  const known = interfaces.find((each) => each === way);
  if (known === undefined) throw new UserError(`VANTAGE_INTERFACE is ${way}; expected ${interfaces.join(", ")}`);
  return known;
}

async function libraryBackend(threads: number, way: EngineOptions["interface"]): Promise<Backend> {
  // Loaded here, so that what needs no native library works on platforms that have none.
  await import("koffi").catch((error: Error) => {
    throw new LibraryError(`koffi has no library for ${process.platform} on ${process.arch} (${firstLine(error)})`);
  });
  if (way === "device") {
    const { deviceBackend, processor } = await import("./device.js");
    return deviceBackend(processor, { threads });
  }
  const { nativeBackend } = await import("./native.js");
  return nativeBackend({ threads });
}

function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0]!;
}

let isWarned = false;

function warn(note: string): void {
  if (!isWarned) process.emitWarning(note, { code: "VANTAGE_PORTABLE" });
  isWarned = true;
}
