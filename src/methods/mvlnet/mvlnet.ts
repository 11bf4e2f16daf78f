// MvLNet, the Multi-view Laplacian Network (Huang et al., TIP 2021): clustering, classification, retrieval.

import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { fitScaler } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { defineMethod } from "../define.js";
import { PerViewMethod, type TaskOptions } from "../faces.js";
import { unlabeledNotes } from "../matching/labeled.js";
import { describedModel, placedScalers, scalingNotes } from "../shared/described-model.js";
import { exportView } from "../shared/export.js";
import { stagedTraining } from "../shared/staged-training.js";
import { requireClusters } from "../shared/tasks/clustering.js";
import { checkCompleteViews, checkTask, perViewTasks } from "../shared/tasks/per-view.js";
import { ViewPrograms } from "../shared/view-programs.js";
import { type MvlnetModel, type MvlnetNetworks, makeNetworks, viewOutputs } from "./model.js";
import { type MvlnetOptions, mvlnetOptions, mvlnetPresets, mvlnetQuick } from "./options.js";
import { orthogonalWeightsOf } from "./orthogonal.js";
import { takePretrained } from "./reuse.js";
import { batchSize } from "./spectral.js";
import { mvlnetStages } from "./stages.js";

/** @throws UserError for data that it cannot learn from, and numbers that do not fit each other. */
function check(data: MultiViewDataset, options: MvlnetOptions): void {
  const clusters = options.clusters ?? data.classes;
  checkCompleteViews("mvlnet", data);
  checkTask(data, options.task, clusters);
  const samples = data.splits.train!.length;
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

export const mvlnet = defineMethod<MvlnetOptions, MvlnetModel>({
  name: "mvlnet",
  title: "Multi-view Laplacian Network",
  paper: "Huang et al., TIP 2021, doi 10.1109/TIP.2021.3083072",
  tasks: ["clustering", "classification", "retrieval"],
  options: mvlnetOptions,
  presets: mvlnetPresets as Readonly<Record<string, Partial<MvlnetOptions>>>,
  quick: mvlnetQuick,
  model: describedModel<MvlnetOptions, MvlnetNetworks>({
    keeps: ["views", "classNames"],
    outputs: ["representation"],
    scalers: placedScalers,
    scaling: ({ scaling }) => scaling,
    fitScalers: ({ views, splits }, { scaling }) => views.map(({ matrix }) => fitScaler(scaling, matrix, splits.train)),
    check,
    make: ({ engine, options }, description) => makeNetworks(engine, options, description),
  }),
  dataNotes: (data) => unlabeledNotes(data, "they are trained on, and left out of classifiers and measures"),
  training({ engine, options }, model, data) {
    const { reuse } = options;
    return {
      ...stagedTraining(mvlnetStages({ engine, model, data, options }), () => scalingNotes(model)),
      begin: () => reuse !== undefined && takePretrained(model, reuse),
    };
  },
  task: perViewTasks(({ engine }, model) => {
    const { clusters } = model.shape;
    const programs = new ViewPrograms(engine, model, (x, v) => viewOutputs(model, v, x));
    return {
      clusters,
      classNames: model.classNames,
      represent: (data, rows) => programs.all("representation", clusters, data, rows),
      // The orthogonal layers as all training samples give them: their representation is then orthonormal.
      async settle(data, train) {
        for (const [v, embedded] of (await programs.all("embedding", clusters, data, train)).entries()) {
          model.store.set(`orthogonal.${v}`, orthogonalWeightsOf(embedded, model.views[v]!.name));
        }
      },
    };
  }),
  /** `<view>.onnx`: raw features, an input named as the view, to `representation`; the orthogonal layer is inside. */
  exportModels: (_, model) =>
    model.views.map((view, v) =>
      exportView("mvlnet", view, model.store, (x) => ({ representation: viewOutputs(model, v, x).representation })),
    ),
});

/**
 * MvLNet, the Multi-view Laplacian Network (Huang et al., TIP 2021): a spectral embedding for each view, the views in agreement.
 * @example
 * ```ts
 * import { MvLNet } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4 });
 * // Small and short beside what was published: widths 1024, 1024, 1024, 10, and 400 epochs.
 * const autoencoders = { autoencoder: [32, 10], autoencoderEpochs: 2 };
 * const model = new MvLNet({ arch: [32, 10], affinity: "knn", epochs: 2, ...autoencoders });
 * await using mvlnet = await model.fit(data);
 * const { rows, columns } = await mvlnet.transform(data); // the embeddings of all views, side by side
 * console.log(rows, columns, await mvlnet.evaluate());
 * ```
 */
export class MvLNet<Task extends MvlnetOptions["task"] = "clustering"> extends PerViewMethod<MvlnetOptions, Task> {
  /** @param options see `MvlnetOptions`; those left out have the published defaults. @throws UserError where one is invalid. */
  constructor(options: TaskOptions<MvlnetOptions, Task> = {}, engine?: Engine) {
    super(mvlnet, options, engine);
  }
}
