// Retrieval measures of real-valued embeddings ranked by cosine similarity.
import type { Labels } from "../data/dataset.js";
import type { DenseMatrix } from "../data/matrix.js";
import { UserError } from "../errors.js";
import { type Engine, sharedEngine } from "../runtime/engine.js";
import { forEachProductBlock } from "./product-blocks.js";
import { scoreRanker } from "./rank-by-score.js";
import { relevance } from "./relevance.js";
import { type RetrievalMetrics, type RetrievalOptions, retrievalAccumulator } from "./retrieval.js";
import { unitRows } from "./unit-rows.js";

export interface CosineRetrieval extends RetrievalOptions {
  /** A row per query. */
  readonly queries: DenseMatrix;
  /** A row per database item. */
  readonly database: DenseMatrix;
  readonly queryLabels: Labels;
  readonly databaseLabels: Labels;
  readonly engine?: Engine;
}

/**
 * Ranks the database for every query by cosine similarity, ties in database order, and measures the rankings; an item is
 * relevant where it shares a label with the query. A row of zeros has similarity 0 to everything.
 * @throws UserError where a row holds NaN or infinity or the widths differ.
 * @throws RangeError where rows and labels differ in number.
 */
export async function cosineRetrievalMetrics(task: CosineRetrieval): Promise<RetrievalMetrics> {
  const { queries, database } = task;
  const relevant = relevance(task.queryLabels, task.databaseLabels);
  if (queries.rows !== relevant.queries || database.rows !== relevant.items) {
    throw new RangeError(
      `retrieval: ${queries.rows} queries with ${relevant.queries} labels, ${database.rows} database items with ${relevant.items}`,
    );
  }
  if (queries.columns !== database.columns) {
    throw new UserError(
      `retrieval: queries have ${queries.columns} dimensions but the database has ${database.columns}; both must come from one space`,
    );
  }
  const accumulator = retrievalAccumulator(database.rows, relevant.maxShared, 0, task);
  const rank = scoreRanker(database.rows);
  const shared = new Uint8Array(database.rows);
  const ranked = new Uint8Array(database.rows);
  await forEachProductBlock(
    task.engine ?? (await sharedEngine()),
    unitRows(queries, "queries"),
    unitRows(database, "database"),
    { rows: queries.rows, columns: database.rows, k: queries.columns },
    (similarities, first, count) => {
      for (let q = 0; q < count; q++) {
        const { order, groupEnds, groups } = rank(similarities.subarray(q * database.rows, (q + 1) * database.rows));
        relevant.shared(first + q, shared);
        for (let r = 0; r < order.length; r++) ranked[r] = shared[order[r]!]!;
        accumulator.add(ranked, groupEnds, groups);
      }
    },
  );
  return accumulator.result();
}
