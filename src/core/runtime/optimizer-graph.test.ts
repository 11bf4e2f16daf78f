// Optimizers as kernels and as operations of the graph: the same bits after any number of steps, and through each other's checkpoints.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { add, input, mul, sum, type Tensor } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import { allEngines } from "./engines.testing.js";
import type { OptimizerSettings } from "./optimizer.js";
import { ParameterStore } from "./parameter-store.js";
import { TrainingStep } from "./training-step.js";

const engines = await Promise.all(allEngines.map(([, open]) => open(2)));
after(() => Promise.all(engines.map((engine) => engine.close())));

/** Sizes with every remainder of a vector, one of several threads' shares, a scalar. */
const shapes = { a: [1], b: [3, 7], c: [41, 1031], d: [2, 3, 5, 2], e: [] };
const settings: readonly OptimizerSettings[] = [
  { kind: "adam", lr: 1e-2 },
  { kind: "adam", lr: 3e-3, beta1: 0.5, beta2: 0.9, eps: 1e-3, weightDecay: 0.1 },
  { kind: "rmsprop", lr: 1e-2 },
  { kind: "rmsprop", lr: 1e-3, alpha: 0.9, eps: 1e-7, weightDecay: 0.03 },
  { kind: "rmsprop-tensorflow", lr: 1e-2 },
  { kind: "rmsprop-tensorflow", lr: 1e-3, decay: 0.5, eps: 1e-4 },
  { kind: "sgd", lr: 0.1 },
  { kind: "sgd", lr: 0.05, momentum: 0.9 },
  { kind: "sgd", lr: 0.05, momentum: 0.7, weightDecay: 0.2 },
];

/** A loss whose gradients are what is fed, of all magnitudes: Σ p·x. */
async function made(engine: Engine, optimizer: OptimizerSettings, clamp?: number) {
  const store = new ParameterStore(
    engine.memory,
    Object.entries(shapes).map(([name, shape]) => ({ name, shape })),
  );
  for (const name of store.names) store.set(name, drawn(store.spec(name).range.length, 0, 1));
  const parameters = Object.entries(shapes).map(([name, shape]) => input(name, shape));
  const products = parameters.map((p, i): Tensor => sum(mul(p, input(`x${i}`, p.shape))));
  // A second group, with other settings and parameters that are no neighbors.
  const [one, two] = [parameters.filter((_, i) => i % 2 === 0), parameters.filter((_, i) => i % 2 === 1)];
  const groups = [
    { parameters: one, optimizer },
    { parameters: two, optimizer: { ...optimizer, lr: optimizer.lr / 2 } },
  ];
  const loss = products.reduce(add);
  const step = await TrainingStep.compile(engine, { name: "step", store, loss, groups, clamp, seed: 1 });
  return { store, step };
}

function drawn(length: number, step: number, spread: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const value = Math.sin(1 + i * 12.9898 + step * 78.233);
    return i % 11 === 3 ? 0 : value * 10 ** (spread * Math.round(4 * Math.sin(i + step)) - spread + 1);
  });
}

type Made = Awaited<ReturnType<typeof made>>;

async function train({ step }: Made, steps: number): Promise<void> {
  const run = step.at();
  for (let i = 0; i < steps; i++) {
    step.optimizers[0]!.lr *= 0.97;
    for (const [name, x] of Object.entries(run.inputs)) x.set(drawn(x.length, step.steps + name.charCodeAt(1), 2));
    await step.run(run);
  }
}

/** Parameters and the optimizers' state but for the gaps between parameters. */
async function results({ store, step }: Made, engine: Engine): Promise<Record<string, Buffer>> {
  await engine.download();
  const bytes = (data: Float32Array) => Buffer.from(data.slice().buffer);
  const found: Record<string, Buffer> = {};
  for (const [name, { data }] of store.tensors()) found[name] = bytes(data);
  for (const [name, { data }] of step.state()) {
    const group = Number(name.split(".")[1]);
    const names = store.names.filter((_, i) => i % 2 === group);
    for (const [parameter, at] of store.layout(names).places) {
      found[`${name}/${parameter}`] = bytes(data.subarray(at, at + store.spec(parameter).range.length));
    }
  }
  return found;
}

for (const optimizer of settings) {
  for (const clamp of [undefined, 0.25]) {
    test(`${JSON.stringify(optimizer)}${clamp ? ", clipped" : ""}`, async () => {
      const all = await Promise.all(engines.map((engine) => made(engine, optimizer, clamp)));
      for (const steps of [1, 1, 38]) {
        for (const each of all) await train(each, steps);
        const [kernels, ...graphs] = await Promise.all(all.map((each, i) => results(each, engines[i]!)));
        assert.ok(!kernels!.c!.equals(Buffer.alloc(kernels!.c!.length)));
        for (const graph of graphs) assert.deepEqual(graph, kernels);
      }
      for (const { step, store } of all) {
        await step.release();
        store.release();
      }
    });
  }
}

test("each goes on from the other's checkpoint", async () => {
  const optimizer = { kind: "adam", lr: 1e-2, weightDecay: 0.01 } as const;
  const stopped = await Promise.all(engines.map((engine) => made(engine, optimizer)));
  for (const each of stopped) await train(each, 7);
  await Promise.all(engines.map((engine) => engine.download()));
  const resumed: Made[] = [];
  for (const [i, engine] of engines.entries()) {
    const next = await made(engine, optimizer);
    const { store, step } = stopped[(i + 1) % stopped.length]!;
    next.store.load(store.tensors());
    next.step.restore(step.steps, step.state());
    next.step.optimizers[0]!.lr = step.optimizers[0]!.lr;
    await train(next, 5);
    resumed.push(next);
  }
  const whole = stopped[0]!;
  await train(whole, 5);
  const expected = await results(whole, engines[0]!);
  for (const [i, each] of resumed.entries()) assert.deepEqual(await results(each, engines[i]!), expected);
  const { step } = whole;
  assert.throws(() => step.restore(1, new Map([["step/optimizer.0.0", { data: [1] }]])), RangeError);
});
