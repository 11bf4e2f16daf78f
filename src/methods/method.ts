// A method to its users: options in, fit / transform / predict / save / load; and the rules of calls that overlap.

import { readModel, saveModel } from "#model-files";
import { type Engine, sharedEngine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { fitImputer, type Imputation, type Imputed, type Imputer, impute } from "../data/imputation/imputer.js";
import { type DenseMatrix, pictureShape } from "../data/matrix.js";
import { ClosedError, OutOfMemoryError, UserError } from "../errors.js";
import type { Coloring, RetrievalCurves } from "../runs/result.js";
import { allRows, type ViewShape } from "./feeding.js";
import { matchLabels } from "./matching/classes.js";
import {
  countTrained,
  fingerprints,
  fingerprintTensor,
  type StoredFingerprints,
  storedFingerprints,
} from "./matching/trained-rows.js";
import { type MatchOptions, matchViews } from "./matching/views.js";
import { ModelUse } from "./model-use.js";
import { parseOptions } from "./options.js";
import type { Protocol } from "./protocol.js";
import type { Context, MethodSpec, Model, Training, Uses } from "./shared/definition.js";
import { imputationNotes, imputerState, storedImputer, withImputation } from "./shared/imputation-state.js";
import { joinStates } from "./shared/state.js";
import type { ExportedModel, PackedCodes } from "./shared/types.js";
import { type FitHooks, type Metrics, runStages, type Stage, type State, withNotes } from "./training.js";

/** A model with its surroundings and its uses. */
interface Live<Options> {
  readonly context: Context<Options>;
  readonly model: Model;
  readonly uses: Uses;
}

/** The class of a method: made from its options, each of which has a default. */
export type MethodClass = new (options?: object, engine?: Engine) => Method;

/**
 * A method in scikit-learn's manner. The constructor takes options only; `fit` learns from a data set and nothing that it
 * learns is an option. What a method is made of is its definition: see `defineMethod`.
 *
 * Calls may overlap. Those that use the model (`transform`, `predict`, `encode`, `evaluate`, `evaluateOn`) go side by side, and
 * during a training they see the model as it is at the time. Those that make a model (`fit`, `restore`, `reopen`, `addView`) go
 * one after the other; each waits for the uses that began before it, and a use that comes while a model is made waits for that.
 * @example
 * ```ts
 * import { CCA } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import { Method } from "vantage-ml/method";
 *
 * const data = synthetic({ samples: 100, classes: 4 });
 * await using model = await new CCA().fit(data);
 * console.log(model instanceof Method, (await model.transform(data)).rows); // true 100
 * ```
 */
export class Method<Options = object> {
  /** As in the registry of methods: "gmae". */
  readonly name: string;
  readonly options: Options;
  readonly #spec: MethodSpec<Options>;
  #engine: Engine | undefined;
  /** What the present model holds of the engine: it is given back with the model. */
  #scope: Engine | undefined;
  readonly #use = new ModelUse();
  #live: Live<Options> | undefined;
  #isReady = false;
  #disposed: Promise<void> | undefined;
  #fittedOn = "data";
  #trained: StoredFingerprints | undefined;
  #imputer: Imputer | undefined;
  /** What was filled already, by the data as it was matched: nearest samples take time to find. */
  #filledSets = new WeakMap<MultiViewDataset, Imputed>();

  /**
   * Takes the options; nothing is opened yet.
   * @param engine what runs it; by default the shared engine, opened by the first `fit` or `restore`.
   * @throws UserError where an option is invalid.
   */
  constructor(spec: MethodSpec<Options>, options: Partial<Options>, engine?: Engine) {
    this.name = spec.name;
    this.options = parseOptions(spec.name, spec.options, options);
    spec.checkOptions?.(this.options);
    this.#spec = spec;
    this.#engine = engine;
    const { verbs = [] } = spec.task;
    if (verbs.includes("encode")) {
      this.encode = (view, data, options = {}) =>
        this.#using(({ uses }) => uses.encode!(view, this.#filled(data, options), options));
    }
    if (verbs.includes("retrievalCurves")) this.retrievalCurves = () => this.#live?.uses.retrievalCurves?.() ?? [];
    if (verbs.includes("colorings")) this.colorings = (data) => this.#ready().uses.colorings!(this.match(data));
    if (spec.addedViews === undefined) return;
    this.addView = (...call) => this.#use.turn(() => this.#addView(...call));
    this.viewState = (view) => spec.addedViews!.state(this.#ready().model, view);
    this.takeView = (state, data) => {
      const { context, model } = this.#ready();
      spec.addedViews!.load(context, model, state, data);
    };
  }

  /** Opens a model from a run folder, with the views that were added to it. @throws UserError where there is none of this method. */
  static async load<C extends MethodClass>(this: C, folder: string, engine?: Engine): Promise<InstanceType<C>> {
    const { config, state, addedViews } = readModel(folder, new this().name);
    const method = new this(config.options as object, engine) as InstanceType<C>;
    await method.restore(state);
    for (const added of addedViews) method.takeView?.(added.state);
    return method;
  }

  #ready(): Live<Options> {
    if (this.#disposed !== undefined) throw new ClosedError(`this ${this.name} model is disposed of`);
    if (!this.#isReady) throw new UserError(`this ${this.name} model is not fitted: fit or load first`);
    return this.#live!;
  }

  /** Uses a model that is ready and stays while it is used. */
  #using<R>(work: (live: Live<Options>) => Promise<R>): Promise<R> {
    return this.#use.use(async () => work(this.#ready()));
  }

  /** Makes a model in place of the present one, which is given back; where that fails there is none. To be called in a turn. */
  #make<R>(
    make: (context: Context<Options>) => Promise<{ model: Model; data?: MultiViewDataset }>,
    finish: (live: Live<Options>) => Promise<R> | R,
  ): Promise<R> {
    return this.#use.replace(async () => {
      if (this.#disposed !== undefined) throw new ClosedError(`this ${this.name} model is disposed of`);
      this.#engine ??= await sharedEngine();
      this.#isReady = false;
      await this.#scope?.close();
      this.#scope = this.#engine.scope();
      try {
        const context = {
          name: this.name,
          options: this.options,
          engine: this.#scope,
          data: undefined as MultiViewDataset | undefined,
          whenUnused: (action: () => void) => this.#use.whenIdle(action),
        };
        const { model, data } = await make(context);
        context.data = data && (this.#spec.workingData?.(context, model, data) ?? data);
        this.#live = { context, model, uses: this.#spec.task.use(context, model) };
        const made = await finish(this.#live);
        this.#isReady = true;
        return made;
      } catch (error) {
        await this.#scope.close();
        throw error;
      }
    });
  }

  /** Gives back the memory and the sessions of the model, after the calls that were made before; later ones are refused with a ClosedError. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#use.turn(() => this.#use.replace(async () => this.#scope?.close()));
    return this.#disposed;
  }

  /** `dispose`, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** What `predict` gives of a sample: its cluster, its class, or nothing. */
  get predicts(): "clusters" | "classes" | undefined {
    return this.#live?.uses.predicts;
  }

  /** The views that the model was trained on, in its order. @throws UserError before the first fit or load. */
  get views(): readonly ViewShape[] {
    if (this.#live === undefined) throw new UserError(`this ${this.name} model is not fitted: fit or load first`);
    return this.#live.model.views;
  }

  /** Names of the classes that `predict` gives the numbers of; undefined where it gives clusters or nothing, or a run of an older version kept no names. */
  get classes(): readonly string[] | undefined {
    return this.#live?.uses.classes;
  }

  /** The data set with the splits that the method trains and is evaluated on; splits that are there are kept. */
  split(data: MultiViewDataset): MultiViewDataset {
    return this.#spec.task.split(data, this.options);
  }

  /**
   * Measures on the data that was fitted, by the method's published protocol; empty where nothing can be measured, as clusters of
   * data without labels. A signal ends it where it may take long; it then rejects with the signal's reason.
   */
  evaluate(signal?: AbortSignal): Promise<Metrics> {
    return this.#using(({ uses }) => uses.evaluate(signal));
  }

  /**
   * Measures on another data set of the same views; classes are the same where their names are, and samples of classes that the
   * model does not know are left out, with a note.
   * @throws UserError where the views are others than the model knows, or no class is the same.
   */
  evaluateOn(data: MultiViewDataset, options: MatchOptions = {}): Promise<Metrics> {
    return this.#using(({ uses }) => uses.evaluateOn(this.match(data, options), options));
  }

  /**
   * What `evaluate` is over, or `evaluateOn` where data is given; undefined where its samples are not all of one data set, as
   * with a view that was added from another file.
   * @throws UserError where the views are others than the model knows.
   */
  protocol(data?: MultiViewDataset): Protocol | undefined {
    return this.#ready().uses.protocol(data && this.match(data));
  }

  /**
   * The representation of every sample: a float32 matrix, samples × dimensions.
   * @throws UserError where the views are others than the model knows.
   */
  transform(data: MultiViewDataset, options: MatchOptions = {}): Promise<DenseMatrix> {
    return this.#using(({ uses }) => uses.transform(this.match(data, options)));
  }

  /** Clusters, or classes where a classifier was trained (numbers of `classes`), one per sample. */
  predict(data: MultiViewDataset, options: MatchOptions = {}): Promise<Int32Array> {
    return this.#using(({ uses }) => uses.predict(this.match(data, options)));
  }

  /**
   * The encoders as ONNX models: raw features in, scaling inside. Means and medians fill missing values (NaN) there too; `knn`
   * does not, since it needs the training samples.
   */
  exportModels(): ExportedModel[] {
    const { context, model } = this.#ready();
    return this.#spec.exportModels(context, model).map((each) => withImputation(each, this.#imputer));
  }

  /** How missing values are filled, as it was fitted; undefined where the model was trained without. */
  get imputation(): Imputation | undefined {
    return this.#imputer?.kind;
  }

  /**
   * Another data set as the model takes it: its views and columns found by name, in the model's order. What uses the model does
   * this by itself. Missing values are filled as `fit` learned it.
   * @throws UserError with the names of both sides where they do not fit, or where values are missing that nothing fills.
   */
  match(data: MultiViewDataset, options: MatchOptions = {}): MultiViewDataset {
    const matched = matchViews(data, this.views, { ...options, some: this.#spec.task.takesSomeViews });
    return this.#imputed(matched, options.onNote);
  }

  #imputed(matched: MultiViewDataset, onNote: MatchOptions["onNote"]): MultiViewDataset {
    const filled = this.#filledSets.get(matched) ?? impute(this.#imputer, matched);
    this.#filledSets.set(matched, filled);
    for (const note of filled.notes) onNote?.(note);
    return filled.data;
  }

  /** Matched only where values are missing, for what matches by itself. */
  #filled(data: MultiViewDataset, options: MatchOptions): MultiViewDataset {
    return data.views.some(({ incomplete }) => incomplete) ? this.match(data, options) : data;
  }

  /** Samples of classes that the model does not know, by the name of the class; none where it does not predict classes. */
  unknownClasses({ labels }: MultiViewDataset): Readonly<Record<string, number>> {
    if (this.classes === undefined || labels?.kind !== "single") return {};
    return matchLabels(labels, this.classes).unknown;
  }

  /** How many samples the model was trained on; undefined where it does not know which. */
  get trainedSamples(): number | undefined {
    return this.#trained?.tensor.shape[0];
  }

  /**
   * How many samples of a data set are among those that the model was trained on, by the values of their views.
   * @returns undefined where the model does not know: data of more than 2^27 values, a run of an older version.
   */
  countTrained(data: MultiViewDataset): number | undefined {
    return this.#trained && countTrained(this.match(data), storedFingerprints(this.#trained));
  }

  /** Packed codes of all samples of one view, bits / 8 bytes each, for methods that make them; zeros where a sample lacks the view. @throws UserError where there is no such view. */
  encode?(view: string, data: MultiViewDataset, options?: MatchOptions): Promise<PackedCodes>;

  /** Curves of every direction of search as the last evaluation found them, for methods that search between views. */
  retrievalCurves?(): readonly RetrievalCurves[];

  /** Further ways to color the samples on the embedding map, one value per sample. */
  colorings?(data: MultiViewDataset): readonly Coloring[];

  /**
   * Trains a network for a view that came after the fit, leaving all others as they are, for methods that can: the network that
   * `fit` would have given the view beside the others on the same samples.
   * @param data has the view, labels whose classes the model knows, and splits or what option `queries` makes of it.
   * @throws UserError where the model has the view already, the data lacks it, or a class is unknown.
   */
  addView?(data: MultiViewDataset, view: string, hooks?: FitHooks): Promise<void>;

  /** The network of one view, all names beginning with the view's: to be stored apart from the others. */
  viewState?(view: string): State;
  /**
   * Loads a network from `viewState`, in place of the one that the view has.
   * @param data what the view is evaluated on from now on; where it is left out, what it was.
   */
  takeView?(state: State, data?: MultiViewDataset): void;

  /** Learns from a data set. @throws UserError where the data does not fit the method, OutOfMemoryError where it takes too much memory. */
  async fit(data: MultiViewDataset, hooks: FitHooks = {}): Promise<this> {
    try {
      const resume = hooks.resume && { ...hooks.resume, ...this.#apart(hooks.resume) };
      return await this.#use.turn(() => this.#fit(data, { ...hooks, resume }));
    } catch (error) {
      const { batch } = this.options as { batch?: unknown };
      if (!(error instanceof OutOfMemoryError) || typeof batch !== "number") throw error;
      const advice = batch > 0 ? `lower option batch (${batch})` : "set option batch (0 takes the whole set at once)";
      throw new OutOfMemoryError(`${error.message}; ${advice}`);
    }
  }

  async #fit(data: MultiViewDataset, hooks: FitHooks): Promise<this> {
    const spec = this.#spec;
    if (!spec.takesPictures) refusePictures(data, this.name);
    const given = this.split(data);
    const rows = spec.trainedRows?.(given, this.options) ?? given.splits.train ?? allRows(given.samples);
    const imputer =
      hooks.resume === undefined ? hooks.impute && fitImputer(hooks.impute, given, rows) : storedImputer(hooks.resume);
    const { data: split, notes: filled } = impute(imputer, given);
    const training = await this.#make(
      async (context) => {
        this.#fittedOn = data.name;
        this.#takeImputer(imputer);
        return { model: await spec.model.prepare(context, split), data: split };
      },
      async (live) => {
        const { context, model } = live;
        const training = await spec.training(context, model, context.data!);
        const found = fingerprints(split, rows);
        this.#trained = found && fingerprintTensor(found);
        if (hooks.resume === undefined) training.begin?.();
        else {
          this.#load(live, hooks.resume);
          training.restore(hooks.resume);
        }
        return training;
      },
    );
    const notes = [
      ...filled,
      ...imputationNotes(imputer),
      ...(spec.dataNotes?.(split, this.options) ?? []),
      ...(training.notes?.() ?? []),
    ];
    await this.#train(training, () => this.#withKept(training.state(this.modelState())), withNotes(hooks, notes));
    await this.#live!.uses.finish?.();
    return this;
  }

  async #train({ stages }: Training, state: () => State, hooks: FitHooks): Promise<void> {
    const { uses } = this.#live!;
    const followed = stages.map(
      (stage): Stage => ({
        ...stage,
        run: (epoch, onStep) => stage.run(epoch, onStep).finally(() => uses.invalidate?.()),
      }),
    );
    const evaluate = (signal?: AbortSignal) => this.#using(({ uses }) => uses.evaluate(signal));
    const download = () => this.#scope!.download();
    // Also where it was interrupted: what was learned so far can be saved.
    await runStages({ stages: followed, evaluate, download, state }, hooks, hooks.resume?.position).finally(download);
  }

  async #addView(data: MultiViewDataset, view: string, hooks: FitHooks = {}): Promise<void> {
    const { context, model } = this.#ready();
    const { addedViews } = this.#spec;
    const training = addedViews!.add(context, model, data, view, hooks.resume);
    if (hooks.resume !== undefined) training.restore(hooks.resume);
    const state = () => training.state(addedViews!.state(model, view));
    await this.#train(training, state, withNotes(hooks, training.notes?.() ?? []));
  }

  /**
   * Loads a saved model together with the data that it was fitted on, so that `evaluate` measures as after the fit.
   * @throws UserError where the data has other views or columns by now.
   */
  reopen(data: MultiViewDataset, saved: State): Promise<this> {
    const state = this.#apart(saved);
    const { model } = this.#spec;
    return this.#use.turn(() =>
      this.#make(
        async (context) => {
          const imputer = storedImputer(state);
          this.#takeImputer(imputer);
          const split = this.split(impute(imputer, matchViews(data, model.savedViews(state))).data);
          return { model: await model.prepare(context, split), data: split };
        },
        (live) => {
          this.#load(live, state);
          this.#loadTrained(state);
          return this;
        },
      ),
    );
  }

  /** Loads a saved model in place of fitting. */
  restore(saved: State): Promise<this> {
    const state = this.#apart(saved);
    return this.#use.turn(() =>
      this.#make(
        async (context) => {
          this.#takeImputer(storedImputer(state));
          return { model: await this.#spec.model.build(context, state) };
        },
        ({ uses }) => {
          uses.load?.(state);
          this.#loadTrained(state);
          return this;
        },
      ),
    );
  }

  #load({ model, uses }: Live<Options>, state: State): void {
    this.#spec.model.load(model, state);
    uses.load?.(state);
  }

  /** What use needs: networks, scalers, centers. */
  modelState(): State {
    const { model, uses } = this.#ready();
    const state = this.#spec.model.state(model);
    return uses.state === undefined ? state : joinStates(state, uses.state());
  }

  /**
   * The model's state with the fingerprints of the samples that it was trained on: what is saved. A copy, which stays.
   * @throws UserError before the first fit or load; StaleError during a training on a device, where `onCheckpoint` gives it.
   */
  state(): State {
    return this.#apart(this.#withKept(this.modelState()));
  }

  /** The state with what of it lies in the engine's memory, and may go with the present model, copied. */
  #apart({ tensors, json }: State): State {
    const memory = this.#engine?.memory;
    const parts = Array.from(tensors, ([name, { shape, data }]) => {
      return [name, { shape, data: memory?.holds(data) ? data.slice() : data }] as const;
    });
    return { tensors: new Map(parts), json };
  }

  /** The model's state with what the method keeps beside it: fingerprints, imputation. */
  #withKept(state: State): State {
    const kept = this.#imputer === undefined ? state : joinStates(state, imputerState(this.#imputer));
    if (this.#trained === undefined) return kept;
    const { tensor, views } = this.#trained;
    return joinStates(kept, { tensors: new Map([[trainedTensor, tensor]]), json: { trainedViews: [...views] } });
  }

  #takeImputer(imputer: Imputer | undefined): void {
    this.#imputer = imputer;
    this.#filledSets = new WeakMap();
  }

  #loadTrained({ tensors, json }: State): void {
    const tensor = tensors.get(trainedTensor);
    this.#trained = tensor && { tensor, views: json.trainedViews as string[] };
  }

  /** Writes the fitted model as a run folder: settings, checkpoint, encoders. @throws UserError where it is not empty. */
  async save(folder: string): Promise<void> {
    await this.#scope?.download();
    const options = this.options as Record<string, unknown>;
    const seed = typeof options.seed === "number" ? options.seed : 0;
    const config = { method: this.name, dataset: { name: this.#fittedOn }, seed, options };
    await saveModel(folder, config, this.state(), this.exportModels());
  }
}

/** @throws UserError where a view is pixels. */
function refusePictures({ name: dataset, views }: MultiViewDataset, method: string): void {
  const view = views.find(({ matrix }) => pictureShape(matrix) !== undefined);
  if (view === undefined) return;
  throw new UserError(
    `${dataset}: view "${view.name}" is pixels, and ${method} takes features of pictures: leave --image-encoder out, or take djsrh or dchn with --set backbone=alexnet`,
  );
}

const trainedTensor = "trained.fingerprints";
