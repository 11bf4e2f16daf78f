// Undoing and doing broadcasts: what gradient rules need to bring an adjoint to a tensor's own shape.
import { sameShape } from "./shape.js";
import { apply, type Tensor } from "./tensor.js";

/** x at the shape of `like`: itself where the shapes agree. */
export function expandTo(x: Tensor, like: Tensor): Tensor {
  return sameShape(x.shape, like.shape) ? x : apply("expandLike", [x, like]);
}

/**
 * The adjoint of an input that was broadcast: summed over the axes along which `target` was repeated to give `output`.
 * An adjoint smaller than the output is left lazy as long as no sum is due.
 */
export function sumTo(adjoint: Tensor, target: Tensor, output: Tensor): Tensor {
  if (sameShape(target.shape, output.shape)) return adjoint;
  const full = expandTo(adjoint, output);
  const lead = output.rank - target.rank;
  const axes: number[] = [];
  for (let axis = 0; axis < output.rank; axis++) {
    if (axis < lead || (target.shape[axis - lead] === 1 && output.shape[axis] !== 1)) axes.push(axis);
  }
  const summed = apply("sum", [full], { axes, keepDims: true });
  if (lead === 0) return summed;
  return apply("squeeze", [summed], { axes: Array.from({ length: lead }, (_, i) => i) });
}
