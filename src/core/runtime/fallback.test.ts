// An engine where ONNX Runtime's library cannot be called directly: it says so and works; other failures are not hidden.
import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { test } from "node:test";
import { OnnxRuntimeLibrary } from "./backends/onnxruntime-library.js";
import { Engine } from "./engine.js";
import { matmul } from "./matmul.js";

const { existsSync } = fs;
const { open } = OnnxRuntimeLibrary;

function hideLibrary(isHidden: boolean): void {
  fs.existsSync = isHidden
    ? (path) => !/(?:onnxruntime|vantage-ort)\.(so|.*dylib|dll)/.test(String(path)) && existsSync(path)
    : existsSync;
  syncBuiltinESMExports();
}

test("a library that is missing is told once, and the other interface computes the same", async () => {
  hideLibrary(true);
  const warnings: Error[] = [];
  process.on("warning", (warning) => warnings.push(warning));
  try {
    const notes: string[] = [];
    const engine = await Engine.open({ threads: 1, onNote: (note) => notes.push(note) });
    assert.match(notes.join("\n"), /^models run through the slower interface .*: there is no ONNX Runtime library for/);
    assert.equal(engine.interface, "portable cpu");
    const [a, b] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    assert.deepEqual([...(await matmul(engine, a, b, { m: 1, k: 2, n: 1 }))], [11]);
    await engine.close();
    for (let i = 0; i < 2; i++) await (await Engine.open({ threads: 1 })).close();
    await new Promise(setImmediate);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!.message, /slower interface/);
    await assert.rejects(Engine.open({ threads: 1, interface: "native" }), {
      name: "LibraryError",
      code: "ERR_LIBRARY",
    });
  } finally {
    hideLibrary(false);
  }
});

test("a fault of the program is no reason to go on more slowly", async () => {
  OnnxRuntimeLibrary.open = () => {
    throw new TypeError("undefined is not a function");
  };
  try {
    await assert.rejects(Engine.open({ threads: 1 }), TypeError);
  } finally {
    OnnxRuntimeLibrary.open = open;
  }
  const engine = await Engine.open({ threads: 1 });
  assert.equal(engine.interface, "native cpu");
  await engine.close();
});

test("the environment chooses the interface where the options do not", async () => {
  try {
    process.env.VANTAGE_INTERFACE = "device";
    for (const [options, expected] of [
      [{}, "device cpu"],
      [{ interface: "native" }, "native cpu"],
    ] as const) {
      const engine = await Engine.open({ threads: 1, ...options });
      assert.equal(engine.interface, expected);
      await engine.close();
    }
    process.env.VANTAGE_INTERFACE = "fast";
    await assert.rejects(Engine.open({ threads: 1 }), {
      name: "UserError",
      message: "VANTAGE_INTERFACE is fast; expected native, device, portable",
    });
  } finally {
    delete process.env.VANTAGE_INTERFACE;
  }
});

test("a module that is given runs the graphs", async () => {
  const ort = await import("onnxruntime-node");
  let sessions = 0;
  const create: typeof ort.InferenceSession.create = (...args: never[]) => {
    sessions++;
    return (ort.InferenceSession.create as (...given: never[]) => ReturnType<typeof ort.InferenceSession.create>)(
      ...args,
    );
  };
  await using engine = await Engine.open({
    threads: 1,
    onnxruntime: { Tensor: ort.Tensor, InferenceSession: { create } },
  });
  assert.equal(engine.interface, "portable cpu");
  await matmul(engine, Float32Array.of(1), Float32Array.of(2), { m: 1, k: 1, n: 1 });
  assert.equal(sessions, 1);
});
