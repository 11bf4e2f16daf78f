// Nearest neighbors of every row among all others: matrix products and selection, block by block; a graph for larger sets.

import { MemoryScope } from "../../core/kernels/memory.js";
import { smallestK } from "../../core/kernels/select.js";
import { bindProduct, type Engine } from "../../core/runtime/index.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { toPoints } from "../linear-algebra/points.js";
import { approximateOthers } from "./approximate-others.js";

/** Values per block of distances: rows enough for the product to run at full speed, memory still small. */
const blockValues = 1 << 24;

/**
 * Largest n² (d + 100) for which all pairs are compared, d the dimensions; 100 of them take as long as selection does. Here
 * both ways take as long: 67,000 rows of 784 or 190,000 of 10 (docs/mvlnet.md has the times).
 */
const largestExact = 4e12;
/** More neighbors than this are not searched in a graph. */
const mostApproximate = 64;

/**
 * For every row of x the k rows nearest to it in Euclidean distance, itself left out, nearest first. All pairs are compared,
 * in float32: only rows whose distances differ by less than its rounding can come in another order (`neighbors` decides
 * these too, and takes longer). Larger sets are searched approximately.
 * @returns n × k row numbers.
 * @throws UserError where there are not k other rows, or x holds NaN or infinity.
 */
export async function nearestOthers(x: DenseMatrix, k: number, engine: Engine): Promise<Int32Array> {
  const { rows: n, columns } = x;
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new UserError(`neighbors: ${k} of ${n} samples, expected a whole number from 1 to ${n - 1}`);
  }
  if (k <= mostApproximate && n ** 2 * (columns + 100) > largestExact) return approximateOthers(x, k);
  const { kernels } = engine;
  const memory = new MemoryScope(engine.memory);
  const width = columns + 1;
  // (−2xᵢ, 1)·(xⱼ, ‖xⱼ‖²) = ‖xᵢ − xⱼ‖² − ‖xᵢ‖²
  const points = toPoints(x);
  const items = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    items.set(points.data.subarray(i * columns, (i + 1) * columns), i * width);
    items[i * width + columns] = points.squares[i]!;
  }
  const height = Math.min(n, Math.max(1, Math.floor(blockValues / n)));
  const queries = new Float32Array(height * width);
  const result = new Int32Array(n * k);
  try {
    const distances = memory.float32(height * n);
    const found = memory.int32(height * (k + 1));
    for (let first = 0; first < n; first += height) {
      const count = Math.min(height, n - first);
      fillQueries(queries, items, first, count, width);
      const block = distances.subarray(0, count * n);
      const shape = { m: count, k: width, n, transposeB: true };
      const product = await bindProduct(engine, queries.subarray(0, count * width), items, block, shape);
      try {
        await product.run();
      } finally {
        product.release();
      }
      smallestK(kernels, block, count, n, k + 1, found);
      for (let i = 0; i < count; i++) takeOthers(found.subarray(i * (k + 1), (i + 1) * (k + 1)), first + i, result, k);
    }
  } finally {
    memory.release();
  }
  return result;
}

function fillQueries(queries: Float32Array, items: Float32Array, first: number, count: number, width: number): void {
  for (let e = 0, from = first * width; e < count * width; e++, from++) queries[e] = -2 * items[from]!;
  for (let e = width - 1; e < count * width; e += width) queries[e] = 1;
}

/** Writes a row's neighbors but itself; among equals the row may itself be missing, then the last is one too many. */
function takeOthers(found: Int32Array, row: number, result: Int32Array, k: number): void {
  for (let r = 0, to = row * k; r <= k && to < (row + 1) * k; r++) if (found[r] !== row) result[to++] = found[r]!;
}
