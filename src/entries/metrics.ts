/**
 * Measures of clusterings, classifications and retrieval, the baselines beside them, and k-means and nearest neighbors on matrices.
 * @module vantage-ml/metrics
 */
export { type BaselineOptions, measureBaselines } from "../methods/baselines/index.js";
export type {
  AtCutOffs,
  ByDirection,
  ClassificationEvaluation,
  ClassifiersEvaluation,
  ClusteringEvaluation,
  Fields,
  RetrievalEvaluation,
} from "../methods/evaluations.js";
export { type ClassificationMetrics, classificationMetrics, confusionMatrix } from "../metrics/classification.js";
export { type ClusteringMetrics, clusteringMetrics } from "../metrics/clustering.js";
export type { HammingRetrieval } from "../metrics/hamming-retrieval.js";
export type { PairMetrics } from "../metrics/pair-recall.js";
export type { RadiusMetrics, RetrievalMetrics, RetrievalOptions, WithoutRelevant } from "../metrics/retrieval.js";
export type { KMeansOptions, KMeansResult } from "../numerics/kmeans/kmeans.js";
export type { KnnOptions, Metric, NeighborOptions, Neighbors } from "../numerics/neighbors/knn.js";
export type { BaselineMetrics, Baselines } from "../runs/result.js";
export { classifyByNeighbors, kmeans, nearestCenter, neighbors, retrievalMetrics } from "../shared-engine.js";
