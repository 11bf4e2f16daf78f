// Where the affinity of samples is measured: the outputs of a siamese network, or the features themselves; and its scale.

import type { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { neighbors } from "../../numerics/neighbors/knn.js";
import { allRows } from "../feeding.js";
import { applyNetwork, type EncodedView, scaledSamples } from "./encoded-view.js";
import type { MvlnetModel } from "./model.js";

export interface AffinitySpace {
  /** The siamese network's outputs for all training samples: it learns no more, so they are computed once. Absent: features. */
  readonly outputs?: EncodedView;
  readonly sigma: number;
}

/** @throws UserError where the samples of the batch are too alike for a scale. */
export async function affinitySpace(
  engine: Engine,
  { networks, store, views }: MvlnetModel,
  view: number,
  encoded: EncodedView,
  batch: Int32Array,
  scaleNeighbour: number,
): Promise<AffinitySpace> {
  const { siamese } = networks[view]!;
  let outputs: EncodedView | undefined;
  if (siamese !== undefined) {
    const matrix = await applyNetwork(engine, store, siamese, encoded);
    outputs = { matrix, rows: allRows(matrix.rows) };
  }
  return { outputs, sigma: await affinityScale(engine, outputs ?? encoded, batch, scaleNeighbour, views[view]!.name) };
}

/**
 * σ: the median distance to the `neighbor`-th nearest sample of a batch, itself counted; over the distances that are not
 * zero where more than half of them are.
 */
async function affinityScale(
  engine: Engine,
  view: EncodedView,
  batch: Int32Array,
  neighbor: number,
  name: string,
): Promise<number> {
  const x = scaledSamples(view, batch);
  const { distances } = await neighbors(x, x, neighbor, { engine });
  const last = Float64Array.from(batch, (_, i) => distances[(i + 1) * neighbor - 1]!).sort();
  const sigma = median(last) || median(last.filter((distance) => distance > 0));
  if (sigma > 0) return sigma;
  throw new UserError(
    `view "${name}": in a batch of ${batch.length} samples all are equal to their neighbor ${neighbor} in the space of the affinity, so it has no scale; raise option scaleNeighbour or train the siamese networks at a lower siameseLr`,
  );
}

function median(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
