// Batch normalisation as one operation: its gradient in closed form takes half the passes over the batch that the rules of
// its parts would record.
import { expandTo, sumTo } from "./broadcast.js";
import { add, div, mul, sqrt, square, sub } from "./elementwise.js";
import { mean, size, sum } from "./reductions.js";
import { GraphError } from "./shape.js";
import { type Attributes, applyAll, definePrimitives, type Tensor } from "./tensor.js";

definePrimitives({
  batchNorm: {
    infer([x, weight, bias], _attributes, op) {
      const columns = x!.shape.at(-1)!;
      for (const parameter of [weight!, bias!]) {
        if (x!.rank < 2 || parameter.rank !== 1 || parameter.shape[0] !== columns) {
          throw new GraphError(`${op}: [${parameter.shape.join(", ")}] does not fit [${x!.shape.join(", ")}]`);
        }
      }
      const full = { shape: x!.shape, dtype: "float32" } as const;
      const row = { shape: [...x!.shape.slice(0, -2), 1, columns], dtype: "float32" } as const;
      return [full, row, row, full, row];
    },
    // Ioffe and Szegedy 2015, section 3, gathered by x: dx = γ/s (g − mean g − c · mean(g c) / s²), c = x − μ.
    gradient([g, ...others], { inputs: [x, weight, bias], outputs: [y, , , centred, deviation] }) {
      if (others.some((each) => each !== undefined))
        throw new GraphError("batchNorm: no gradient through its statistics");
      const axis = x!.rank - 2;
      const [full, rows] = [expandTo(g!, y!), size(x!, axis)];
      const bySpread = sum(mul(full, centred!), axis, true);
      const byShift = sum(full, axis, true);
      const slope = div(bySpread, mul(square(deviation!), rows));
      const inner = sub(sub(full, div(byShift, rows)), mul(centred!, slope));
      return [
        mul(inner, div(weight!, deviation!)),
        sumTo(div(bySpread, deviation!), weight!, bySpread),
        sumTo(byShift, bias!, byShift),
      ];
    },
  },
});

export interface BatchNorm {
  readonly y: Tensor;
  /** Of each column of each group [.., 1, c]; constants to differentiation. */
  readonly mean: Tensor;
  /** Biased (divided by n); a constant to differentiation. */
  readonly variance: Tensor;
}

/**
 * γ (x − μ) / √(σ² + eps) + β by the mean and biased variance over the rows of each group: x [n, c], or [groups, n, c].
 * @param weight γ [c]
 * @param bias β [c]
 */
export function batchNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): BatchNorm {
  const [y, mean, variance] = applyAll("batchNorm", [x, weight, bias], { eps });
  return { y: y!, mean: mean!, variance: variance! };
}

/** All outputs of the primitive in terms of other operations: what a graph holds in place of it. */
export function unrolledBatchNorm(x: Tensor, weight: Tensor, bias: Tensor, { eps }: Attributes): readonly Tensor[] {
  const axis = x.rank - 2;
  const centre = mean(x, axis, true);
  const centred = sub(x, centre);
  const variance = mean(square(centred), axis, true);
  const deviation = sqrt(add(variance, eps as number));
  return [add(mul(centred, div(weight, deviation)), bias), centre, variance, centred, deviation];
}
