// The training step of DCHN's network (4096-4096-4096-64, batch 64, Adam).
import { activation, Forward, initialize, linear, Parameters, sequential } from "../../dist/core/nn/index.js";
import { Engine, ParameterStore, TrainingStep } from "../../dist/core/runtime/index.js";
import * as t from "../../dist/core/tensor/index.js";
import { emit, median, optimizerBytes, perceptronWork, repeat, threads } from "./common.mjs";

const [WIDTH, BITS, BATCH, ALPHA] = [4096, 64, 64, 0.02];
const repetitions = Number(process.argv[2] ?? 15);
const engine = await Engine.open({ threads });

const parameters = new Parameters();
const relu = activation(t.relu);
const network = sequential([
  linear(parameters.scope(0), WIDTH, WIDTH),
  relu,
  linear(parameters.scope(1), WIDTH, WIDTH),
  relu,
  linear(parameters.scope(2), WIDTH, BITS),
]);
const x = t.normalizeRows(network(t.input("features", ["n", WIDTH]), new Forward(true)));
const [codes, semantics, similar] = [
  ["codes", BITS],
  ["semantics", 10],
  ["similar", "n"],
].map(([name, columns]) => t.input(name, ["n", columns]));
const W = t.input("W", [10, BITS]);
const d = t.mul(t.matmul(x, codes, { transposeB: true }), 0.5);
const hashing = t.mean(t.sum(t.sub(t.softplus(d), t.mul(similar, d)), 1));
const reconstruction = t.mean(t.sum(t.square(t.sub(t.matmul(x, W, { transposeB: true }), semantics)), 1));
const loss = t.add(t.mul(hashing, ALPHA), t.mul(reconstruction, 1 - ALPHA));

const store = new ParameterStore(engine.memory, parameters.all);
initialize(engine.kernels, store, parameters.all, 0);
const optimizer = { kind: "adam", lr: 1e-4, beta1: 0.5, beta2: 0.999 };
const groups = [{ parameters: parameters.learned(), optimizer }];
const step = await TrainingStep.compile(engine, { name: "mlp", store, loss, groups, seed: 0 });
const run = step.at({ n: BATCH });
for (const values of Object.values(run.inputs)) for (let i = 0; i < values.length; i++) values[i] = Math.sin(i);
for (let i = 0; i < run.inputs.codes.length; i++) run.inputs.codes[i] = Math.sign(Math.sin(i) || 1);
for (let i = 0; i < run.inputs.similar.length; i++) run.inputs.similar[i] = i % 10 === 0 ? 1 : 0;
const seconds = await repeat(() => step.run(run), repetitions);
const graph = await repeat(() => run.run(), repetitions);
engine.close();
emit("mlp_step", {
  seconds,
  median: median(seconds),
  graph: median(graph),
  work: perceptronWork([WIDTH, WIDTH, WIDTH, BITS], BATCH, optimizerBytes.adam),
});
