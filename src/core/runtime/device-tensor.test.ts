// Tensors that backends keep: copies both ways, values that change places, and what is refused after a release.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeModel } from "../onnx/model.js";
import { add, input, matmul } from "../tensor/index.js";
import { Engine } from "./engine.js";
import { deviceEngines } from "./engines.testing.js";
import type { DeviceTensor } from "./session.js";

async function valuesOf(tensor: DeviceTensor): Promise<number[]> {
  const values = new Float32Array(tensor.shape.reduce((product, dim) => product * dim, 1));
  await tensor.read(values);
  return [...values];
}

for (const [way, open] of deviceEngines) {
  test(`values go there and back, for any number of axes (${way})`, async () => {
    await using engine = await open(1);
    for (const shape of [[], [5], [3, 1], [2, 3, 4], [1, 2, 1, 2, 1]]) {
      const tensor = engine.tensor(shape);
      const values = Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => i - 0.5);
      await tensor.write(values);
      values.fill(7);
      assert.deepEqual(await valuesOf(tensor), [...values.map((_, i) => i - 0.5)]);
      await assert.rejects(tensor.write(new Float32Array(99)), RangeError);
      await assert.rejects(tensor.read(new Float32Array(99)), RangeError);
    }
  });

  test(`a run takes the values that its tensors have then, and what it gives stays (${way})`, async () => {
    await using engine = await open(1);
    const [x, y] = [input("x", [3]), input("y", [3])];
    const session = await engine.load(encodeModel({ name: "sum", outputs: { z: add(x, y) } }));
    const [present, next] = [engine.tensor([3]), engine.tensor([3])];
    await present.write(Float32Array.of(1, 2, 3));
    const call = session.bind({ x: present, y: { data: Float32Array.of(10, 20, 30), shape: [3] } }, { z: next });
    for (let i = 0; i < 5; i++) {
      await call.run();
      present.exchange(next);
    }
    assert.deepEqual(await valuesOf(present), [51, 102, 153]);
    assert.deepEqual(await valuesOf(next), [41, 82, 123]);
    call.release();
    await session.release();
  });

  test(`runs of one call that overlap read one tensor; released meanwhile, they end in order (${way})`, async () => {
    await using engine = await open(2);
    const x = input("x", [400, 400]);
    const session = await engine.load(encodeModel({ name: "square", outputs: { z: matmul(x, x) } }));
    const tensor = engine.tensor([400, 400]);
    await tensor.write(new Float32Array(160_000).fill(1));
    const results = Array.from({ length: 4 }, () => new Float32Array(160_000));
    const calls = results.map((data) => session.bind({ x: tensor }, { z: { data, shape: [400, 400] } }));
    for (const call of calls) await call.run();
    for (const data of results) data.fill(0);
    const runs = [...calls, ...calls].map((call) => call.run());
    engine.free(tensor);
    for (const call of calls) call.release();
    const releasing = session.release();
    await Promise.all(runs);
    await releasing;
    for (const data of results) assert.ok(data.every((value) => value === 400));
  });

  test(`what is used after a release is refused by type (${way})`, async () => {
    const engine = await open(1);
    const closed = { name: "ClosedError" };
    const x = input("x", [2]);
    const session = await engine.load(encodeModel({ name: "double", outputs: { z: add(x, x) } }));
    const [tensor, other] = [engine.tensor([2]), engine.tensor([2])];
    const call = session.bind({ x: tensor }, { z: other });
    tensor.release();
    tensor.release();
    await assert.rejects(call.run(), closed);
    await assert.rejects(tensor.write(new Float32Array(2)), closed);
    await assert.rejects(tensor.read(new Float32Array(2)), closed);
    assert.throws(() => tensor.exchange(other), closed);
    await engine.close();
    await assert.rejects(other.read(new Float32Array(2)), closed);
    assert.throws(() => engine.tensor([2]), closed);
  });

  test(`a scope gives its tensors back, also after the engine was closed (${way})`, async () => {
    const engine = await open(1);
    const scopes = [engine.scope(), engine.scope()];
    const [first, second] = scopes.map((scope) => scope.tensor([3]));
    await second!.write(Float32Array.of(1, 2, 3));
    await scopes[0]!.close();
    await assert.rejects(first!.read(new Float32Array(3)), { name: "ClosedError" });
    assert.deepEqual(await valuesOf(second!), [1, 2, 3]);
    await engine.close();
    await scopes[1]!.close();
    await assert.rejects(second!.read(new Float32Array(3)), { name: "ClosedError" });
  });
}

test("tensors of one backend are refused by another, and an engine that works in place has none", async () => {
  const engines = await Promise.all(deviceEngines.map(([, open]) => open(1)));
  const [one, two] = engines.map((engine) => engine.tensor([2]));
  const x = input("x", [2]);
  for (const [i, engine] of engines.entries()) {
    const session = await engine.load(encodeModel({ name: "double", outputs: { z: add(x, x) } }));
    assert.throws(() => session.bind({ x: [two, one][i]! }, {}), { name: "RuntimeError", message: /another backend/ });
  }
  assert.throws(() => one!.exchange(two!), { name: "RuntimeError" });
  assert.throws(() => engines[0]!.tensor([2]).exchange(engines[0]!.tensor([1, 2])), { name: "RuntimeError" });
  await using native = await Engine.open({ threads: 1, interface: "native" });
  assert.throws(() => native.tensor([2]), { name: "RuntimeError", message: /native cpu has no tensors/ });
  for (const engine of engines) await engine.close();
});
