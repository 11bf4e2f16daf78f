// Tests of what is said before long work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LongWork } from "./long-work.js";

test("each task is announced once, after two seconds, where more than a minute is left", () => {
  let now = 0;
  const long = new LongWork("--split chooses fewer", () => now);
  const at = (time: number, task: string, done: number) => {
    now = time;
    return long.update(task, done, 1000);
  };
  assert.equal(at(0, "items", 0), undefined);
  assert.equal(at(1, "items", 5), undefined);
  assert.equal(at(3, "items", 10), "about 5 min for items; --split chooses fewer");
  assert.equal(at(30, "items", 20), undefined);
  assert.equal(at(40, "map", 0), undefined);
  assert.equal(at(43, "map", 900), undefined);
});
