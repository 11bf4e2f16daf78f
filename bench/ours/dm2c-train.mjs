// DM2C: both stages of training on a data set, for tables of measures; with a second path, its features for the PyTorch side.
//   node bench/ours/dm2c-train.mjs '{"data": "emoji", "views": "image=noto,text=en", "options": {"seed": 0}}' [features.npz]
import { openData } from "../../dist/cli/open-data.js";
import { toDense } from "../../dist/data/matrix.js";
import { modalities } from "../../dist/data/mixed-modal.js";
import { writeNpz } from "../../dist/data/readers/index.js";
import { applyScaler, fitScaler } from "../../dist/data/scaling.js";
import { DM2C } from "../../dist/methods/dm2c/index.js";
import { Engine } from "../../dist/runtime/index.js";
import { emit, median, threads } from "./common.mjs";

const { options, ...source } = JSON.parse(process.argv[2]);
const engine = await Engine.open({ threads });
const model = new DM2C({ evaluateEvery: 20, ...options }, engine);
const data = model.split(await openData(source));
const [, , , features] = process.argv;
if (features !== undefined) writeFeatures(features);

const seconds = [];
const measured = {};
await model.fit(data, {
  onEpoch({ stage, epoch, losses, metrics, seconds: taken }) {
    if (stage === "train") seconds.push(taken);
    if (metrics === undefined) return;
    measured[stage === "train" ? "mapped" : "autoencoders"] = metrics;
    process.stdout.write(`${JSON.stringify({ stage, epoch, losses, metrics })}\n`);
  },
});
const spaces = {};
for (const unify of ["first", "second", "neither"]) {
  model.options.unify = unify;
  spaces[unify] = await model.evaluate();
}
engine.close();
emit("dm2c training", { settings: options, source, ...measured, spaces, median: median(seconds) });

/** Features of each modality as the networks see them, under the names that bench/peers/dm2c.py looks for. */
function writeFeatures(path) {
  if (model.options.pca > 0) throw new Error("principal components are found by the model: export them from its run");
  const modality = modalities(data);
  const arrays = {};
  for (const [m, name] of ["image", "text"].entries()) {
    const of = (split) => data.splits[split].filter((row) => modality[row] === m);
    const { matrix } = data.views[m];
    const scaler = fitScaler(model.options.scaling, matrix, of("train"));
    for (const split of ["train", "test"]) {
      const rows = of(split);
      const scaled = toDense(applyScaler(scaler, matrix, rows));
      arrays[`${name}_${split}`] = { data: scaled.data, shape: [rows.length, matrix.columns] };
      const labels = rows.map((row) => data.labels.values[row]);
      arrays[`${name}_${split}_labels`] = { data: labels, shape: [rows.length] };
    }
  }
  writeNpz(path, arrays);
}
