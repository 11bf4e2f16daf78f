// DCHN's hashing network and its loss (Hu et al. 2021), as the authors' code computes them.

import { Forward } from "../../core/nn/index.js";
import {
  add,
  cast,
  constant,
  greater,
  input,
  matmul,
  mean,
  mul,
  normalizeRows,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
} from "../../core/tensor/index.js";
import type { Scaler } from "../../data/scaling.js";
import { type ViewShape, viewInput } from "../feeding.js";
import { type HashingNetwork, hashingNetwork } from "../shared/hashing-network.js";
import type { BackboneChoice } from "../shared/picture-trunk.js";
import type { Matrix64 } from "./matrices.js";

/** MHN: Linear(d, hidden), ReLU, Linear(hidden, hidden), ReLU, Linear(hidden, bits), divided by its norm; for pictures after a backbone. */
export function mhn(
  view: ViewShape,
  scaler: Scaler,
  hidden: number,
  bits: number,
  backbone?: BackboneChoice,
): HashingNetwork {
  return hashingNetwork(view, scaler, [hidden, hidden, bits], () => (y) => normalizeRows(y), backbone);
}

export interface Objective {
  readonly total: Tensor;
  readonly report: { readonly hashing: Tensor; readonly reconstruction: Tensor };
  /** x [n, bits] */
  readonly code: Tensor;
}

/**
 * α · mean_i Σ_j [ log(1 + e^d_ij) − s_ij d_ij ] + (1−α) · mean ‖xWᵀ − y‖², d = x oᵀ / 2, s_ij = 1 where samples i and j
 * share a label, over inputs `view.0` [n, d], `labels` y [n, classes] and `target` o = sgn(yW) [n, bits].
 * @param w W [classes, bits] of the Hamming space.
 * @param forward the pass that trains; by default one that does not, which is the same where there are no pictures.
 */
export function dchnObjective(
  network: HashingNetwork,
  w: Matrix64,
  alpha: number,
  forward = new Forward(false),
): Objective {
  const code = network.code(viewInput("view.0", network.view), forward);
  const labels = input("labels", ["n", w.rows]);
  const target = input("target", ["n", w.columns]);
  const half = mul(matmul(code, target, { transposeB: true }), 0.5);
  const similar = cast(greater(matmul(labels, labels, { transposeB: true }), 0), "float32");
  const hashing = mean(sum(sub(softplus(half), mul(similar, half)), 1));
  const decoded = matmul(code, constant(w.data, [w.rows, w.columns]), { transposeB: true });
  const reconstruction = mean(sum(square(sub(decoded, labels)), 1));
  return { total: add(mul(hashing, alpha), mul(reconstruction, 1 - alpha)), report: { hashing, reconstruction }, code };
}
