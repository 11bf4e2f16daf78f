// GMAE: seconds per epoch on a data file (argument), whole set as one batch, evaluation apart.

import { Engine } from "../../dist/core/runtime/index.js";
import { GMAE, loadDataset } from "../../dist/index.js";
import { emit, median, threads } from "./common.mjs";

const [path, epochs = "20"] = process.argv.slice(2);
const engine = await Engine.open({ threads });
const data = await loadDataset(path);
const seconds = [];
await new GMAE({ epochs: Number(epochs) + 2, evaluateEvery: 0, seed: 0 }, engine).fit(data, {
  onEpoch: (report) => void seconds.push(report.seconds),
});
engine.close();
const counted = seconds.slice(2);
emit("gmae", { seconds: counted, median: median(counted) });
