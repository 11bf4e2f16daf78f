// k-means with k-means++ and many starts on a matrix in an .npy file (argument): seconds and inertia.

import { Engine } from "../../dist/core/runtime/index.js";
import { kmeans } from "../../dist/entries/metrics.js";
import { loadDataset } from "../../dist/index.js";
import { emit, median, repeat, threads } from "./common.mjs";

const [path, clusters = "10", starts = "50"] = process.argv.slice(2);
const engine = await Engine.open({ threads });
const { views } = await loadDataset(path);
let inertia = 0;
const once = async () => {
  ({ inertia } = await kmeans(views[0].matrix, {
    clusters: Number(clusters),
    starts: Number(starts),
    seed: 0,
    engine,
  }));
};
const seconds = await repeat(once, 5, 1);
engine.close();
emit("kmeans", { seconds, median: median(seconds), inertia });
