// Data from outside, with its views among the modalities that a model knows.
import type { MultiViewDataset } from "../../data/dataset.js";
import { mixedModal } from "../../data/mixed-modal.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";

export interface Matched {
  /** Mixed-modal. */
  readonly data: MultiViewDataset;
  /** Of each of its views, the place among the model's modalities. */
  readonly places: readonly number[];
}

/**
 * The data set mixed-modal, a sample with several views keeping one, drawn by the seed as in training. Views are known by
 * name, where the data may lack some of the model's; or as they stand where it has as many with other names.
 * @throws UserError for a modality that the model does not know, or with other columns.
 */
export function matchModalities(data: MultiViewDataset, known: readonly ViewShape[], seed: number): Matched {
  const byName = data.views.some(({ name }) => known.some((view) => view.name === name));
  const byPlace = !byName && data.views.length === known.length;
  const places = data.views.map(({ name, matrix }, v) => {
    const place = byPlace ? v : known.findIndex((view) => view.name === name);
    if (place < 0) {
      throw new UserError(
        `${data.name}: modality ${name} is unknown to the model, which was trained on ${namesOf(known)}`,
      );
    }
    const { columns } = known[place]!;
    if (matrix.columns !== columns) {
      throw new UserError(
        `${data.name}: modality ${name} has ${matrix.columns} columns, the model was trained on ${columns}`,
      );
    }
    return place;
  });
  return { data: mixedModal(data, seed), places };
}

export function namesOf(views: readonly ViewShape[]): string {
  return views.map(({ name }) => name).join(", ");
}
