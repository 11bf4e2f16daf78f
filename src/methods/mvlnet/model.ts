// What an MvLNet model is made of, once data has been seen or a saved one opened.

import { Parameters } from "../../core/nn/index.js";
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { fitScaler, type Scaler } from "../../data/scaling.js";
import type { ViewShape } from "../feeding.js";
import { type MvlnetShape, mvlnetNetworks, type ViewNetworks } from "./networks.js";
import type { MvlnetOptions } from "./options.js";

export interface MvlnetModel {
  readonly views: readonly ViewShape[];
  readonly classNames: readonly string[];
  readonly shape: MvlnetShape;
  /** One per view. */
  readonly scalers: readonly Scaler[];
  readonly parameters: Parameters;
  readonly networks: readonly ViewNetworks[];
  readonly store: ParameterStore;
}

export function makeModel(
  engine: Engine,
  options: MvlnetOptions,
  known: Pick<MvlnetModel, "views" | "classNames" | "scalers">,
): MvlnetModel {
  const shape: MvlnetShape = {
    dimensions: known.views.map((view) => view.columns),
    autoencoder: options.autoencoder,
    arch: options.arch,
    siamese: options.affinity === "siamese",
    clusters: options.clusters ?? known.classNames.length,
  };
  const parameters = new Parameters();
  const networks = mvlnetNetworks(parameters, shape);
  const store = new ParameterStore(engine.memory, parameters.all);
  return { ...known, shape, parameters, networks, store };
}

/** Scalings of all views, fitted on the training samples. */
export function fitScalers(data: MultiViewDataset, options: MvlnetOptions): Scaler[] {
  return data.views.map(({ matrix }) => fitScaler(options.scaling, matrix, data.splits.train));
}
