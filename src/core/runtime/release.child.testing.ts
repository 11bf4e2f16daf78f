// Releases programs whose runs and calls are in flight, by the interface given; ends with status 0 where all of them ended in order.
import assert from "node:assert/strict";
import { input, matmul } from "../tensor/index.js";
import { Engine } from "./engine.js";
import { Program } from "./program.js";

const engine = await Engine.open({ threads: 1, interface: process.argv[2] as "native" | "portable" });
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
engine.close();
