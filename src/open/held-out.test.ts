// Held-out pairs: none shares words or a picture with one that trains.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../errors.js";
import { holdOut } from "./held-out.js";

const rows = Int32Array.from({ length: 300 }, (_, i) => 2 * i);
/** Every third pair repeats the words of the one before it, every fifth the picture of the one two before it. */
const keys = Array.from({ length: 300 }, (_, i) => [
  `words ${i % 3 === 2 ? i - 1 : i}`,
  `picture ${i % 5 === 4 ? i - 2 : i}`,
]);

test("no key of a held-out pair trains, and none is held out twice", () => {
  for (const seed of [0, 1, 2]) {
    const { train, test } = holdOut(rows, keys, seed);
    const keysOf = (chosen: Int32Array) => Array.from(chosen).flatMap((row) => keys[row / 2]!);
    const trained = new Set(keysOf(train));
    const held = keysOf(test);
    assert.ok(test.length >= 10 && train.length >= 200, `${test.length} ${train.length}`);
    assert.deepEqual(
      held.filter((key) => trained.has(key)),
      [],
    );
    assert.equal(new Set(held).size, held.length);
    assert.deepEqual(
      [...train, ...test].sort((a, b) => a - b).filter((row, i, all) => row === all[i - 1]),
      [],
    );
  }
});

test("the same seed holds out the same pairs, another one others", () => {
  const [a, b, c] = [0, 0, 1].map((seed) => holdOut(rows, keys, seed).test.join());
  assert.equal(a, b);
  assert.notEqual(a, c);
});

test("pairs that are all the same are refused", () => {
  assert.throws(
    () =>
      holdOut(
        rows,
        keys.map(() => ["same"]),
        0,
      ),
    UserError,
  );
});
