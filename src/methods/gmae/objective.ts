// GMAE's losses (Zou et al. 2026), as the authors' code computes them.

import { crossEntropy, type Forward } from "../../core/nn/index.js";
import {
  abs,
  add,
  addAll,
  constant,
  div,
  exp,
  input,
  log,
  matmul,
  mean,
  mul,
  normalizeRows,
  size,
  slice,
  softplus,
  square,
  stackRows,
  stopGradient,
  sub,
  sum,
  type Tensor,
  unstackRows,
} from "../../core/tensor/index.js";
import type { Scaler } from "../../data/scaling.js";
import { scaleInGraph } from "../feeding.js";
import type { Codes, GmaeNetworks } from "./networks.js";

/** Which samples have a view: 1 or 0 for each [n, 1]; undefined: all of them. */
export type Presence = Tensor | undefined;

/** How often each sample (column) is a positive or negative neighbor of each (row), over all views; the last row is zero. */
export interface NeighborCounts {
  /** P [n, n] */
  readonly positive: Tensor;
  /** N [n, n] */
  readonly negative: Tensor;
}

/** Mean over the samples that are present. */
function meanPresent(perSample: Tensor, present: Presence): Tensor {
  return present === undefined ? mean(perSample) : div(sum(mul(perSample, present)), sum(present));
}

/** Σ_v MSE(x̂_v, x_v). */
export function reconstructionLoss(
  networks: GmaeNetworks,
  views: readonly Tensor[],
  codes: Codes,
  present: readonly Presence[],
  forward: Forward,
): Tensor {
  return addAll(
    views.map((x, v) => meanPresent(mean(square(sub(networks.decode(v, codes, forward), x)), 1, true), present[v])),
  );
}

/** Σ_v ‖(S − mean S)ᵀ H_v‖₁ over all entries, with S constant. */
function orthogonalLoss({ shared, specific }: Codes, present: readonly Presence[]): Tensor {
  const s = stopGradient(shared);
  return addAll(
    specific.map((h, v) => {
      const mask = present[v];
      if (mask === undefined) {
        return sum(abs(matmul(sub(s, mean(s, 0, true)), h, { transposeA: true })));
      }
      const center = div(sum(mul(s, mask), 0, true), sum(mask));
      return sum(abs(matmul(mul(sub(s, center), mask), h, { transposeA: true })));
    }),
  );
}

/**
 * Σ_{i≠j} BCE(D_i(H_i), 1) + BCE(D_i(H_j), 0), where D's sigmoid output is taken for a logit, as published. All codes go through
 * a discriminator in one pass: V passes in place of V², and a graph that grows with V.
 */
function adversarialLoss(
  networks: GmaeNetworks,
  { specific }: Codes,
  present: readonly Presence[],
  forward: Forward,
): Tensor {
  const views = specific.length;
  const stacked = stackRows(specific);
  const masks = present.flatMap((mask) => mask ?? []);
  const mask = masks.length > 0 ? unstackRows(stackRows(masks), views) : undefined;
  // Means over samples [views, 1, 1].
  const meanOfView = (x: Tensor): Tensor =>
    mask === undefined ? mean(x, 1, true) : div(sum(mul(x, mask), 1, true), sum(mask, 1, true));
  return addAll(
    specific.map((_, i) => {
      const scores = unstackRows(networks.discriminate(i, stacked, forward), views);
      // BCE(s, 0) = softplus(s), BCE(s, 1) = softplus(s) − s; a code's own discriminator meets it V − 1 times.
      const times = constant(
        Array.from({ length: views }, (_, j) => (j === i ? views - 1 : 1)),
        [views, 1, 1],
      );
      const own = slice(meanOfView(scores), 0, i, i + 1);
      return sub(sum(mul(meanOfView(softplus(scores)), times)), mul(sum(own), views - 1));
    }),
  );
}

/**
 * −(1/n) Σ_i Σ_{p∈P(i)} log( exp cos(h_i,h_p) / Σ_{q∈N(i)} exp cos(h_i,h_q) ) with constant neighbors. With counts in
 * place of lists it is −(1/n) [ Σ_ij P_ij C_ij − Σ_i (Σ_j P_ij) log Σ_j N_ij exp C_ij ], C = Ĥ Ĥᵀ: two matrix products
 * where the published code loops over samples. A row without neighbors adds nothing.
 */
function contrastiveLoss(hidden: Tensor, { positive, negative }: NeighborCounts): Tensor {
  const normalized = normalizeRows(hidden, 1e-8);
  const cosine = matmul(normalized, stopGradient(normalized), { transposeB: true });
  const chosen = sum(positive, 1);
  // Rows without negatives have no positives either: the tiny constant keeps their logarithm finite.
  const partition = log(add(sum(mul(negative, exp(cosine)), 1), 1e-30));
  return div(sub(sum(mul(chosen, partition)), sum(mul(positive, cosine))), size(hidden, 0));
}

/** V · cross-entropy: the published code adds it once per view. */
function classificationLoss(logits: Tensor, classes: Tensor, views: number): Tensor {
  return mul(crossEntropy(logits, classes), views);
}

export interface ObjectiveOptions {
  readonly dimensions: readonly number[];
  readonly lambdaMa: number;
  readonly lambdaCon: number;
  readonly contrastive: boolean;
  /** Whether inputs say which samples have a view; the others are zeros to the encoders. */
  readonly masked: boolean;
  /** Whether missing views are left out of the losses too. */
  readonly maskLosses: boolean;
  /** Scaling to be done in the graph, one per view. */
  readonly scalers?: readonly Scaler[];
  /** Whether class numbers are fed and the head is trained. */
  readonly classify: boolean;
}

export interface Objective {
  readonly total: Tensor;
  readonly report: Readonly<Record<string, Tensor>>;
  readonly hidden: Tensor;
}

/**
 * The total loss over inputs `view.v` [n, d_v] and, as options ask, `present.v` [n, 1], `positive` and `negative` [n, n],
 * `classes` [n]: rec + λ_ma (orth + adv) + λ_con con (+ classification).
 */
export function gmaeObjective(networks: GmaeNetworks, options: ObjectiveOptions, forward: Forward): Objective {
  const masks = options.dimensions.map((_, v) => (options.masked ? input(`present.${v}`, ["n", 1]) : undefined));
  const views = options.dimensions.map((d, v) => {
    const raw = input(`view.${v}`, ["n", d]);
    const scaled = options.scalers === undefined ? raw : scaleInGraph(raw, options.scalers[v]!);
    return masks[v] === undefined ? scaled : mul(scaled, masks[v]);
  });
  const present = masks.map((mask) => (options.maskLosses ? mask : undefined));
  const codes = networks.encode(views, forward);
  const reconstruction = reconstructionLoss(networks, views, codes, present, forward);
  const orthogonal = orthogonalLoss(codes, present);
  const adversarial = adversarialLoss(networks, codes, present, forward);
  const report: Record<string, Tensor> = { reconstruction, orthogonal, adversarial };
  let total = add(reconstruction, mul(add(orthogonal, adversarial), options.lambdaMa));
  if (options.contrastive) {
    const counts = { positive: input("positive", ["n", "n"]), negative: input("negative", ["n", "n"]) };
    report.contrastive = contrastiveLoss(codes.hidden, counts);
    total = add(total, mul(report.contrastive, options.lambdaCon));
  }
  if (options.classify) {
    const logits = networks.classify(codes, forward);
    report.classification = classificationLoss(logits, input("classes", ["n"], "int64"), views.length);
    total = add(total, report.classification);
  }
  return { total, report, hidden: codes.hidden };
}
