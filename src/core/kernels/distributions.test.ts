// Tests of the random kernels against the scalar generator and against what the distributions promise.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dropoutMask, normal, type RandomKey, uniform } from "./distributions.js";
import { Kernels } from "./kernels.js";
import { philox, seedWords } from "./philox.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 2 }), await Kernels.open({ threads: 4 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

const key: RandomKey = { seed: 2 ** 40 + 77, stream: 3, step: 0xfffffff0 };

/** The words of the key's array, from the generator that passes the published test vectors. */
function words(length: number, { seed, stream, step }: RandomKey): Uint32Array {
  const result = new Uint32Array(Math.ceil(length / 4) * 4);
  for (let i = 0; i < result.length; i += 4)
    philox(result.subarray(i, i + 4), i / 4, step, stream, 0, ...seedWords(seed));
  return result.subarray(0, length);
}

/** Fills arrays of several lengths in each pool, checks that threads and length make no difference, returns the longest. */
function filled(fill: (kernels: Kernels, target: Float32Array) => void): Float32Array {
  const longest = 100_003;
  let result = new Float32Array(0);
  for (const kernels of pools) {
    for (const n of [longest, 0, 1, 2, 3, 4, 5, 9, 15, 16, 17, 31, 16384, 16385]) {
      const block = kernels.memory.float32(n + 2).fill(7);
      fill(kernels, block.subarray(1, n + 1));
      assert.deepEqual([block[0], block[n + 1]], [7, 7], "a neighbour was overwritten");
      const values = block.slice(1, n + 1);
      if (result.length === 0) result = values;
      assert.deepEqual(values, result.subarray(0, n).slice());
      kernels.memory.free(block);
    }
  }
  return result;
}

test("uniform is the upper 24 bits of Philox's words", () => {
  const found = filled((kernels, target) => uniform(kernels, target, key));
  const expected = Float32Array.from(words(found.length, key), (word) => (word >>> 8) / 2 ** 24);
  assert.deepEqual(found, expected);
  const moved = filled((kernels, target) => uniform(kernels, target, key, -3, 5));
  for (let i = 0; i < moved.length; i++) assert.ok(Math.abs(moved[i]! - (8 * expected[i]! - 3)) < 1e-6);
});

test("uniform never reaches its upper bound, where rounding would", () => {
  for (const [low, high] of [
    [1, 2],
    [-2, -1],
    [-1, 0],
    [100, 100.1],
    [0, 1e-3],
  ] as const) {
    const found = filled((kernels, target) => uniform(kernels, target, key, low, high));
    assert.ok(
      found.every((value) => value >= Math.fround(low) && value < high),
      `${low} to ${high}`,
    );
  }
});

test("normal is Box and Muller's transform to float32 accuracy, also in the tails", () => {
  const found = filled((kernels, target) => normal(kernels, target, key, 0.5, 2));
  const source = words(found.length + 1, key);
  let sum = 0;
  let squares = 0;
  let farthest = 0;
  for (let i = 0; i < found.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((source[i]! + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * (source[i + 1]! >>> 8)) / 2 ** 24;
    for (const [j, expected] of [
      [i, 0.5 + 2 * radius * Math.cos(angle)],
      [i + 1, 0.5 + 2 * radius * Math.sin(angle)],
    ] as const) {
      if (j >= found.length) continue;
      assert.ok(Math.abs(found[j]! - expected) < 4e-6, `${j}: ${found[j]}, expected ${expected}`);
      const standard = (found[j]! - 0.5) / 2;
      sum += standard;
      squares += standard * standard;
      farthest = Math.max(farthest, Math.abs(standard));
    }
  }
  assert.ok(Math.abs(sum / found.length) < 0.01);
  assert.ok(Math.abs(squares / found.length - 1) < 0.015);
  assert.ok(farthest > 3.9 && farthest < 6.7, `${farthest}`);
});

test("dropoutMask drops where the uniform number is below p", () => {
  for (const p of [0, 0.2, 0.5]) {
    const found = filled((kernels, target) => dropoutMask(kernels, target, key, p));
    const kept = Math.fround(1 / (1 - p));
    const limit = Math.round(p * 2 ** 24);
    assert.deepEqual(
      found,
      Float32Array.from(words(found.length, key), (word) => (word >>> 8 < limit ? 0 : kept)),
    );
    assert.ok(Math.abs(found.filter((value) => value === 0).length / found.length - p) < 0.01);
  }
  for (const p of [-0.1, 1, Number.NaN])
    assert.throws(() => dropoutMask(pools[0]!, new Float32Array(1), key, p), RangeError);
});

test("seed, stream and step each make another array; a wrong key is refused", () => {
  const x = pools[0]!.memory.float32(4);
  const seen = new Set<number>();
  for (const change of [{}, { seed: 77 }, { stream: 4 }, { step: 0 }, { seed: 2 ** 41 + 77 }]) {
    uniform(pools[0]!, x, { ...key, ...change });
    seen.add(x[0]!);
  }
  assert.equal(seen.size, 5);
  for (const wrong of [{ seed: -1 }, { stream: 2 ** 32 }, { step: 0.5 }]) {
    assert.throws(() => uniform(pools[0]!, x, { ...key, ...wrong }), RangeError);
  }
});
