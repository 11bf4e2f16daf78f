// DJSRH on Wikipedia.mat, and the starts and orders of batches that it drew, for PyTorch to train with the same.
//   node bench/ours/djsrh-draws.mjs Wikipedia.mat draws.npz '{"seed": 0, "epochs": 60}'
//   python3 bench/peers/djsrh.py --data Wikipedia.mat --draws draws.npz --epochs 60
import { openData } from "../../dist/cli/open-data.js";
import { batches } from "../../dist/data/batches.js";
import { writeNpz } from "../../dist/data/readers/index.js";
import { DJSRH } from "../../dist/methods/djsrh/index.js";
import { Engine } from "../../dist/runtime/index.js";
import { emit, threads } from "./common.mjs";

const [, , path, draws, options] = process.argv;
const engine = await Engine.open({ threads });
const model = new DJSRH({ queries: "last:693", evaluateEvery: 0, ...JSON.parse(options ?? "{}") }, engine);
const data = model.split(await openData({ data: path, views: "image=0,text=1" }));
const losses = [];
await model.fit(data, { onStart: writeDraws, onEpoch: (report) => void losses.push(report.losses.total) });
const metrics = await model.evaluate();
engine.close();
emit("djsrh training", { metrics, losses, settings: model.options });

function writeDraws() {
  const arrays = {};
  for (const [name, { data, shape }] of model.modelState().tensors) {
    if (/\.(weight|bias)$/.test(name)) arrays[name] = { data: Float32Array.from(data), shape: [...shape] };
  }
  const { batch, epochs, seed } = model.options;
  const rows = data.splits.train;
  const order = Array.from({ length: epochs }, (_, epoch) =>
    batches(rows, batch, { seed, epoch }, { dropLast: true }).map((each) => [...each]),
  ).flat(2);
  arrays.order = { data: Int32Array.from(order), shape: [epochs, order.length / epochs] };
  writeNpz(draws, arrays);
}
