// Workers that end in the middle of a job: the caller gets an error. Each thread is real; the test ends the one that works.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { platform } from "#platform";
import { WholeMemory } from "./memory.js";
import { constant, type Exports } from "./pool.js";
import { wasm } from "./webassembly.js";

/** Runs a job of two long chunks, one in a worker that is ended in the middle where `isEnded`; what the caller got in two runs. */
async function outcomes(isEnded: boolean): Promise<unknown[]> {
  const module = await wasm.compile(await platform.kernelModule());
  const memory = new WholeMemory();
  const exports = new wasm.Instance(module, { env: { memory: memory.wasm } }).exports as Exports;
  const control = memory.uint8(constant(exports, "CONTROL_BYTES"));
  const target = memory.float32(2 ** 24);
  const words = new Int32Array(control.buffer, control.byteOffset, control.length / 4);
  const args = new Float64Array(control.buffer, control.byteOffset + constant(exports, "ARGUMENTS"), 8);
  args.set([memory.address(target), target.length, 0, 0, 0, 0, 0, 1]);
  const data = { module, memory: memory.wasm, control: control.byteOffset, thread: 1 };
  const helper = new Worker(new URL("./worker.js", import.meta.url), { workerData: data });
  while (words[constant(exports, "SLEEPERS") / 4] === 0) await sleep(5);
  const caller = new Worker(new URL("./pool.child.testing.js", import.meta.url), {
    workerData: { ...data, units: target.length / 16, patience: 1000 },
  });
  const message = once(caller, "message");
  // The ticket of chunks not yet taken is the first word of the block (assembly/layout.ts).
  while (words[constant(exports, "GENERATION") / 4] === 0 || words[0] !== 0) await sleep(1);
  if (isEnded) await helper.terminate();
  const [result] = await message;
  await helper.terminate();
  return result;
}

test("a worker that ends in the middle of a job is an error, then and later", async () => {
  assert.deepEqual(await outcomes(true), ["ERR_WORKER", "ERR_WORKER"]);
});

test("a job that its workers end takes no error", async () => {
  assert.deepEqual(await outcomes(false), [0, 0]);
});
