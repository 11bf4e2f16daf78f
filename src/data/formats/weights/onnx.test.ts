// Weights of ONNX models, and models whose weights lie beside them: nothing outside the folder is read.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { importOnnx } from "../../../core/nn/onnx-import/index.js";
import { Parameters } from "../../../core/nn/parameters.js";
import { floats, integers, modelOf, node } from "../../../core/onnx/onnx-models.testing.js";
import type { Onnx } from "../../../core/onnx/schema.js";
import { testFolder } from "../readers.testing.js";
import { besideModel } from "./onnx.js";
import { openWeights } from "./open.js";

const folder = testFolder();
const path = join(folder, "m.onnx");

/** A model whose weights w [16, 16] lie in another file. */
function beside(location: string, more: Record<string, string> = {}): Uint8Array {
  const externalData = Object.entries({ location, ...more }).map(([key, value]) => ({ key, value }));
  const w = { name: "w", dims: [16, 16], dataType: 1, dataLocation: 1, externalData } satisfies Onnx.ITensorProto;
  return modelOf({ node: [node("MatMul", "a w", "code")], initializer: [w] });
}

test("floating-point initializers of every form, by name", () => {
  const values = Float32Array.of(1.5, -2);
  const initializer = [
    { ...floats("listed", [2]), floatData: [...values] },
    { name: "raw", dims: [2], dataType: 1, rawData: new Uint8Array(values.buffer) },
    { name: "half", dims: [2], dataType: 10, rawData: Uint8Array.of(0, 0x3e, 0, 0xc0) },
    { name: "bits", dims: [2], dataType: 10, int32Data: [0x3e00, 0xc000] },
    { name: "brain", dims: [2], dataType: 16, rawData: Uint8Array.of(0xc0, 0x3f, 0, 0xc0) },
    { name: "double", dims: [2], dataType: 11, doubleData: [1.5, -2] },
    integers("whole", [1, 2]),
  ];
  writeFileSync(path, modelOf({ node: [node("Identity", "a", "code")], initializer }));
  const { tensors, notes } = openWeights(path);
  assert.deepEqual([...tensors.keys()], ["listed", "raw", "half", "bits", "brain", "double"]);
  for (const [name, tensor] of tensors) assert.deepEqual([...tensor.read()], [1.5, -2], name);
  assert.equal(notes.length, 4);
});

test("weights beside a model are read from its own folder and nowhere else", () => {
  const values = Float32Array.from({ length: 256 }, (_, i) => i / 8);
  const bytes = Buffer.concat([Buffer.alloc(8), Buffer.from(values.buffer)]);
  writeFileSync(join(folder, "w.bin"), bytes);
  mkdirSync(join(folder, "inner"));
  const outside = testFolder();
  writeFileSync(join(outside, "w.bin"), bytes);
  symlinkSync(join(outside, "w.bin"), join(folder, "link.bin"));
  const read = (location: string, more: Record<string, string> = { offset: "8" }, at = path) =>
    importOnnx(beside(location, more), new Parameters(), { external: besideModel(at) })
      .weights.tensors.get("w")!
      .read();
  assert.deepEqual(read("w.bin"), values);
  writeFileSync(path, beside("w.bin", { offset: "8", length: "1024" }));
  assert.deepEqual(openWeights(path).tensors.get("w")!.read(), values);
  assert.throws(() => read("../w.bin", {}, join(folder, "inner", "m.onnx")), /leads out of/);
  assert.throws(() => read(join(outside, "w.bin")), /leads out of|cannot be read/);
  assert.throws(() => read("link.bin"), /symbolic link/);
  assert.throws(() => read("none.bin"), /none\.bin/);
  assert.throws(() => read("w.bin", { offset: "16" }), /"w\.bin" ends before it/);
  assert.throws(() => read("w.bin", { length: "7" }), /7 bytes at 0 of "w\.bin", expected 1024/);
  assert.throws(
    () => importOnnx(beside("w.bin"), new Parameters()),
    /is kept in another file, "w\.bin", which is not read/,
  );
});
