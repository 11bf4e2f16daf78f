// Attempts behind the scenes: each failure is reported once, and the pauses grow.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Attempts } from "./attempts.js";

test("a failure is reported once, the pauses grow to an hour, and success forgets both", () => {
  let now = 0;
  const notes: string[] = [];
  const attempts = new Attempts(
    "the graph cannot be built",
    (note) => notes.push(note),
    () => now,
  );
  assert.equal(attempts.failure, undefined);
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    assert.ok(attempts.isDue);
    attempts.failed(new Error("no room"));
    assert.ok(!attempts.isDue);
    const retry: Date = attempts.failure!.retry;
    assert.equal(attempts.failure!.error, "no room");
    pauses.push((retry.getTime() - now) / 60_000);
    now = retry.getTime();
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.deepEqual(notes, ["the graph cannot be built: no room; the next attempt is in 1 min, later ones less often"]);
  attempts.failed(new Error("another reason"));
  assert.equal(notes.length, 2);
  attempts.succeeded();
  assert.ok(attempts.isDue);
  assert.equal(attempts.failure, undefined);
  attempts.failed(new Error("no room"));
  assert.equal(attempts.failure!.retry.getTime() - now, 60_000);
});
