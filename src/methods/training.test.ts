// The course of a training: what an interruption does to an evaluation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Course, InterruptedError, type Metrics, runStages } from "./training.js";

/** Two epochs of which each is measured by `evaluate`. */
function course(evaluate: Course["evaluate"]): Course {
  const run = async () => ({ losses: { total: 1 } });
  return {
    stages: [{ name: "train", epochs: 2, evaluateEvery: 1, run }],
    evaluate,
    download: async () => undefined,
    state: () => ({ tensors: new Map(), json: {} }),
  };
}

test("an interrupted evaluation is finished where it is short, and the epoch has its checkpoint", async () => {
  const interrupt = new AbortController();
  const kept: boolean[] = [];
  const evaluate = async (): Promise<Metrics> => {
    interrupt.abort();
    return { acc: 1 };
  };
  const hooks = { signal: interrupt.signal, onCheckpoint: (_take: unknown, last: boolean) => void kept.push(last) };
  await assert.rejects(
    runStages(course(evaluate), hooks),
    new InterruptedError("interrupted in stage train after epoch 1"),
  );
  assert.deepEqual(kept, [true]);
});

test("one that goes on for more than five seconds is ended, and its epoch is to be done again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const abortedBefore of [true, false]) {
    const interrupt = new AbortController();
    if (abortedBefore) interrupt.abort();
    let isOver = false;
    const evaluate = (signal?: AbortSignal) =>
      new Promise<Metrics>((_resolve, reject) => {
        signal!.addEventListener("abort", () => reject(signal!.reason));
        interrupt.abort();
        context.mock.timers.tick(4999);
        isOver = signal!.aborted;
        context.mock.timers.tick(1);
      });
    const hooks = { signal: interrupt.signal, onCheckpoint: () => assert.fail("a checkpoint without its measures") };
    await assert.rejects(runStages(course(evaluate), hooks), {
      name: "InterruptedError",
      message: "interrupted during evaluation in stage train, epoch 1, which will be repeated",
    });
    assert.equal(isOver, false);
  }
});

test("what else goes wrong in an evaluation is reported as it is", async () => {
  const evaluate = () => Promise.reject(new RangeError("no"));
  await assert.rejects(runStages(course(evaluate), { signal: AbortSignal.abort() }), new RangeError("no"));
});
