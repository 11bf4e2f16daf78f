// The approximate search against the exact one: how many of the true neighbors it finds, and that it repeats itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/index.js";
import { dense } from "../../data/matrix.js";
import { approximateOthers } from "./approximate-others.js";
import { nearestOthers } from "./nearest-others.js";

/** Points around so many centers, as the codes of an encoder lie. */
function clustered(rows: number, columns: number, centers: number) {
  const random = new Random(4);
  const origin = dense(centers, columns);
  for (let e = 0; e < origin.data.length; e++) origin.data[e] = 3 * random.normal();
  const x = dense(rows, columns);
  for (let i = 0, e = 0; i < rows; i++) {
    const center = random.integer(centers) * columns;
    for (let j = 0; j < columns; j++, e++) x.data[e] = origin.data[center + j]! + random.normal();
  }
  return x;
}

for (const [columns, least] of [
  [10, 0.99],
  [128, 0.9],
] as const) {
  test(`clustered points of ${columns} dimensions: more than ${least} of the true neighbors, the same ones each time`, async () => {
    const engine = await Engine.open({ threads: 2 });
    const [n, k] = [4000, 3];
    const x = clustered(n, columns, 20);
    const exact = await nearestOthers(x, k, engine);
    const found = await approximateOthers(x, k);
    let right = 0;
    for (let i = 0; i < n; i++) {
      const own = found.subarray(i * k, (i + 1) * k);
      assert.ok(!own.includes(i) && new Set(own).size === k, `row ${i}: ${own}`);
      for (const row of own) if (exact.subarray(i * k, (i + 1) * k).includes(row)) right++;
    }
    const recall = right / (n * k);
    assert.ok(recall > least, `recall ${recall}`);
    assert.deepEqual(await approximateOthers(x, k), found);
    engine.close();
  });
}
