// DM2C: both stages of training on a data set, for tables of measures; with a second path, what the PyTorch side needs: the features,
// and the starts and orders of batches that were drawn (used with --draws).
//   node bench/ours/dm2c-train.mjs '{"data": "emoji", "views": "image=noto,text=en", "options": {"seed": 0}}' [features.npz]
//   python3 bench/peers/dm2c.py --data features.npz [--draws]
import { openData } from "../../dist/cli/open-data.js";
import { Engine } from "../../dist/core/runtime/index.js";
import { writeNpz } from "../../dist/data/formats/index.js";
import { toDense } from "../../dist/data/matrix.js";
import { modalities } from "../../dist/data/mixed-modal.js";
import { applyScaler, fitScaler } from "../../dist/data/scaling.js";
import { DM2C } from "../../dist/methods/dm2c/index.js";
import { trainingRows } from "../../dist/methods/dm2c/split.js";
import { emit, median, threads } from "./common.mjs";
import { ordersOf, parametersOf } from "./draws.mjs";

const { options, ...source } = JSON.parse(process.argv[2]);
const engine = await Engine.open({ threads });
const model = new DM2C({ evaluateEvery: 20, ...options }, engine);
const data = model.split(await openData(source));
const modality = modalities(data);
const [, , , features] = process.argv;

const seconds = [];
const measured = {};
const losses = {};
await model.fit(data, {
  onStart() {
    if (features !== undefined) writeNpz(features, { ...featuresOfModalities(), ...starts(), ...orders() });
  },
  onEpoch({ stage, epoch, losses: means, metrics, seconds: taken }) {
    losses[stage] ??= [];
    losses[stage].push(means);
    if (stage === "train") seconds.push(taken);
    if (metrics === undefined) return;
    measured[stage === "train" ? "mapped" : "autoencoders"] = metrics;
    process.stdout.write(`${JSON.stringify({ stage, epoch, losses: means, metrics })}\n`);
  },
});
const spaces = {};
for (const unify of ["first", "second", "neither"]) {
  model.options.unify = unify;
  spaces[unify] = await model.evaluate();
}
engine.close();
emit("dm2c training", { settings: options, source, ...measured, spaces, losses, median: median(seconds) });

/** Features of each modality as the networks see them, under the names that bench/peers/dm2c.py looks for. */
function featuresOfModalities() {
  if (model.options.pca > 0) throw new Error("principal components are found by the model: export them from its run");
  const arrays = {};
  for (const [m, name] of ["image", "text"].entries()) {
    const { matrix } = data.views[m];
    const scaler = fitScaler(model.options.scaling, matrix, rowsOf(m, "train"));
    for (const split of ["train", "test"]) {
      const rows = rowsOf(m, split);
      const scaled = toDense(applyScaler(scaler, matrix, rows));
      arrays[`${name}_${split}`] = { data: scaled.data, shape: [rows.length, matrix.columns] };
      const labels = rows.map((row) => data.labels.values[row]);
      arrays[`${name}_${split}_labels`] = { data: labels, shape: [rows.length] };
    }
  }
  return arrays;
}

/** Parameters as they are drawn, with the first modality called image and the second text. */
function starts() {
  const [first, second] = data.views.map(({ name }) => name);
  const called = { [first]: "image", [second]: "text" };
  return parametersOf(model, (name) => {
    const [network, ...rest] = name.split(".");
    const renamed = network.split("_").map((part) => called[part] ?? part);
    return `start.${[renamed.join("_"), ...rest].join(".")}`;
  });
}

/** Each epoch's order of training samples: of each modality for pre-training, of all (images come before texts) for training. */
function orders() {
  const { epochs, pretrainEpochs } = model.options;
  const own = trainingRows(data);
  const order = (rows, passes, inFile) => {
    const places = new Map(inFile.map((row, place) => [row, place]));
    const { data: drawn, shape } = ordersOf(rows, passes, model.options);
    return { data: drawn.map((row) => places.get(row)), shape };
  };
  const all = own.flatMap((rows) => [...rows]);
  return {
    order_image: order(own[0], pretrainEpochs, [...own[0]]),
    order_text: order(own[1], pretrainEpochs, [...own[1]]),
    order: order(Int32Array.from(all).sort(), epochs, all),
  };
}

function rowsOf(wanted, split) {
  return data.splits[split].filter((row) => modality[row] === wanted);
}
