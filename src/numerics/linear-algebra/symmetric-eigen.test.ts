// Eigen-decomposition of symmetric matrices: known spectra, and A v = λ v with orthonormal v.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Kernels } from "../../core/kernels/kernels.js";
import { Random } from "../../core/kernels/random.js";
import { symmetricEigen } from "./symmetric-eigen.js";

const kernels = await Kernels.open({ threads: 2 });
after(() => kernels.close());

/** Checks residuals and orthonormality relative to the largest eigenvalue; returns the eigenvalues. */
function decompose(a: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(kernels, a.slice(), n);
  const scale = Math.max(1e-300, Math.abs(values[0] ?? 0), Math.abs(values[n - 1] ?? 0));
  for (let i = 0; i < n; i++) {
    if (i > 0) assert.ok(values[i]! <= values[i - 1]!);
    for (let r = 0; r < n; r++) {
      let image = 0;
      let product = 0;
      for (let c = 0; c < n; c++) {
        image += a[Math.max(r, c) * n + Math.min(r, c)]! * vectors[i * n + c]!;
        product += vectors[i * n + c]! * vectors[r * n + c]!;
      }
      const residual = Math.abs(image - values[i]! * vectors[i * n + r]!) / scale;
      assert.ok(residual < 1e-13 * n + 1e-14, `residual ${residual}`);
      assert.ok(Math.abs(product - (i === r ? 1 : 0)) < 1e-12, `product ${product}`);
    }
  }
  return values;
}

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(actual[i]! - value) < tolerance, `${actual[i]}, ${value}`);
}

test("small matrices by hand", () => {
  close(decompose(Float64Array.of(5), 1), [5]);
  close(decompose(Float64Array.of(2, 1, 1, 2), 2), [3, 1]);
  close(decompose(Float64Array.of(0, 0, 0, 0), 2), [0, 0]);
  close(decompose(Float64Array.of(2, 0, 0, 0, 3, 4, 0, 4, 9), 3), [11, 2, 1]);
  assert.equal(symmetricEigen(kernels, new Float64Array(), 0).values.length, 0);
});

test("the second-difference matrix has the eigenvalues 2 − 2 cos(π i / (n + 1))", () => {
  const n = 60;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * n + i] = 2;
    if (i > 0) a[i * n + i - 1] = -1;
  }
  close(
    decompose(a, n),
    Array.from({ length: n }, (_, i) => 2 + 2 * Math.cos((Math.PI * (i + 1)) / (n + 1))),
  );
});

test("equal eigenvalues, low rank, and any scale", () => {
  const random = new Random(0);
  const n = 40;
  const u = Float64Array.from({ length: 2 * n }, () => random.normal());
  for (const scale of [1e-200, 1, 1e150]) {
    const a = Float64Array.from({ length: n * n }, (_, e) => {
      const [i, j] = [Math.floor(e / n), e % n];
      return scale * (u[i]! * u[j]! - u[n + i]! * u[n + j]!);
    });
    const values = decompose(a, n);
    assert.ok(values[0]! > 0 && values[n - 1]! < 0);
    for (const value of values.subarray(1, n - 1)) assert.ok(Math.abs(value) < 1e-13 * values[0]!);
  }
  close(
    decompose(
      Float64Array.from({ length: 25 }, (_, e) => (e % 6 === 0 ? 7 : 0)),
      5,
    ),
    [7, 7, 7, 7, 7],
  );
  close(decompose(new Float64Array(n * n).fill(1), n), [n, ...new Array(n - 1).fill(0)], 1e-12);
});

test("a dense random matrix", () => {
  const random = new Random(1);
  const n = 150;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
  const values = decompose(a, n);
  const trace = a.reduce((sum, value, e) => sum + (e % (n + 1) === 0 ? value : 0), 0);
  assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - trace) < 1e-10);
});

test("NaN and a wrong size are refused", () => {
  assert.throws(() => symmetricEigen(kernels, Float64Array.of(Number.NaN), 1), RangeError);
  assert.throws(() => symmetricEigen(kernels, Float64Array.of(1, 2), 2), /2 values for 2 × 2/);
});

test("the same bits with one thread as with two", async () => {
  const one = await Kernels.open({ threads: 1 });
  const random = new Random(4);
  const n = 90;
  const a = Float64Array.from({ length: n * n }, () => random.normal());
  const [first, second] = [symmetricEigen(one, a.slice(), n), symmetricEigen(kernels, a.slice(), n)];
  assert.deepEqual(first, second);
  await one.close();
});
