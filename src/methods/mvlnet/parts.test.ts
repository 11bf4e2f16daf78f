// MvLNet's smaller parts: pairs, the schedule of the learning rate, the orthogonal weights of a whole set.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../core/kernels/random.js";
import { dense } from "../../data/matrix.js";
import { orthogonalWeightsOf } from "./orthogonal.js";
import { neighborPairs } from "./pairs.js";
import { Plateau } from "./plateau.js";

test("pairs: as many neighbors as others for every sample, up to the total", () => {
  const [n, k] = [50, 4];
  const nearest = Int32Array.from({ length: n * k }, (_, e) => (Math.floor(e / k) + 1 + (e % k)) % n);
  for (const [total, each] of [
    [10_000, 4],
    [2 * n * 3, 3],
    [1, 1],
  ] as const) {
    const { left, right, same } = neighborPairs(nearest, k, total, new Random(0, "pairs"));
    assert.equal(left.length, 2 * each * n);
    const seen = new Map<number, Set<number>>();
    for (let p = 0; p < left.length; p++) {
      const near = nearest.subarray(left[p]! * k, (left[p]! + 1) * k).includes(right[p]!);
      assert.equal(near, same[p] === 1, `pair ${p}`);
      assert.notEqual(left[p], right[p]);
      if (near) seen.set(left[p]!, (seen.get(left[p]!) ?? new Set()).add(right[p]!));
    }
    assert.equal(
      same.reduce((a, b) => a + b, 0),
      each * n,
    );
    for (const partners of seen.values()) assert.equal(partners.size, each, "neighbors are not drawn twice");
  }
});

test("plateau: the rate falls after `patience` epochs without a lower loss, and training ends below 1e-8", () => {
  const schedule = new Plateau(1e-4, 2);
  const rates = [3, 2, 2, 2.5, 2.5, 2.5, 1].map((loss) => {
    assert.equal(schedule.update(loss), false);
    return schedule.rate;
  });
  assert.deepEqual(rates, [1e-4, 1e-4, 1e-4, 1e-4 / 10, 1e-4 / 10, 1e-4 / 10 / 10, 1e-4 / 10 / 10]);
  const resumed = new Plateau(1e-4, 2);
  resumed.restore(JSON.parse(JSON.stringify(schedule.state())));
  let epochs = 0;
  while (!resumed.update(1)) epochs++;
  assert.equal(epochs, 5);
  assert.ok(resumed.rate < 1e-8);
});

test("orthogonal weights of a set: (YW)ᵀ(YW) = n I, also where columns are nearly parallel", () => {
  const [n, c] = [300, 4];
  const random = new Random(5);
  const y = dense(n, c);
  for (let i = 0; i < n; i++) {
    const common = random.normal();
    for (let j = 0; j < c; j++) y.data[i * c + j] = 0.5 + 0.1 * common + 0.01 * random.normal();
  }
  const w = orthogonalWeightsOf(y, "v");
  for (let a = 0; a < c; a++) {
    for (let b = 0; b < c; b++) {
      if (a > b) assert.equal(w[a * c + b], 0, "an upper triangle");
      let sum = 0;
      for (let i = 0; i < n; i++) {
        let [left, right] = [0, 0];
        for (let j = 0; j < c; j++) {
          left += y.data[i * c + j]! * w[j * c + a]!;
          right += y.data[i * c + j]! * w[j * c + b]!;
        }
        sum += left * right;
      }
      assert.ok(Math.abs(sum / n - (a === b ? 1 : 0)) < 1e-3, `${a}, ${b}: ${sum / n}`);
    }
  }
});

test("orthogonal weights of outputs that span too few dimensions: a message that counts them", () => {
  const y = dense(20, 3);
  for (let i = 0; i < 20; i++) y.data.set([i, 1, 2 * i], i * 3);
  assert.throws(() => orthogonalWeightsOf(y, "flat"), /view "flat".*span 2 of 3 dimensions/);
  assert.throws(() => orthogonalWeightsOf(dense(20, 3), "zero"), /span 0 of 3/);
});
