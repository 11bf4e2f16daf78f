// What an MvLNet model is made of, once data has been seen or a saved one opened.

import { Forward, Parameters } from "../../core/nn/index.js";
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import { matmul, type Tensor } from "../../core/tensor/index.js";
import { scaleInGraph } from "../feeding.js";
import type { Description, Networks } from "../shared/described-model.js";
import { type MvlnetShape, mvlnetNetworks, type ViewNetworks } from "./networks.js";
import type { MvlnetOptions } from "./options.js";

export interface MvlnetNetworks extends Networks {
  readonly shape: MvlnetShape;
  readonly parameters: Parameters;
  readonly networks: readonly ViewNetworks[];
}

export type MvlnetModel = Description & MvlnetNetworks;

export function makeNetworks(engine: Engine, options: MvlnetOptions, { views, classes }: Description): MvlnetNetworks {
  const shape: MvlnetShape = {
    dimensions: views.map((view) => view.columns),
    autoencoder: options.autoencoder,
    arch: options.arch,
    siamese: options.affinity === "siamese",
    clusters: options.clusters ?? classes,
  };
  const parameters = new Parameters();
  const networks = mvlnetNetworks(parameters, shape);
  return { shape, parameters, networks, store: new ParameterStore(engine.memory, parameters.all) };
}

/** A view's features as they come to its outputs before and after the orthogonal layer. */
export function viewOutputs({ networks, scalers }: MvlnetModel, view: number, raw: Tensor) {
  const { encode, embed, orthogonal } = networks[view]!;
  const forward = new Forward(false);
  const embedding = embed(encode(scaleInGraph(raw, scalers[view]!), forward), forward);
  return { embedding, representation: matmul(embedding, orthogonal) };
}
