// The queue that takes from its askers in turn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FairQueue } from "./fair-queue.js";

test("askers come in turn, however much one of them asks", () => {
  const queue = new FairQueue<string>(100, 10);
  const accepted = Array.from({ length: 12 }, (_, i) => queue.add("loud", `loud ${i}`));
  assert.equal(accepted.filter(Boolean).length, 10);
  queue.add("quiet", "quiet 0");
  queue.add("other", "other 0");
  queue.remove("loud", "loud 1");
  assert.equal(queue.size, 11);
  const taken = Array.from({ length: 5 }, () => queue.take()!.work);
  assert.deepEqual(taken, ["loud 0", "quiet 0", "other 0", "loud 2", "loud 3"]);
  assert.equal(
    queue.take((asker) => asker !== "loud"),
    undefined,
  );
});

test("it has an end", () => {
  const queue = new FairQueue<number>(2, 2);
  assert.deepEqual([queue.add("a", 1), queue.add("b", 2), queue.add("c", 3)], [true, true, false]);
});
