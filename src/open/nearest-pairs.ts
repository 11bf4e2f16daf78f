// Search between views by features alone, without training: a query is seen in the other view as its nearest training pairs are.
import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { type DenseMatrix, dense, selectRows, toDense } from "../data/matrix.js";
import { cosinePairRanks, type PairMetrics, pairMetrics } from "../metrics/pair-recall.js";
import { forEachProductBlock } from "../metrics/product-blocks.js";
import { unitRows } from "../metrics/unit-rows.js";

/** Training pairs that stand in for a query. */
const NEAREST = 10;

/**
 * Recall of held-out pairs where a query of one view is replaced by the mean of the other view over the ten training pairs that
 * are nearest to it by cosine, each weighted by its similarity; features are centered on the training pairs.
 * @param pairs two complete views with splits `train` and `test`.
 * @returns the measures by direction, such as "text->image".
 */
export async function nearestPairsRecall(
  pairs: MultiViewDataset,
  engine: Engine,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, PairMetrics>> {
  const { train, test } = pairs.splits as Record<"train" | "test", Int32Array>;
  const views = pairs.views.map(({ matrix, name }) => {
    const [known, held] = [train, test].map((rows) => toDense(selectRows(matrix, rows))) as [DenseMatrix, DenseMatrix];
    center(known, held);
    return { name, known: dense(known.rows, known.columns, unitRows(known, name)), held };
  });
  const found = new Map<string, PairMetrics>();
  for (const [a, from] of views.entries()) {
    for (const [b, to] of views.entries()) {
      if (a === b) continue;
      const seen = await seenAs(from.held, from.known, to.known, engine);
      found.set(`${from.name}->${to.name}`, pairMetrics(await cosinePairRanks(seen, to.held, { engine, signal })));
    }
  }
  return found;
}

/** Subtracts the mean of the first matrix's columns from both, in place. */
function center(known: DenseMatrix, held: DenseMatrix): void {
  const { rows, columns } = known;
  const mean = new Float64Array(columns);
  for (let i = 0; i < known.data.length; i++) mean[i % columns]! += known.data[i]! / rows;
  for (const { data } of [known, held]) for (let i = 0; i < data.length; i++) data[i]! -= mean[i % columns]!;
}

/** Each query as the mean of `to` over the rows of `from` that are nearest to it. */
async function seenAs(queries: DenseMatrix, from: DenseMatrix, to: DenseMatrix, engine: Engine): Promise<DenseMatrix> {
  const seen = new Float32Array(queries.rows * to.columns);
  const shape = { rows: queries.rows, columns: from.rows, k: queries.columns };
  const near = Math.min(NEAREST, from.rows);
  await forEachProductBlock(engine, unitRows(queries, "queries"), from.data, shape, (block, first, count) => {
    for (let i = 0; i < count; i++) {
      const similarities = block.subarray(i * from.rows, (i + 1) * from.rows);
      const place = (first + i) * to.columns;
      for (const row of largest(similarities, near)) {
        const weight = Math.max(0, similarities[row]!);
        for (let j = 0; j < to.columns; j++) seen[place + j]! += weight * to.data[row * to.columns + j]!;
      }
    }
  });
  return dense(queries.rows, to.columns, seen);
}

/** Places of the largest values, the earlier one where two are equal. */
function largest(values: Float32Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (found.length === count && values[i]! <= values[found[count - 1]!]!) continue;
    let place = Math.min(found.length, count - 1);
    while (place > 0 && values[found[place - 1]!]! < values[i]!) {
      found[place] = found[place - 1]!;
      place--;
    }
    found[place] = i;
  }
  return found;
}
