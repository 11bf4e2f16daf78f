// ONNX Runtime's shared libraries, put into the folder `runtime` that the package carries: the files of onnxruntime-node, unchanged.
// That package cannot be a dependency: its install script downloads CUDA libraries from another host on every Linux machine with x64.
import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** By platform, what has the C API on a processor; the other files beside them serve GPUs. */
const libraries = {
  "linux-x64": "libonnxruntime.so.1",
  "linux-arm64": "libonnxruntime.so.1",
  "darwin-arm64": "libonnxruntime.1.dylib",
  "win32-x64": "onnxruntime.dll",
  "win32-arm64": "onnxruntime.dll",
};

const manifest = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
const target = fileURLToPath(new URL("../runtime/", import.meta.url));
rmSync(target, { recursive: true, force: true });
for (const [platform, file] of Object.entries(libraries)) {
  const folder = join(target, platform);
  mkdirSync(folder, { recursive: true });
  place(join(dirname(manifest), "bin", "napi-v6", ...platform.split("-"), file), join(folder, file));
}
writeFileSync(join(target, "version.json"), `${JSON.stringify({ version })}\n`);
copyFileSync(new URL("onnxruntime-license.txt", import.meta.url), join(target, "LICENSE"));

/** A link takes no space; another disk cannot have one. */
function place(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
