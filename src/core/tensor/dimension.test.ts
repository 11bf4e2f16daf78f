// Arithmetic of named dimensions against numbers, and its texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addDims, type Dim, divideDim, factorDim, multiplyDim, resolveDim } from "./dimension.js";

const sizes = { n: 7, m: 11, "batch size": 3 };
const dims: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Dim>("n", "m", "batch size", 0, 1, 12),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie("dim"), fc.integer({ min: -3, max: 4 })).map(([a, by]) => addDims(a, by)),
    fc.tuple(tie("dim"), fc.integer({ min: 1, max: 196 })).map(([a, by]) => multiplyDim(a, by)),
  ),
})).dim;

test("sums, multiples and parts of dimensions have the sizes that they say", () => {
  const size = (dim: Dim) => resolveDim(dim, sizes);
  fc.assert(
    fc.property(dims, dims, fc.integer({ min: 1, max: 196 }), (a, b, count) => {
      assert.equal(size(addDims(a, b)), size(a) + size(b));
      assert.equal(size(multiplyDim(a, count)), size(a) * count);
      assert.equal(size(divideDim(multiplyDim(a, count), count)), size(a));
      const { factor, rest } = factorDim(a);
      assert.equal(factor * size(rest), size(a));
      assert.equal(factorDim(multiplyDim(a, count)).factor, factor * count);
    }),
  );
});

test("equal dimensions have one text", () => {
  assert.equal(addDims("n", "n"), "2*n");
  assert.equal(addDims("n", -1), "n-1");
  assert.equal(addDims(addDims("n", -1), 1), "n");
  assert.equal(addDims("n", "m", 3), "n+m+3");
  assert.equal(multiplyDim(addDims("n", -2), 3), "3*n-6");
  assert.equal(addDims(multiplyDim("n", 2), multiplyDim("n", -2)), 0);
  assert.throws(() => divideDim("2*n+1", 2), /dimension "2\*n\+1" is not 2 times another/);
  assert.throws(() => resolveDim("k+1", sizes), /dimension "k" was given no size/);
});
