// The bundled library beside an onnxruntime-node of the same process.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Engine } from "../engine.js";
import { libraryPath, onnxRuntimeVersion } from "./library-path.js";

test("the version is that of the package that the library is from", async () => {
  const manifest = new URL("../../../../node_modules/onnxruntime-node/package.json", import.meta.url);
  assert.equal(onnxRuntimeVersion(), JSON.parse(readFileSync(manifest, "utf8")).version);
  assert.match(libraryPath(), /[\\/]runtime[\\/][^\\/]+[\\/](?:lib)?vantage-ort\./);
});

const skip = process.platform !== "linux" && "what is loaded is read from /proc";

test("onnxruntime-node, which may be of another version, is not given our library", { skip }, async () => {
  await (await Engine.open({ threads: 1, interface: "native" })).close();
  await import("onnxruntime-node");
  const loaded = readFileSync("/proc/self/maps", "utf8").match(/\S*lib(?:onnxruntime|vantage-ort)\.so\S*/g);
  const files = [...new Set(loaded)];
  assert.equal(files.length, 2, files.join());
  assert.ok(files.includes(libraryPath()));
});
