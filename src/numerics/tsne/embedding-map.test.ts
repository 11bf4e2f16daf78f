// The embedding map keeps neighborhoods, and copes with few, equal and many points.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/engine.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { neighbors } from "../neighbors/knn.js";
import { embeddingMap } from "./embedding-map.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

/** 10 groups in 20 dimensions; consecutive rows are of different groups. */
function groups(rows: number): DenseMatrix {
  const random = new Random(3);
  const centers = Float64Array.from({ length: 200 }, () => 3 * random.normal());
  return dense(
    rows,
    20,
    Float32Array.from(
      { length: rows * 20 },
      (_, e) => centers[(Math.floor(e / 20) % 10) * 20 + (e % 20)]! + random.normal(),
    ),
  );
}

test("groups apart in space are apart on the map", async () => {
  const x = groups(300);
  const { rows, positions } = await embeddingMap(x, { seed: 0, engine });
  assert.deepEqual(
    rows,
    Int32Array.from({ length: 300 }, (_, i) => i),
  );
  assert.ok(positions.every(Number.isFinite));
  const plane = dense(300, 2, Float32Array.from(positions));
  const { indices } = await neighbors(plane, plane, 11, { engine });
  const others = indices.reduce((count, j, e) => count + (j % 10 === Math.floor(e / 11) % 10 ? 0 : 1), 0);
  assert.equal(others, 0);
  // neighbors within a group are kept far beyond chance (10 of 29 others)
  const inSpace = await neighbors(x, x, 11, { engine });
  let kept = 0;
  for (let i = 0; i < 300; i++) {
    const near = new Set(inSpace.indices.subarray(i * 11, (i + 1) * 11));
    for (const j of indices.subarray(i * 11, (i + 1) * 11)) if (j !== i && near.has(j)) kept++;
  }
  assert.ok(kept / 3000 > 0.5, `${kept / 3000} kept`);
});

test("the map depends on x and the seed alone; more rows than points are sampled", async () => {
  const x = groups(150);
  const options = { seed: 4, points: 60, engine };
  const first = await embeddingMap(x, options);
  assert.equal(first.rows.length, 60);
  assert.ok(first.rows.every((row, i, all) => i === 0 || row > all[i - 1]!));
  assert.deepEqual(await embeddingMap(x, options), first);
  assert.notDeepEqual((await embeddingMap(x, { ...options, seed: 5 })).rows, first.rows);
});

test("few points, one column, and equal points have a map", async () => {
  for (const x of [
    dense(0, 3),
    dense(1, 3, Float32Array.of(1, 2, 3)),
    dense(3, 1, Float32Array.of(1, 2, 9)),
    dense(4, 2, Float32Array.of(0, 0, 1, 0, 0, 1, 5, 5)),
    dense(40, 3),
  ]) {
    const { rows, positions } = await embeddingMap(x, { seed: 0, engine });
    assert.equal(rows.length, x.rows);
    assert.equal(positions.length, 2 * x.rows);
    assert.ok(positions.every(Number.isFinite));
  }
});

test("NaN is refused", async () => {
  await assert.rejects(
    embeddingMap(dense(5, 1, Float32Array.of(1, 2, Number.NaN, 3, 4)), { seed: 0, engine }),
    /is NaN/,
  );
});
