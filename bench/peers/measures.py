"""Clustering and retrieval measures with the definitions of src/metrics."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn import metrics


def contingency(labels, clusters):
    return metrics.cluster.contingency_matrix(labels, clusters)


def clustering_accuracy(labels, clusters):
    """Share of samples in the cluster that the optimal assignment gives to their class."""
    table = contingency(labels, clusters)
    rows, columns = linear_sum_assignment(-table)
    return table[rows, columns].sum() / len(labels)


def clustering_measures(labels, clusters):
    """ACC, NMI, ARI, purity and pairwise F1, precision, recall."""
    (_, false_positive), (false_negative, true_positive) = metrics.cluster.pair_confusion_matrix(labels, clusters)
    precision = true_positive / max(true_positive + false_positive, 1)
    recall = true_positive / max(true_positive + false_negative, 1)
    return {
        "acc": clustering_accuracy(labels, clusters),
        "nmi": metrics.normalized_mutual_info_score(labels, clusters),
        "ami": metrics.adjusted_mutual_info_score(labels, clusters),
        "ari": metrics.adjusted_rand_score(labels, clusters),
        "purity": contingency(labels, clusters).max(0).sum() / len(labels),
        "f1": 2 * precision * recall / max(precision + recall, 1e-300),
        "precision": precision,
        "recall": recall,
    }


def shares_label(query_labels, database_labels):
    """Relevance matrix (queries × database) of class numbers or of multi-hot rows."""
    if query_labels.ndim == 1:
        return query_labels[:, None] == database_labels[None, :]
    return query_labels @ database_labels.T > 0


def mean_average_precision(distance, relevant, k=None, skip_empty=False):
    """Mean over queries of average precision among the first k; ties keep database order.

    Divides by the number of relevant items inside the first k. A query without one counts 0, or is skipped.
    """
    order = np.argsort(distance, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(relevant, order, axis=1)
    found = hits.sum(1)
    precision = hits.cumsum(1) / np.arange(1, hits.shape[1] + 1)
    average = (precision * hits).sum(1) / np.maximum(found, 1)
    return average[found > 0].mean() if skip_empty else average.mean()


def hamming_distance(query_codes, database_codes):
    """Distances between rows of ±1 codes."""
    return (query_codes.shape[1] - query_codes @ database_codes.T) / 2
