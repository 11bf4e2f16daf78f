// DCHN, the Decoupled Cross-View Hashing Network (Hu et al., TCYB 2021): codes for any number of views, each trained alone.

import type { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { defineMethod } from "../define.js";
import { HashingMethod } from "../faces.js";
import { unlabeledNotes } from "../matching/labeled.js";
import type { Method } from "../method.js";
import { checkPixels, chosenBackbone } from "../shared/picture-trunk.js";
import { exportNetworks, hashingTask } from "../shared/tasks/hashing.js";
import { labeledRows, requireLabels } from "./labels.js";
import { type DchnModel, dchnModel } from "./model.js";
import { type DchnOptions, dchnOptions, dchnPresets, dchnQuick } from "./options.js";
import { DchnTraining } from "./stages.js";

export const dchn = defineMethod<DchnOptions, DchnModel>({
  name: "dchn",
  title: "Decoupled Cross-View Hashing Network",
  paper: "Hu et al., TCYB 2021, doi 10.1109/TCYB.2020.3027614",
  tasks: ["retrieval"],
  options: dchnOptions,
  checkOptions: (options) => void chosenBackbone(options),
  takesPictures: true,
  presets: dchnPresets as Readonly<Record<string, Partial<DchnOptions>>>,
  quick: dchnQuick,
  model: dchnModel,
  trainedRows: (data) => labeledRows(requireLabels(data), data.splits.train!),
  dataNotes: (data) => unlabeledNotes(data, "they are left out of training and measures"),
  training: (context, model, data) => new DchnTraining(context, model, [...model.networks.keys()], data),
  task: hashingTask(({ options }, model) => ({
    bits: options.bits,
    networks: () => [...model.networks.values()],
    fittedOn(view) {
      const { epochs, data } = model.networks.get(view)!;
      return epochs > 0 ? data : undefined;
    },
  })),
  exportModels: (_, model) => exportNetworks("dchn", [...model.networks.values()]),
  addedViews: {
    add(context, model, data, view, resume) {
      if (model.networks.has(view))
        throw new UserError(`the model has a view "${view}" already: give the new one another name`);
      checkPixels(data.selectViews([view]), context.options);
      model.addView(model.fitting(data), view);
      const training = new DchnTraining(context, model, [view]);
      if (resume !== undefined) model.loadView(resume);
      return training;
    },
    state: (model, view) => model.viewState(view),
    load: (_, model, state, data) => model.loadView(state, data),
  },
});

/**
 * DCHN, the Decoupled Cross-View Hashing Network (Hu et al., TCYB 2021): hash codes for search between any number of views, learned
 * from labels; each view has a network that is trained alone, so `addView` can add one later.
 * @example
 * ```ts
 * import { DCHN } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4 });
 * await using dchn = await new DCHN({ bits: 32, hidden: 64, epochs: 5 }).fit(data);
 * const { codes } = await dchn.encode("view1", data); // 4 bytes per sample
 * console.log(codes.length, await dchn.evaluate());
 * ```
 */
export class DCHN extends HashingMethod<DchnOptions> {
  declare readonly addView: NonNullable<Method["addView"]>;
  declare readonly viewState: NonNullable<Method["viewState"]>;
  declare readonly takeView: NonNullable<Method["takeView"]>;

  /** @param options see `DchnOptions`; those left out have the published defaults. @throws UserError where one is invalid. */
  constructor(options: Partial<DchnOptions> = {}, engine?: Engine) {
    super(dchn, options, engine);
  }
}
