// Affinities of t-SNE: a probability over pairs, symmetric, with the perplexity requested.
import assert from "node:assert/strict";
import { test } from "node:test";
import { symmetricAffinities } from "./tsne-affinities.js";

test("equally far neighbors share evenly; nearer ones weigh more; all sum to 1 both ways", () => {
  // points 0, 1, 2 on a line at 0, 1, 3, each with itself and both others
  const found = {
    indices: Int32Array.of(0, 1, 2, 1, 0, 2, 2, 1, 0),
    distances: Float64Array.of(0, 1, 3, 0, 1, 2, 0, 2, 3),
  };
  const { from, to, p } = symmetricAffinities(found, 3, 2, 1.5);
  const at = (i: number, j: number) => p[[...from.keys()].find((e) => from[e] === i && to[e] === j)!]!;
  assert.equal(p.length, 6);
  assert.ok(Math.abs(p.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    assert.equal(at(i, j), at(j, i));
  }
  // of two neighbors a weight w and 1 − w has perplexity 1.5 where −w log w − (1−w) log(1−w) = log 1.5: w = 0.8600
  assert.ok(Math.abs(at(0, 1) - (0.86 + 0.86) / 6) < 1e-4, `${at(0, 1)}`);
  assert.ok(Math.abs(at(0, 2) - (0.14 + 0.14) / 6) < 1e-4);
  assert.ok(Math.abs(at(1, 2) - (0.14 + 0.86) / 6) < 1e-4);
});

test("neighbors at distance 0 share evenly", () => {
  const found = { indices: Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2), distances: new Float64Array(9) };
  const { p } = symmetricAffinities(found, 3, 2, 1.5);
  for (const value of p) assert.ok(Math.abs(value - 1 / 6) < 1e-12);
});
