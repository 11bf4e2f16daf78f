// A small convolutional network trains as an implementation without tensors does (fixtures/convolutional-network.mjs).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Engine, ParameterStore, TrainingStep } from "../runtime/index.js";
import { averagePool2d, flatten, input, maxPool2d, relu } from "../tensor/index.js";
import { Forward } from "./forward.js";
import { activation, batchNorm, conv2d, linear, sequential } from "./layers.js";
import { crossEntropy } from "./losses.js";
import { Parameters } from "./parameters.js";

const fixture = new URL("../../../src/core/nn/fixtures/convolutional-network.json", import.meta.url);
const { rate, momentum, losses, gradients, margin } = JSON.parse(readFileSync(fixture, "utf8")) as {
  rate: number;
  momentum: number;
  losses: number[];
  /** Of the first step. */
  gradients: Record<string, number[]>;
  /** How near a value comes to the kink of relu or to a tie of maxima. */
  margin: number;
};

const wave = (p: number, i: number) => Math.sin(1.3 * (p + 1) + 0.7 * i);

test("six steps of a convolutional network give the losses and, away from kinks, the gradients of an implementation number by number", async () => {
  const engine = await Engine.open({ threads: 2 });
  const parameters = new Parameters();
  const net = sequential([
    conv2d(parameters.scope(0), 3, 5, 3, { stride: 2, padding: 1 }),
    batchNorm(parameters.scope(1), 5),
    activation(relu),
    activation((x) => maxPool2d(x, 3, { stride: 2, padding: 1 })),
    conv2d(parameters.scope(2), 5, 5, 3, { padding: 1, groups: 5 }),
    activation(relu),
    activation((x) => averagePool2d(x, [2, 1], { stride: 1 })),
    activation(flatten),
    linear(parameters.scope(3), 20, 3),
  ]);
  const store = new ParameterStore(engine.memory, parameters.all);
  const learned = parameters.all.filter((parameter) => parameter.learned);
  for (const [p, { name }] of learned.entries()) {
    const values = store.values(name);
    values.set(values.map((_, i) => (name === "1.weight" ? 1 : 0) + 0.3 * wave(p, i)));
  }
  const [x, classes] = [input("x", ["n", 3, 9, 8]), input("classes", ["n"], "int64")];
  const forward = new Forward(true);
  const step = await TrainingStep.compile(engine, {
    name: "convolutional network",
    store,
    loss: crossEntropy(net(x, forward), classes),
    groups: [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: rate, momentum } }],
    updates: forward.updates,
    seed: 0,
  });
  const run = step.at({ n: 4 });
  run.inputs.x!.set(run.inputs.x!.map((_, i) => wave(20, i)));
  run.indices.classes!.set([0n, 2n, 1n, 1n]);
  for (const [i, expected] of losses.entries()) {
    const { loss } = await step.run(run);
    assert.ok(Math.abs(loss! - expected) < 1e-5 * expected, `loss ${loss}, expected ${expected}`);
    if (i > 0) continue;
    // Values are about 1, and float32 rounds them at 1e-7: no decision of relu or of a maximum is a matter of rounding.
    assert.ok(margin > 1e-5);
    const largest = Math.max(...Object.values(gradients).flat().map(Math.abs));
    for (const [name, wanted] of Object.entries(gradients)) {
      // What is 0 but for rounding, of a bias before a normalization, is held against the largest of all.
      const scale = Math.max(...wanted.map(Math.abs), 1e-3 * largest);
      step.gradient(name).forEach((found, at) => {
        const off = Math.abs(found - wanted[at]!);
        assert.ok(off < 1e-4 * scale, `${name}[${at}]: ${found}, expected ${wanted[at]}`);
      });
    }
  }
  await step.release();
  await engine.close();
});
