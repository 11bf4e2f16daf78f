// Logits, loss, gradients and five steps of a whole backbone against PyTorch's, from the same file of weights:
//   bench/peers/backbones.py --network alexnet --batch 8 --check FOLDER
//   node bench/ours/backbones-check.mjs FOLDER
// It leaves the gradients there, and what relus and maxima chose, for bench/peers/backbones_trace.py FOLDER.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backbone, crossEntropy, Forward, loadWeights, Parameters } from "../../dist/core/nn/index.js";
import { Engine, ParameterStore, Program, TrainingStep } from "../../dist/core/runtime/index.js";
import * as t from "../../dist/core/tensor/index.js";
import { openWeights } from "../../dist/data/formats/weights/open.js";
import { fillPictures, median, threads } from "./common.mjs";

const folder = process.argv[2];
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
const { network, batch, size, seed, rate, momentum, without_onednn } = expected;
const classes = expected.logits.length / batch;

/** Largest difference over the largest value. */
function off(found, wanted) {
  let [difference, scale] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(found[i] - wanted[i]));
    scale = Math.max(scale, Math.abs(wanted[i]));
  }
  return { off: difference / (scale || 1), scale };
}

const engine = await Engine.open({ threads });
const parameters = new Parameters();
const net = backbone(parameters, network, { outputs: classes });
const learned = parameters.learned();
const store = new ParameterStore(engine.memory, parameters.all);
const weights = openWeights(join(folder, "weights.pth"));
const notes = loadWeights(store, parameters.all, weights);
const [x, labels] = [t.input("x", ["n", 3, size, size]), t.input("classes", ["n"], "int64")];
const forward = new Forward(true);
const logits = net.layer(x, forward);
const loss = crossEntropy(logits, labels);

function feed(run) {
  fillPictures(run.inputs.x, seed);
  run.indices.classes.set(Array.from({ length: batch }, (_, i) => BigInt((i * 7) % classes)));
  for (const { tensor } of forward.dropoutInputs) run.inputs[t.inputName(tensor)].fill(1);
}

const results = Object.fromEntries(t.gradients(loss, learned).map((g, i) => [`d/${t.inputName(learned[i])}`, g]));
/** Which values relus let through, and the places of maxima. */
for (const { op, outputs } of t.nodesOf([loss])) {
  if (op.name !== "relu" && op.name !== "maxPool2d") continue;
  const choice = op.name === "relu" ? t.greater(outputs[0], 0) : outputs[1];
  results[`choice/${Object.keys(results).length}`] = t.cast(choice, "float32");
}
const program = await Program.compile(engine, { name: network, outputs: { logits, loss, ...results }, store });
const run = program.at({ n: batch });
feed(run);
await run.run();
const report = {
  network,
  batch,
  size,
  seed,
  notes,
  without_onednn,
  logits: off(run.outputs.logits, expected.logits).off,
};
report.loss = off(run.outputs.loss, expected.losses.slice(0, 1)).off;
const gradients = openWeights(join(folder, "gradients.pth"));
const worst = { off: 0 };
const all = [];
for (const [name, tensor] of gradients.tensors) {
  const { off: own, scale } = off(run.outputs[`d/${name}`], tensor.read());
  // The gradient of a bias before a normalization is 0 but for rounding.
  if (scale > 1e-4) all.push(own);
  if (scale > 1e-4 && own > worst.off) Object.assign(worst, { name, off: own });
}
report.gradients = { ...worst, median: median(all) };
gradients.close();
const names = Object.keys(results);
writeFileSync(join(folder, "ours.json"), JSON.stringify(names.map((name) => [name, run.outputs[name].length])));
names.forEach((name, i) => {
  writeFileSync(join(folder, "ours.bin"), run.outputs[name], { flag: i === 0 ? "w" : "a" });
});
await program.release();

loadWeights(store, parameters.all, weights);
weights.close();
const groups = [{ parameters: learned, optimizer: { kind: "sgd", lr: rate, momentum } }];
const step = await TrainingStep.compile(engine, {
  name: network,
  store,
  loss,
  groups,
  updates: forward.updates,
  seed: 0,
});
const at = step.at({ n: batch });
feed(at);
const losses = [];
for (let i = 0; i < expected.losses.length; i++) losses.push((await step.run(at)).loss);
report.losses = Math.max(...losses.map((value, i) => Math.abs(value - expected.losses[i]) / expected.losses[i]));
const after = openWeights(join(folder, "after.pth"));
const last = { off: 0 };
for (const { name } of parameters.all) {
  const { off: own, scale } = off(store.values(name), after.tensors.get(name).read());
  if (scale > 1e-6 && own > last.off) Object.assign(last, { name, off: own });
}
report.after = last;
report.values = losses;
after.close();
console.log(JSON.stringify(report));
await step.release();
await engine.close();
