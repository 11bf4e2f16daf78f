// Tests of selecting the k smallest.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Kernels } from "./kernels.js";
import { Random } from "./random.js";
import { smallestK } from "./select.js";

let pools: Kernels[];
before(async () => {
  pools = [await Kernels.open({ threads: 1 }), await Kernels.open({ threads: 3 })];
});
after(() => {
  for (const kernels of pools) kernels.close();
});

function check(distances: Float32Array, rows: number, n: number, k: number): void {
  const expected = Array.from({ length: rows }, (_, row) => {
    const values = distances.subarray(row * n, (row + 1) * n);
    // NaN after everything, 0 and -0 alike, equal values by index.
    const key = (i: number) => (Number.isNaN(values[i]) ? 1 : 0);
    const order = [...values.keys()].sort(
      (a, b) => key(a) - key(b) || (values[a]! > values[b]! ? 1 : values[a]! < values[b]! ? -1 : a - b),
    );
    return order.slice(0, k);
  }).flat();
  for (const kernels of pools) {
    const shared = kernels.memory.float32(distances.length);
    shared.set(distances);
    const out = kernels.memory.int32(rows * k);
    smallestK(kernels, shared, rows, n, k, out);
    assert.deepEqual([...out], expected, `${rows} × ${n}, k ${k}`);
    kernels.memory.free(out);
    kernels.memory.free(shared);
  }
}

test("random rows of all sizes, both ways of selecting", () => {
  const random = new Random(1);
  for (const [rows, n] of [
    [0, 5],
    [3, 1],
    [7, 2],
    [9, 30],
    [40, 500],
    [3, 20_000],
  ] as const) {
    const distances = Float32Array.from({ length: rows * n }, () => random.next() * 300);
    for (const k of new Set([1, 2, 24, 25, n >> 2, n].filter((k) => k >= 1 && k <= n))) check(distances, rows, n, k);
  }
});

test("ties, negative values, zeros of both signs, infinities and NaN", () => {
  const random = new Random(2);
  const special = [0, -0, 1, -1, 1e-45, -1e-45, 3e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  const distances = Float32Array.from({ length: 20 * 80 }, () => special[random.integer(special.length)]!);
  distances.fill(4, 0, 80);
  distances.fill(Number.NaN, 80, 160);
  for (const k of [1, 5, 24, 25, 60, 80]) check(distances, 20, 80, k);
});

test("ranges that bins of equal width fit badly", () => {
  const random = new Random(3);
  const rows = {
    subnormal: () => random.integer(9) * 1e-45,
    "one far away": () => (random.integer(100) === 0 ? 3e38 : random.next()),
    "as wide as floats": () => (random.next() - 0.5) * 6.8e38,
    "nearly equal": () => 1 + random.integer(5) * 2 ** -23,
    descending: (
      (x) => () =>
        x--
    )(1e6),
  };
  for (const value of Object.values(rows)) {
    const distances = Float32Array.from({ length: 3 * 700 }, value);
    for (const k of [3, 24, 25, 300, 700]) check(distances, 3, 700, k);
  }
});

test("wrong sizes are refused", () => {
  const { memory } = pools[0]!;
  const x = memory.float32(10);
  const out = memory.int32(10);
  for (const k of [0, 6, 1.5]) assert.throws(() => smallestK(pools[0]!, x, 2, 5, k, out), RangeError);
  assert.throws(() => smallestK(pools[0]!, x, 3, 5, 1, out), /3 rows of 5: 10 distances/);
  assert.throws(() => smallestK(pools[0]!, new Float32Array(10), 2, 5, 1, out), /outside/);
});
