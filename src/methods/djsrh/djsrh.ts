// DJSRH, Deep Joint-Semantics Reconstructing Hashing (Su, Zhong and Zhang, ICCV 2019): codes for two views without labels.

import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { defineMethod } from "../define.js";
import { HashingMethod } from "../faces.js";
import { unlabeledNotes } from "../matching/labeled.js";
import type { Context } from "../shared/definition.js";
import { type Description, describedModel, type Networks, scalingNotes } from "../shared/described-model.js";
import { fitViewScaler, type HashingNetwork, networkScaler, networkTensors } from "../shared/hashing-network.js";
import { checkPictures, chosenBackbone, loadBackbones, withPictureGraph } from "../shared/picture-trunk.js";
import { rowsWith } from "../shared/rows.js";
import { stagedTraining, TrainedStage } from "../shared/staged-training.js";
import { exportNetworks, hashingTask } from "../shared/tasks/hashing.js";
import { djsrhNetwork } from "./networks.js";
import { type DjsrhOptions, djsrhOptions, djsrhPresets, djsrhQuick } from "./options.js";
import { djsrhTrainer } from "./training.js";

export interface DjsrhModel extends Networks {
  readonly networks: readonly [HashingNetwork, HashingNetwork];
}

function makeNetworks({ options, engine }: Context<DjsrhOptions>, { views, scalers }: Description): DjsrhModel {
  const backbone = chosenBackbone(options);
  const make = (v: number) => djsrhNetwork(views[v]!, scalers[v]!, options.hidden, options.bits, backbone);
  const networks = [make(0), make(1)] as const;
  const all = networks.flatMap(({ parameters }) => parameters.all);
  return { networks, parameters: { all }, store: new ParameterStore(engine.memory, all) };
}

/** The samples that train: both views present. */
function trainingRows({ views, splits }: MultiViewDataset): Int32Array {
  return views.reduce((rows, view) => rowsWith(view, rows), splits.train!);
}

function check(data: MultiViewDataset, options: DjsrhOptions): void {
  const { batch } = options;
  if (data.views.length !== 2) {
    const names = data.views.map(({ name }) => name).join(", ");
    throw new UserError(
      `${data.name}: djsrh takes exactly two views and this set has ${data.views.length} (${names}): choose with --views`,
    );
  }
  checkPictures(data, options);
  const { length } = trainingRows(data);
  if (length < batch) {
    throw new UserError(
      `${data.name}: ${length} training samples with both views, fewer than a batch: lower option batch (${batch})`,
    );
  }
}

const stored = ({ networks, store }: DjsrhModel) => networks.map((network) => ({ network, store }));

export const djsrh = defineMethod<DjsrhOptions, Description & DjsrhModel>({
  name: "djsrh",
  title: "Deep Joint-Semantics Reconstructing Hashing",
  paper: "Su, Zhong and Zhang, ICCV 2019",
  tasks: ["retrieval"],
  options: djsrhOptions,
  checkOptions: (options) => void chosenBackbone(options),
  takesPictures: true,
  presets: djsrhPresets as Readonly<Record<string, Partial<DjsrhOptions>>>,
  quick: djsrhQuick,
  model: describedModel<DjsrhOptions, DjsrhModel>({
    keeps: ["views"],
    outputs: ["code", "bits"],
    scalers: {
      tensors: (model: DjsrhModel) => new Map(stored(model).flatMap((each) => [...networkTensors(each)])),
      stored: (state, kind, views) => views.map((view) => networkScaler(state, kind, view)),
    },
    scaling: ({ scaling }) => scaling,
    fitScalers: (data, { scaling }) => {
      const rows = trainingRows(data);
      return data.views.map((view) => fitViewScaler(scaling, view, rows));
    },
    views: withPictureGraph,
    check,
    make: makeNetworks,
  }),
  dataNotes: (data) => unlabeledNotes(data, "they are trained on and left out of the measures"),
  async training({ engine, options }, model, data) {
    const notes = loadBackbones(stored(model), options);
    const trainer = await djsrhTrainer({ engine, model, data, rows: trainingRows(data), options });
    const { epochs, evaluateEvery } = options;
    return stagedTraining([new TrainedStage("train", epochs, evaluateEvery, async () => trainer)], () => [
      ...notes,
      ...scalingNotes(model),
    ]);
  },
  task: hashingTask((context, model) => ({
    bits: context.options.bits,
    networks: () => stored(model),
    fittedOn: () => context.data,
  })),
  exportModels: (_, model) => exportNetworks("djsrh", stored(model)),
});

/**
 * DJSRH, Deep Joint-Semantics Reconstructing Hashing (Su, Zhong and Zhang, ICCV 2019): hash codes for search between two views,
 * learned without labels.
 * @example
 * ```ts
 * import { DJSRH } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4 });
 * await using djsrh = await new DJSRH({ bits: 32, hidden: 64, epochs: 5 }).fit(data);
 * const { codes } = await djsrh.encode("view1", data); // 4 bytes per sample
 * console.log(codes.length, await djsrh.evaluate());
 * ```
 */
export class DJSRH extends HashingMethod<DjsrhOptions> {
  /** @param options see `DjsrhOptions`; those left out have the published defaults. @throws UserError where one is invalid. */
  constructor(options: Partial<DjsrhOptions> = {}, engine?: Engine) {
    super(djsrh, options, engine);
  }
}
