// Batches: every row once, sizes, and an order that depends on seed and epoch only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { batches } from "./batches.js";

const rows = Int32Array.from({ length: 10 }, (_, i) => 100 + i);
const flat = (parts: Int32Array[]) => parts.flatMap((part) => [...part]);

test("every row once, the last batch smaller", () => {
  const found = batches(rows, 4, { seed: 0, epoch: 0 });
  assert.deepEqual(
    found.map((batch) => batch.length),
    [4, 4, 2],
  );
  assert.deepEqual(flat(found).sort(), [...rows]);
  assert.equal(rows[0], 100, "the rows given are left alone");
});

test("dropLast leaves incomplete batches out", () => {
  assert.deepEqual(
    batches(rows, 4, { seed: 0, epoch: 0 }, { dropLast: true }).map((batch) => batch.length),
    [4, 4],
  );
  assert.deepEqual(
    batches(rows, 5, { seed: 0, epoch: 0 }, { dropLast: true }).map((batch) => batch.length),
    [5, 5],
  );
  assert.deepEqual(batches(rows, 11, { seed: 0, epoch: 0 }, { dropLast: true }), []);
});

test("the order depends on seed and epoch", () => {
  const order = (seed: number, epoch: number) => flat(batches(rows, 3, { seed, epoch })).join();
  assert.equal(order(1, 2), order(1, 2));
  assert.equal(new Set([order(1, 2), order(1, 3), order(2, 2), rows.join()]).size, 4);
});

test("no rows and bad sizes", () => {
  assert.deepEqual(batches(new Int32Array(0), 3, { seed: 0, epoch: 0 }), []);
  for (const size of [0, -1, 1.5, Number.NaN])
    assert.throws(() => batches(rows, size, { seed: 0, epoch: 0 }), RangeError);
});
