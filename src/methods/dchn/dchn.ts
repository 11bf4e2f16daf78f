// DCHN, the Decoupled Cross-View Hashing Network (Hu et al., TCYB 2021): codes for any number of views, each trained alone.

import { readModel } from "#model-files";
import { Random } from "../../core/kernels/random.js";
import { initialize } from "../../core/nn/index.js";
import { type Engine, type NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import type { Labels, MultiViewDataset } from "../../data/dataset.js";
import { fitScaler, type Scaler, scalingNote } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { HashingMethod } from "../hashing/hashing-method.js";
import { networkTensors, type StoredNetwork, storedScaler } from "../hashing/network.js";
import { unlabelledNotes } from "../matching/labelled.js";
import { matchViews, viewShapes } from "../matching/views.js";
import { stateTensor } from "../method.js";
import { parseOptions } from "../options.js";
import {
  type EpochResult,
  type FitHooks,
  type Json,
  runStages,
  type Stage,
  type State,
  withNotes,
} from "../training.js";
import { labelledRows, labelRows, requireEveryClass, requireLabels, withClasses } from "./labels.js";
import { type Matrix64, matrix64 } from "./matrices.js";
import { mhn } from "./objective.js";
import { type DchnOptions, dchnOptions } from "./options.js";
import { learnHammingSpace, randomStart } from "./sham.js";
import { trainingRows, ViewTraining } from "./training.js";

/** The classes, and W, which has them in its rows; zeros until it is learned. */
interface Space {
  readonly kind: Labels["kind"];
  readonly classNames: readonly string[];
  readonly w: NamedTensor;
}

interface ViewModel extends StoredNetwork {
  /** Epochs that its network was trained for. */
  epochs: number;
  /** The data that it was fitted on, labels in the classes of the space. */
  readonly data?: MultiViewDataset;
}

/**
 * DCHN, the Decoupled Cross-View Hashing Network (Hu et al., TCYB 2021): hash codes for search between any number of views, learned
 * from labels; each view has a network that is trained alone, so `addView` can add one later.
 */
export class DCHN extends HashingMethod<DchnOptions> {
  override readonly name = "dchn";
  #space: Space | undefined;
  readonly #views = new Map<string, ViewModel>();
  /** Views between their first and their last epoch. */
  readonly #training = new Map<string, ViewTraining>();
  /** Where a view in training takes up its optimizer's state when it goes on. */
  #resume: State | undefined;

  /** @param options see `DchnOptions`; those left out have the published defaults. @throws UserError where one is no good. */
  constructor(options: Partial<DchnOptions> = {}, engine?: Engine) {
    super(parseOptions("dchn", dchnOptions, options), engine);
  }

  /** Opens a model from a run folder, with the views that were added to it. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<DCHN> {
    const { config, state, addedViews } = readModel(folder, "dchn");
    const model = await new DCHN(config.options as Partial<DchnOptions>, engine).restore(state);
    for (const added of addedViews) model.takeView(added.state);
    return model;
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const labels = requireLabels(data);
    requireEveryClass(data.name, labels, data.splits.train!);
    for (const training of this.#training.values()) await training.release();
    this.#training.clear();
    for (const name of [...this.#views.keys()]) this.#dropView(name);
    this.#makeSpace(labels.kind, labels.names);
    for (const { name } of data.views) this.#prepareView(data, name);
  }

  protected override trainedRows(data: MultiViewDataset): Int32Array {
    return labelledRows(requireLabels(data), data.splits.train!);
  }

  protected override notesOn(data: MultiViewDataset): readonly string[] {
    return unlabelledNotes(data, "they are left out of training and measures");
  }

  #makeSpace(kind: Labels["kind"], classNames: readonly string[]): void {
    const shape = [classNames.length, this.options.bits] as const;
    this.#space = { kind, classNames, w: { shape, data: new Float32Array(shape[0] * shape[1]) } };
  }

  /** A network with its first values, to be trained on the data. */
  #prepareView(data: MultiViewDataset, name: string): ViewModel {
    const own = data.selectViews([name]);
    const { matrix } = own.views[0]!;
    const rows = trainingRows(data, name);
    if (rows.length === 0) throw new UserError(`${data.name}: no training sample has view "${name}" and a label`);
    const scaler = fitScaler(this.options.scaling, matrix, rows);
    const model = this.#makeView(viewShapes(own, ["code", "bits"])[0]!, scaler, data);
    initialize(this.engine.kernels, model.store, model.network.parameters.all, this.options.seed);
    return model;
  }

  #makeView(view: ViewShape, scaler: Scaler, data?: MultiViewDataset): ViewModel {
    const network = mhn(view, scaler, this.options.hidden, this.options.bits);
    const model = { network, store: new ParameterStore(this.engine.memory, network.parameters.all), epochs: 0, data };
    // Afterwards, since a state that is taken up may be that of the network that goes.
    this.#dropView(view.name);
    this.#views.set(view.name, model);
    return model;
  }

  #dropView(name: string): void {
    const view = this.#views.get(name);
    this.#views.delete(name);
    if (view !== undefined) this.whenUnused(() => view.store.release());
  }

  protected override stages(): readonly Stage[] {
    const space: Stage = { name: "sham", epochs: 1, evaluateEvery: 0, run: async () => this.#learnSpace() };
    const names = [...this.#views.keys()];
    return [
      space,
      ...(this.options.sideBySide ? [this.#stage("views", names)] : names.map((name) => this.#stage(name, [name]))),
    ];
  }

  /** Some views side by side; one reports its losses, several their totals by name. */
  #stage(name: string, views: readonly string[]): Stage {
    const { epochs, evaluateEvery } = this.options;
    const run = async (epoch: number): Promise<EpochResult> => {
      const results = await Promise.all(views.map((view) => this.#trainView(view, epoch)));
      this.#resume = undefined;
      if (results.length === 1) return results[0]!;
      const losses = Object.fromEntries(views.map((view, v) => [view, results[v]!.losses.total!]));
      return { losses: { total: Object.values(losses).reduce((a, b) => a + b, 0), ...losses } };
    };
    return { name, epochs, evaluateEvery, run };
  }

  /** W by SHAM, from a random start. */
  #learnSpace(): EpochResult {
    const { options } = this;
    const [{ data } = {}] = this.#views.values();
    const random = new Random(options.seed, "hamming space");
    const rows = labelRows(requireLabels(data!), data!.splits.train!, options.available, random.fork("rows"));
    const start = randomStart(rows.columns, options.bits, random.fork("start"));
    const { w, losses } = learnHammingSpace(rows, start, options);
    this.#space!.w.data.set(w.data);
    return { losses: { total: Math.min(...losses) } };
  }

  async #trainView(name: string, epoch: number): Promise<EpochResult> {
    const model = this.#views.get(name)!;
    const training = this.#training.get(name) ?? (await this.#startTraining(model, epoch));
    const result = await training.epoch(epoch);
    model.epochs = epoch + 1;
    if (model.epochs === this.options.epochs) {
      this.#training.delete(name);
      await training.release();
    }
    return result;
  }

  async #startTraining({ network, store, data }: ViewModel, epoch: number): Promise<ViewTraining> {
    const { engine, options } = this;
    const { name } = network.view;
    const parts = { engine, network, store, options, w: this.#w() };
    const rows = trainingRows(data!, name);
    const training = await ViewTraining.compile({ ...parts, data: data!.selectViews([name]), rows });
    if (epoch > 0) training.restore((this.#resume!.json.steps as Record<string, number>)[name]!, this.#resume!.tensors);
    this.#training.set(name, training);
    return training;
  }

  #w(): Matrix64 {
    const { shape, data } = this.#space!.w;
    return matrix64(shape[0]!, shape[1]!, Float64Array.from(data));
  }

  /**
   * Trains a network for a view that came later, against the Hamming space as it is; the other views' networks are not
   * touched. It is the network that `fit` would have given the view beside the others on the same samples.
   * @param data has the view, labels whose classes the model knows, and splits or what option `queries` makes of it.
   * @throws UserError where the model has the view already, the data lacks it, or a class is unknown.
   */
  override async addView(data: MultiViewDataset, name: string, hooks: FitHooks = {}): Promise<void> {
    const { kind, classNames } = this.#requireSpace();
    if (this.#views.has(name))
      throw new UserError(`the model has a view "${name}" already: give the new one another name`);
    const split = this.split(withClasses(data, kind, classNames));
    const { network } = this.#prepareView(split, name);
    if (hooks.resume !== undefined) this.takeView(hooks.resume, split);
    this.#resume = hooks.resume;
    const course = {
      stages: [this.#stage(name, [name])],
      evaluate: (signal?: AbortSignal) => this.evaluate(signal),
      state: () => this.#withTraining(this.viewState(name)),
    };
    const note = scalingNote(network.scaler, name);
    await runStages(course, note === undefined ? hooks : withNotes(hooks, [note]), hooks.resume?.position);
  }

  /** The network of one view, all names beginning with the view's: to be stored apart from the others. */
  override viewState(name: string): State {
    const model = this.#views.get(name);
    if (model === undefined) throw new RangeError(`viewState: there is no view ${name}`);
    const { view } = model.network;
    return { tensors: networkTensors(model), json: { view: view as unknown as Json, epochs: model.epochs } };
  }

  /**
   * Takes up a network from `viewState`, in place of the one that the view has.
   * @param data what the view is judged on; where it is left out, what it was.
   */
  override takeView(state: State, data?: MultiViewDataset): void {
    const { kind, classNames } = this.#requireSpace();
    const view = state.json.view as unknown as ViewShape;
    const split = data && this.split(withClasses(matchViews(data, [view]), kind, classNames));
    const known = this.#views.get(view.name)?.data;
    const model = this.#makeView(view, storedScaler(state, this.options.scaling, view), split ?? known);
    model.store.load(state.tensors);
    model.epochs = state.json.epochs as number;
  }

  protected override networks(): readonly StoredNetwork[] {
    return [...this.#views.values()];
  }

  protected override fittedOn(view: string): MultiViewDataset | undefined {
    const { epochs, data } = this.#views.get(view)!;
    return epochs > 0 ? data : undefined;
  }

  protected override trainingState(): State {
    return this.#withTraining(this.modelState());
  }

  #withTraining({ tensors, json }: State): State {
    const all = new Map(tensors);
    const steps = new Map<string, number>();
    for (const [name, training] of this.#training) {
      for (const [key, tensor] of training.tensors()) all.set(key, tensor);
      steps.set(name, training.steps);
    }
    return { tensors: all, json: { ...json, steps: Object.fromEntries(steps) } };
  }

  protected override restoreTraining(state: State): void {
    this.takeModel(state);
    this.#resume = state;
  }

  override modelState(): State {
    const { kind, classNames, w } = this.#requireSpace();
    const tensors = new Map([["W", w]]);
    const views: Json[] = [];
    for (const name of this.#views.keys()) {
      const state = this.viewState(name);
      for (const [key, tensor] of state.tensors) tensors.set(key, tensor);
      views.push(state.json);
    }
    return { tensors, json: { kind, classNames, views } };
  }

  protected override savedViews({ json }: State): readonly ViewShape[] {
    return (json.views as State["json"][]).map(({ view }) => view as unknown as ViewShape);
  }

  protected override async build(state: State): Promise<void> {
    const { kind, classNames } = state.json as { kind: Labels["kind"]; classNames: string[] };
    this.#makeSpace(kind, classNames);
    this.takeModel(state);
  }

  protected override takeModel({ tensors, json }: State): void {
    this.#requireSpace().w.data.set(stateTensor({ tensors, json }, "W").data);
    const views = json.views as State["json"][];
    const saved = views.map(({ view }) => (view as unknown as ViewShape).name);
    for (const name of [...this.#views.keys()]) if (!saved.includes(name)) this.#dropView(name);
    for (const view of views) this.takeView({ tensors, json: view });
  }

  #requireSpace(): Space {
    if (this.#space === undefined) throw new Error("fit or load first");
    return this.#space;
  }
}
