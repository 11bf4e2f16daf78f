// Neighbors of every row among all others, against comparing all pairs one by one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/index.js";
import { dense } from "../../data/matrix.js";
import { nearestOthers } from "./nearest-others.js";

/** The k nearest others of a row, distances in float64, equal ones by number. */
function slowly(x: ReturnType<typeof dense>, row: number, k: number): number[] {
  const distance = (other: number) => {
    let sum = 0;
    for (let j = 0; j < x.columns; j++) sum += (x.data[row * x.columns + j]! - x.data[other * x.columns + j]!) ** 2;
    return sum;
  };
  const others = Array.from({ length: x.rows }, (_, i) => i).filter((i) => i !== row);
  return others.sort((a, b) => distance(a) - distance(b) || a - b).slice(0, k);
}

test("the nearest others in order, also far from the origin", async () => {
  const engine = await Engine.open({ threads: 2 });
  const random = new Random(1);
  const x = dense(300, 5);
  for (let e = 0; e < x.data.length; e++) x.data[e] = 100 + random.normal();
  for (const k of [1, 7, 40]) {
    const found = await nearestOthers(x, k, engine);
    for (const row of [0, 1, 150, 299]) {
      assert.deepEqual([...found.subarray(row * k, (row + 1) * k)], slowly(x, row, k), `row ${row}, k ${k}`);
    }
  }
  engine.close();
});

test("a row is never its own neighbor, however many are equal to it", async () => {
  const engine = await Engine.open({ threads: 1 });
  const x = dense(
    12,
    2,
    Float32Array.from({ length: 24 }, (_, e) => (e < 12 ? 1 : 5)),
  );
  const found = await nearestOthers(x, 2, engine);
  for (let row = 0; row < 12; row++) {
    const own = [...found.subarray(2 * row, 2 * row + 2)];
    assert.ok(!own.includes(row) && new Set(own).size === 2, `row ${row}: ${own}`);
    for (const other of own) assert.equal(other < 6, row < 6, "an equal row is the nearest");
  }
  engine.close();
});

test("more neighbors than others, and values that are no numbers, are refused", async () => {
  const engine = await Engine.open({ threads: 1 });
  await assert.rejects(nearestOthers(dense(3, 2), 3, engine), /3 of 3 samples, expected a whole number from 1 to 2/);
  await assert.rejects(nearestOthers(dense(3, 1, Float32Array.of(1, Number.NaN, 2)), 1, engine), /NaN/);
  engine.close();
});
