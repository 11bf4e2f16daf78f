// Where ONNX Runtime's shared library lies: in the package's folder `runtime`, or in onnxruntime-node, which it is built from.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LibraryError } from "../session.js";

const { platform, arch } = process;
/** Made by scripts/bundle-runtime.mjs: onnxruntime-node itself downloads from elsewhere when it is installed. */
const bundle = fileURLToPath(new URL("../../../../runtime/", import.meta.url));
/** By operating system: its name in onnxruntime-node, and in the bundle. */
const names: Readonly<Record<string, readonly [original: string, own: string]>> = {
  darwin: ["libonnxruntime.1.dylib", "libvantage-ort.1.dylib"],
  linux: ["libonnxruntime.so.1", "libvantage-ort.so.1"],
  win32: ["onnxruntime.dll", "vantage-ort.dll"],
};

/** @throws LibraryError where there is none for this platform. */
export function libraryPath(): string {
  const [original, own] = names[platform] ?? names.linux!;
  const paths = [join(bundle, `${platform}-${arch}`, own)];
  const manifest = nodePackage();
  if (manifest) paths.push(join(dirname(manifest), "bin", "napi-v6", platform, arch, original));
  const path = paths.find(existsSync);
  if (path === undefined) throw new LibraryError(`there is no ONNX Runtime library for ${platform} on ${arch}`);
  return path;
}

/** Version of ONNX Runtime, "unknown" where none is installed. */
export function onnxRuntimeVersion(): string {
  const manifest = [join(bundle, "version.json"), nodePackage()].find((path) => path && existsSync(path));
  return manifest ? (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version : "unknown";
}

function nodePackage(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  } catch {
    return undefined;
  }
}
