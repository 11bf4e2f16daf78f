// What representations are judged with: k-means against the labels, and classifiers trained on them.
import type { DenseMatrix } from "../data/matrix.js";
import { type ClassificationMetrics, classificationMetrics } from "../metrics/classification.js";
import { type ClusteringMetrics, clusteringMetrics } from "../metrics/clustering.js";
import type { Engine } from "../runtime/engine.js";
import { type KMeansResult, kmeans } from "./kmeans.js";
import { classifyByNeighbours } from "./knn.js";
import { predictLinearSvm, trainLinearSvm } from "./linear-svm.js";
import { predictMlp, trainMlp } from "./mlp.js";

export interface ClusteringJudgement {
  readonly metrics: ClusteringMetrics;
  readonly kmeans: KMeansResult;
}

/**
 * Clusters a representation by k-means and measures the clusters against the labels.
 * @param z a row per sample.
 * @throws as `kmeans` does; RangeError where rows and labels differ in number.
 */
export async function judgeClustering(
  z: DenseMatrix,
  labels: Int32Array,
  options: { readonly clusters: number; readonly starts: number; readonly seed: number; readonly engine?: Engine },
): Promise<ClusteringJudgement> {
  if (z.rows !== labels.length) throw new RangeError(`judgeClustering: ${z.rows} rows but ${labels.length} labels`);
  const result = await kmeans(z, options);
  return { metrics: clusteringMetrics(labels, result.labels), kmeans: result };
}

/** Test measures of each classifier. */
export interface ClassificationJudgement {
  /** The nearest neighbour, Euclidean. */
  readonly knn: ClassificationMetrics;
  readonly svm: ClassificationMetrics;
  readonly mlp: ClassificationMetrics;
}

/**
 * Trains a 1-nearest-neighbour classifier, a linear SVM (C = 1) and an MLP (100 ReLU units) on the training representation
 * and measures them on the test representation.
 * @throws as the classifiers do.
 */
export async function judgeClassification(
  trainZ: DenseMatrix,
  trainLabels: Int32Array,
  testZ: DenseMatrix,
  testLabels: Int32Array,
  options: { readonly seed: number; readonly engine?: Engine },
): Promise<ClassificationJudgement> {
  const { seed, engine } = options;
  const svm = await trainLinearSvm(trainZ, trainLabels, { seed });
  const mlp = await trainMlp(trainZ, trainLabels, { seed, engine });
  const measure = (predictions: Int32Array) => classificationMetrics(testLabels, predictions);
  return {
    knn: measure(await classifyByNeighbours(trainZ, trainLabels, testZ, { engine })),
    svm: measure(predictLinearSvm(svm, testZ)),
    mlp: measure(await predictMlp(mlp, testZ, engine)),
  };
}
