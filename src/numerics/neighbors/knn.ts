// Exact nearest neighbors and classification by them.

import type { Engine, OnEngine } from "../../core/runtime/engine.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { forEachProductBlock } from "../../metrics/product-blocks.js";
import { unitRows } from "../../metrics/unit-rows.js";
import { columnMeans, toPoints } from "../linear-algebra/points.js";

/** By which distance neighbors are found. */
export type Metric = "euclidean" | "cosine";

/** How neighbors are found. */
export interface NeighborOptions {
  /** Cosine distance is 1 − cosine similarity; a row of zeros has distance 1 to everything. Default Euclidean. */
  readonly metric?: Metric;
  readonly engine?: Engine;
}

/** The nearest rows of each query. */
export interface Neighbors {
  /** queries × k rows of x, nearest first; of equally near ones the first row first. */
  readonly indices: Int32Array;
  /** queries × k distances. */
  readonly distances: Float64Array;
}

/**
 * The k rows of x nearest to each query, exactly: float32 matrix products narrow each search down to what their rounding
 * cannot decide, float64 distances order the rest.
 * @throws UserError where k exceeds the rows of x, widths differ, or NaN or infinity is among the values.
 */
export async function neighbors(
  x: DenseMatrix,
  queries: DenseMatrix,
  k: number,
  { metric = "euclidean", engine }: OnEngine<NeighborOptions>,
): Promise<Neighbors> {
  if (!Number.isInteger(k) || k < 1 || k > x.rows) {
    throw new UserError(`neighbors: k is ${k}, expected a whole number from 1 to the ${x.rows} samples there are`);
  }
  if (x.columns !== queries.columns) {
    throw new UserError(`neighbors: samples have ${x.columns} dimensions but queries have ${queries.columns}`);
  }
  const search = metric === "cosine" ? cosineSearch(x, queries) : euclideanSearch(x, queries);
  const result = { indices: new Int32Array(queries.rows * k), distances: new Float64Array(queries.rows * k) };
  const farness = new Float64Array(x.rows);
  const heap = new Float64Array(k);
  await forEachProductBlock(
    engine,
    search.queries,
    search.rows,
    { rows: queries.rows, columns: x.rows, k: x.columns },
    (products, first, count) => {
      for (let q = first; q < first + count; q++) {
        const offset = (q - first) * x.rows;
        for (let i = 0; i < x.rows; i++) farness[i] = search.offsets[i]! - products[offset + i]!;
        const bound = kthLeast(farness, heap) + search.slack(q);
        const found: { row: number; distance: number }[] = [];
        for (let i = 0; i < x.rows; i++) {
          if (farness[i]! <= bound) found.push({ row: i, distance: search.distance(i, q) });
        }
        found.sort((a, b) => a.distance - b.distance || a.row - b.row);
        for (let r = 0; r < k; r++) {
          result.indices[q * k + r] = found[r]!.row;
          result.distances[q * k + r] = found[r]!.distance;
        }
      }
    },
  );
  return result;
}

/** A search as matrix product: row i is farther from query q the greater offsets[i] − rows_i · queries_q is, up to rounding. */
interface Search {
  readonly rows: Float32Array;
  readonly queries: Float32Array;
  readonly offsets: Float64Array;
  /** By how much rounding can set two rows apart that are equally far from the query. */
  slack(query: number): number;
  distance(row: number, query: number): number;
}

function euclideanSearch(x: DenseMatrix, queries: DenseMatrix): Search {
  const origin = columnMeans(x);
  const rows = toPoints(x, origin);
  const targets = toPoints(queries, origin);
  const radius = Math.sqrt(rows.squares.reduce((most, square) => Math.max(most, square), 0));
  return {
    rows: rows.data,
    queries: targets.data,
    offsets: rows.squares.map((square) => square / 2),
    slack: (q) => roundingBound(x.columns) * radius * (radius + Math.sqrt(targets.squares[q]!)),
    distance: (i, q) => euclideanDistance(x, i, queries, q),
  };
}

function cosineSearch(x: DenseMatrix, queries: DenseMatrix): Search {
  return {
    rows: unitRows(x, "samples"),
    queries: unitRows(queries, "queries"),
    offsets: new Float64Array(x.rows),
    slack: () => roundingBound(x.columns),
    distance: (i, q) => cosineDistance(x, i, queries, q),
  };
}

/** How samples are classified by their neighbors. */
export interface KnnOptions extends NeighborOptions {
  /** Default 1. */
  readonly k?: number;
}

/**
 * The commonest label among the k nearest training rows of each row; of equally common ones the smallest.
 * @throws UserError as `neighbors` does; RangeError where rows and labels differ in number.
 */
export async function classifyByNeighbors(
  train: DenseMatrix,
  labels: Int32Array,
  rows: DenseMatrix,
  { k = 1, ...options }: OnEngine<KnnOptions>,
): Promise<Int32Array> {
  if (train.rows !== labels.length) throw new RangeError(`k-NN: ${train.rows} rows but ${labels.length} labels`);
  const { indices } = await neighbors(train, rows, k, options);
  return Int32Array.from({ length: rows.rows }, (_, q) => {
    const votes = new Map<number, number>();
    for (let r = q * k; r < (q + 1) * k; r++) {
      const label = labels[indices[r]!]!;
      votes.set(label, (votes.get(label) ?? 0) + 1);
    }
    return [...votes].reduce((best, vote) =>
      vote[1] > best[1] || (vote[1] === best[1] && vote[0] < best[0]) ? vote : best,
    )[0];
  });
}

/**
 * Twice γ, the relative error of a float32 product of two rows of that many values (Higham, Accuracy and Stability of
 * Numerical Algorithms, section 3.1); a few terms more for the rounding of the values themselves.
 */
function roundingBound(columns: number): number {
  return 2 * (columns + 4) * 2 ** -24;
}

/** The heap.length-th least of the values, which the heap is left holding the least of. */
function kthLeast(values: Float64Array, heap: Float64Array): number {
  const k = heap.length;
  heap.set(values.subarray(0, k));
  for (let i = (k >> 1) - 1; i >= 0; i--) siftDown(heap, i);
  for (let i = k; i < values.length; i++) {
    if (values[i]! >= heap[0]!) continue;
    heap[0] = values[i]!;
    siftDown(heap, 0);
  }
  return heap[0]!;
}

/** Restores the order of a heap that has its greatest value at the top, where place i may be too small. */
function siftDown(heap: Float64Array, i: number): void {
  const value = heap[i]!;
  for (let child = 2 * i + 1; child < heap.length; child = 2 * i + 1) {
    if (child + 1 < heap.length && heap[child + 1]! > heap[child]!) child++;
    if (heap[child]! <= value) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = value;
}

function euclideanDistance(a: DenseMatrix, i: number, b: DenseMatrix, j: number): number {
  let sum = 0;
  for (let c = 0, e = i * a.columns, f = j * b.columns; c < a.columns; c++) {
    sum += (a.data[e + c]! - b.data[f + c]!) ** 2;
  }
  return Math.sqrt(sum);
}

function cosineDistance(a: DenseMatrix, i: number, b: DenseMatrix, j: number): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let c = 0, e = i * a.columns, f = j * b.columns; c < a.columns; c++) {
    product += a.data[e + c]! * b.data[f + c]!;
    squareA += a.data[e + c]! ** 2;
    squareB += b.data[f + c]! ** 2;
  }
  return product === 0 ? 1 : 1 - product / Math.sqrt(squareA * squareB);
}
