// Judging representations of known quality.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { dense } from "../data/matrix.js";
import { Random } from "../kernels/random.js";
import { Engine } from "../runtime/engine.js";
import { judgeClassification, judgeClustering } from "./judge.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

/** Three groups at the corners of a triangle, `spread` wide; the label of every 20th row is another group's. */
function groups(rows: number, spread: number, seed: number) {
  const random = new Random(seed);
  const corner = (i: number) => i % 3;
  const data = Float32Array.from(
    { length: rows * 3 },
    (_, e) => (corner(Math.floor(e / 3)) === e % 3 ? 1 : 0) + spread * random.normal(),
  );
  const labels = Int32Array.from({ length: rows }, (_, i) => (i % 20 === 0 ? (corner(i) + 1) % 3 : corner(i)));
  return { z: dense(rows, 3, data), labels };
}

test("judgeClustering finds clear groups and is right about 19 labels in 20", async () => {
  const { z, labels } = groups(300, 0.05, 1);
  const options = { clusters: 3, starts: 5, seed: 0, engine };
  const { metrics, kmeans } = await judgeClustering(z, labels, options);
  assert.equal(metrics.acc, 0.95);
  assert.equal(metrics.purity, 0.95);
  assert.equal(kmeans.centres.rows, 3);
  await assert.rejects(judgeClustering(z, labels.subarray(1), options), /300 rows but 299 labels/);
});

test("judgeClassification trains all three, and noise tells", async () => {
  const [train, unseen] = [groups(600, 0.05, 1), groups(200, 0.05, 2)];
  const judgement = await judgeClassification(train.z, train.labels, unseen.z, unseen.labels, { seed: 0, engine });
  assert.deepEqual([judgement.svm.accuracy, judgement.mlp.accuracy], [0.95, 0.95]);
  // the nearest neighbour takes over its wrong label
  assert.ok(judgement.knn.accuracy > 0.8 && judgement.knn.accuracy < 0.95, `${judgement.knn.accuracy}`);
  const blurred = groups(200, 1, 2);
  const noisy = await judgeClassification(train.z, train.labels, blurred.z, blurred.labels, { seed: 0, engine });
  for (const { accuracy } of Object.values(noisy)) assert.ok(accuracy > 0.33 && accuracy < 0.8, `${accuracy}`);
});
