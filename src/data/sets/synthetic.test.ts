// Synthetic data: sizes, balance, determinism, and that views share what the classes say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DenseMatrix, toDense } from "../matrix.js";
import { columnStatistics, columnVariance } from "../statistics.js";
import { type SyntheticOptions, synthetic } from "./synthetic.js";

test("sizes, balanced classes, views of several widths", () => {
  const data = synthetic({ samples: 103, views: 3, classes: 4, dimensions: [5, 1, 7] });
  assert.equal(data.samples, 103);
  assert.deepEqual(data.dimensions, [5, 1, 7]);
  assert.deepEqual(
    data.views.map((view) => view.name),
    ["view1", "view2", "view3"],
  );
  assert.ok(data.labels?.kind === "single");
  const counts = [0, 0, 0, 0];
  for (const label of data.labels.values) counts[label]!++;
  assert.deepEqual(counts, [26, 26, 26, 25]);
  assert.notDeepEqual([...data.labels.values.subarray(0, 8)], [0, 1, 2, 3, 0, 1, 2, 3], "in random order");
});

test("the same options give the same bits, another seed others", () => {
  const bits = (seed: number) => synthetic({ samples: 50, seed }).views.map((view) => toDense(view.matrix).data);
  assert.deepEqual(bits(3), bits(3));
  assert.notDeepEqual(bits(3), bits(4));
  const [first, second] = bits(3);
  assert.notDeepEqual(first, second, "views differ");
});

test("noise adds its variance to values inside (-1, 1)", () => {
  const clean = synthetic({ samples: 400, noise: 0 }).views[0]!.matrix as DenseMatrix;
  const noisy = synthetic({ samples: 400, noise: 0.3 }).views[0]!.matrix as DenseMatrix;
  assert.ok(clean.data.every((value) => Math.abs(value) <= 1));
  const difference: DenseMatrix = { ...clean, data: noisy.data.map((value, i) => value - clean.data[i]!) };
  const { mean } = columnStatistics(difference);
  const variance = columnVariance(difference, mean);
  assert.ok(mean.every((value) => Math.abs(value) < 0.08));
  assert.ok(variance.every((value) => value > 0.05 && value < 0.14));
  const total = variance.reduce((a, b) => a + b) / variance.length;
  assert.ok(Math.abs(total - 0.09) < 0.003, `${total}`);
});

/** Share of samples whose nearest class mean in the view, fitted on the even rows and tried on the odd ones, is their class. */
function nearestMeanAccuracy(options: Partial<SyntheticOptions>): number {
  const data = synthetic({ samples: 1000, classes: 5, ...options });
  const { data: x, columns } = toDense(data.views[1]!.matrix);
  const labels = data.labels?.kind === "single" ? data.labels.values : new Int32Array();
  const means = new Float64Array(5 * columns);
  const counts = new Float64Array(5);
  for (let i = 0; i < 1000; i += 2) {
    counts[labels[i]!]!++;
    for (let j = 0; j < columns; j++) means[labels[i]! * columns + j]! += x[i * columns + j]!;
  }
  let right = 0;
  for (let i = 1; i < 1000; i += 2) {
    const distances = Array.from(counts, (count, c) => {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += (x[i * columns + j]! - means[c * columns + j]! / count) ** 2;
      return sum;
    });
    if (distances.indexOf(Math.min(...distances)) === labels[i]) right++;
  }
  return right / 500;
}

test("a view tells the classes apart, not perfectly, and worse under private factors and noise", () => {
  const usual = nearestMeanAccuracy({});
  assert.ok(usual > 0.7 && usual < 0.999, `${usual}`);
  assert.ok(nearestMeanAccuracy({ privateFactors: 60, noise: 1 }) < usual - 0.1);
});

test("no private factors, one sample", () => {
  assert.equal(synthetic({ samples: 1, classes: 1, privateFactors: 0 }).samples, 1);
});

const refused: [Partial<SyntheticOptions>, RegExp][] = [
  [{ samples: 0 }, /samples is 0, expected a whole number from 1/],
  [{ views: 1.5 }, /views is 1.5/],
  [{ views: -1 }, /views is -1/],
  [{ dimensions: [3, 0] }, /dimensions is 0/],
  [{ dimensions: [3] }, /1 dimensions for 2 views/],
  [{ samples: 5, classes: 6 }, /6 classes for 5 samples/],
  [{ noise: -1 }, /noise is -1/],
  [{ noise: Number.NaN }, /noise is NaN/],
  [{ privateFactors: -1 }, /privateFactors is -1, expected a whole number from 0/],
];
for (const [options, message] of refused) {
  test(`refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => synthetic(options), { name: "UserError", message });
  });
}
