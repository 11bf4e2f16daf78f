// DM2C's data: each sample in one modality, some for training and some for testing.
import type { MultiViewDataset } from "../../data/dataset.js";
import { mixedModal, modalities } from "../../data/mixed-modal.js";
import { querySplit, randomSplit } from "../../data/splits.js";
import { UserError } from "../../errors.js";

/** How option `test` is written. */
export const testPattern = /^(first|last|random):([1-9][0-9]*)$/;

/**
 * The data mixed-modal and with splits `train` and `test`: its own, or those that `test` says, or a random fifth for testing.
 * @throws UserError where a split would be empty or a sample has no view.
 */
export function mixedModalSplit(data: MultiViewDataset, test: string | undefined, seed: number): MultiViewDataset {
  const mixed = mixedModal(data, seed);
  const { splits, samples } = mixed;
  if (test === undefined && splits.train && splits.test) return mixed;
  return mixed.withSplits({ ...splits, ...draw(samples, test, seed) });
}

function draw(samples: number, test: string | undefined, seed: number): { train: Int32Array; test: Int32Array } {
  const [, place, digits] = testPattern.exec(test ?? "") ?? [];
  const count = digits === undefined ? Math.floor(samples / 5) : Number(digits);
  if (count < 1 || count >= samples)
    throw new UserError(`test: ${count} of ${samples} samples, expected 1 … ${samples - 1}`);
  if (place === undefined || place === "random")
    return randomSplit(samples, { train: (samples - count) / samples, seed });
  const { query, database } = querySplit(samples, place === "first" ? { first: count } : { last: count });
  return { train: database, test: query };
}

/**
 * The training samples of each modality.
 * @throws UserError where a modality has fewer than two, which batch normalisation needs, or there is only one modality.
 */
export function trainingRows(data: MultiViewDataset): Int32Array[] {
  const { name, views, splits } = data;
  if (views.length < 2) {
    throw new UserError(`${name}: dm2c needs at least two modalities, this set has only ${views[0]!.name}`);
  }
  const modality = modalities(data);
  return views.map((view, m) => {
    const rows = splits.train!.filter((row) => modality[row] === m);
    if (rows.length >= 2) return rows;
    const found = rows.length === 0 ? "no training sample is" : "only one training sample is";
    throw new UserError(`${name}: ${found} in modality ${view.name}; each modality needs at least two`);
  });
}
