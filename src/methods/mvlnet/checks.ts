// What is checked before MvLNet trains: data that it cannot learn from, and numbers that do not fit each other.
import type { MultiViewDataset } from "../../data/dataset.js";
import { columnStatistics, constantColumns } from "../../data/statistics.js";
import { UserError } from "../../errors.js";
import type { MvlnetOptions } from "./options.js";
import { batchSize } from "./spectral.js";

/** @throws UserError in one line that says what does not fit, and how to mend it. */
export function checkTraining(data: MultiViewDataset, options: MvlnetOptions, clusters: number): void {
  const { train, test } = data.splits;
  checkViews(data, train!);
  checkLabels(data, options.task);
  const samples = train!.length;
  const batch = batchSize(options, samples);
  const from = batch < options.batch ? `all ${samples} training samples` : `${batch} samples (option batch)`;
  if (clusters < 2) {
    throw new UserError(
      `option clusters: ${data.name} has no classes to count; say how many to find (--set clusters=10)`,
    );
  }
  if (batch < clusters) {
    throw new UserError(
      `option clusters: ${clusters} for batches of ${from}; the orthogonal layer needs at least as many samples as clusters`,
    );
  }
  for (const name of ["neighbours", "scaleNeighbour"] as const) {
    if (options[name] > batch) throw new UserError(`option ${name}: ${options[name]}, in batches of ${from}`);
  }
  if (options.affinity === "siamese" && options.pairNeighbours > samples - 2) {
    throw new UserError(
      `option pairNeighbours: ${options.pairNeighbours} of ${samples} training samples leaves no others to form pairs with`,
    );
  }
  if (options.task === "clustering" && test!.length < clusters) {
    throw new UserError(`${data.name}: ${test!.length} test samples for ${clusters} clusters`);
  }
}

function checkViews(data: MultiViewDataset, train: Int32Array): void {
  for (const { name, matrix, present } of data.views) {
    const missing = present?.reduce((count, has) => count + 1 - has, 0) ?? 0;
    if (missing > 0) {
      throw new UserError(
        `${data.name}: ${missing} samples lack view "${name}"; mvlnet needs every sample in every view: leave them out`,
      );
    }
    if (constantColumns(columnStatistics(matrix, train)).length === matrix.columns) {
      throw new UserError(
        `${data.name}: view "${name}" is the same for all ${train.length} training samples, so nothing can be learned from it; choose others with --views`,
      );
    }
  }
}

function checkLabels({ name, labels, splits }: MultiViewDataset, task: MvlnetOptions["task"]): void {
  if (task !== "classification") return;
  if (labels === undefined) throw new UserError(`${name}: classification needs labels, and there are none`);
  if (labels.kind !== "single")
    throw new UserError(`${name}: classification needs one label per sample, these have several`);
  const classes = new Set(splits.train!.map((row) => labels.values[row]!)).size;
  if (classes < 2)
    throw new UserError(`${name}: all training samples are of one class; classification needs two or more`);
}
