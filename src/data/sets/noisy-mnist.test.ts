// Noisy MNIST: sizes, splits, what the pixels look like, determinism, and the cache.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { MultiViewDataset } from "../dataset.js";
import { type DenseMatrix, toDense } from "../matrix.js";
import { noisyMnist } from "./noisy-mnist.js";

const saved = process.env.VANTAGE_CACHE;
const folder = mkdtempSync(join(tmpdir(), "vantage-mnist-"));
let small: MultiViewDataset;
before(async () => {
  process.env.VANTAGE_CACHE = folder;
  small = await noisyMnist({ variant: "noisy-mnist-10k" });
});
after(() => {
  if (saved === undefined) delete process.env.VANTAGE_CACHE;
  else process.env.VANTAGE_CACHE = saved;
  rmSync(folder, { recursive: true, force: true });
});

const pixels = (data: MultiViewDataset, view: number) => (data.views[view]!.matrix as DenseMatrix).data;
const classMeans = (data: MultiViewDataset, view: number) => {
  const labels = data.labels?.kind === "single" ? data.labels.values : new Int32Array();
  const x = pixels(data, view);
  const means = Array.from({ length: 10 }, () => new Float64Array(784));
  for (let i = 0; i < labels.length; i++) for (let j = 0; j < 784; j++) means[labels[i]!]![j]! += x[i * 784 + j]!;
  return means.map((mean) => {
    const centered = mean.map((value) => value - mean.reduce((a, b) => a + b) / 784);
    const norm = Math.hypot(...centered);
    return centered.map((value) => value / norm);
  });
};

test("10k: sizes, splits, classes", () => {
  assert.equal(small.samples, 10_000);
  assert.deepEqual(small.dimensions, [784, 784]);
  assert.equal(small.splits.train!.length, 5000);
  assert.equal(small.splits.test![0], 5000);
  assert.equal(small.classes, 10);
  assert.ok(small.labels?.kind === "single");
  const zeros = small.labels.values.filter((label) => label === 0).length;
  assert.ok(zeros > 900 && zeros < 1080, `${zeros} zeros`);
});

test("rotated: MNIST's brightness, turned about the center", () => {
  const x = pixels(small, 0);
  assert.ok(x.every((value) => value >= 0 && value <= 1));
  const mean = x.reduce((a, b) => a + b) / x.length;
  assert.ok(Math.abs(mean - 0.1307) < 0.003, `mean ${mean}`);
  // A digit's pixels stay within its 20 × 20 box's circle, so no corner is ever bright.
  for (let i = 0; i < 10_000; i++) assert.equal(x[i * 784], 0);
});

test("noisy: uniform where the digit is black, clipped to 1 where it is white", () => {
  const x = pixels(small, 1);
  const corner = Array.from({ length: 10_000 }, (_, i) => x[i * 784]!);
  const mean = corner.reduce((a, b) => a + b) / 10_000;
  const variance = corner.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 10_000;
  assert.ok(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1 / 12) < 0.003, `variance ${variance}`);
  assert.ok(x.every((value) => value >= 0 && value <= 1));
  const full = x.reduce((count, value) => count + (value === 1 ? 1 : 0), 0) / x.length;
  assert.ok(full > 0.1 && full < 0.2, `share of ones ${full}`);
});

test("both views of a sample show the same digit, by different images", () => {
  const [rotated, noisy] = [classMeans(small, 0), classMeans(small, 1)];
  noisy.forEach((mean, digit) => {
    const likeness = rotated.map((other) => other.reduce((sum, value, j) => sum + value * mean[j]!, 0));
    assert.equal(likeness.indexOf(Math.max(...likeness)), digit);
  });
});

test("the cache gives the same bits as building, the seed other bits", async () => {
  const again = await noisyMnist({ variant: "noisy-mnist-10k", onProgress: () => assert.fail("built again") });
  for (const view of [0, 1]) assert.deepEqual(pixels(again, view), pixels(small, view));
  const other = await noisyMnist({ variant: "noisy-mnist-10k", seed: 1 });
  assert.notDeepEqual(pixels(other, 0).subarray(0, 784), pixels(small, 0).subarray(0, 784));
  assert.equal(readdirSync(folder).length, 2);
});

test("a damaged cache is rebuilt to the same bits", async () => {
  const file = readdirSync(folder).find((name) => name.includes("seed0"))!;
  writeFileSync(join(folder, file), "not what it was");
  const [notes, shares]: [string[], number[]] = [[], []];
  const again = await noisyMnist({
    variant: "noisy-mnist-10k",
    onNote: (note) => notes.push(note),
    onProgress: (share) => shares.push(share),
  });
  assert.match(notes.join(), /damaged/);
  assert.equal(shares.at(-1), 1);
  for (const view of [0, 1]) assert.deepEqual(pixels(again, view), pixels(small, view));
});

test("the whole set holds the small one", async () => {
  const whole = await noisyMnist();
  assert.equal(whole.samples, 70_000);
  assert.equal(whole.splits.train!.length, 60_000);
  assert.equal(whole.splits.test!.length, 10_000);
  const find = (view: number, image: Float32Array, from: number, to: number) => {
    const x = toDense(whole.views[view]!.matrix).data;
    for (let i = from; i < to; i++) if (image.every((value, j) => value === x[i * 784 + j])) return i;
    return -1;
  };
  for (const row of [0, 4999]) {
    const image = (view: number) => pixels(small, view).subarray(row * 784, (row + 1) * 784);
    const place = find(0, image(0), 0, 60_000);
    assert.ok(place >= 0);
    assert.equal(find(1, image(1), place, place + 1), place);
  }
  assert.ok(find(0, pixels(small, 0).subarray(5000 * 784, 5001 * 784), 60_000, 70_000) >= 60_000);
});
