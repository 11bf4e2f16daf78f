// The linear SVM against scikit-learn's LinearSVC run to convergence on the same numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dense } from "../../data/matrix.js";
import { predictLinearSvm, trainLinearSvm } from "./linear-svm.js";

/** 120 × 4 numbers without randomness; the same formula was given to scikit-learn. */
const waves = dense(
  120,
  4,
  Float32Array.from({ length: 480 }, (_, e) => Math.sin(((Math.floor(e / 4) * ((e % 4) + 1) * 7) % 97) * 0.1)),
);
const labels = Int32Array.from({ length: 120 }, (_, i) => Math.floor((i % 7) / 3));

function assertClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i]! - value) < tolerance, `[${i}]: ${actual[i]}, not ${value}`);
  }
}

function accuracy(predictions: Int32Array, truth: Int32Array): number {
  return predictions.reduce((right, p, i) => right + (p === truth[i] ? 1 : 0), 0) / truth.length;
}

test("three classes have scikit-learn's weights", async () => {
  const svm = await trainLinearSvm(waves, labels, { seed: 0, tolerance: 1e-9, maxIterations: 100000 });
  assert.equal(svm.converged, true);
  assertClose(svm.weights.data, [
    ...[0.26251387043014857, 0.39007547237387985, -0.06282611477149644, 0.08443231123535104],
    ...[0.14756253509555342, -0.4222858869341633, 0.28797445077822303, -0.3299395978395761],
    ...[-0.5039944624041227, -0.01958168380023039, -0.20996724858801064, 0.31092135628354395],
  ]);
  assertClose(svm.intercepts, [-0.2679120523246997, -0.0801936192883656, -0.6911715090206809]);
  assertClose([accuracy(predictLinearSvm(svm, waves), labels)], [0.5583333333333333]);
});

test("two classes, with labels of their own", async () => {
  const two = labels.map((label) => (label > 0 ? 9 : -4));
  const svm = await trainLinearSvm(waves, two, { seed: 1, tolerance: 1e-9, maxIterations: 100000 });
  assert.deepEqual([...svm.classes], [-4, 9]);
  const expected = [-0.2625138704309401, -0.3900754723726064, 0.06282611477873508, -0.0844323112362156];
  assertClose(svm.weights.data, [...expected.map((w) => -w), ...expected]);
  assertClose(svm.intercepts, [-0.2679120523222122, 0.2679120523222122]);
  assertClose([accuracy(predictLinearSvm(svm, waves), two)], [0.5833333333333334]);
});

test("the solution is stationary, and larger C fits closer", async () => {
  const squares = async (c: number) => {
    const svm = await trainLinearSvm(waves, labels, { c, seed: 0, tolerance: 1e-8, maxIterations: 100000 });
    // gradient of ½(‖w‖² + b²) + C Σ max(0, 1 − y(w·x + b))² for the first class
    const gradient = [...svm.weights.data.subarray(0, 4), svm.intercepts[0]!];
    let losses = 0;
    for (let i = 0; i < 120; i++) {
      const y = labels[i] === 0 ? 1 : -1;
      const row = [...waves.data.subarray(i * 4, i * 4 + 4), 1];
      const margin = row.reduce((sum, v, j) => sum + v * (j < 4 ? svm.weights.data[j]! : svm.intercepts[0]!), 0);
      const slack = Math.max(0, 1 - y * margin);
      losses += slack ** 2;
      for (const [j, v] of row.entries()) gradient[j]! -= 2 * c * slack * y * v;
    }
    for (const g of gradient) assert.ok(Math.abs(g) < 2e-4 * Math.max(1, c), `gradient ${g}`);
    return losses;
  };
  assert.ok((await squares(10)) < (await squares(1)));
});

test("the seed decides the bits; too few iterations are reported", async () => {
  const short = { seed: 5, maxIterations: 2 };
  const svm = await trainLinearSvm(waves, labels, short);
  assert.equal(svm.converged, false);
  assert.deepEqual(await trainLinearSvm(waves, labels, short), svm);
  assert.notDeepEqual(await trainLinearSvm(waves, labels, { ...short, seed: 6 }), svm);
});

test("what cannot be trained or predicted is refused", async () => {
  await assert.rejects(trainLinearSvm(waves, new Int32Array(120), { seed: 0 }), /1 class among the labels/);
  const broken = dense(2, 1, Float32Array.of(1, Number.NaN));
  await assert.rejects(trainLinearSvm(broken, Int32Array.of(0, 1), { seed: 0 }), /row 1, column 0 of 2 × 1 is NaN/);
  await assert.rejects(trainLinearSvm(waves, new Int32Array(3), { seed: 0 }), RangeError);
  const svm = await trainLinearSvm(waves, labels, { seed: 0 });
  assert.throws(() => predictLinearSvm(svm, dense(1, 3)), /trained on 4 dimensions, given 3/);
});
