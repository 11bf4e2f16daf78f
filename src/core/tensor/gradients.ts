// Reverse-mode differentiation of a recorded computation.
import { expandTo } from "./broadcast.js";
import { add } from "./elementwise.js";
import { formatShape, GraphError } from "./shape.js";
import { constant } from "./sources.js";
import { nodesOf, primitiveOf, type Tensor } from "./tensor.js";

/**
 * The gradient of a scalar with respect to each of the given tensors, as tensors of the same shapes.
 * @throws GraphError where `loss` is no scalar, or does not depend on one of the tensors.
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
    const rule = primitiveOf(node.op).gradient;
    if (rule === undefined || own.every((adjoint) => adjoint === undefined)) continue;
    rule(own, node).forEach((adjoint, i) => {
      const into = node.inputs[i]!;
      if (adjoint === undefined || into.dtype !== "float32" || !needed.has(into.node.id)) return;
      const before = adjoints.get(into);
      adjoints.set(into, before === undefined ? adjoint : add(before, adjoint));
    });
  }
  return targets.map((target) => {
    const adjoint = adjoints.get(target);
    if (adjoint === undefined) {
      const name = target.node.attributes.name ?? target.node.op;
      throw new GraphError(`gradients: the loss does not depend on ${name} ${formatShape(target.shape)}`);
    }
    return expandTo(adjoint, target);
  });
}

/** Nodes on a path from a target to the loss: the only ones whose adjoints are worth recording. */
function dependents(nodes: ReturnType<typeof nodesOf>, targets: readonly Tensor[]): Set<number> {
  const ids = new Set(targets.map((target) => target.node.id));
  for (const node of nodes) {
    if (node.inputs.some((tensor) => ids.has(tensor.node.id))) ids.add(node.id);
  }
  return ids;
}
