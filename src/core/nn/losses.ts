// Losses, in forms that neither overflow nor lose precision.
import {
  add,
  gatherElements,
  logSoftmax,
  mean,
  mul,
  neg,
  type Operand,
  softplus,
  square,
  sub,
  type Tensor,
  unsqueeze,
} from "../tensor/index.js";

/**
 * Mean squared error over all elements: the mean of (a − b)², a scalar.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const [a, b] = [tensor.input("a", ["n", 3]), tensor.input("b", ["n", 3])];
 * console.log(nn.meanSquaredError(a, b).shape); // []
 * ```
 */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  return mean(square(sub(a, b)));
}

/**
 * Binary cross-entropy of logits x against targets in [0, 1]: mean of softplus(x) − x·target.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const logits = tensor.input("logits", ["n", 1]);
 * console.log(nn.binaryCrossEntropyWithLogits(logits, 1).shape); // []
 * ```
 */
export function binaryCrossEntropyWithLogits(x: Tensor, target: Operand): Tensor {
  return mean(sub(softplus(x), mul(x, target)));
}

/**
 * Cross-entropy of logits [n, classes] against class numbers [n] (int64): mean of −log softmax at the class.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const [logits, classes] = [tensor.input("logits", ["n", 10]), tensor.input("classes", ["n"], "int64")];
 * console.log(nn.crossEntropy(logits, classes).shape); // []
 * ```
 */
export function crossEntropy(logits: Tensor, classes: Tensor): Tensor {
  return neg(mean(gatherElements(logSoftmax(logits), unsqueeze(classes, [1]), 1)));
}

/**
 * A weighted sum of scalars, Σ weight · term, of one term at least.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const [a, b] = [tensor.input("a", []), tensor.input("b", [])];
 * console.log(nn.weightedSum([[1, a], [0.1, b]]).shape); // []
 * ```
 */
export function weightedSum(terms: readonly (readonly [number, Tensor])[]): Tensor {
  return terms.map(([weight, term]) => (weight === 1 ? term : mul(term, weight))).reduce((a, b) => add(a, b));
}
