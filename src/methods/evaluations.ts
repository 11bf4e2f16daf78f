// What `evaluate` gives, as types by task.

import type { ClassificationMetrics } from "../metrics/classification.js";
import type { ClusteringMetrics } from "../metrics/clustering.js";
import type { PairMetrics } from "../metrics/pair-recall.js";

/** The fields of an interface as a type that is assignable to `Metrics`: an interface has no index signature. */
export type Fields<T> = { readonly [Name in keyof T]: T[Name] };

/** Measures of clusters against labels. */
export type ClusteringEvaluation = Fields<ClusteringMetrics>;

/** Measures of predicted classes against labels. */
export type ClassificationEvaluation = Fields<ClassificationMetrics>;

/** By direction of search, such as "image->text". */
export type ByDirection<Value = number> = { readonly [direction: string]: Value };

/** At each cut-off k. */
export type AtCutOffs = { readonly 10: number; readonly 50: number; readonly 100: number };

/**
 * Measures of search between views, by direction, such as "image->text". Those of rankings need labels; those of pairs (`recallAt1` …
 * `medianRank`) need two views or more.
 */
export type RetrievalEvaluation = {
  /** Mean average precision over the whole ranking. */
  readonly map?: ByDirection;
  /** Of rankings by cosine: the mean of `map` over the directions. */
  readonly meanMap?: number;
  readonly mapAt50?: ByDirection;
  /** Of rankings by Hamming distance: `map` as expected where ties are in random order. */
  readonly expectedMap?: ByDirection;
  readonly precisionAt?: ByDirection<AtCutOffs>;
  readonly recallAt?: ByDirection<AtCutOffs>;
  readonly ndcgAt?: ByDirection<AtCutOffs>;
} & { readonly [Name in keyof PairMetrics]?: ByDirection };

/** Measures of the linear SVM, and of all three classifiers: linear SVM, nearest neighbor, MLP. */
export type ClassifiersEvaluation = ClassificationEvaluation & {
  readonly svm: ClassificationEvaluation;
  readonly knn: ClassificationEvaluation;
  readonly mlp: ClassificationEvaluation;
};

/** What `evaluate` (fitted) and `evaluateOn` (other) of a method with a representation for each view give, by task. */
export type PerViewEvaluations = {
  readonly clustering: { readonly fitted: ClusteringEvaluation; readonly other: ClusteringEvaluation };
  readonly classification: { readonly fitted: ClassifiersEvaluation; readonly other: ClassificationEvaluation };
  readonly retrieval: { readonly fitted: RetrievalEvaluation; readonly other: RetrievalEvaluation };
};
