// Classification: classifiers trained on a representation.

import type { Engine } from "../../../core/runtime/index.js";
import type { Labels, MultiViewDataset } from "../../../data/dataset.js";
import type { DenseMatrix } from "../../../data/matrix.js";
import { UserError } from "../../../errors.js";
import { classificationMetrics } from "../../../metrics/classification.js";
import { type LinearSvm, predictLinearSvm, trainLinearSvm } from "../../../numerics/classifiers/linear-svm.js";
import { predictMlp, trainMlp } from "../../../numerics/classifiers/mlp.js";
import { classifyByNeighbors } from "../../../numerics/neighbors/knn.js";
import { withLabel } from "../../matching/labeled.js";
import type { Metrics } from "../../training.js";

/** A representation [samples, dimensions] with the class of each sample. */
export interface Classified {
  readonly z: DenseMatrix;
  readonly labels: Int32Array;
}

/**
 * Classifiers trained on the training representation, measured on the test representation: nearest neighbor, linear SVM
 * (C = 1), MLP (100 ReLU). The measures of the SVM, which is kept, come first.
 */
export async function evaluateClassifiers(
  train: Classified,
  test: Classified,
  { seed, engine }: { readonly seed: number; readonly engine: Engine },
): Promise<{ metrics: Metrics; svm: LinearSvm }> {
  const measure = (predictions: Int32Array): Metrics => ({ ...classificationMetrics(test.labels, predictions) });
  const svm = await trainLinearSvm(train.z, train.labels, { seed });
  const bySvm = measure(predictLinearSvm(svm, test.z));
  const knn = measure(await classifyByNeighbors(train.z, train.labels, test.z, { engine }));
  const mlp = measure(await predictMlp(await trainMlp(train.z, train.labels, { seed, engine }), test.z, engine));
  return { metrics: { ...bySvm, svm: bySvm, knn, mlp }, svm };
}

/** The labels, one a sample. @throws UserError where there are none, or a sample may have several. */
export function requireClasses({ name, labels }: MultiViewDataset): Extract<Labels, { kind: "single" }> {
  if (labels === undefined) throw new UserError(`${name}: classification needs labels, and there are none`);
  if (labels.kind !== "single")
    throw new UserError(`${name}: classification needs one label per sample, these are multi-labels`);
  return labels;
}

/** The samples of a split that have a label. @throws UserError where there is none. */
export function labeledSplit(data: MultiViewDataset, split: "train" | "test"): Int32Array {
  const rows = withLabel(requireClasses(data), data.splits[split]!);
  if (rows.length === 0) throw new UserError(`${data.name}: no sample of split ${split} has a label`);
  return rows;
}
