// Parameters on a device and their copy in memory: which side is the latest, and that no one reads the other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, mul, sum } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import { deviceEngines } from "./engines.testing.js";
import { ParameterStore } from "./parameter-store.js";
import { Program } from "./program.js";
import { TrainingStep } from "./training-step.js";

const w = input("w", [3]);
const scale = input("scale", [3]);

for (const [way, open] of deviceEngines) {
  const make = async (engine: Engine) => {
    const specs = ["w", "scale"].map((name) => ({ name, shape: [3] }));
    const store = new ParameterStore(engine.memory, specs);
    const groups = [{ parameters: [w], optimizer: { kind: "sgd", lr: 1 } as const }];
    const loss = sum(mul(w, scale));
    const step = await TrainingStep.compile(engine, { name: "test", store, loss, groups, seed: 1 });
    const program = await Program.compile(engine, { name: "both", outputs: { y: mul(w, scale) }, store });
    const product = () =>
      program.call(
        {},
        () => undefined,
        ({ y }) => [...y!],
      );
    return { store, step, product };
  };

  test(`what is written in memory is what the next run takes, and a step's results are what the next one reads (${way})`, async () => {
    await using engine = await open(1);
    const { store, step, product } = await make(engine);
    store.values("w").set([1, 2, 3]);
    store.set("scale", [1, 10, 100]);
    assert.deepEqual(await product(), [1, 20, 300]);
    store.values("scale").fill(2);
    assert.deepEqual(await Promise.all([product(), product(), product()]), [
      [2, 4, 6],
      [2, 4, 6],
      [2, 4, 6],
    ]);
    assert.equal((await step.run(step.at())).loss, 12);
    assert.deepEqual(await product(), [-2, 0, 2]);
    // A parameter that no step changes may be written between steps.
    store.values("scale").fill(3);
    assert.equal((await step.run(step.at())).loss, 0);
    assert.deepEqual(await product(), [-12, -9, -6]);
  });

  test(`old values are not read (${way})`, async () => {
    await using engine = await open(1);
    const { store, step, product } = await make(engine);
    store.set("scale", [1, 1, 1]);
    await step.run(step.at());
    const stale = { name: "StaleError", code: "ERR_STALE" };
    assert.throws(() => store.values("w"), stale);
    assert.throws(() => store.tensors(), stale);
    assert.throws(() => step.state(), stale);
    assert.deepEqual([...store.tensors(["scale"]).get("scale")!.data], [1, 1, 1]);
    await store.download();
    assert.deepEqual([...store.values("w")], [-1, -1, -1]);
    assert.throws(() => step.state(), stale);
    await engine.download();
    assert.deepEqual(
      [...step.state().values()].map(({ data }) => [...data.subarray(0, 3)]),
      [[1, 1, 1]],
    );
    // Whatever was there, other values need no download.
    await step.run(step.at());
    store.set("w", [5, 6, 7]);
    assert.deepEqual([...store.values("w")], [5, 6, 7]);
    assert.deepEqual(await product(), [5, 6, 7]);
    assert.throws(() => store.set("w", [1]), RangeError);
  });

  test(`what changes while it is brought back stays the latest (${way})`, async () => {
    await using engine = await open(1);
    const { store, step, product } = await make(engine);
    store.set("scale", [1, 1, 1]);
    await step.run(step.at());
    const [, , loss] = await Promise.all([store.download(), store.download(), step.run(step.at())]);
    assert.equal(loss.loss, -3);
    assert.throws(() => store.values("w"), { name: "StaleError" });
    const downloading = store.download();
    store.set("w", [7, 8, 9]);
    await downloading;
    assert.deepEqual([...store.values("w")], [7, 8, 9]);
    assert.deepEqual(await product(), [7, 8, 9]);
  });

  test(`a step and a store that are released take their tensors with them (${way})`, async () => {
    await using engine = await open(1);
    const { bytesInUse } = engine.memory;
    const { store, step, product } = await make(engine);
    const run = step.at();
    await step.run(run);
    await step.release();
    await assert.rejects(step.run(run), { name: "ClosedError" });
    // What it learned stays.
    assert.deepEqual(await product(), [0, 0, 0]);
    store.release();
    await assert.rejects(product(), { name: "ClosedError" });
    await engine.download();
    assert.ok(engine.memory.bytesInUse - bytesInUse < 1024);
  });

  test(`parameters of one engine are refused by another (${way})`, async () => {
    await using engine = await open(1);
    await using other = await open(1);
    const { store } = await make(engine);
    const program = Program.compile(other, { name: "both", outputs: { y: mul(w, scale) }, store });
    await assert.rejects(program, { name: "RuntimeError", message: /one engine are used with another/ });
  });
}
