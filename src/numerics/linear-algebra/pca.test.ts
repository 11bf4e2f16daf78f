// Principal components: scikit-learn's numbers, all three ways of computing them, and data without variance.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/engine.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { fitPca, transformPca } from "./pca.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) < tolerance, `[${i}]: ${actual[i]}, not ${expected[i]}`);
  }
}

/** Rows with variances 100, 25, 4 along three random directions, and a little noise. */
function lowRank(rows: number, columns: number): DenseMatrix {
  const random = new Random(7);
  const directions = Float64Array.from({ length: 3 * columns }, () => random.normal() / Math.sqrt(columns));
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const [a, b, c] = [10 * random.normal(), 5 * random.normal(), 2 * random.normal()];
    for (let j = 0; j < columns; j++) {
      const signal = a * directions[j]! + b * directions[columns + j]! + c * directions[2 * columns + j]!;
      data[i * columns + j] = 3 + signal + 0.01 * random.normal();
    }
  }
  return dense(rows, columns, data);
}

test("components, variances and ratios are scikit-learn's", async () => {
  const waves = Float32Array.from({ length: 1800 }, (_, e) =>
    Math.sin(((Math.floor(e / 6) * ((e % 6) + 1) * 7) % 97) * 0.1),
  );
  const x = dense(300, 6, waves);
  const pca = await fitPca(x, 3, engine);
  assertClose(pca.variances, [0.74769134924849, 0.5875757004593852, 0.4768634530710961]);
  assertClose(pca.ratios, [0.27882543576203345, 0.21911588369778237, 0.17782960874855258]);
  assertClose(pca.components.data, [
    ...[-0.4107308127192894, 0.6207875769648109, 0.3767246371529376, -0.395700552660585, 0.06195509378300471],
    ...[-0.37892501964048814, -0.28547708815834344, 0.3513961478322246, -0.5965783537647257, -0.28310439106670726],
    ...[0.05487532784854071, 0.5966225351065273, -0.6640499698333763, -0.018413477477851298, 0.14624325497813395],
    ...[0.6893231992355139, 0.20061869735831311, 0.1479768801226572],
  ]);
  const { data } = await transformPca(pca, x, engine);
  for (let c = 0; c < 3; c++) {
    const column = [...data].filter((_, e) => e % 3 === c);
    const mean = column.reduce((sum, v) => sum + v, 0) / 300;
    const variance = column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 299;
    assert.ok(Math.abs(mean) < 1e-5);
    assert.ok(Math.abs(variance / pca.variances[c]! - 1) < 1e-4);
  }
});

test("covariance, Gram matrix and subspace iteration find the same components", async () => {
  const wide = lowRank(300, 620);
  const gram = await fitPca(wide, 3, engine);
  const square = lowRank(620, 620);
  const few = await fitPca(square, 3, engine);
  const all = await fitPca(square, 500, engine);
  assertClose(few.components.data, all.components.data.subarray(0, 3 * 620), 2e-4);
  assertClose(few.ratios, all.ratios.subarray(0, 3), 1e-5);
  // the same directions in fewer rows, estimated from the noise-free part alone up to sampling
  for (let c = 0; c < 3; c++) {
    const axis = gram.components.data.subarray(c * 620, (c + 1) * 620);
    assert.ok(Math.abs(Math.hypot(...axis) - 1) < 1e-5);
  }
  const { data } = await transformPca(gram, wide, engine);
  const spread = data.reduce((sum, v, e) => sum + (e % 3 === 0 ? v * v : 0), 0) / 299;
  assert.ok(Math.abs(spread / gram.variances[0]! - 1) < 1e-4);
  assert.ok(gram.ratios.reduce((sum, r) => sum + r, 0) > 0.999);
});

test("subspace iteration with more directions than a block: orthonormal axes, variances of the covariance's eigenvectors", async () => {
  const n = 620;
  const random = new Random(4);
  const falling = Float32Array.from({ length: n * n }, (_, e) => random.normal() / (1 + (e % n) / 10));
  const x = dense(n, n, falling);
  const all = await fitPca(x, n, engine);
  const some = await fitPca(x, 70, engine);
  for (let c = 0; c < 70; c++) {
    assert.ok(Math.abs(some.variances[c]! / all.variances[c]! - 1) < 0.01, `variance ${c}`);
    for (let d = 0; d <= c; d++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += some.components.data[c * n + j]! * some.components.data[d * n + j]!;
      assert.ok(Math.abs(product - (c === d ? 1 : 0)) < 1e-4, `axes ${c} and ${d}: ${product}`);
    }
  }
});

test("many rows and many components: the covariance's own eigenvectors, which subspace iteration only comes near to", async () => {
  const random = new Random(3);
  const [rows, columns, components] = [6000, 520, 150];
  const x = dense(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
  const all = await fitPca(x, columns, engine);
  const some = await fitPca(x, components, engine);
  assertClose(some.variances, all.variances.subarray(0, components), 1e-6);
});

test("directions without variance are zeros", async () => {
  const flat = await fitPca(
    dense(
      3,
      5,
      Float32Array.from({ length: 15 }, (_, e) => (e < 5 ? 1 : 2)),
    ),
    3,
    engine,
  );
  assertClose(flat.variances, [5 / 3, 0, 0]);
  assertClose(flat.ratios, [1, 0, 0]);
  assertClose(flat.components.data, [...new Array(5).fill(1 / Math.sqrt(5)), ...new Array(10).fill(0)]);
  const constant = await fitPca(dense(4, 2, new Float32Array(8).fill(3)), 1, engine);
  assertClose(constant.variances, [0]);
  assertClose(constant.ratios, [0]);
  const one = await fitPca(dense(1, 2, Float32Array.of(4, 5)), 1, engine);
  assertClose(one.variances, [0]);
  assertClose(one.mean, [4, 5]);
});

test("what has no such components is refused", async () => {
  await assert.rejects(fitPca(dense(3, 5), 4, engine), /4 components requested, expected 1 to 3 of a 3 × 5 matrix/);
  await assert.rejects(fitPca(dense(1, 1, Float32Array.of(Number.NaN)), 1, engine), /is NaN/);
  const pca = await fitPca(lowRank(20, 4), 2, engine);
  await assert.rejects(transformPca(pca, dense(1, 3), engine), /fitted on 4 dimensions, given 3/);
});
