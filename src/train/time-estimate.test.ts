// Tests of the time that a training is expected to take, by epochs whose durations are known.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeEstimate } from "./time-estimate.js";

const stages = [
  { name: "space", epochs: 1 },
  { name: "a", epochs: 10, kind: "view" },
  { name: "b", epochs: 10, kind: "view" },
  { name: "joint", epochs: 20 },
];

test("stages of one kind count by the first of them, others once they are measured", () => {
  const estimate = new TimeEstimate();
  const add = (stage: string, epoch: number, now: number, seconds = 1) =>
    estimate.add(
      { stage, epoch, epochs: stages.find(({ name }) => name === stage)!.epochs, seconds, stages, losses: {} },
      now,
    );
  assert.equal(add("space", 1, 5), undefined);
  assert.equal(add("a", 1, 8), undefined);
  assert.equal(add("a", 2, 9), undefined);
  // One second each: 7 of view a, 10 of view b; what comes then is not known.
  assert.deepEqual(add("a", 3, 10), { seconds: 17, unknown: ["joint"] });
  assert.equal(add("joint", 1, 40), undefined);
  assert.equal(add("joint", 2, 41), undefined);
  assert.deepEqual(add("joint", 3, 44), { seconds: 34, unknown: [] });
});

test("an epoch that takes long counts by itself, and a resumed stage from where it goes on", () => {
  const one = [{ name: "train", epochs: 100 }];
  const report = { stage: "train", epochs: 100, stages: one, losses: {} };
  assert.deepEqual(new TimeEstimate().add({ ...report, epoch: 1, seconds: 30 }, 40), { seconds: 2970, unknown: [] });
  const resumed = new TimeEstimate();
  assert.equal(resumed.add({ ...report, epoch: 91, seconds: 1 }, 0), undefined);
  resumed.add({ ...report, epoch: 92, seconds: 1 }, 2);
  assert.deepEqual(resumed.add({ ...report, epoch: 93, seconds: 1 }, 4), { seconds: 14, unknown: [] });
});

test("of a long first epoch the steps are measured, and only of the first", () => {
  const plan = [{ name: "train", epochs: 3 }];
  const estimate = new TimeEstimate();
  const step = (epoch: number, at: number, now: number) =>
    estimate.addStep({ stage: "train", epoch, epochs: 3, stages: plan, step: at, steps: 100 }, now);
  assert.equal(step(1, 1, 10), undefined);
  assert.equal(step(1, 10, 28), undefined, "18 s are too few");
  // Two seconds a step: 89 of this epoch and two epochs of 200 s.
  assert.deepEqual(step(1, 11, 30), { seconds: 578, unknown: [] });
  assert.equal(step(2, 50, 300), undefined);
});
