// GMAE, the Generalized Multi-view Auto-Encoder (Zou et al., TPAMI 2026): clustering and classification.

import { Parameters } from "../../core/nn/index.js";
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import { corrupt, parseCorruption } from "../../data/corruption.js";
import { MultiViewDataset, presentRows } from "../../data/dataset.js";
import { applyScaler, fitScaler } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { defineMethod } from "../define.js";
import type { ClassificationEvaluation, ClusteringEvaluation } from "../evaluations.js";
import { MeasuredMethod, type TaskOptions } from "../faces.js";
import { allRows } from "../feeding.js";
import { unlabeledNotes } from "../matching/labeled.js";
import type { Context } from "../shared/definition.js";
import { type Description, describedModel, type Networks, placedScalers } from "../shared/described-model.js";
import { stagedTraining, TrainedStage } from "../shared/staged-training.js";
import { labeledSplit, requireClasses } from "../shared/tasks/classification.js";
import { requireClusters } from "../shared/tasks/clustering.js";
import { exportGmae } from "./inference.js";
import { type GmaeNetworks, type GmaeShape, gmaeNetworks } from "./networks.js";
import { type GmaeOptions, gmaeOptions, gmaeQuick, publishedEpochs } from "./options.js";
import { gmaeTask } from "./task.js";
import { GmaeTraining } from "./training.js";

interface Made extends Networks {
  readonly shape: GmaeShape;
  readonly parameters: Parameters;
  readonly networks: GmaeNetworks;
  /** Clusters that k-means looks for. */
  readonly clusters: number;
}

export type GmaeModel = Description & Made;

function makeNetworks({ options, engine }: Context<GmaeOptions>, { views, classes }: Description): Made {
  const { hidden, latent, discriminatorHidden, dropout, headDropout } = options;
  const shape: GmaeShape = {
    dimensions: views.map((view) => view.columns),
    hidden,
    latent,
    discriminatorHidden,
    dropout,
    headDropout,
    classes: options.task === "classification" ? classes : 0,
  };
  const parameters = new Parameters();
  const networks = gmaeNetworks(parameters, shape);
  const store = new ParameterStore(engine.memory, parameters.all);
  return { shape, parameters, networks, store, clusters: options.clusters ?? classes };
}

/** The samples that train: all for clusters, those of split `train` that have a label for classes. */
function trainedRows(data: MultiViewDataset, { task }: GmaeOptions): Int32Array {
  return task === "classification" ? labeledSplit(data, "train") : allRows(data.samples);
}

function check(data: MultiViewDataset, options: GmaeOptions): void {
  const clusters = options.clusters ?? data.classes;
  if (options.task === "classification") {
    requireClasses(data);
    labeledSplit(data, "test");
  } else requireClusters(data.name, clusters);
  const { length } = trainedRows(data, options);
  if (length < clusters) throw new UserError(`${data.name}: ${length} samples for ${clusters} clusters`);
}

export const gmae = defineMethod<GmaeOptions, GmaeModel>({
  name: "gmae",
  title: "Generalized Multi-view Auto-Encoder",
  paper: "Zou et al., TPAMI 2026, doi 10.1109/TPAMI.2026.3687339",
  tasks: ["clustering", "classification"],
  options: gmaeOptions,
  quick: gmaeQuick,
  model: describedModel<GmaeOptions, Made>({
    keeps: ["views", "classNames"],
    outputs: ["representation", "probabilities", "code"],
    scalers: placedScalers,
    scaling: () => "minmax",
    fitScalers: ({ views }) => views.map((view) => fitScaler("minmax", view.matrix, presentRows(view))),
    check,
    make: makeNetworks,
  }),
  /** The data scaled to [0, 1], then corrupted: noise of deviation 0.5 means half the range of a feature. */
  workingData({ options }, { scalers }, data) {
    if (options.corrupt === undefined) return data;
    const views = data.views.map((view, v) => ({ ...view, matrix: applyScaler(scalers[v]!, view.matrix) }));
    return corrupt(
      new MultiViewDataset({ ...data, views }, { values: "trusted" }),
      parseCorruption(options.corrupt),
      options.seed,
    );
  },
  trainedRows,
  dataNotes: (data, { task }) =>
    unlabeledNotes(
      data,
      task === "classification"
        ? "they are left out of training and measures"
        : "they are trained on and left out of the measures",
    ),
  async training({ engine, options }, model, data) {
    const { networks, parameters, store, clusters } = model;
    const scalers = options.corrupt === undefined ? model.scalers : undefined;
    const rows = trainedRows(data, options);
    const parts = { engine, networks, parameters, store, data, rows, scalers, options, clusters };
    const trainer = await GmaeTraining.compile(parts);
    const { epochs, evaluateEvery, task } = options;
    return stagedTraining([
      new TrainedStage("train", epochs ?? publishedEpochs[task], evaluateEvery, async () => trainer),
    ]);
  },
  task: gmaeTask,
  exportModels: (_, { networks, store, views, scalers, shape }) =>
    exportGmae(networks, store, views, scalers, shape.classes),
});

/** Measures of the classification head, with those of k-means on the same samples: none where these are fewer than the clusters. */
type HeadEvaluation = ClassificationEvaluation & { readonly kmeans: Partial<ClusteringEvaluation> };

/** What `evaluate` (fitted) and `evaluateOn` (other) give, by task. */
type GmaeEvaluations = {
  readonly clustering: { readonly fitted: ClusteringEvaluation; readonly other: ClusteringEvaluation };
  readonly classification: {
    /** Measures of the test samples, with those of the training samples as `train`. */
    readonly fitted: ClassificationEvaluation & {
      readonly train: ClassificationEvaluation;
      readonly kmeans: { readonly test: Partial<ClusteringEvaluation>; readonly train: Partial<ClusteringEvaluation> };
    };
    readonly other: HeadEvaluation;
  };
};

/**
 * GMAE, the Generalized Multi-view Auto-Encoder (Zou et al., TPAMI 2026): one representation of all views of a sample, a shared
 * part and a part for each view, with k-means or a classification head on it; a missing view counts as zeros.
 * @example
 * ```ts
 * import { GMAE } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4 });
 * await using gmae = await new GMAE({ epochs: 5, seed: 0 }).fit(data, {
 *   onEpoch: ({ epoch, losses }) => console.log(epoch, losses.total),
 * });
 * const clusters = await gmae.predict(data); // Int32Array, one number per sample
 * const { acc, nmi } = await gmae.evaluate(); // numbers; with { task: "classification" } accuracy, f1Macro …
 * console.log(clusters.length, acc, nmi);
 * ```
 */
export class GMAE<Task extends GmaeOptions["task"] = "clustering"> extends MeasuredMethod<
  GmaeOptions,
  GmaeEvaluations[Task]["fitted"],
  GmaeEvaluations[Task]["other"]
> {
  /** @param options see `GmaeOptions`; those left out have the published defaults. @throws UserError where one is invalid. */
  constructor(options: TaskOptions<GmaeOptions, Task> = {}, engine?: Engine) {
    super(gmae, options, engine);
  }
}
