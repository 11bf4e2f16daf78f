// What an index leaves out, counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dense } from "../../data/matrix.js";
import { leftOutOf } from "./left-out.js";

const view = (name: string, present?: number[]) => ({
  name,
  matrix: dense(4, 1),
  ...(present && { present: Uint8Array.from(present) }),
});

test("samples that lack a view are counted by what they lack, among the rows that are indexed", () => {
  const [a, b] = [view("a", [1, 0, 1, 0]), view("b", [1, 0, 0, 1])];
  const notes: string[] = [];
  const sources = new Map([
    ["all", [a, b]],
    ["alone", [view("c")]],
  ]);
  const { leftOut } = leftOutOf(sources, Int32Array.of(0, 1, 2), (note) => notes.push(note));
  assert.deepEqual(leftOut, { all: { samples: 2, lack: { a: 1, b: 2 } } });
  assert.deepEqual(notes, ['items of "all": 2 of 3 samples are left out (1 lack view "a", 2 lack view "b")']);
  assert.deepEqual(leftOutOf(sources, Int32Array.of(0)), {});
});
