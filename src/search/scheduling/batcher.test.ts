// The batcher under what hangs, comes too often or is not waited for any more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Batcher } from "./batcher.js";

const limits = { together: 4, atOnce: 2, waiting: 8, patience: 1500 };
const unavailable = { name: "UnavailableError" };

test("requests of one turn are done together, in their order", async () => {
  const batches: number[][] = [];
  const batcher = new Batcher<number, number>(async (batch) => {
    batches.push([...batch]);
    return batch.map((each) => 2 * each);
  }, limits);
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map((each) => batcher.add(each))), [2, 4, 6, 8, 10]);
  assert.deepEqual(batches, [[1, 2, 3, 4], [5]]);
});

/** Lets batches begin and end. */
const turns = async () => {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
};

test("a batch that hangs is given up, and does not stop the others", async (context) => {
  // The limit of time passes when the test says so, however busy the machine is.
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let letGo = () => {};
  const hang = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const batcher = new Batcher<string, string>(async (batch) => {
    if (batch[0] === "hang") await hang;
    return batch;
  }, limits);
  const hung = assert.rejects(batcher.add("hang"), unavailable);
  await turns();
  for (let i = 0; i < 20; i++) assert.equal(await batcher.add("good"), "good");
  context.mock.timers.tick(limits.patience);
  await hung;
  // Where every place is taken by what hangs, it is said at once, also to what waits behind.
  const second = batcher.add("hang");
  await turns();
  const behind = assert.rejects(batcher.add("good"), unavailable);
  context.mock.timers.tick(limits.patience);
  await assert.rejects(second, unavailable);
  await behind;
  await assert.rejects(batcher.add("good"), unavailable);
  letGo();
  await turns();
  assert.equal(await batcher.add("good"), "good");
});

test("no more batches than allowed run at a time, and the queue has an end", async () => {
  let [running, most] = [0, 0];
  const batcher = new Batcher<number, number>(
    async (batch) => {
      most = Math.max(most, ++running);
      await sleep(20);
      running--;
      return batch;
    },
    { ...limits, together: 1 },
  );
  const requested = Array.from({ length: 20 }, (_, i) => batcher.add(i));
  const settled = await Promise.allSettled(requested);
  assert.equal(most, 2);
  assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 8);
  for (const each of settled) if (each.status === "rejected") assert.equal(each.reason.name, "UnavailableError");
});

test("what nobody waits for leaves the queue, and what is urgent goes first", async () => {
  const done: string[] = [];
  const batcher = new Batcher<string, string>(
    async (batch) => {
      await sleep(5);
      done.push(...batch);
      return batch;
    },
    { ...limits, together: 1, atOnce: 1 },
  );
  const stop = new AbortController();
  const gone = batcher.add("gone", { signal: stop.signal });
  const first = batcher.add("first");
  stop.abort();
  await assert.rejects(gone, unavailable);
  const later = ["a", "b", "c"].map((each) => batcher.add(each));
  await Promise.all([first, ...later, batcher.add("urgent", { isUrgent: true })]);
  assert.equal(done.includes("gone"), false);
  assert.ok(done.indexOf("urgent") < done.indexOf("b"), done.join());
  await assert.rejects(batcher.add("late", { signal: stop.signal }), unavailable);
});

test("many requests under one signal make no warning of a leak, and all leave with it", async () => {
  const stop = new AbortController();
  const { signal } = stop;
  const warnings: string[] = [];
  const listen = (warning: Error) => void warnings.push(warning.name);
  process.on("warning", listen);
  const batcher = new Batcher<number, number>(async (batch) => batch, { ...limits, waiting: 50 });
  const asked = Array.from({ length: 40 }, (_, i) => batcher.add(i, { signal }));
  assert.deepEqual(await Promise.all(asked), [...asked.keys()]);
  const late = Array.from({ length: 40 }, (_, i) => assert.rejects(batcher.add(i, { signal }), unavailable));
  stop.abort();
  await Promise.all(late);
  await sleep(10);
  process.off("warning", listen);
  assert.deepEqual(warnings, []);
});
