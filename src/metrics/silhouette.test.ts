// The silhouette against values worked out by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dense } from "../data/matrix.js";
import { clusterSizes, silhouette } from "./silhouette.js";

test("points on a line", async () => {
  const x = dense(5, 1, Float32Array.of(0, 1, 4, 6, 20));
  // Of 0: a 1, b 5; of 1: a 1, b 4; of 4: a 2, b 3.5; of 6: a 2, b 5.5; 20 is alone.
  const expected = (4 / 5 + 3 / 4 + 1.5 / 3.5 + 3.5 / 5.5 + 0) / 5;
  const found = await silhouette(x, Int32Array.of(0, 0, 2, 2, 1));
  assert.ok(Math.abs(found! - expected) < 1e-12, `${found}, expected ${expected}`);
  assert.equal(await silhouette(x, new Int32Array(5)), undefined);
  await assert.rejects(silhouette(x, new Int32Array(4)), RangeError);
});

test("cluster sizes, empty clusters included", () => {
  assert.deepEqual(clusterSizes(Int32Array.of(2, 0, 2)), [1, 0, 2]);
});
