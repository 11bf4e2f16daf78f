// DJSRH on Wikipedia.mat, and the starts and orders of batches that it drew, for PyTorch to train with the same.
//   node bench/ours/djsrh-draws.mjs Wikipedia.mat draws.npz '{"seed": 0, "epochs": 60}'
//   python3 bench/peers/djsrh.py --data Wikipedia.mat --draws draws.npz --epochs 60
import { openData } from "../../dist/cli/open-data.js";
import { Engine } from "../../dist/core/runtime/index.js";
import { writeNpz } from "../../dist/data/formats/index.js";
import { DJSRH } from "../../dist/methods/djsrh/index.js";
import { emit, threads } from "./common.mjs";
import { ordersOf, parametersOf } from "./draws.mjs";

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
  const order = ordersOf(data.splits.train, model.options.epochs, model.options, { dropLast: true });
  writeNpz(draws, { ...parametersOf(model), order });
}
