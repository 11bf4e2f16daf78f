// k-means with k-means++ and many starts on a matrix in an .npy file (argument): seconds and inertia.

import { readVariables } from "../../dist/data/readers/index.js";
import { kmeans } from "../../dist/index.js";
import { Engine } from "../../dist/runtime/index.js";
import { emit, median, repeat, threads } from "./common.mjs";

const [path, clusters = "10", starts = "50"] = process.argv.slice(2);
const engine = await Engine.open({ threads });
const { variables } = await readVariables(path);
const [variable] = variables.values();
const x = await (await import("../../dist/data/layout.js")).loadViews(path).then(
  ({ views }) => views[0].matrix,
  () => variable,
);
let inertia = 0;
const seconds = await repeat(
  async () => {
    ({ inertia } = await kmeans(x, { clusters: Number(clusters), starts: Number(starts), seed: 0, engine }));
  },
  5,
  1,
);
engine.close();
emit("kmeans", { seconds, median: median(seconds), inertia });
