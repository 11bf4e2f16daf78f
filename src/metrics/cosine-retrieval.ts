// Retrieval measures of real-valued embeddings ranked by cosine similarity.

import { smallestK } from "../core/kernels/select.js";
import type { Engine } from "../core/runtime/engine.js";
import type { Labels } from "../data/dataset.js";
import type { DenseMatrix } from "../data/matrix.js";
import { UserError } from "../errors.js";
import { forEachProductBlock } from "./product-blocks.js";
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
  readonly engine: Engine;
  /** Ends it, rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Ranks the database for every query by cosine similarity, ties in database order, and measures the rankings; an item is
 * relevant where it shares a label with the query. A row of zeros has similarity 0 to everything.
 * @throws UserError where a row holds NaN or infinity or the widths differ.
 * @throws RangeError where rows and labels differ in number.
 */
export async function cosineRetrievalMetrics(task: CosineRetrieval): Promise<RetrievalMetrics> {
  const { queries, database, engine } = task;
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
  const { rows: items } = database;
  const accumulator = retrievalAccumulator(items, relevant.maxShared, 0, task);
  const shared = new Uint8Array(items);
  const ranked = new Uint8Array(items);
  const groupEnds = new Int32Array(items);
  // The kernel puts the smallest first: the products of the opposite vectors are the similarities with their signs changed.
  const opposites = unitRows(queries, "queries");
  for (let e = 0; e < opposites.length; e++) opposites[e] = -opposites[e]!;
  let order: Int32Array | undefined;
  try {
    await forEachProductBlock(
      engine,
      opposites,
      unitRows(database, "database"),
      { rows: queries.rows, columns: items, k: queries.columns },
      (dissimilarities, first, count) => {
        task.signal?.throwIfAborted();
        // No later block is larger than the first.
        order ??= engine.memory.int32(dissimilarities.length);
        smallestK(engine.kernels, dissimilarities, count, items, items, order);
        for (let q = 0; q < count; q++) {
          relevant.shared(first + q, shared);
          const scores = dissimilarities.subarray(q * items, (q + 1) * items);
          const groups = follow(order.subarray(q * items, (q + 1) * items), scores, groupEnds, shared, ranked);
          accumulator.add(ranked, groupEnds, groups);
        }
      },
    );
  } finally {
    if (order !== undefined) engine.memory.free(order);
  }
  return accumulator.result();
}

/** Puts `shared` into the order of the ranking, and where each group of equal scores ends into `groupEnds`; returns how many there are. */
function follow(
  order: Int32Array,
  scores: Float32Array,
  groupEnds: Int32Array,
  shared: Uint8Array,
  ranked: Uint8Array,
): number {
  let groups = 0;
  let score = scores[order[0]!]!;
  for (let r = 0; r < order.length; r++) {
    const item = order[r]!;
    ranked[r] = shared[item]!;
    if (scores[item] !== score) {
      groupEnds[groups++] = r;
      score = scores[item]!;
    }
  }
  groupEnds[groups++] = order.length;
  return groups;
}
