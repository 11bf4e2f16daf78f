// k-means: against scikit-learn's best result, against plain recomputation, and at the edges.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/engine.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { toPoints } from "../linear-algebra/points.js";
import { type KMeansResult, kmeans, nearestCenter } from "./kmeans.js";
import { assignRows, inertia, startRun, updateCenters } from "./kmeans-run.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

/** 300 × 6 numbers without randomness; the same formula was given to scikit-learn. */
const waves = dense(
  300,
  6,
  Float32Array.from({ length: 1800 }, (_, e) => Math.sin(((Math.floor(e / 6) * ((e % 6) + 1) * 7) % 97) * 0.1)),
);

function recomputed(x: DenseMatrix, { labels, centers }: KMeansResult): { inertia: number; misplaced: number } {
  let total = 0;
  let misplaced = 0;
  for (let i = 0; i < x.rows; i++) {
    const distances = Array.from({ length: centers.rows }, (_, c) => {
      let sum = 0;
      for (let j = 0; j < x.columns; j++) sum += (x.data[i * x.columns + j]! - centers.data[c * x.columns + j]!) ** 2;
      return sum;
    });
    total += distances[labels[i]!]!;
    if (distances[labels[i]!]! > Math.min(...distances) * (1 + 1e-5) + 1e-9) misplaced++;
  }
  return { inertia: total, misplaced };
}

test("single starts are as good on average as scikit-learn's, and many find its optimum", async () => {
  for (const [clusters, mean] of [
    [5, 383.89],
    [9, 187.15],
  ] as const) {
    let sum = 0;
    for (let seed = 0; seed < 200; seed++) {
      sum += (await kmeans(waves, { clusters, starts: 1, seed, engine })).inertia;
    }
    assert.ok(Math.abs(sum / 200 / mean - 1) < 0.01, `${clusters} clusters: ${sum / 200}, not ${mean}`);
  }
  const { inertia: least } = await kmeans(waves, { clusters: 2, starts: 50, seed: 0, engine });
  assert.ok(Math.abs(least / 639.0853307623524 - 1) < 1e-6);
});

test("inertia, labels and centers agree", async () => {
  const result = await kmeans(waves, { clusters: 9, starts: 5, seed: 0, engine });
  const again = recomputed(waves, result);
  assert.ok(Math.abs(again.inertia / result.inertia - 1) < 1e-5);
  assert.equal(again.misplaced, 0);
  assert.equal(new Set(result.labels).size, 9);
});

test("the same seed gives the same bits with any number of threads", async () => {
  const alone = await Engine.open({ threads: 1 });
  const options = { clusters: 9, starts: 7, seed: 3, tolerance: 0 };
  const [one, two] = [await kmeans(waves, { ...options, engine: alone }), await kmeans(waves, { ...options, engine })];
  alone.close();
  assert.deepEqual(one, two);
  const other = await kmeans(waves, { ...options, seed: 4, starts: 1, engine });
  assert.notDeepEqual(other.labels, one.labels);
});

test("far from the origin it is as good as near it", async () => {
  const random = new Random(1);
  const truth = Int32Array.from({ length: 400 }, () => random.integer(4));
  const near = Float32Array.from({ length: 800 }, (_, e) => (truth[e >> 1]! >> (e & 1)) & 1).map(
    (corner) => corner + 0.1 * random.normal(),
  );
  const x = dense(
    400,
    2,
    near.map((value) => value + 2 ** 14),
  );
  const { labels, centers, inertia: total } = await kmeans(x, { clusters: 4, seed: 0, engine });
  assert.equal(new Set(truth.map((t, i) => t * 4 + labels[i]!)).size, 4);
  assert.ok(total < 400 * 0.03);
  assert.deepEqual(await nearestCenter(x, centers, engine), labels);
});

test("one cluster, and as many clusters as samples", async () => {
  const one = await kmeans(waves, { clusters: 1, seed: 0, engine });
  assert.deepEqual(one.labels, new Int32Array(300));
  const mean = [...waves.data].reduce((sum, value, e) => sum + (e % 6 === 2 ? value : 0), 0) / 300;
  assert.ok(Math.abs(one.centers.data[2]! - mean) < 1e-6);
  const x = dense(3, 1, Float32Array.of(5, -1, 2));
  const all = await kmeans(x, { clusters: 3, seed: 0, engine });
  assert.equal(new Set(all.labels).size, 3);
  assert.equal(all.inertia, 0);
});

test("more clusters than different samples ends, with nothing left over", async () => {
  const x = dense(6, 2, Float32Array.of(1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 3, 4));
  const result = await kmeans(x, { clusters: 4, seed: 0, engine });
  assert.equal(result.inertia, 0);
  assert.equal(result.labels[0], result.labels[1]);
  assert.notEqual(result.labels[0], result.labels[2]);
});

test("an emptied cluster takes the row farthest from its center", () => {
  const points = toPoints(dense(4, 1, Float32Array.of(0, 1, 2, 9)));
  // two centers in one place: the second never wins a tie
  const run = startRun(points, Int32Array.of(1, 1));
  const step = () => {
    const [first, second] = run.centers as unknown as [number, number];
    assignRows(
      run,
      Int32Array.from(points.data, (x) => (Math.abs(x - second) < Math.abs(x - first) ? 1 : 0)),
      0,
    );
    return updateCenters(run, 0, 300);
  };
  assert.equal(step(), false);
  assert.deepEqual([...run.labels], [0, 0, 0, 1]);
  assert.deepEqual([...run.centers], [-2, 6]);
  assert.equal(step(), true);
  assert.equal(inertia(run), 2);
});

test("maxIterations stops a run, and its labels still belong to its centers", async () => {
  const result = await kmeans(waves, { clusters: 9, starts: 1, seed: 0, maxIterations: 1, engine });
  assert.equal(result.iterations, 1);
  const again = recomputed(waves, result);
  assert.equal(again.misplaced, 0);
  assert.ok(Math.abs(again.inertia / result.inertia - 1) < 1e-5);
});

test("nearestCenter takes the first of equal centers", async () => {
  const x = dense(3, 1, Float32Array.of(-1, 1, 10));
  assert.deepEqual([...(await nearestCenter(x, dense(3, 1, Float32Array.of(2, -2, 2)), engine))], [1, 0, 0]);
  await assert.rejects(nearestCenter(x, dense(1, 2), engine), RangeError);
});

test("what cannot be clustered is refused", async () => {
  const x = dense(2, 2, Float32Array.of(1, 2, 3, Number.NaN));
  await assert.rejects(kmeans(x, { clusters: 2, seed: 0, engine }), {
    name: "UserError",
    message: "representation: row 1, column 1 of 2 × 2 is NaN; expected finite numbers",
  });
  await assert.rejects(kmeans(waves, { clusters: 301, seed: 0, engine }), /301 clusters requested of 300 samples/);
  await assert.rejects(kmeans(waves, { clusters: 0, seed: 0, engine }), UserError);
  await assert.rejects(kmeans(waves, { clusters: 2, starts: 0.5, seed: 0, engine }), /starts is 0.5/);
});
