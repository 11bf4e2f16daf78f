// Batch normalisation as one operation: its gradient in closed form takes half the passes over the batch that the rules of
// its parts would record.
import { GraphError } from "../dimension.js";
import { defineOp } from "../op.js";
import { normalizeAxis, type Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { axesOf, expandLike, sum } from "./broadcast.js";
import { add, div, mul, sqrt, square, sub } from "./elementwise.js";
import { mean, size } from "./reductions.js";
import { reshape } from "./shaping.js";

interface BatchNormAttributes {
  readonly eps: number;
  /** Each feature has its own statistics and parameters. */
  readonly feature: number;
  /** What the statistics are taken over. */
  readonly axes: readonly number[];
}

type Outputs = [y: Tensor, mean: Tensor, variance: Tensor, centred: Tensor, deviation: Tensor];

/** The shape that a parameter [c] has beside x: its axis at the feature's. */
const parameterShape = (x: Tensor, feature: number): Shape => [
  x.shape[feature] ?? 1,
  ...x.shape.slice(feature + 1).map(() => 1),
];

const batchNormOp = defineOp<BatchNormAttributes, [x: Tensor, weight: Tensor, bias: Tensor], Outputs>({
  name: "batchNorm",
  infer([x, weight, bias], { feature, axes }) {
    for (const parameter of [weight, bias]) {
      if (x.rank < 2 || parameter.rank !== 1 || parameter.shape[0] !== x.shape[feature]) {
        throw new GraphError(`batchNorm: [${parameter.shape.join(", ")}] does not fit [${x.shape.join(", ")}]`);
      }
    }
    if (axes.includes(feature)) throw new GraphError(`batchNorm: axis ${feature} is reduced and has the features`);
    const full = { shape: x.shape, dtype: "float32" } as const;
    const row = { shape: x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)), dtype: "float32" } as const;
    return [full, row, row, full, row];
  },
  // Ioffe and Szegedy 2015, section 3, gathered by x: dx = γ/s (g − mean g − c · mean(g c) / s²), c = x − μ.
  vjp([g, ...others], { inputs: [x, weight], outputs: [y, , , centred, deviation], attributes }) {
    if (g === undefined || others.some((each) => each !== undefined))
      throw new GraphError("batchNorm: no gradient through its statistics");
    const { axes, feature } = attributes;
    // Not the size of x: it would be kept from the forward pass to here for that alone.
    const [full, rows] = [expandLike(g, y), size(centred, axes)];
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    /** Statistics of features alone, those of several batches added up. */
    const ofFeatures = (statistics: Tensor) => {
      const others = kept.flatMap((axis, i) => (axis === feature ? [] : [i]));
      return others.length === 0 ? statistics : sum(statistics, others);
    };
    const shifts = sum(full, axes);
    const spreads = sum(mul(full, centred), axes);
    const [byShift, bySpread] = [shifts, spreads].map((each) => reshape(each, deviation.shape)) as [Tensor, Tensor];
    const slope = div(bySpread, mul(square(deviation), rows));
    const inner = sub(sub(full, div(byShift, rows)), mul(centred, slope));
    return [
      mul(inner, div(reshape(weight, parameterShape(x, feature)), deviation)),
      ofFeatures(div(spreads, reshape(deviation, spreads.shape))),
      ofFeatures(shifts),
    ];
  },
  onnx({ inputs: [x, weight, bias], outputs, attributes }, to) {
    unrolledBatchNorm(x, weight, bias, attributes).forEach((part, i) => {
      const output = outputs[i];
      if (output !== undefined) to.alias(output, to.lower(part));
    });
  },
});

/** What `batchNorm` gives: the normalized values and the statistics of the batch. */
export interface BatchNorm {
  /** Of the shape of x. */
  readonly y: Tensor;
  /** The shape of x with the reduced axes at size 1. To be differentiated behind `stopGradient` only. */
  readonly mean: Tensor;
  /** Biased (divided by the count), of the same shape as the mean and as it behind `stopGradient` only. */
  readonly variance: Tensor;
}

/**
 * γ (x − μ) / √(σ² + eps) + β by the mean and biased variance along `axes`: default, of x [n, c] or [groups, n, c] the rows.
 * @param weight γ [c], c the size of the axis `feature` (default: the last).
 * @param bias β [c]
 * @throws GraphError where the parameters do not fit the features.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", ["n", 3]);
 * const [weight, bias] = [tensor.constant([1, 1, 1]), tensor.constant([0, 0, 0])];
 * const { y, mean } = tensor.batchNorm(x, weight, bias, 1e-5);
 * console.log(y.shape, mean.shape); // [ 'n', 3 ] [ 1, 3 ]
 * ```
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  eps: number,
  options: { axes?: readonly number[]; feature?: number } = {},
): BatchNorm {
  const feature = normalizeAxis("batchNorm", options.feature ?? -1, x.shape);
  const axes = axesOf("batchNorm", options.axes ?? [-2], x.shape);
  const [y, mean, variance] = batchNormOp.apply([x, weight, bias], { eps, feature, axes });
  return { y, mean, variance };
}

/** All outputs of the operation in terms of other operations: what a graph holds in place of it. */
function unrolledBatchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  { eps, axes, feature }: BatchNormAttributes,
): Outputs {
  const shape = parameterShape(x, feature);
  const centre = mean(x, axes, true);
  const centred = sub(x, centre);
  const variance = mean(square(centred), axes, true);
  const deviation = sqrt(add(variance, eps));
  const y = add(mul(centred, div(reshape(weight, shape), deviation)), reshape(bias, shape));
  return [y, centre, variance, centred, deviation];
}
