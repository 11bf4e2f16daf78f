// Which view matters: digits cut into four quarters, classified by nearest neighbors with all quarters, with one left out, and with only one.
import { dense, querySplit, selectRows } from "vantage-ml/data";
import { classificationMetrics, classifyByNeighbors } from "vantage-ml/metrics";
import { quarters } from "./digits.mjs";
import { chart } from "./draw.mjs";

const { data } = await quarters(2000);
const names = data.views.map(({ name }) => name);
const { database: train, query: test } = querySplit(data.samples, { last: 1000 });
const labels = (rows) => rows.map((row) => data.labels.values[row]);

/** The concatenated views. */
function joined(kept) {
  const views = data.views.filter(({ name }) => kept.includes(name));
  const columns = views.reduce((sum, { matrix }) => sum + matrix.columns, 0);
  const rows = Array.from({ length: data.samples }, (_, i) =>
    views.flatMap(({ matrix }) => [...matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns)]),
  );
  return dense(data.samples, columns, Float32Array.from(rows.flat()));
}

async function accuracy(kept) {
  const x = joined(kept);
  const found = await classifyByNeighbors(selectRows(x, train), labels(train), selectRows(x, test), { k: 5 });
  return classificationMetrics(labels(test), found).accuracy;
}

const bars = [["all four quarters", await accuracy(names)]];
for (const name of names) bars.push([`without ${name}`, await accuracy(names.filter((each) => each !== name))]);
for (const name of names) bars.push([`${name} alone`, await accuracy([name])]);
await chart("which-view", "Accuracy on 1000 digits that were held out", bars);
