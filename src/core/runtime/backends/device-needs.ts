// What a graphics processor needs beside onnxruntime-node, looked for before ONNX Runtime complains of it in lines of its own.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import koffi from "koffi";
import { missingPackages } from "../../../optional.js";
import type { Device } from "../engine.js";

/** What CUDA's provider of ONNX Runtime 1.30 loads: the driver, CUDA 12 and cuDNN 9. */
const cudaLibraries: Readonly<Record<string, string>> = {
  "libcuda.so.1": "the NVIDIA driver",
  "libcudart.so.12": "CUDA 12",
  "libcublasLt.so.12": "cuBLAS of CUDA 12",
  "libcufft.so.11": "cuFFT of CUDA 12",
  "libcurand.so.10": "cuRAND of CUDA 12",
  "libcudnn.so.9": "cuDNN 9",
};

/** What is missing for a device, in one line with what installs it; undefined where nothing is known to be. */
export function missingForDevice(device: Device): string | undefined {
  if (device === "cpu") return undefined;
  const noPackage = missingPackages("ONNX Runtime's portable interface (GPUs need it)");
  if (noPackage !== undefined) return noPackage.message;
  return device === "cuda" ? missingForCuda() : missingForWebGpu();
}

function missingForCuda(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "onnxruntime-node has CUDA on Linux with x64 only";
  const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const provider = join(folder, "bin", "napi-v6", "linux", "x64", "libonnxruntime_providers_cuda.so");
  const parts = existsSync(provider)
    ? []
    : ["ONNX Runtime's CUDA library (npm rebuild onnxruntime-node --foreground-scripts downloads it)"];
  const libraries = Object.entries(cudaLibraries).filter(([name]) => !loads(name));
  parts.push(...libraries.map(([name, title]) => `${title} (${name})`));
  return parts.length === 0 ? undefined : `not installed: ${parts.join(", ")}`;
}

function missingForWebGpu(): string | undefined {
  // macOS and Windows have Metal and Direct3D.
  if (process.platform !== "linux" || loads("libvulkan.so.1")) return undefined;
  return "not installed: Vulkan's loader (libvulkan.so.1, Debian's package libvulkan1) and a Vulkan driver of the graphics processor";
}

function loads(library: string): boolean {
  try {
    koffi.load(library);
    return true;
  } catch {
    return false;
  }
}
