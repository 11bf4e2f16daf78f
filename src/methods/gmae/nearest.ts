// The nearest samples of every sample of a batch, in order: one matrix product and one selection.
import { smallestK } from "../../kernels/select.js";
import { bindProduct, type Engine } from "../../runtime/index.js";

/**
 * The k rows nearest to each row of x in Euclidean distance, nearest first, the row itself first of all.
 * @param x n × d, row-major.
 * @returns n × k row numbers.
 */
export async function nearestRows(
  engine: Engine,
  x: Float32Array,
  n: number,
  d: number,
  k: number,
): Promise<Int32Array> {
  const { memory, kernels } = engine;
  const [points, distances, found] = [memory.float32(n * d), memory.float32(n * n), memory.int32(n * k)];
  try {
    points.set(x);
    const product = await bindProduct(engine, points, points, distances, { m: n, k: d, n, transposeB: true });
    await product.run();
    product.release();
    toDistances(distances, n);
    smallestK(kernels, distances, n, n, k, found);
    return Int32Array.from(found);
  } finally {
    for (const array of [points, distances, found]) memory.free(array);
  }
}

/** From xᵢ·xⱼ to ‖xⱼ‖² − 2 xᵢ·xⱼ, which orders the columns of a row as their distances do; −∞ for the row itself. */
function toDistances(products: Float32Array, n: number): void {
  const squares = Float32Array.from({ length: n }, (_, i) => products[i * n + i]!);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) products[at] = squares[j]! - 2 * products[at]!;
    products[i * n + i] = Number.NEGATIVE_INFINITY;
  }
}
