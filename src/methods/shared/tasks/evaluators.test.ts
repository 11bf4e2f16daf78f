// Evaluating representations of known quality.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../../../core/kernels/random.js";
import { Engine } from "../../../core/runtime/engine.js";
import { dense } from "../../../data/matrix.js";
import { evaluateClassifiers } from "./classification.js";
import { evaluateClusters } from "./clustering.js";

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
  const values = Int32Array.from({ length: rows }, (_, i) => (i % 20 === 0 ? (corner(i) + 1) % 3 : corner(i)));
  return { z: dense(rows, 3, data), labels: values };
}

test("evaluateClusters finds clear groups and is right about 19 labels in 20", async () => {
  const { z, labels } = groups(300, 0.05, 1);
  const options = { clusters: 3, starts: 5, seed: 0, engine };
  const { metrics, centers } = await evaluateClusters(
    z,
    { kind: "single", values: labels, names: ["a", "b", "c"] },
    options,
  );
  assert.equal(metrics.acc, 0.95);
  assert.equal(metrics.purity, 0.95);
  assert.equal(centers.rows, 3);
  assert.deepEqual((await evaluateClusters(z, undefined, options)).metrics, {});
});

test("evaluateClassifiers trains all three, and noise tells", async () => {
  const [train, unseen] = [groups(600, 0.05, 1), groups(200, 0.05, 2)];
  const accuracies = async (test: typeof unseen) => {
    const { metrics } = await evaluateClassifiers(train, test, { seed: 0, engine });
    const of = (classifier: string) => (metrics[classifier] as { accuracy: number }).accuracy;
    return { svm: of("svm"), mlp: of("mlp"), knn: of("knn") };
  };
  const clear = await accuracies(unseen);
  assert.deepEqual([clear.svm, clear.mlp], [0.95, 0.95]);
  // the nearest neighbor takes over its wrong label
  assert.ok(clear.knn > 0.8 && clear.knn < 0.95, `${clear.knn}`);
  for (const accuracy of Object.values(await accuracies(groups(200, 1, 2)))) {
    assert.ok(accuracy > 0.33 && accuracy < 0.8, `${accuracy}`);
  }
});
