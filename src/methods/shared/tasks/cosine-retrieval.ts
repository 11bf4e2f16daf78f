// Search from every view into every other by cosine, all samples being both queries and database.

import type { Engine } from "../../../core/runtime/index.js";
import type { Labels, MultiViewDataset } from "../../../data/dataset.js";
import type { DenseMatrix } from "../../../data/matrix.js";
import { cosineRetrievalMetrics } from "../../../metrics/cosine-retrieval.js";
import { cosinePairRanks, type PairMetrics, pairMetrics, pairsByDirection } from "../../../metrics/pair-recall.js";
import type { RetrievalMetrics } from "../../../metrics/retrieval.js";
import type { Metrics } from "../../training.js";
import { byDirection, curvesOf, cutOffs, type RetrievalResult } from "./retrieval.js";

/** Cut-offs of the precision curves, as far as the samples go. */
const CURVE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** What searches, and what ends it. */
interface Search {
  readonly engine: Engine;
  readonly signal?: AbortSignal;
}

/** Items of the same labels searched between views; in the view itself where there is one only. @param representations by view. */
export async function cosineRetrieval(
  { views }: Pick<MultiViewDataset, "views">,
  representations: readonly DenseMatrix[],
  labels: Labels,
  search: Search,
): Promise<RetrievalResult> {
  const found = new Map<string, RetrievalMetrics>();
  const items = representations[0]!.rows;
  const at = cutOffs(CURVE, items);
  for (const [from, queries] of representations.entries()) {
    for (const [to, database] of representations.entries()) {
      if (from === to && views.length > 1) continue;
      const task = { queries, database, queryLabels: labels, databaseLabels: labels, at, ...search };
      found.set(`${views[from]!.name}->${views[to]!.name}`, await cosineRetrievalMetrics(task));
    }
  }
  return {
    metrics: byDirection(found, false),
    curves: [...found].map(([direction, measures]) => curvesOf(direction, measures, items)),
  };
}

/** The pair itself searched from every view in every other by cosine, among the same samples. */
export async function cosinePairs(
  { views }: Pick<MultiViewDataset, "views">,
  representations: readonly DenseMatrix[],
  search: Search,
): Promise<Metrics> {
  const found = new Map<string, PairMetrics>();
  for (const [from, queries] of representations.entries()) {
    for (const [to, candidates] of representations.entries()) {
      if (from === to || queries.rows < 2) continue;
      const ranks = await cosinePairRanks(queries, candidates, search);
      found.set(`${views[from]!.name}->${views[to]!.name}`, pairMetrics(ranks));
    }
  }
  return pairsByDirection(found);
}
