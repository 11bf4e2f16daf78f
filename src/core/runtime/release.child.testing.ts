// Releases programs whose runs and calls are in flight, by the interface given; ends with status 0 where all of them ended in order.
import assert from "node:assert/strict";
import { input, matmul } from "../tensor/index.js";
import { allEngines } from "./engines.testing.js";
import { ParameterStore } from "./parameter-store.js";
import { Program } from "./program.js";

const [, open] = allEngines.find(([name]) => name === process.argv[2])!;
const engine = await open(1);
const x = input("x", ["n", 200]);
const parts = { name: "product", outputs: { y: matmul(x, x, { transposeB: true }) } };
const released = { name: "ClosedError", message: "program product is released" };
const before = engine.memory.bytesInUse;
for (let turn = 0; turn < 10; turn++) {
  const program = await Program.compile(engine, parts);
  const run = program.at({ n: 300 });
  run.inputs.x!.fill(1);
  const running = run.run();
  assert.throws(() => program.at({ n: 1000 }), { name: "RuntimeError", message: /during a run/ });
  const releasing = program.release();
  assert.throws(() => program.at({ n: 300 }), released);
  await running;
  await releasing;
  await program.release();
  await assert.rejects(run.run(), { name: "ClosedError" });

  const called = await Program.compile(engine, parts);
  const call = (value: number) =>
    called.call(
      { n: 300 },
      ({ inputs }) => inputs.x!.fill(value),
      ({ y }) => y![0]!,
    );
  const calls = [call(1), call(2), call(3)];
  const last = called.release();
  await assert.rejects(call(4), released);
  assert.deepEqual(await Promise.all(calls), [200, 800, 1800]);
  await last;
  assert.equal(engine.memory.bytesInUse, before);
}

// With parameters, which may have to be taken to a device first; the store goes while a run reads it.
const w = input("w", [200, 200]);
const layer = { name: "layer", outputs: { y: matmul(x, w) } };
for (let turn = 0; turn < 10; turn++) {
  const store = new ParameterStore(engine.memory, [{ name: "w", shape: [200, 200] }]);
  store.values("w").fill(1);
  const program = await Program.compile(engine, { ...layer, store });
  const run = program.at({ n: 300 });
  run.inputs.x!.fill(1);
  const first = run.run();
  assert.throws(() => program.at({ n: 1000 }), { name: "RuntimeError", message: /during a run/ });
  const releasing = program.release();
  await first;
  assert.equal(run.outputs.y![0], 200);
  await releasing;
  await assert.rejects(run.run(), { name: "ClosedError" });
  store.release();
  assert.equal(engine.memory.bytesInUse, before);
}
await engine.close();
