// ONNX Runtime's shared libraries, put into the folder `runtime` that the package carries: the files of onnxruntime-node under names
// of their own. That package cannot be a dependency: its install script downloads CUDA libraries from another host on every Linux machine
// with x64. The names keep another version of it in the same process (transformers.js brings one) from being given our library: Linux
// finds what is loaded by the name inside the file, Windows by the file's.
import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** By platform, what has the C API on a processor, and our name for it; the other files beside them serve GPUs. */
const libraries = {
  "linux-x64": ["libonnxruntime.so.1", "libvantage-ort.so.1"],
  "linux-arm64": ["libonnxruntime.so.1", "libvantage-ort.so.1"],
  "darwin-arm64": ["libonnxruntime.1.dylib", "libvantage-ort.1.dylib"],
  "win32-x64": ["onnxruntime.dll", "vantage-ort.dll"],
  "win32-arm64": ["onnxruntime.dll", "vantage-ort.dll"],
};

const manifest = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
const target = fileURLToPath(new URL("../runtime/", import.meta.url));
rmSync(target, { recursive: true, force: true });
for (const [platform, [file, name]] of Object.entries(libraries)) {
  const folder = join(target, platform);
  mkdirSync(folder, { recursive: true });
  const [from, to] = [join(dirname(manifest), "bin", "napi-v6", ...platform.split("-"), file), join(folder, name)];
  if (platform.startsWith("linux")) writeFileSync(to, renamed(readFileSync(from), file, name));
  else place(from, to);
}
writeFileSync(join(target, "version.json"), `${JSON.stringify({ version })}\n`);
copyFileSync(new URL("onnxruntime-license.txt", import.meta.url), join(target, "LICENSE"));

/** An ELF library with another DT_SONAME, of the same length. */
function renamed(library, name, other) {
  const text = Buffer.from(`\0${name}\0`);
  const at = library.indexOf(text);
  if (at < 0 || library.indexOf(text, at + 1) >= 0 || name.length !== other.length) {
    throw new Error(`the library's name, ${name}, is expected once in it, and ${other} to be as long`);
  }
  library.write(other, at + 1, "latin1");
  return library;
}

/** A link takes no space; another disk cannot have one. */
function place(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
