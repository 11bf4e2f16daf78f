// DCHN's model: the Hamming space, and a network for each view that can be replaced alone.

import { initialize } from "../../core/nn/index.js";
import { type NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import type { Labels, MultiViewDataset } from "../../data/dataset.js";
import type { Scaler } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { matchViews, viewShapes } from "../matching/views.js";
import type { Context, Model, ModelPart } from "../shared/definition.js";
import { fitViewScaler, networkScaler, networkTensors, type StoredNetwork } from "../shared/hashing-network.js";
import { checkPictures, chosenBackbone, withPictureGraph } from "../shared/picture-trunk.js";
import { withRetrievalSplits } from "../shared/splits.js";
import { stateTensor } from "../shared/state.js";
import type { Json, State } from "../training.js";
import { requireEveryClass, requireLabels, withClasses } from "./labels.js";
import { type Matrix64, matrix64 } from "./matrices.js";
import { mhn } from "./objective.js";
import type { DchnOptions } from "./options.js";
import { trainingRows } from "./training.js";

/** A view's network, and the data that it was fitted on, labels in the classes of the Hamming space. */
export interface ViewModel extends StoredNetwork {
  /** Epochs that its network was trained for. */
  epochs: number;
  readonly data?: MultiViewDataset;
}

export class DchnModel implements Model {
  /** By the name of the view. */
  readonly networks = new Map<string, ViewModel>();
  /** W [classes, bits], zeros until it is learned. */
  readonly w: NamedTensor;

  constructor(
    private readonly context: Context<DchnOptions>,
    readonly kind: Labels["kind"],
    readonly classNames: readonly string[],
  ) {
    const shape = [classNames.length, context.options.bits] as const;
    this.w = { shape, data: new Float32Array(shape[0] * shape[1]) };
  }

  get views(): readonly ViewShape[] {
    return [...this.networks.values()].map(({ network }) => network.view);
  }

  /** W in float64. */
  get space(): Matrix64 {
    const { shape, data } = this.w;
    return matrix64(shape[0]!, shape[1]!, Float64Array.from(data));
  }

  /** A data set as the views are evaluated on it: with splits, labels in the classes of the space. */
  fitting(data: MultiViewDataset): MultiViewDataset {
    const { queries, seed } = this.context.options;
    return withRetrievalSplits(withClasses(data, this.kind, this.classNames), queries, seed);
  }

  /** A network with its first values, to be trained on the data. */
  addView(data: MultiViewDataset, name: string): ViewModel {
    const { options, engine } = this.context;
    const own = data.selectViews([name]);
    const rows = trainingRows(data, name);
    if (rows.length === 0) throw new UserError(`${data.name}: no training sample has view "${name}" and a label`);
    const scaler = fitViewScaler(options.scaling, own.views[0]!, rows);
    const [view] = withPictureGraph(viewShapes(own, ["code", "bits"]), options);
    const model = this.#makeView(view!, scaler, data);
    initialize(engine.kernels, model.store, model.network.parameters.all, options.seed);
    return model;
  }

  #makeView(view: ViewShape, scaler: Scaler, data: MultiViewDataset | undefined): ViewModel {
    const { options, engine } = this.context;
    const network = mhn(view, scaler, options.hidden, options.bits, chosenBackbone(options));
    const model = { network, store: new ParameterStore(engine.memory, network.parameters.all), epochs: 0, data };
    // Afterwards, since a state that is loaded may be that of the network that goes.
    this.#dropView(view.name);
    this.networks.set(view.name, model);
    return model;
  }

  #dropView(name: string): void {
    const view = this.networks.get(name);
    this.networks.delete(name);
    if (view !== undefined) this.context.whenUnused(() => view.store.release());
  }

  viewState(name: string): State {
    const model = this.networks.get(name);
    if (model === undefined) throw new RangeError(`viewState: there is no view ${name}`);
    const { view } = model.network;
    return { tensors: networkTensors(model), json: { view: view as unknown as Json, epochs: model.epochs } };
  }

  /** @param data what the view is evaluated on; where it is left out, what it was. */
  loadView(state: State, data?: MultiViewDataset): void {
    const view = state.json.view as unknown as ViewShape;
    const split = data && this.fitting(matchViews(data, [view]));
    const known = this.networks.get(view.name)?.data;
    const scaler = networkScaler(state, this.context.options.scaling, view);
    const model = this.#makeView(view, scaler, split ?? known);
    model.store.load(state.tensors);
    model.epochs = state.json.epochs as number;
  }

  state(): State {
    const tensors = new Map([["W", this.w]]);
    const views: Json[] = [];
    for (const name of this.networks.keys()) {
      const state = this.viewState(name);
      for (const [key, tensor] of state.tensors) tensors.set(key, tensor);
      views.push(state.json);
    }
    return { tensors, json: { kind: this.kind, classNames: this.classNames, views } };
  }

  load({ tensors, json }: State): void {
    this.w.data.set(stateTensor({ tensors, json }, "W").data);
    const saved = savedViews(json).map(({ name }) => name);
    for (const name of [...this.networks.keys()]) if (!saved.includes(name)) this.#dropView(name);
    for (const view of json.views as State["json"][]) this.loadView({ tensors, json: view });
  }
}

function savedViews(json: State["json"]): ViewShape[] {
  return (json.views as State["json"][]).map(({ view }) => view as unknown as ViewShape);
}

export const dchnModel: ModelPart<DchnOptions, DchnModel> = {
  prepare(context, data) {
    const labels = requireLabels(data);
    requireEveryClass(data.name, labels, data.splits.train!);
    checkPictures(data, context.options);
    const model = new DchnModel(context, labels.kind, labels.names);
    for (const { name } of data.views) model.addView(data, name);
    return model;
  },
  build(context, state) {
    const { kind, classNames } = state.json as { kind: Labels["kind"]; classNames: string[] };
    const model = new DchnModel(context, kind, classNames);
    model.load(state);
    return model;
  },
  state: (model) => model.state(),
  load: (model, state) => model.load(state),
  savedViews: ({ json }) => savedViews(json),
};
