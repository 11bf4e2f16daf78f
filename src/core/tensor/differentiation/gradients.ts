// Reverse-mode differentiation of a recorded computation.
import { GraphError } from "../dimension.js";
import { expandLike } from "../ops/broadcast.js";
import { add } from "../ops/elementwise.js";
import { constant, inputName, isInput } from "../ops/sources.js";
import { formatShape } from "../shape.js";
import { type Node, nodesOf, type Tensor } from "../tensor.js";

/**
 * The gradient of a scalar with respect to each of the given tensors, as tensors of the same shapes.
 * @throws GraphError where `loss` is no scalar, or does not depend on one of the tensors.
 * @example
 * ```ts
 * import { tensor } from "vantage-ml/method";
 *
 * const x = tensor.input("x", [2, 3]);
 * const loss = tensor.sum(tensor.square(x));
 * const [gradient] = tensor.gradients(loss, [x]); // 2x
 * console.log(gradient!.shape); // [ 2, 3 ]
 * ```
 */
export function gradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0)
    throw new GraphError(`gradients: the loss has shape ${formatShape(loss.shape)}, expected a scalar`);
  const adjoints = new Map<Tensor, Tensor>([[loss, constant(1)]]);
  const nodes = nodesOf([loss]);
  const needed = dependents(nodes, targets);
  for (const node of nodes.reverse()) {
    if (!needed.has(node.id)) continue;
    const own = node.outputs.map((output) => adjoints.get(output));
    if (own.every((adjoint) => adjoint === undefined)) continue;
    node.op.vjp?.(own, node).forEach((adjoint, i) => {
      const into = node.inputs[i];
      if (adjoint === undefined || into?.dtype !== "float32" || !needed.has(into.node.id)) return;
      const before = adjoints.get(into);
      adjoints.set(into, before === undefined ? adjoint : add(before, adjoint));
    });
  }
  return targets.map((target) => {
    const adjoint = adjoints.get(target);
    if (adjoint === undefined) {
      const name = isInput(target) ? inputName(target) : target.node.op.name;
      throw new GraphError(`gradients: the loss does not depend on ${name} ${formatShape(target.shape)}`);
    }
    return expandLike(adjoint, target);
  });
}

/** Nodes on a path from a target to the loss: the only ones whose adjoints are worth recording. */
function dependents(nodes: readonly Node[], targets: readonly Tensor[]): Set<number> {
  const ids = new Set(targets.map((target) => target.node.id));
  for (const node of nodes) {
    if (node.inputs.some((tensor) => ids.has(tensor.node.id))) ids.add(node.id);
  }
  return ids;
}
