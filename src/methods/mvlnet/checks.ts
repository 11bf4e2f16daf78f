// What is checked before MvLNet trains: data that it cannot learn from, and numbers that do not fit each other.
import type { MultiViewDataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { requireClusters } from "../clusters.js";
import { checkCompleteViews, checkTask } from "../per-view/checks.js";
import type { MvlnetOptions } from "./options.js";
import { batchSize } from "./spectral.js";

/** @throws UserError in one line that says what does not fit, and how to mend it. */
export function checkTraining(data: MultiViewDataset, options: MvlnetOptions, clusters: number): void {
  const { train } = data.splits;
  checkCompleteViews("mvlnet", data);
  checkTask(data, options.task, clusters);
  const samples = train!.length;
  const batch = batchSize(options, samples);
  const from = batch < options.batch ? `all ${samples} training samples` : `${batch} samples (option batch)`;
  requireClusters(data.name, clusters);
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
}
