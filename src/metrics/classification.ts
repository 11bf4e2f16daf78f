// Measures of predicted classes against true ones.
import { count, distinct } from "./contingency.js";

/** Fractions; 1 is best. Macro: plain mean over classes. Weighted: mean over classes weighted by their number of samples. */
export interface ClassificationMetrics {
  readonly accuracy: number;
  readonly f1Macro: number;
  readonly f1Weighted: number;
  readonly precisionMacro: number;
  readonly precisionWeighted: number;
  readonly recallMacro: number;
  readonly recallWeighted: number;
}

/**
 * All measures of `predictions` against `labels`, with scikit-learn's definitions: the classes are those that occur in either,
 * and 0/0 counts 0.
 * @throws RangeError where lengths differ or there is no sample.
 * @example
 * ```ts
 * import { classificationMetrics } from "vantage-ml/metrics";
 *
 * const { accuracy, f1Macro } = classificationMetrics(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1));
 * console.log(accuracy, f1Macro.toFixed(3)); // 0.75 0.733
 * ```
 */
export function classificationMetrics(labels: Int32Array, predictions: Int32Array): ClassificationMetrics {
  checkLengths(labels, predictions);
  const values = distinct(labels, predictions);
  const classes = values.length;
  const { samples, counts, rowSums, columnSums } = count(labels, predictions, values, values);
  let right = 0;
  const macro = { f1: 0, precision: 0, recall: 0 };
  const weighted = { f1: 0, precision: 0, recall: 0 };
  for (let c = 0; c < classes; c++) {
    const hits = counts[c * classes + c]!;
    right += hits;
    // a class without hits scores 0 in all three, also where it is 0/0
    if (hits === 0) continue;
    const precision = hits / columnSums[c]!;
    const recall = hits / rowSums[c]!;
    const f1 = (2 * hits) / (columnSums[c]! + rowSums[c]!);
    const weight = rowSums[c]! / samples;
    macro.f1 += f1 / classes;
    macro.precision += precision / classes;
    macro.recall += recall / classes;
    weighted.f1 += f1 * weight;
    weighted.precision += precision * weight;
    weighted.recall += recall * weight;
  }
  return {
    accuracy: right / samples,
    f1Macro: macro.f1,
    f1Weighted: weighted.f1,
    precisionMacro: macro.precision,
    precisionWeighted: weighted.precision,
    recallMacro: macro.recall,
    recallWeighted: weighted.recall,
  };
}

/**
 * Confusion matrix: classes × classes counts, row after row; row = true class, column = predicted class.
 * @throws RangeError where a class is outside 0 … classes−1 or lengths differ.
 * @example
 * ```ts
 * import { confusionMatrix } from "vantage-ml/metrics";
 *
 * console.log(confusionMatrix(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1), 2));
 * ```
 */
export function confusionMatrix(labels: Int32Array, predictions: Int32Array, classes: number): Int32Array {
  checkLengths(labels, predictions);
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const prediction = predictions[i]!;
    if (label < 0 || label >= classes || prediction < 0 || prediction >= classes) {
      throw new RangeError(
        `confusionMatrix: sample ${i} has label ${label} and prediction ${prediction}, of ${classes} classes`,
      );
    }
    counts[label * classes + prediction]!++;
  }
  return counts;
}

function checkLengths(labels: Int32Array, predictions: Int32Array): void {
  if (labels.length !== predictions.length) {
    throw new RangeError(`classification: ${labels.length} labels but ${predictions.length} predictions`);
  }
  if (labels.length === 0) throw new RangeError("classification: no samples");
}
