// The stages of MvLNet's training: an autoencoder and a siamese network for each view, then all views together.

import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { TrainedStage } from "../shared/staged-training.js";
import { autoencoderTrainer } from "./autoencoder.js";
import { type EncodedView, encodeView } from "./encoded-view.js";
import type { MvlnetModel } from "./model.js";
import type { MvlnetOptions } from "./options.js";
import { siameseTrainer } from "./siamese.js";
import { spectralTrainer } from "./spectral.js";

export interface StageParts {
  readonly engine: Engine;
  readonly model: MvlnetModel;
  /** With splits. */
  readonly data: MultiViewDataset;
  readonly options: MvlnetOptions;
}

/** All stages; those of pre-training are left out where another run's parts are reused. */
export function mvlnetStages({ engine, model, data, options }: StageParts): TrainedStage[] {
  const train = data.splits.train!;
  const encodedViews = new Map<number, EncodedView>();
  // Once the autoencoder of a view is trained its codes stay as they are.
  const encoded = async (v: number): Promise<EncodedView> => {
    const known = encodedViews.get(v) ?? (await encodeView(engine, model, v, data.views[v]!.matrix, train));
    encodedViews.set(v, known);
    return known;
  };
  const stages: TrainedStage[] = [];
  const { autoencoderEpochs, siameseEpochs, epochs, evaluateEvery, reuse } = options;
  if (reuse === undefined) {
    for (const [v, { name, matrix }] of data.views.entries()) {
      if (model.networks[v]!.decode === undefined) continue;
      const start = () => autoencoderTrainer(engine, model, v, matrix, train, options);
      stages.push(new TrainedStage(`autoencoder ${name}`, autoencoderEpochs, 0, start, "autoencoder"));
    }
    for (const [v, { name }] of data.views.entries()) {
      if (model.networks[v]!.siamese === undefined) continue;
      const start = async () => siameseTrainer(engine, model, v, await encoded(v), options);
      stages.push(new TrainedStage(`siamese ${name}`, siameseEpochs, 0, start, "siamese"));
    }
  }
  const start = async () => {
    const views: EncodedView[] = [];
    for (const v of data.views.keys()) views.push(await encoded(v));
    return spectralTrainer(engine, model, views, options);
  };
  stages.push(new TrainedStage("spectral", epochs, evaluateEvery, start));
  return stages;
}
