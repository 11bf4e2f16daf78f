// DM2C's data: the training samples of each modality.
import type { MultiViewDataset } from "../../data/dataset.js";
import { modalities } from "../../data/mixed-modal.js";
import { UserError } from "../../errors.js";

/**
 * The training samples of each modality.
 * @throws UserError where a modality has fewer than two, which batch normalization needs, or there is only one modality.
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
