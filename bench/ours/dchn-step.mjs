// DCHN's training step of one view (batch 64, Adam) on random features of a given width: arguments features, repetitions.

import { initialize } from "../../dist/core/nn/index.js";
import { Engine, ParameterStore, TrainingStep } from "../../dist/core/runtime/index.js";
import { dchnObjective, mhn } from "../../dist/methods/dchn/objective.js";
import { dchnOptions } from "../../dist/methods/dchn/options.js";
import { emit, median, optimizerBytes, perceptronWork, repeat, threads } from "./common.mjs";

const CLASSES = 10;
const [columns = 4096, repetitions = 20] = process.argv.slice(2).map(Number);
const { hidden, bits, batch, lr, beta1, alpha } = dchnOptions.parse({});
const engine = await Engine.open({ threads });

const scaler = { kind: "none", columns, scale: new Float32Array(columns), shift: new Float32Array(columns) };
const network = mhn({ name: "view", columns }, scaler, hidden, bits);
const store = new ParameterStore(engine.memory, network.parameters.all);
initialize(engine.kernels, store, network.parameters.all, 0);
const w = {
  rows: CLASSES,
  columns: bits,
  data: Float64Array.from({ length: CLASSES * bits }, (_, i) => Math.sin(i * i) / 8),
};
const { total, report } = dchnObjective(network, w, alpha);
const groups = [{ parameters: network.parameters.learned(), optimizer: { kind: "adam", lr, beta1, beta2: 0.999 } }];
const step = await TrainingStep.compile(engine, { name: "dchn", store, loss: total, report, groups, seed: 0 });
const run = step.at({ n: batch });
const { "view.0": features, labels, target } = run.inputs;
for (let i = 0; i < features.length; i++) features[i] = Math.abs(Math.sin(i * i));
for (let i = 0; i < batch; i++) labels[i * CLASSES + (i % CLASSES)] = 1;
for (let i = 0; i < target.length; i++)
  target[i] = w.data[(Math.floor(i / bits) % CLASSES) * bits + (i % bits)] > 0 ? 1 : -1;
const seconds = await repeat(() => step.run(run), repetitions, 3);
const graph = await repeat(() => run.run(), repetitions);
engine.close();
emit("dchn_step", {
  seconds,
  median: median(seconds),
  graph: median(graph),
  work: perceptronWork([columns, hidden, hidden, bits], batch, optimizerBytes.adam),
  settings: { columns, hidden, bits, batch },
});
