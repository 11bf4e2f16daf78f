// Gradients of layers and losses, in their inputs and their parameters, against finite differences.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Random } from "../kernels/random.js";
import { assertSlopes } from "../runtime/finite-differences.testing.js";
import { Engine, ParameterStore, Program } from "../runtime/index.js";
import {
  constant,
  elementCount,
  gradients,
  input,
  inputName,
  integers,
  mul,
  sum,
  type Tensor,
} from "../tensor/index.js";
import { Forward } from "./forward.js";
import { batchNorm, conv2d, dropout, type Layer, layerNorm, linear } from "./layers.js";
import { binaryCrossEntropyWithLogits, crossEntropy, meanSquaredError } from "./losses.js";
import { Parameters } from "./parameters.js";

let engine: Engine;
before(async () => {
  engine = await Engine.open({ threads: 2 });
});
after(() => engine.close());

function fill(values: Float32Array, value: (i: number) => number): void {
  for (let i = 0; i < values.length; i++) values[i] = value(i);
}

const without = (loss: (x: Tensor) => Tensor) => (): Layer => (x) => loss(x);

const cases: Record<string, { shape: number[]; layer: (parameters: Parameters) => Layer; training?: boolean }> = {
  linear: { shape: [3, 4], layer: (p) => linear(p, 4, 2) },
  layerNorm: { shape: [3, 5], layer: (p) => layerNorm(p, 5) },
  "batchNorm in training": { shape: [5, 3], layer: (p) => batchNorm(p, 3) },
  "batchNorm in evaluation": { shape: [4, 3], layer: (p) => batchNorm(p, 3), training: false },
  "batchNorm of channels": { shape: [3, 2, 2, 3], layer: (p) => batchNorm(p, 2) },
  "batchNorm of channels in evaluation": { shape: [1, 2, 2, 3], layer: (p) => batchNorm(p, 2), training: false },
  conv2d: { shape: [2, 3, 5, 4], layer: (p) => conv2d(p, 3, 2, [3, 2], { padding: 1, stride: 2 }) },
  "conv2d in groups": { shape: [1, 4, 3, 4], layer: (p) => conv2d(p, 4, 2, 3, { padding: 1, groups: 2 }) },
  dropout: { shape: [3, 5], layer: () => dropout(0.4) },
  meanSquaredError: { shape: [3, 4], layer: without((x) => meanSquaredError(x, constant(0.3))) },
  binaryCrossEntropyWithLogits: { shape: [5, 1], layer: without((x) => binaryCrossEntropyWithLogits(x, 1)) },
  crossEntropy: { shape: [3, 4], layer: without((x) => crossEntropy(x, integers([2, 0, 3]))) },
};

for (const [name, { shape, layer, training = true }] of Object.entries(cases)) {
  test(`gradient of ${name}`, async () => {
    const random = new Random(2, name);
    const parameters = new Parameters();
    const built = layer(parameters);
    const store = new ParameterStore(engine.memory, parameters.all);
    const learned = parameters.learned();
    const x = input("x", shape);
    const forward = new Forward(training);
    const y = built(x, forward);
    const weights = Float32Array.from({ length: elementCount(y.shape) }, () => random.normal());
    const loss = sum(mul(y, constant(weights, y.shape as number[])));
    const targets = gradients(loss, [x, ...learned]);
    const outputs = Object.fromEntries(targets.map((g, i) => [`g${i}`, g]));
    const program = await Program.compile(engine, { name, outputs: { loss, ...outputs }, store });
    const run = program.at();
    // Positive, since running variances are among them.
    for (const key of store.names) fill(store.values(key), () => 0.5 + Math.abs(random.normal()));
    fill(run.inputs.x!, () => random.normal());
    for (const { tensor } of forward.dropoutInputs) {
      fill(run.inputs[inputName(tensor)]!, (i) => (i % 3 === 0 ? 0 : 1 / 0.6));
    }
    await run.run();
    assert.ok(run.outputs.g0!.some((g) => g !== 0));
    const names = learned.map(inputName);
    const places: Float32Array[] = [run.inputs.x!, ...names.map((key) => store.values(key))];
    await assertSlopes(
      run,
      places.map((values, i) => ({ name: ["x", ...names][i]!, values, gradient: run.outputs[`g${i}`]!.slice() })),
    );
    await program.release();
  });
}
