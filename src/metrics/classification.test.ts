// Classification measures against scikit-learn's and by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classificationMetrics, confusionMatrix } from "./classification.js";
import { fixture } from "./fixture.testing.js";

const snake = (name: string) => name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);

test("classificationMetrics gives the fixture's numbers", () => {
  assert.equal(fixture.classification.length, 2);
  for (const { labels, predictions, expected } of fixture.classification) {
    const metrics = classificationMetrics(Int32Array.from(labels.data), Int32Array.from(predictions.data));
    assert.equal(Object.keys(metrics).length, 7);
    for (const [name, value] of Object.entries(metrics)) {
      assert.ok(Math.abs(value - expected[snake(name)]!) < 1e-6, `${name}: ${value}`);
    }
  }
});

test("a class never predicted and a class that is not there count 0, as scikit-learn has it", () => {
  const labels = Int32Array.of(0, 1, 2, 2, 1, 0, 0, 3);
  const predictions = Int32Array.of(0, 2, 2, 1, 1, 0, 4, 0);
  // class 0: 2 of 3 predicted, 2 of 3 found; 1: 1/2, 1/2; 2: 1/2, 1/2; 3 is never predicted; 4 never true
  assert.deepEqual(
    Object.fromEntries(Object.entries(classificationMetrics(labels, predictions)).map(([k, v]) => [k, +v.toFixed(12)])),
    {
      accuracy: 0.5,
      f1Macro: 0.333333333333,
      f1Weighted: 0.5,
      precisionMacro: 0.333333333333,
      precisionWeighted: 0.5,
      recallMacro: 0.333333333333,
      recallWeighted: 0.5,
    },
  );
});

test("confusionMatrix has true classes as rows", () => {
  assert.deepEqual(
    [...confusionMatrix(Int32Array.of(0, 0, 1, 2), Int32Array.of(0, 2, 1, 1), 3)],
    [1, 0, 1, 0, 1, 0, 0, 1, 0],
  );
});

test("unusable predictions are refused", () => {
  assert.throws(() => classificationMetrics(Int32Array.of(0), Int32Array.of(0, 1)), /1 labels but 2 predictions/);
  assert.throws(() => classificationMetrics(new Int32Array(), new Int32Array()), /no samples/);
  assert.throws(() => confusionMatrix(Int32Array.of(0), Int32Array.of(-1), 2), /prediction -1, of 2 classes/);
  assert.throws(() => confusionMatrix(Int32Array.of(2), Int32Array.of(0), 2), RangeError);
});
