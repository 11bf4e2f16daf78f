// Measures of a clustering against true labels, all from one contingency table.
import { assign } from "./assignment.js";
import { type Contingency, contingency } from "./contingency.js";
import { entropy, expectedMutualInformation, mutualInformation } from "./mutual-information.js";

/** Fractions; 1 is best. ARI and AMI are 0 by chance and may be negative. */
export interface ClusteringMetrics {
  /** Share of samples whose cluster is matched to their label, under the best one-to-one matching. */
  readonly acc: number;
  /** Mutual information over the arithmetic mean of both entropies. */
  readonly nmi: number;
  /** NMI corrected for chance: (MI − E[MI]) / (mean entropy − E[MI]). */
  readonly ami: number;
  /** Rand index over pairs, corrected for chance. */
  readonly ari: number;
  /** Share of samples that have their cluster's commonest label. */
  readonly purity: number;
  /** MI / H(labels): 1 where each cluster holds one label only. */
  readonly homogeneity: number;
  /** MI / H(clusters): 1 where each label lies in one cluster only. */
  readonly completeness: number;
  /** Over pairs of samples: precision = same label among same cluster, recall = same cluster among same label. */
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
  /** Means over the labels, each predicted by the cluster matched to it; an unmatched label scores 0. */
  readonly f1Macro: number;
  readonly precisionMacro: number;
  readonly recallMacro: number;
}

/**
 * All measures of `clusters` against `labels`, with scikit-learn's definitions; 0/0 counts 0 in precision, recall and F1.
 * @param labels true label per sample; any integers.
 * @param clusters cluster per sample; any integers, any number of clusters.
 * @throws RangeError where lengths differ or there is no sample.
 * @example
 * ```ts
 * import { clusteringMetrics } from "vantage-ml/metrics";
 *
 * const { acc, nmi } = clusteringMetrics(Int32Array.of(0, 0, 1, 1), Int32Array.of(7, 7, 3, 3));
 * console.log(acc, nmi); // 1 1
 * ```
 */
export function clusteringMetrics(labels: Int32Array, clusters: Int32Array): ClusteringMetrics {
  const table = contingency(labels, clusters);
  return { ...information(table), ...pairs(table), ...matched(table), purity: purity(table) };
}

/** Which label each cluster stands for under the matching that maximizes accuracy; clusters in excess of labels are absent. */
export function matchClusters(labels: Int32Array, clusters: Int32Array): Map<number, number> {
  const { counts, rowValues, columnValues } = contingency(labels, clusters);
  const columnOf = assign(counts, rowValues.length, columnValues.length);
  const match = new Map<number, number>();
  for (let i = 0; i < rowValues.length; i++) {
    if (columnOf[i]! >= 0) match.set(columnValues[columnOf[i]!]!, rowValues[i]!);
  }
  return match;
}

/** The label that each sample's cluster is matched to, −1 where it is matched to none. */
export function relabelClusters(clusters: Int32Array, match: ReadonlyMap<number, number>): Int32Array {
  return clusters.map((cluster) => match.get(cluster) ?? -1);
}

function information(table: Contingency): Pick<ClusteringMetrics, "nmi" | "ami" | "homogeneity" | "completeness"> {
  const { samples, rowSums, columnSums } = table;
  const mi = mutualInformation(table);
  const labelEntropy = entropy(rowSums, samples);
  const clusterEntropy = entropy(columnSums, samples);
  const homogeneity = labelEntropy === 0 ? 1 : mi / labelEntropy;
  const completeness = clusterEntropy === 0 ? 1 : mi / clusterEntropy;
  // of one group each, or of one sample a group, the quotients below would be 0/0
  if (identical(table)) return { nmi: 1, ami: 1, homogeneity, completeness };
  const mean = (labelEntropy + clusterEntropy) / 2;
  const expected = expectedMutualInformation(table);
  const range = mean - expected;
  return { nmi: mi / mean, ami: (mi - expected) / range, homogeneity, completeness };
}

function pairs(table: Contingency): Pick<ClusteringMetrics, "ari" | "f1" | "precision" | "recall"> {
  const sameBoth = pairCount(table.counts);
  const sameLabel = pairCount(table.rowSums);
  const sameCluster = pairCount(table.columnSums);
  const all = (table.samples * (table.samples - 1)) / 2;
  const expected = all === 0 ? 0 : (sameLabel * sameCluster) / all;
  const bound = (sameLabel + sameCluster) / 2;
  return {
    ari: identical(table) ? 1 : (sameBoth - expected) / (bound - expected),
    precision: ratio(sameBoth, sameCluster),
    recall: ratio(sameBoth, sameLabel),
    f1: ratio(2 * sameBoth, sameCluster + sameLabel),
  };
}

function matched(table: Contingency): Pick<ClusteringMetrics, "acc" | "f1Macro" | "precisionMacro" | "recallMacro"> {
  const { counts, rowSums, columnSums } = table;
  const labels = rowSums.length;
  const columnOf = assign(counts, labels, columnSums.length);
  let right = 0;
  let f1 = 0;
  let precision = 0;
  let recall = 0;
  for (let i = 0; i < labels; i++) {
    const j = columnOf[i]!;
    if (j < 0) continue;
    const hits = counts[i * columnSums.length + j]!;
    right += hits;
    precision += hits / columnSums[j]!;
    recall += hits / rowSums[i]!;
    f1 += (2 * hits) / (columnSums[j]! + rowSums[i]!);
  }
  return {
    acc: right / table.samples,
    f1Macro: f1 / labels,
    precisionMacro: precision / labels,
    recallMacro: recall / labels,
  };
}

function purity({ samples, counts, columnSums }: Contingency): number {
  const most = new Int32Array(columnSums.length);
  for (let e = 0; e < counts.length; e++) {
    const j = e % most.length;
    if (counts[e]! > most[j]!) most[j] = counts[e]!;
  }
  return most.reduce((sum, c) => sum + c, 0) / samples;
}

/** Whether both labelings group the samples alike: each label is one cluster and the other way round. */
function identical({ counts, rowSums, columnSums }: Contingency): boolean {
  if (rowSums.length !== columnSums.length) return false;
  return counts.reduce((cells, c) => cells + (c > 0 ? 1 : 0), 0) === rowSums.length;
}

/** Pairs of samples inside the same cell. */
function pairCount(counts: Int32Array): number {
  let sum = 0;
  for (const c of counts) sum += (c * (c - 1)) / 2;
  return sum;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
