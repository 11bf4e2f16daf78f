// How the papers' tasks judge a representation: clusters, classes, search between views.

import type { Engine } from "../../core/runtime/index.js";
import type { Labels, MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { classificationMetrics } from "../../metrics/classification.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { cosineRetrievalMetrics } from "../../metrics/cosine-retrieval.js";
import { cosinePairRanks, type PairMetrics, pairMetrics, pairsByDirection } from "../../metrics/pair-recall.js";
import type { RetrievalMetrics } from "../../metrics/retrieval.js";
import { type LinearSvm, predictLinearSvm, trainLinearSvm } from "../../numerics/classifiers/linear-svm.js";
import { predictMlp, trainMlp } from "../../numerics/classifiers/mlp.js";
import { kmeans } from "../../numerics/kmeans/kmeans.js";
import { classifyByNeighbours } from "../../numerics/neighbors/knn.js";
import type { RetrievalCurves } from "../../runs/result.js";
import { allRows } from "../feeding.js";
import { classesOf, withLabel } from "../matching/labelled.js";
import type { Metrics } from "../training.js";

/** k-means on the representation; measures over the samples that have a label, where they have one each. */
export async function judgeClusters(
  z: DenseMatrix,
  labels: Labels | undefined,
  options: { readonly clusters: number; readonly starts: number; readonly seed: number; readonly engine: Engine },
): Promise<{ metrics: Metrics; centres: DenseMatrix }> {
  const { labels: clusters, centres } = await kmeans(z, options);
  if (labels?.kind !== "single") return { metrics: {}, centres };
  const rows = withLabel(labels, allRows(z.rows));
  if (rows.length === 0) return { metrics: {}, centres };
  const metrics = clusteringMetrics(
    classesOf(labels, rows),
    rows.map((row) => clusters[row]!),
  );
  return { metrics: { ...metrics }, centres };
}

/**
 * Classifiers trained on the training representation, measured on the test representation: nearest neighbour, linear SVM
 * (C = 1), MLP (100 ReLU). The measures of the SVM, which is kept, come first.
 */
export async function judgeClassifiers(
  train: { readonly z: DenseMatrix; readonly labels: Int32Array },
  test: { readonly z: DenseMatrix; readonly labels: Int32Array },
  { seed, engine }: { readonly seed: number; readonly engine: Engine },
): Promise<{ metrics: Metrics; svm: LinearSvm }> {
  const measure = (predictions: Int32Array): Metrics => ({ ...classificationMetrics(test.labels, predictions) });
  const svm = await trainLinearSvm(train.z, train.labels, { seed });
  const bySvm = measure(predictLinearSvm(svm, test.z));
  const knn = measure(await classifyByNeighbours(train.z, train.labels, test.z, { engine }));
  const mlp = measure(await predictMlp(await trainMlp(train.z, train.labels, { seed, engine }), test.z, engine));
  return { metrics: { ...bySvm, svm: bySvm, knn, mlp }, svm };
}

/** Cut-offs that are reported as measures. */
const REPORTED = [10, 50, 100] as const;
/** Cut-offs of the precision curves, as far as the samples go. */
const CURVE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] as const;

/** Search from every view into every other by cosine, all samples being both queries and database. */
export async function judgeRetrieval(
  { views }: Pick<MultiViewDataset, "views">,
  representations: readonly DenseMatrix[],
  labels: Labels,
  { engine, signal }: { readonly engine: Engine; readonly signal?: AbortSignal },
): Promise<{ metrics: Metrics; curves: RetrievalCurves[] }> {
  const found = new Map<string, RetrievalMetrics>();
  const items = representations[0]!.rows;
  const at = [...new Set([...REPORTED, ...CURVE.filter((k) => k < items), items])];
  for (const [from, queries] of representations.entries()) {
    for (const [to, database] of representations.entries()) {
      if (from === to && views.length > 1) continue;
      const task = { queries, database, queryLabels: labels, databaseLabels: labels, at, engine, signal };
      found.set(`${views[from]!.name}->${views[to]!.name}`, await cosineRetrievalMetrics(task));
    }
  }
  return {
    metrics: byDirection(found),
    curves: [...found].map(([direction, { precisionAt }]) => {
      const k = Object.keys(precisionAt)
        .map(Number)
        .filter((each) => each <= items);
      return { direction, precisionAt: { k, precision: k.map((each) => precisionAt[each]!) } };
    }),
  };
}

/** The pair itself searched from every view in every other by cosine, among the same samples. */
export async function pairedRetrieval(
  { views }: Pick<MultiViewDataset, "views">,
  representations: readonly DenseMatrix[],
  options: { readonly engine: Engine; readonly signal?: AbortSignal },
): Promise<Metrics> {
  const found = new Map<string, PairMetrics>();
  for (const [from, queries] of representations.entries()) {
    for (const [to, candidates] of representations.entries()) {
      if (from === to || queries.rows < 2) continue;
      const ranks = await cosinePairRanks(queries, candidates, options);
      found.set(`${views[from]!.name}->${views[to]!.name}`, pairMetrics(ranks));
    }
  }
  return pairsByDirection(found);
}

function byDirection(found: ReadonlyMap<string, RetrievalMetrics>): Metrics {
  const each = <T>(measure: (measures: RetrievalMetrics) => T) =>
    Object.fromEntries([...found].map(([direction, measures]) => [direction, measure(measures)]));
  const at = (measure: "precisionAt" | "recallAt" | "ndcgAt") =>
    each((measures) => Object.fromEntries(REPORTED.map((k) => [k, measures[measure][k]!])));
  const maps = [...found.values()].map(({ map }) => map);
  return {
    map: each(({ map }) => map),
    meanMap: maps.reduce((sum, map) => sum + map, 0) / maps.length,
    mapAt50: each(({ mapAt }) => mapAt[50]!),
    precisionAt: at("precisionAt"),
    recallAt: at("recallAt"),
    ndcgAt: at("ndcgAt"),
  };
}
