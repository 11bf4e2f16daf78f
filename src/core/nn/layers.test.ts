// Layers in training and in evaluation, and training steps: running statistics, dropout, divergence, resuming.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Engine, ParameterStore, Program, TrainingStep } from "../runtime/index.js";
import {
  concat,
  input,
  inputName,
  mean,
  mul,
  reshape,
  square,
  stackRows,
  sum,
  type Tensor,
  transpose,
  unsqueeze,
  unstackRows,
} from "../tensor/index.js";
import { Forward } from "./forward.js";
import { batchNorm, dropout, layerNorm, linear, sequential } from "./layers.js";
import { initialize, Parameters } from "./parameters.js";

let engine: Engine;
before(async () => {
  engine = await Engine.open({ threads: 2 });
});
after(() => engine.close());

function storeOf(parameters: Parameters, seed = 0): ParameterStore {
  const store = new ParameterStore(engine.memory, parameters.all);
  initialize(engine.kernels, store, parameters.all, seed);
  return store;
}

const close = (a: number, b: number, tolerance = 1e-5) => assert.ok(Math.abs(a - b) < tolerance, `${a}, expected ${b}`);

test("batchNorm trains on the batch's statistics and evaluates on the running ones, as PyTorch does", async () => {
  const parameters = new Parameters();
  const layer = batchNorm(parameters, 1);
  const store = storeOf(parameters);
  const x = input("x", ["n", 1]);
  const forward = new Forward(true);
  const y = layer(x, forward);
  const step = await TrainingStep.compile(engine, {
    name: "bn",
    store,
    loss: sum(mul(y, 0)),
    outputs: { y },
    groups: [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 0 } }],
    updates: forward.updates,
    seed: 0,
  });
  const run = step.at({ n: 4 });
  run.inputs.x!.set([1, 2, 3, 6]);
  await step.run(run);
  // mean 3, biased variance 3.5, unbiased 14/3
  close(run.outputs.y![3]!, 3 / Math.sqrt(3.5 + 1e-5));
  close(store.values("runningMean")[0]!, 0.3);
  close(store.values("runningVariance")[0]!, 0.9 + 0.1 * (14 / 3));
  await step.run(run);
  close(store.values("runningMean")[0]!, 0.9 * 0.3 + 0.3);
  const evaluation = await Program.compile(engine, { name: "bn", outputs: { y: layer(x, new Forward(false)) }, store });
  const at = evaluation.at({ n: 1 });
  at.inputs.x!.set([1]);
  await at.run();
  close(at.outputs.y![0]!, (1 - 0.57) / Math.sqrt(store.values("runningVariance")[0]! + 1e-5));
});

test("stacked batches give what they give one after the other: values, gradients and running statistics", async () => {
  const results = [];
  for (const stacked of [false, true]) {
    const parameters = new Parameters();
    const net = sequential([linear(parameters.scope(0), 3, 4), batchNorm(parameters.scope(1), 4)]);
    const store = storeOf(parameters);
    const forward = new Forward(true);
    const batches = [input("a", ["n", 3]), input("b", ["n", 3])];
    const y = stacked
      ? unstackRows(net(stackRows(batches), forward.stacked(2)), 2)
      : concat(
          batches.map((x) => unsqueeze(net(x, forward), [0])),
          0,
        );
    const step = await TrainingStep.compile(engine, {
      name: "stacked",
      store,
      loss: mean(mul(y, square(y))),
      outputs: { y },
      groups: [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 0 } }],
      updates: forward.updates,
      seed: 0,
    });
    const run = step.at({ n: 5 });
    for (const [at, x] of Object.values(run.inputs).entries()) x.set(x.map((_, i) => Math.sin(i * i + at)));
    await step.run(run);
    const gradients = parameters.learned().flatMap((parameter) => [...step.gradient(inputName(parameter))]);
    const statistics = ["1.runningMean", "1.runningVariance"].flatMap((name) => [...store.values(name)]);
    results.push([...run.outputs.y!, ...gradients, ...statistics]);
  }
  const [apart, together] = results;
  assert.equal(together!.length, 40 + 12 + 4 + 4 + 4 + 8);
  together!.forEach((value, i) => {
    close(value, apart![i]!, 1e-6);
  });
});

