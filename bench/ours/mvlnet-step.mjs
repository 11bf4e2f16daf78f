// MvLNet's training step: two views, batch 1024 and as many for the orthogonal layer, affinity included, as training runs it.

import { initialize } from "../../dist/core/nn/index.js";
import { Engine } from "../../dist/core/runtime/index.js";
import { dense } from "../../dist/data/matrix.js";
import { fitScaler } from "../../dist/data/scaling.js";
import { allRows } from "../../dist/methods/feeding.js";
import { makeNetworks } from "../../dist/methods/mvlnet/model.js";
import { mvlnetOptions } from "../../dist/methods/mvlnet/options.js";
import { spectralTrainer } from "../../dist/methods/mvlnet/spectral.js";
import { addWork, emit, median, optimizerBytes, perceptronWork, repeat, threads } from "./common.mjs";

const [SAMPLES, COLUMNS] = [4096, 784];
const repetitions = Number(process.argv[2] ?? 10);
const engine = await Engine.open({ threads });
const options = mvlnetOptions.parse({ autoencoder: [], clusters: 10, steps: 1 });
const matrices = [0, 1].map((view) => {
  const matrix = dense(SAMPLES, COLUMNS);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = Math.abs(Math.sin(i * (view + 1.7) * 12.9898));
  return matrix;
});
const description = {
  views: matrices.map((matrix, view) => ({ name: `view${view}`, columns: matrix.columns })),
  classes: 0,
  classNames: [],
  scalers: matrices.map((matrix) => fitScaler(options.scaling, matrix)),
};
const model = { ...description, ...makeNetworks(engine, options, description) };
initialize(engine.kernels, model.store, model.parameters.all, 0);
const encoded = matrices.map((matrix, view) => ({ matrix, rows: allRows(SAMPLES), scaler: model.scalers[view] }));
const trainer = await spectralTrainer(engine, model, encoded, options);
let epoch = 0;
let loss;
const seconds = await repeat(async () => {
  loss = (await trainer.epoch(epoch++)).losses.total;
}, repetitions);
await trainer.release();
engine.close();
const both = perceptronWork([COLUMNS, ...options.arch], 2 * options.batch, optimizerBytes.rmsprop);
emit("mvlnet_step", { seconds, median: median(seconds), loss, work: addWork(both, both) });
