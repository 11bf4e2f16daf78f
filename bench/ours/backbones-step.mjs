// A training step of a whole backbone (SGD with momentum): node bench/ours/backbones-step.mjs alexnet 32 [repetitions].
import { backbone, crossEntropy, Forward, initialize, Parameters } from "../../dist/core/nn/index.js";
import { Engine, ParameterStore, TrainingStep } from "../../dist/core/runtime/index.js";
import * as t from "../../dist/core/tensor/index.js";
import { emit, fillPictures, median, repeat, threads } from "./common.mjs";

const [network = "alexnet", batch = 32, repetitions = 5] = process.argv.slice(2);
const [n, size, classes] = [Number(batch), 224, 10];
const engine = await Engine.open({ threads });
const parameters = new Parameters();
const net = backbone(parameters, network, { outputs: classes });
const store = new ParameterStore(engine.memory, parameters.all);
initialize(engine.kernels, store, parameters.all, 0);
const forward = new Forward(true);
const loss = crossEntropy(net.layer(t.input("x", ["n", 3, size, size]), forward), t.input("classes", ["n"], "int64"));
const step = await TrainingStep.compile(engine, {
  name: network,
  store,
  loss,
  groups: [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 1e-4, momentum: 0.9 } }],
  dropout: forward.dropoutInputs,
  updates: forward.updates,
  seed: 0,
});
const run = step.at({ n });
fillPictures(run.inputs.x, 0);
run.indices.classes.set(Array.from({ length: n }, (_, i) => BigInt((i * 7) % classes)));
const processor = [];
const seconds = await repeat(async () => {
  const before = process.cpuUsage();
  await step.run(run);
  const { user, system } = process.cpuUsage(before);
  processor.push((user + system) / 1e6);
}, Number(repetitions));
emit("backbones", {
  network,
  batch: n,
  seconds,
  median: median(seconds),
  processor: median(processor.slice(2)),
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1000),
});
await engine.close();
