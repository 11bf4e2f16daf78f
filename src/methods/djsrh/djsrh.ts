// DJSRH, Deep Joint-Semantics Reconstructing Hashing (Su, Zhong and Zhang, ICCV 2019): codes for two views, without labels.

import { readModel } from "#model-files";
import { initialize } from "../../core/nn/index.js";
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { fitScaler, type Scaler } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { HashingMethod, rowsWith } from "../hashing/hashing-method.js";
import { type HashingNetwork, networkTensors, type StoredNetwork, storedScaler } from "../hashing/network.js";
import { unlabelledNotes } from "../matching/labelled.js";
import { viewShapes } from "../matching/views.js";
import { parseOptions } from "../options.js";
import { type Json, type Stage, type State, withTraining } from "../training.js";
import { djsrhNetwork } from "./networks.js";
import { type DjsrhOptions, djsrhOptions } from "./options.js";
import { DjsrhTraining } from "./training.js";

type Pair<T> = readonly [T, T];

interface Model {
  readonly networks: Pair<HashingNetwork>;
  /** Holds the parameters of both. */
  readonly store: ParameterStore;
}

/**
 * DJSRH, Deep Joint-Semantics Reconstructing Hashing (Su, Zhong and Zhang, ICCV 2019): hash codes for search between two views,
 * learned without labels.
 */
export class DJSRH extends HashingMethod<DjsrhOptions> {
  override readonly name = "djsrh";
  #model: Model | undefined;
  #fitted: { readonly data: MultiViewDataset; readonly training: DjsrhTraining } | undefined;

  /** @param options see `DjsrhOptions`; those left out have the published defaults. @throws UserError where one is no good. */
  constructor(options: Partial<DjsrhOptions> = {}, engine?: Engine) {
    super(parseOptions("djsrh", djsrhOptions, options), engine);
  }

  /** Opens a model from a run folder. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<DJSRH> {
    const { config, state } = readModel(folder, "djsrh");
    return new DJSRH(config.options as Partial<DjsrhOptions>, engine).restore(state);
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const { engine, options } = this;
    const [first, second] = data.views;
    if (first === undefined || second === undefined || data.views.length > 2) {
      const names = data.views.map(({ name }) => name).join(", ");
      throw new UserError(
        `${data.name}: djsrh takes exactly two views and this set has ${data.views.length} (${names}): choose with --views`,
      );
    }
    const rows = rowsWith(second, rowsWith(first, data.splits.train!));
    if (rows.length < options.batch) {
      throw new UserError(
        `${data.name}: ${rows.length} training samples with both views, fewer than a batch: lower option batch (${options.batch})`,
      );
    }
    const shapes = viewShapes(data, ["code", "bits"]);
    const prepared = [first, second].map(({ matrix }, v): [ViewShape, Scaler] => [
      shapes[v]!,
      fitScaler(options.scaling, matrix, rows),
    ]);
    const { networks, store } = this.#makeModel(prepared);
    initialize(
      engine.kernels,
      store,
      networks.flatMap(({ parameters }) => parameters.all),
      options.seed,
    );
    this.#fitted = { data, training: await DjsrhTraining.compile({ engine, networks, store, data, rows, options }) };
  }

  protected override notesOn(data: MultiViewDataset): readonly string[] {
    return unlabelledNotes(data, "they are trained on and left out of the measures");
  }

  #makeModel(views: readonly (readonly [ViewShape, Scaler])[]): Model {
    const { hidden, bits } = this.options;
    const networks = views.map(([view, scaler]) => djsrhNetwork(view, scaler, hidden, bits));
    const store = new ParameterStore(
      this.engine.memory,
      networks.flatMap(({ parameters }) => parameters.all),
    );
    this.#model = { networks: networks as unknown as Pair<HashingNetwork>, store };
    return this.#model;
  }

  protected override stages(): readonly Stage[] {
    const { epochs, evaluateEvery } = this.options;
    const { training } = this.#fitted!;
    return [{ name: "train", epochs, evaluateEvery, run: (epoch) => training.epoch(epoch) }];
  }

  protected override networks(): readonly StoredNetwork[] {
    if (this.#model === undefined) throw new Error("fit or load first");
    const { networks, store } = this.#model;
    return networks.map((network) => ({ network, store }));
  }

  protected override fittedOn(): MultiViewDataset | undefined {
    return this.#fitted?.data;
  }

  protected override trainingState(): State {
    return withTraining(this.modelState(), this.#fitted!.training.state());
  }

  protected override restoreTraining({ tensors, json }: State): void {
    this.takeModel({ tensors, json });
    this.#fitted!.training.restore({ tensors, json: json.training as State["json"] });
  }

  override modelState(): State {
    const networks = this.networks();
    const views = networks.map(({ network }) => network.view) as unknown as Json;
    return { tensors: new Map(networks.flatMap((stored) => [...networkTensors(stored)])), json: { views } };
  }

  protected override async build(state: State): Promise<void> {
    const views = state.json.views as unknown as ViewShape[];
    this.#makeModel(views.map((view) => [view, storedScaler(state, this.options.scaling, view)]));
    this.takeModel(state);
  }

  protected override takeModel({ tensors }: State): void {
    this.#model!.store.load(tensors);
  }
}
