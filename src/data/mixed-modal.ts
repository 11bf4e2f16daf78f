// Mixed-modal data: every sample is in one modality only, its view; the masks of the views say which.

import { Random } from "../core/kernels/random.js";
import { UserError } from "../errors.js";
import { MultiViewDataset, type View } from "./dataset.js";

/** Whether every sample has exactly one of the views. */
export function isMixedModal({ views, samples }: MultiViewDataset): boolean {
  for (let row = 0; row < samples; row++) if (viewsOf(views, row).length !== 1) return false;
  return true;
}

/**
 * The modality of every sample: the place of the one view that it has.
 * @throws UserError where a sample has none or several.
 */
export function modalities({ name, views, samples }: MultiViewDataset): Int32Array {
  return Int32Array.from({ length: samples }, (_, row) => {
    const own = viewsOf(views, row);
    if (own.length === 1) return own[0]!;
    const what = own.length === 0 ? "has no view" : `has ${own.length} views`;
    throw new UserError(`${name}: sample ${row} ${what}; in mixed-modal data every sample has exactly one`);
  });
}

/**
 * The same samples, each left with one of the views that it has, drawn at random, all equally likely. The matrices are
 * shared with the data set given. A mixed-modal data set stays as it is; the same seed gives the same choice.
 * @throws UserError where a sample has no view.
 */
export function mixedModal(dataset: MultiViewDataset, seed: number): MultiViewDataset {
  if (isMixedModal(dataset)) return dataset;
  const { name, views, samples } = dataset;
  const random = new Random(seed, "mixed-modal");
  const present = views.map(() => new Uint8Array(samples));
  for (let row = 0; row < samples; row++) {
    const own = viewsOf(views, row);
    if (own.length === 0) throw new UserError(`${name}: sample ${row} has no view, so no modality can be given to it`);
    present[own[random.integer(own.length)]!]![row] = 1;
  }
  return new MultiViewDataset(
    { ...dataset, views: views.map((view, v) => ({ ...view, present: present[v]! })) },
    { values: "trusted" },
  );
}

/** Places of the views that a sample has. */
function viewsOf(views: readonly View[], row: number): number[] {
  const own: number[] = [];
  views.forEach(({ present }, v) => {
    if (present === undefined || present[row] === 1) own.push(v);
  });
  return own;
}
