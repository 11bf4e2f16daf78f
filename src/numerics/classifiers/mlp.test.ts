// The multi-layer perceptron learns what a linear classifier cannot, the same way for the same seed.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/engine.js";
import { dense } from "../../data/matrix.js";
import { predictLinearSvm, trainLinearSvm } from "./linear-svm.js";
import { predictMlp, trainMlp } from "./mlp.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

/** Two rings around each other (labels 3 and 8); 450 rows, so that the last batch is short. */
function rings(seed: number) {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: 450 }, () => (random.next() < 0.5 ? 3 : 8));
  const data = new Float32Array(900);
  for (const [i, label] of labels.entries()) {
    const angle = 2 * Math.PI * random.next();
    const radius = (label === 3 ? 1 : 2) + 0.1 * random.normal();
    data.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
  }
  return { x: dense(450, 2, data), labels };
}

function accuracy(predictions: Int32Array, truth: Int32Array): number {
  return predictions.reduce((right, p, i) => right + (p === truth[i] ? 1 : 0), 0) / truth.length;
}

test("rings are distinguished, which no line can do", async () => {
  const [train, unseen] = [rings(1), rings(2)];
  const mlp = await trainMlp(train.x, train.labels, { seed: 0, engine });
  assert.deepEqual([...mlp.classes], [3, 8]);
  assert.ok(accuracy(await predictMlp(mlp, unseen.x, engine), unseen.labels) > 0.98);
  const svm = await trainLinearSvm(train.x, train.labels, { seed: 0 });
  assert.ok(accuracy(predictLinearSvm(svm, unseen.x), unseen.labels) < 0.7);
});

test("the seed decides every weight; memory is given back", async () => {
  const { x, labels } = rings(1);
  const options = { seed: 1, maxEpochs: 3, engine };
  const first = await trainMlp(x, labels, options);
  const used = engine.memory.bytesInUse;
  assert.deepEqual(await trainMlp(x, labels, options), first);
  assert.equal(engine.memory.bytesInUse, used);
  assert.deepEqual([first.epochs, first.converged], [3, false]);
  assert.notDeepEqual((await trainMlp(x, labels, { ...options, seed: 2 })).hiddenBias, first.hiddenBias);
});

test("training ends when the loss stands still", async () => {
  const x = dense(
    40,
    1,
    Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? -20 : 20)),
  );
  const labels = Int32Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1));
  const mlp = await trainMlp(x, labels, { seed: 0, engine });
  assert.equal(mlp.converged, true);
  assert.ok(mlp.epochs < 200);
  assert.equal(accuracy(await predictMlp(mlp, x, engine), labels), 1);
});

test("what cannot be trained or predicted is refused", async () => {
  const { x, labels } = rings(1);
  await assert.rejects(trainMlp(x, new Int32Array(450), { seed: 0, engine }), /1 class among the labels/);
  await assert.rejects(trainMlp(x, new Int32Array(3), { seed: 0, engine }), RangeError);
  const broken = dense(2, 1, Float32Array.of(1, Infinity));
  await assert.rejects(
    trainMlp(broken, Int32Array.of(0, 1), { seed: 0, engine }),
    /row 1, column 0 of 2 × 1 is Infinity/,
  );
  const mlp = await trainMlp(x, labels, { seed: 0, maxEpochs: 1, engine });
  await assert.rejects(predictMlp(mlp, dense(1, 3), engine), /trained on 2 dimensions, given 3/);
});