test("batchNorm of channels gives what batchNorm of pixels as rows gives, stacked batches too", async () => {
  const results = [];
  for (const asRows of [false, true]) {
    const parameters = new Parameters();
    const layer = batchNorm(parameters, 2);
    const store = storeOf(parameters);
    const forward = new Forward(true);
    const batches = [input("a", [3, 2, 1, 3]), input("b", [3, 2, 1, 3])];
    // Samples and places are rows alike: [18, 2] with the channels last.
    const rows = (x: Tensor) => reshape(transpose(x, [0, 2, 3, 1]), [9, 2]);
    const stacked = layer(stackRows(asRows ? batches.map(rows) : batches), forward.stacked(2));
    const y = asRows ? stacked : reshape(transpose(stacked, [0, 2, 3, 1]), [18, 2]);
    const step = await TrainingStep.compile(engine, {
      name: "channels",
      store,
      loss: mean(mul(y, square(y))),
      outputs: { y },
      groups: [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 0 } }],
      updates: forward.updates,
      seed: 0,
    });
    const run = step.at();
    for (const [at, x] of Object.values(run.inputs).entries()) x.set(x.map((_, i) => Math.sin(i * i + at)));
    await step.run(run);
    const statistics = ["runningMean", "runningVariance"].flatMap((name) => [...store.values(name)]);
    results.push([...run.outputs.y!, ...step.gradient("weight"), ...step.gradient("bias"), ...statistics]);
  }
  const [channels, rows] = results;
  assert.equal(channels!.length, 36 + 2 + 2 + 2 + 2);
  channels!.forEach((value, i) => {
    close(value, rows![i]!, 1e-6);
  });
});

test("layerNorm gives each row mean 0 and variance 1", async () => {
  const parameters = new Parameters();
  const y = layerNorm(parameters, 4)(input("x", [2, 4]), new Forward(false));
  const run = (await Program.compile(engine, { name: "ln", outputs: { y }, store: storeOf(parameters) })).at();
  run.inputs.x!.set([1, 2, 3, 4, 5, 5, 5, 9]);
  await run.run();
  const deviation = Math.sqrt(1.25 + 1e-5);
  [-1.5, -0.5, 0.5, 1.5].forEach((value, i) => {
    close(run.outputs.y![i]!, value / deviation);
  });
  close(run.outputs.y![7]!, 3 / Math.sqrt(3 + 1e-5));
});

function smallModel(seed: number) {
  const parameters = new Parameters();
  const net = sequential([linear(parameters.scope(0), 3, 8), dropout(0.5), linear(parameters.scope(1), 8, 2)]);
  const forward = new Forward(true);
  const x = input("x", ["n", 3]);
  const loss: Tensor = mean(square(net(x, forward)));
  const store = storeOf(parameters, seed);
  return TrainingStep.compile(engine, {
    name: "small",
    store,
    loss,
    groups: [{ parameters: parameters.learned(), optimizer: { kind: "adam", lr: 0.01 } }],
    dropout: forward.dropoutInputs,
    seed,
  }).then((step) => ({ step, store }));
}

async function steps(model: Awaited<ReturnType<typeof smallModel>>, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    const run = model.step.at({ n: 5 });
    run.inputs.x!.set(Float32Array.from({ length: 15 }, (_, j) => Math.sin(i + j)));
    await model.step.run(run);
  }
}

test("a step's masks differ from step to step, and a resumed training gives the same bits", async () => {
  const whole = await smallModel(7);
  await steps(whole, 0, 6);
  const first = await smallModel(7);
  await steps(first, 0, 3);
  const saved = new Map([...first.step.state()].map(([name, t]) => [name, { ...t, data: t.data.slice() }]));
  const values = new Map([...first.store.tensors()].map(([name, t]) => [name, { ...t, data: t.data.slice() }]));
  const mask = first.step.at({ n: 5 }).inputs["dropout.0"]!.slice();
  assert.ok(mask.every((value) => value === 0 || value === 2));
  const second = await smallModel(8);
  second.store.load(values);
  second.step.restore(3, saved);
  const same = await smallModel(7);
  same.store.load(values);
  same.step.restore(3, saved);
  await steps(same, 3, 6);
  assert.notDeepEqual(same.step.at({ n: 5 }).inputs["dropout.0"], mask);
  assert.deepEqual(same.store.block, whole.store.block);
  await steps(second, 3, 6);
  assert.notDeepEqual(second.store.block, whole.store.block, "another seed draws other masks");
});

test("a loss that is not a number stops the step and leaves the parameters alone", async () => {
  const { step, store } = await smallModel(1);
  const before = store.block.slice();
  const run = step.at({ n: 5 });
  run.inputs.x!.fill(Number.NaN);
  await assert.rejects(step.run(run), { name: "DivergenceError", message: /small, step 1: the loss is not finite/ });
  assert.deepEqual(store.block, before);
  assert.equal(step.steps, 0);
});

test("first values depend on the seed and the name alone", () => {
  const one = new Parameters();
  linear(one.scope("a"), 4, 4);
  linear(one.scope("b"), 4, 4);
  const two = new Parameters();
  linear(two.scope("b"), 4, 4);
  const [first, second] = [storeOf(one, 3), storeOf(two, 3)];
  assert.deepEqual(first.values("b.weight"), second.values("b.weight"));
  assert.notDeepEqual(first.values("a.weight"), first.values("b.weight"));
  assert.ok(first.values("a.weight").every((value) => Math.abs(value) <= 0.5));
  assert.notDeepEqual(storeOf(two, 4).values("b.weight"), second.values("b.weight"));
});
