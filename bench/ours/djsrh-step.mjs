// DJSRH's training step (batch 32, SGD) on random features of given widths: arguments image, text, repetitions.

import { initialize } from "../../dist/core/nn/index.js";
import { Engine, ParameterStore, TrainingStep } from "../../dist/core/runtime/index.js";
import { djsrhNetwork } from "../../dist/methods/djsrh/networks.js";
import { djsrhObjective } from "../../dist/methods/djsrh/objective.js";
import { djsrhOptions } from "../../dist/methods/djsrh/options.js";
import { addWork, emit, median, optimizerBytes, perceptronWork, repeat, threads } from "./common.mjs";

const [image = 4096, text = 1386, repetitions = 30] = process.argv.slice(2).map(Number);
const options = djsrhOptions.parse({});
const { hidden, bits, batch, lr, momentum, weightDecay } = options;
const engine = await Engine.open({ threads });

const networks = Object.entries({ image, text }).map(([name, columns]) => {
  const scaler = { kind: "none", columns, scale: new Float32Array(columns), shift: new Float32Array(columns) };
  return djsrhNetwork({ name, columns }, scaler, hidden, bits);
});
const all = networks.flatMap(({ parameters }) => parameters.all);
const store = new ParameterStore(engine.memory, all);
initialize(engine.kernels, store, all, 0);
const { total, report } = djsrhObjective(networks, options, batch);
const groups = networks.map(({ parameters }) => ({
  parameters: parameters.learned(),
  optimizer: { kind: "sgd", lr, momentum, weightDecay },
}));
const step = await TrainingStep.compile(engine, { name: "djsrh", store, loss: total, report, groups, seed: 0 });
const run = step.at();
for (const values of Object.values(run.inputs))
  for (let i = 0; i < values.length; i++) values[i] = Math.abs(Math.sin(i * i));
const seconds = await repeat(() => step.run(run), repetitions, 10);
const graph = await repeat(() => run.run(), repetitions);
engine.close();
emit("djsrh_step", {
  seconds,
  median: median(seconds),
  graph: median(graph),
  work: addWork(...[image, text].map((columns) => perceptronWork([columns, hidden, bits], batch, optimizerBytes.sgd))),
  settings: { image, text, hidden, bits, batch },
});
