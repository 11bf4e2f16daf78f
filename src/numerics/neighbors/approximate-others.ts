// Nearest neighbors of every row of a set too large to compare all pairs: a navigable small-world graph (HNSW, usearch).
import type { Index } from "usearch";
import { platform } from "#platform";
import type { DenseMatrix } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { toPoints } from "../linear-algebra/points.js";

/** Links of a graph's node, and candidates kept while it is built and searched: recall against time, see docs/mvlnet.md. */
const connectivity = 16;
const expansion = { add: 128, search: 64 } as const;

/** From so many columns on distances are the cost, and half as many bits per value make them twice as fast. */
const wide = 64;

/** Rows per call: one call blocks the event loop for less than a second. */
const chunk = 512;

/**
 * For every row of x the k rows nearest to it in Euclidean distance, itself left out, nearest first; a few of them are
 * missed for rows farther away. One thread builds the graph, so that the same rows give the same neighbors.
 * @returns n × k row numbers.
 * @throws UserError where x holds NaN or infinity, or so many samples are alike that a search does not leave them.
 */
export async function approximateOthers(x: DenseMatrix, k: number): Promise<Int32Array> {
  const { rows: n, columns } = x;
  const { data } = toPoints(x);
  const index = await makeIndex(columns, Math.max(expansion.search, 2 * k));
  for (let first = 0; first < n; first += chunk) {
    const count = Math.min(chunk, n - first);
    const keys = BigUint64Array.from({ length: count }, (_, i) => BigInt(first + i));
    index.add(keys, data.subarray(first * columns, (first + count) * columns), 1);
    await platform.turn();
  }
  const result = new Int32Array(n * k);
  for (let first = 0; first < n; first += chunk) {
    const count = Math.min(chunk, n - first);
    const { keys } = index.search(data.subarray(first * columns, (first + count) * columns), k + 1, 1);
    for (let i = 0; i < count; i++) {
      const own = first + i;
      const found = Array.from(keys.subarray(i * (k + 1), (i + 1) * (k + 1)), Number);
      const others = found.filter((row) => row !== own && row < n).slice(0, k);
      if (others.length < k) throw new UserError(`neighbors: ${others.length} of ${k} were found for sample ${own}`);
      result.set(others, own * k);
    }
    await platform.turn();
  }
  return result;
}

async function makeIndex(dimensions: number, expansionSearch: number): Promise<Index> {
  // Loaded where it is needed: the rest of the library works on platforms that usearch has no binary for.
  const usearch = await platform.usearch();
  return new usearch.Index({
    dimensions,
    metric: usearch.MetricKind.L2sq,
    quantization: dimensions < wide ? usearch.ScalarKind.F32 : usearch.ScalarKind.BF16,
    connectivity,
    expansion_add: expansion.add,
    expansion_search: expansionSearch,
    multi: false,
  });
}
