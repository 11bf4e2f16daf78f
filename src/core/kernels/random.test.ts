// Tests of the scalar generator.
import assert from "node:assert/strict";
import { test } from "node:test";
import { philox } from "./philox.js";
import { Random } from "./random.js";

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");

test("Philox4x32-10 gives the published words", () => {
  const out = new Uint32Array(4);
  philox(out, 0, 0, 0, 0, 0, 0);
  assert.equal(hex(out), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  const all = 0xffffffff;
  philox(out, all, all, all, all, all, all);
  assert.equal(hex(out), "408f276d 41c83b0e a20bc7c6 6d5451fd");
  philox(out, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0);
  assert.equal(hex(out), "d16cfe09 94fdcceb 5001e420 24126ea1");
});

test("a stream depends on seed and path only", () => {
  const draw = (random: Random) => Array.from({ length: 6 }, () => random.next());
  const a = new Random(7);
  const first = draw(a);
  assert.deepEqual(draw(new Random(7)), first);
  assert.deepEqual(draw(a.fork("split").fork(2)), draw(new Random(7, "split", 2)));
  const others = [
    new Random(8),
    new Random(7 + 2 ** 32),
    new Random(7, "split"),
    new Random(7, ""),
    new Random(7, "\0"),
    new Random(7, 1),
    new Random(7, "1"),
    new Random(7, "a", "b"),
    new Random(7, "ab"),
    new Random(7, "a label longer than eight bytes"),
    new Random(7, "a label longer than eight bytez"),
  ].map((random) => random.next());
  assert.equal(new Set([first[0], ...others]).size, others.length + 1);
});

test("next is uniform over [0, 1) and uses all 53 bits", () => {
  const random = new Random(3);
  const bins = new Int32Array(10);
  let lowBits = 0;
  for (let i = 0; i < 100_000; i++) {
    const value = random.next();
    assert.ok(value >= 0 && value < 1);
    bins[Math.floor(value * 10)]!++;
    lowBits += (value * 2 ** 53) % 2;
  }
  for (const count of bins) assert.ok(Math.abs(count - 10_000) < 400, `${bins}`);
  assert.ok(Math.abs(lowBits - 50_000) < 800, `${lowBits}`);
});

test("integer is unbiased, also where 2^32 is far from a multiple of n", () => {
  const random = new Random(4);
  const n = 3 * 2 ** 30;
  let lowThird = 0;
  for (let i = 0; i < 60_000; i++) if (random.integer(n) < 2 ** 30) lowThird++;
  assert.ok(Math.abs(lowThird - 20_000) < 500, `${lowThird}`);
  assert.equal(random.integer(1), 0);
  assert.ok(random.integer(2 ** 32) < 2 ** 32);
  for (const wrong of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) assert.throws(() => random.integer(wrong), RangeError);
});

test("normal has mean 0, deviation 1 and normal tails", () => {
  const random = new Random(5);
  const n = 200_000;
  let sum = 0;
  let squares = 0;
  let outside = 0;
  for (let i = 0; i < n; i++) {
    const value = random.normal();
    sum += value;
    squares += value * value;
    if (Math.abs(value) > 2) outside++;
  }
  assert.ok(Math.abs(sum / n) < 0.01);
  assert.ok(Math.abs(squares / n - 1) < 0.015);
  assert.ok(Math.abs(outside / n - 0.0455) < 0.002);
});

test("shuffle, permutation and choice", () => {
  const random = new Random(6);
  const sorted = (values: Int32Array) => [...values].sort((a, b) => a - b);
  assert.deepEqual(sorted(random.permutation(50)), [...Array(50).keys()]);
  assert.deepEqual([...random.permutation(0)], []);
  assert.notDeepEqual([...random.permutation(50)], [...Array(50).keys()]);
  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.permutation(3).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 6);
  for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
  const chosen = random.choice(20, 8);
  assert.equal(new Set(chosen).size, 8);
  assert.ok(chosen.every((value) => value >= 0 && value < 20));
  assert.deepEqual(sorted(random.choice(5, 5)), [0, 1, 2, 3, 4]);
  assert.throws(() => random.choice(3, 4), /choice: 4 different numbers asked, there are 3/);
});

test("a seed must be a whole number", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => new Random(seed), RangeError);
});
