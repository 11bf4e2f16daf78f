// What an MvLNet model is made of, once data has been seen or a saved one opened.
import type { MultiViewDataset } from "../../data/dataset.js";
import { fitScaler, type Scaler } from "../../data/scaling.js";
import { Parameters } from "../../nn/index.js";
import { type Engine, type NamedTensor, ParameterStore } from "../../runtime/index.js";
import type { ViewShape } from "../feeding.js";
import { stateTensor } from "../method.js";
import type { State } from "../training.js";
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

const scalerParts = ["scale", "shift"] as const;

/** The scalings as tensors `scaler.v.scale` and `scaler.v.shift`. */
export function scalerTensors(scalers: readonly Scaler[]): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  scalers.forEach((scaler, v) => {
    for (const part of scalerParts) tensors.set(`scaler.${v}.${part}`, { shape: [scaler.columns], data: scaler[part] });
  });
  return tensors;
}

export function storedScalers(state: State, { scaling }: MvlnetOptions, views: readonly ViewShape[]): Scaler[] {
  return views.map(({ columns }, v) => {
    const [scale, shift] = scalerParts.map((part) => stateTensor(state, `scaler.${v}.${part}`).data);
    return { kind: scaling, columns, scale: scale!, shift: shift! };
  });
}
