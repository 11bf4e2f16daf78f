// DM2C, Deep Mixed-Modal Clustering (Jiang et al., NeurIPS 2019): clusters of samples that are each in one modality only.

import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { scalingNote } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { defineMethod } from "../define.js";
import type { ClusteringEvaluation } from "../evaluations.js";
import { MeasuredMethod } from "../faces.js";
import { unlabeledNotes } from "../matching/labeled.js";
import type { Method } from "../method.js";
import type { Context, Training } from "../shared/definition.js";
import { type Description, describedModel } from "../shared/described-model.js";
import { requireClusters } from "../shared/tasks/clustering.js";
import { type Stage, withTraining } from "../training.js";
import { exportDm2c, type Space, spaceOf } from "./inference.js";
import { type Dm2cModel, dm2cModel } from "./model.js";
import { type Dm2cOptions, dm2cOptions, dm2cPresets, dm2cQuick } from "./options.js";
import { takeAutoencoders } from "./reuse.js";
import { trainingRows } from "./split.js";
import { dm2cTask } from "./task.js";
import { Dm2cTraining } from "./training.js";

interface Made extends Dm2cModel {
  /** Clusters that k-means looks for. */
  readonly clusters: number;
  /** On the scaling of the modalities, a sentence each; filled when it is fitted. */
  readonly notes: string[];
  /** Whether the mappings are trained: before, codes stay in their own spaces. */
  mapped: boolean;
}

export type FittedModel = Description & Made;

/** Where codes are compared: the space that option `unify` names, or each its own before the mappings are trained. */
export function presentSpace({ views, mapped }: FittedModel, { unify }: Dm2cOptions): Space {
  return mapped ? spaceOf(views, unify) : undefined;
}

function check(data: MultiViewDataset, { clusters = data.classes, unify }: Dm2cOptions): void {
  requireClusters(data.name, clusters);
  const samples = trainingRows(data).reduce((sum, own) => sum + own.length, 0);
  if (samples < clusters) throw new UserError(`${data.name}: ${samples} training samples for ${clusters} clusters`);
  spaceOf(data.views, unify);
}

/** Each autoencoder on its own modality, then all together with the mappings. */
function training({ engine, options }: Context<Dm2cOptions>, model: FittedModel, data: MultiViewDataset): Training {
  const { epochs, pretrainEpochs, pretrainOnly, reuse, evaluateEvery } = options;
  const steps = new Dm2cTraining({ engine, model, data, rows: trainingRows(data), options });
  const pretraining = model.views.map(
    ({ name }, m, { length }): Stage => ({
      name: `pretrain ${name}`,
      kind: "pretrain",
      epochs: pretrainEpochs,
      // At the end: what the codes are worth before they are brought together.
      evaluateEvery: m === length - 1 ? pretrainEpochs : 0,
      run: (epoch, onStep) => steps.pretrain(m, epoch, onStep),
    }),
  );
  const main: Stage = {
    name: "train",
    epochs,
    evaluateEvery,
    run: async (epoch, onStep) => {
      model.mapped = true;
      return steps.train(epoch, onStep);
    },
  };
  return {
    stages: pretrainOnly ? pretraining : reuse === undefined ? [...pretraining, main] : [main],
    notes: () => model.notes,
    begin: () => reuse !== undefined && takeAutoencoders(model, reuse),
    state: (state) => withTraining(state, steps.state()),
    restore: ({ tensors, json }) => steps.restore({ tensors, json: json.training as typeof json }),
  };
}

export const dm2c = defineMethod<Dm2cOptions, FittedModel>({
  name: "dm2c",
  title: "Deep Mixed-Modal Clustering",
  paper: "Jiang et al., NeurIPS 2019",
  tasks: ["clustering"],
  options: dm2cOptions,
  presets: dm2cPresets as Readonly<Record<string, Partial<Dm2cOptions>>>,
  quick: dm2cQuick,
  checkOptions({ pretrainOnly, reuse }) {
    if (pretrainOnly && reuse !== undefined) {
      throw new UserError("options pretrainOnly and reuse exclude each other: give one of them");
    }
  },
  model: describedModel<Dm2cOptions, Made>({
    keeps: ["views", "classNames"],
    outputs: ["code"],
    check,
    make: ({ engine, options }, { views, classes }): Made => ({
      ...dm2cModel(engine, views, options, options.seed),
      clusters: options.clusters ?? classes,
      notes: [],
      mapped: false,
    }),
    async fit({ engine }, { preprocessing, store, views, notes }, data) {
      const rows = trainingRows(data);
      for (const [m, { fit }] of preprocessing.entries()) {
        const scaler = await fit(engine, store, data.views[m]!.matrix, rows[m]!);
        notes.push(...[scalingNote(scaler, views[m]!.name) ?? []].flat());
      }
    },
  }),
  dataNotes: (data) => unlabeledNotes(data, "they are trained on and left out of the measures"),
  training,
  task: dm2cTask,
  /** `<modality>.onnx`: raw features, an input named as the modality, to `code` in the common space. */
  exportModels: ({ options }, model) => exportDm2c(model, presentSpace(model, options)),
});

/**
 * DM2C, Deep Mixed-Modal Clustering (Jiang et al., NeurIPS 2019): clusters of samples that exist in one modality each, by
 * autoencoders and mappings between their codes.
 * @example
 * ```ts
 * import { DM2C } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * // Of each sample one view is trained on, drawn by the seed.
 * const data = synthetic({ samples: 200, classes: 4 });
 * await using dm2c = await new DM2C({ epochs: 2, pretrainEpochs: 2, scaling: "standard", seed: 0 }).fit(data);
 * console.log(await dm2c.evaluate());
 * ```
 */
export class DM2C extends MeasuredMethod<
  Dm2cOptions,
  ClusteringEvaluation & { readonly train?: ClusteringEvaluation },
  ClusteringEvaluation
> {
  declare readonly colorings: NonNullable<Method["colorings"]>;

  /** @param options see `Dm2cOptions`; those left out have the published defaults. @throws UserError where one is invalid. */
  constructor(options: Partial<Dm2cOptions> = {}, engine?: Engine) {
    super(dm2c, options, engine);
  }
}
