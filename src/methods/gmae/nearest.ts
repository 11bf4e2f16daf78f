// The nearest samples of every sample of a batch, in order: one matrix product and one selection.
import { smallestK } from "../../core/kernels/select.js";
import { bindProduct, type Engine } from "../../core/runtime/index.js";

/**
 * Distances of rows: `euclidean` ‖xᵢ − xⱼ‖, as published, or `cosine` 1 − xᵢ·xⱼ / (‖xᵢ‖ ‖xⱼ‖), which is 1 where a row is zero.
 * Where most features of a row are zeros, its Euclidean neighbors are the rows of few entries, whatever these are.
 */
export const distances = ["euclidean", "cosine"] as const;
export type Distance = (typeof distances)[number];

/**
 * The k rows nearest to each row of x, nearest first, the row itself first of all; equally near ones in their order.
 * @param x n × d, row-major.
 * @returns n × k row numbers.
 */
export async function nearestRows(
  engine: Engine,
  x: Float32Array,
  n: number,
  d: number,
  k: number,
  distance: Distance,
): Promise<Int32Array> {
  const { memory, kernels } = engine;
  const [points, products, found] = [memory.float32(n * d), memory.float32(n * n), memory.int32(n * k)];
  try {
    points.set(x);
    const product = await bindProduct(engine, points, points, products, { m: n, k: d, n, transposeB: true });
    await product.run();
    product.release();
    if (distance === "cosine") toCosineDistances(products, n);
    else toEuclideanDistances(products, n);
    smallestK(kernels, products, n, n, k, found);
    return Int32Array.from(found);
  } finally {
    for (const array of [points, products, found]) memory.free(array);
  }
}

/** From xᵢ·xⱼ to ‖xⱼ‖² − 2 xᵢ·xⱼ, which orders the columns of a row as their distances do; −∞ for the row itself. */
function toEuclideanDistances(products: Float32Array, n: number): void {
  const squares = Float32Array.from({ length: n }, (_, i) => products[i * n + i]!);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) products[at] = squares[j]! - 2 * products[at]!;
    products[i * n + i] = Number.NEGATIVE_INFINITY;
  }
}

/** From xᵢ·xⱼ to −cos(xᵢ, xⱼ), 0 where either row is zero; −∞ for the row itself. */
function toCosineDistances(products: Float32Array, n: number): void {
  const factors = Float32Array.from({ length: n }, (_, i) => {
    const square = products[i * n + i]!;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) products[at] = -products[at]! * factors[i]! * factors[j]!;
    products[i * n + i] = Number.NEGATIVE_INFINITY;
  }
}
