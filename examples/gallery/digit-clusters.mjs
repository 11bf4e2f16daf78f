// Clustering without labels: 3000 handwritten digits with two pictures each, ten clusters by CCA and k-means.
import { CCA, loadDataset, MultiViewDataset } from "vantage-ml";
import { selectRows, toDense } from "vantage-ml/data";
import { clusteringMetrics } from "vantage-ml/metrics";
import { digit, grid, tile } from "./draw.mjs";

const samples = 3000;
const rows = Int32Array.from({ length: samples }, (_, row) => row);
const set = await loadDataset("noisy-mnist-10k");
const views = set.views.map(({ name, matrix }) => ({ name, matrix: selectRows(matrix, rows) }));
const data = new MultiViewDataset({ name: "digits", views });

const model = await new CCA({ clusters: 10, components: 30, scaling: "none", seed: 0 }).fit(data);
const clusters = await model.predict(data);
const labels = set.labels.values.subarray(0, samples);
const { acc } = clusteringMetrics(labels, clusters);
await model[Symbol.asyncDispose]();

const pictures = toDense(views[0].matrix);
const found = [];
for (let cluster = 0; cluster < 10; cluster++) {
  const own = rows.filter((row) => clusters[row] === cluster);
  const tiles = [...own.slice(0, 12)].map((row) =>
    digit(pictures.data.subarray(row * 784, (row + 1) * 784)).then((bytes) => tile(bytes, 44)),
  );
  found.push({ title: `${own.length} digits`, tiles: await Promise.all(tiles) });
}
console.log(`ACC ${acc.toFixed(3)}`);
await grid("digit-clusters", found, { side: 44, left: 110 });
