// What every method is to its users: options in, fit / transform / predict / save / load.
import type { z } from "zod";
import { saveModel } from "#model-files";
import { type Engine, type NamedTensor, sharedEngine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import type { DenseMatrix } from "../data/matrix.js";
import { ClosedError, OutOfMemoryError, UserError } from "../errors.js";
import type { Colouring, RetrievalCurves } from "../runs/result.js";
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
import type { Protocol } from "./protocol.js";
import { type FitHooks, type Metrics, runStages, type Stage, type State, withNotes } from "./training.js";

/** What a representation is learned for and judged by. */
export type Task = "clustering" | "classification" | "retrieval";

/** An encoder written as an ONNX model: raw features of named views in, result out, pre-processing inside. */
export interface ExportedModel {
  /** File name without extension. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Hash codes, sample after sample. */
export interface PackedCodes {
  /** Bit 1 for a positive value, the first value in the most significant bit of the first byte (as numpy.packbits). */
  readonly codes: Uint8Array;
  /** Length of a code. */
  readonly bits: number;
}

/** What a method can do and how it is set, for the command line and documentation. */
export interface MethodDefinition<Options = object> {
  /** What the command line calls it: "gmae". */
  readonly name: string;
  readonly title: string;
  /** Where it was published. */
  readonly paper: string;
  readonly tasks: readonly Task[];
  /** Every option with its default and a description. */
  readonly options: z.ZodType<Options> & { readonly shape: Readonly<Record<string, z.ZodType>> };
  /** The authors' settings for their data sets, where they differ from one to another. */
  readonly presets?: Readonly<Record<string, Partial<Options>>>;
  /** The method, not fitted yet; `options` as its schema gives them. */
  create(options: Options, engine?: Engine): Method<Options>;
}

/** What uses a fitted model, several at a time. */
const uses = ["evaluate", "evaluateOn", "transform", "predict", "encode"] as const;
/** What reads a fitted model at once. */
const readings = ["exportModels", "modelState", "viewState"] as const;

/**
 * A method in scikit-learn's manner. The constructor takes options only; `fit` learns from a data set and nothing that it
 * learns is an option. Subclasses say what is built, which stages train it and how it is judged.
 *
 * Calls may overlap. Those that use the model (`transform`, `predict`, `encode`, `evaluate`, `evaluateOn`) go side by side, and
 * during a training they see the model as it is at the time. Those that make a model (`fit`, `restore`, `reopen`, `addView`) go
 * one after the other; each waits for the uses that began before it, and a use that comes while a model is made waits for that.
 */
export abstract class Method<Options = object> {
  #engine: Engine | undefined;
  /** What the present model holds of the engine: it is given back with the model. */
  #scope: Engine | undefined;
  readonly #use = new ModelUse();
  #isReady = false;
  #disposed: Promise<void> | undefined;
  #fittedOn = "data";
  #trained: StoredFingerprints | undefined;

  /** Takes the options; nothing is opened yet. @param engine what runs it; by default the shared engine, opened by the first `fit` or `restore`. */
  constructor(
    readonly options: Options,
    engine?: Engine,
  ) {
    this.#engine = engine;
    for (const verb of uses) this.#guard(verb, (work) => this.#use.use(async () => work()));
    for (const verb of readings) this.#guard(verb, (work) => work());
    this.#guard("addView", (work) => this.#use.turn(async () => work()));
  }

  /** Lets a verb, as the subclass has it, find a model that is ready and stays while it works. */
  #guard(verb: keyof this, begin: (work: () => unknown) => unknown): void {
    const own = this[verb] as ((...args: never[]) => unknown) | undefined;
    if (own === undefined) return;
    const value = (...args: never[]) =>
      begin(() => {
        this.#requireReady();
        return own.apply(this, args);
      });
    Object.defineProperty(this, verb, { value, configurable: true, writable: true });
  }

  /** What runs the model, and holds what the model takes of memory. @throws Error before the first fit or load. */
  protected get engine(): Engine {
    if (this.#scope === undefined) throw new Error("fit or load first");
    return this.#scope;
  }

  #requireReady(): void {
    if (this.#disposed !== undefined) throw new ClosedError(`this ${this.name} model is disposed of`);
    if (!this.#isReady) throw new UserError(`this ${this.name} model is not fitted: fit or load first`);
  }

  /** Makes a model in place of the present one, which is given back; where that fails there is none. To be called in a turn. */
  #make<R>(work: () => Promise<R>): Promise<R> {
    return this.#use.replace(async () => {
      if (this.#disposed !== undefined) throw new ClosedError(`this ${this.name} model is disposed of`);
      this.#engine ??= await sharedEngine();
      this.#isReady = false;
      await this.#scope?.close();
      this.#scope = this.#engine.scope();
      try {
        const made = await work();
        this.#isReady = true;
        return made;
      } catch (error) {
        await this.#scope.close();
        throw error;
      }
    });
  }

  /** Has a part of the model given back once nothing uses it. */
  protected whenUnused(action: () => void): void {
    this.#use.whenIdle(action);
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

  /** As in the registry of methods: "gmae". */
  abstract readonly name: string;

  /** What `predict` tells of a sample: its cluster, its class, or nothing. */
  abstract get predicts(): "clusters" | "classes" | undefined;

  /** The views that the model was trained on, in its order. @throws Error before the first fit or load. */
  abstract get views(): readonly ViewShape[];

  /** Names of the classes that `predict` gives the numbers of; undefined where it gives clusters or nothing, or a run of an older version kept no names. */
  get classes(): readonly string[] | undefined {
    return undefined;
  }

  /** Whether other data may lack some of the views. */
  protected get takesSomeViews(): boolean {
    return false;
  }

  /** The samples that the model is trained on. @param data with splits. */
  protected trainedRows(data: MultiViewDataset): Int32Array {
    return data.splits.train ?? allRows(data.samples);
  }

  /** What a user should know about the data that the model is trained on, a sentence each; the data has splits. */
  protected notesOn(_data: MultiViewDataset): readonly string[] {
    return [];
  }

  /** The data set with the splits that the method trains and is judged on; splits that are there are kept. */
  abstract split(data: MultiViewDataset): MultiViewDataset;

  /** Makes networks and everything else that training on this data needs. */
  protected abstract prepare(data: MultiViewDataset): Promise<void>;

  /**
   * The parts of the training, in their order; called after `prepare`, and where training is gone on with (`resumed`), after
   * `restoreTraining`. What it refuses is refused before anything is written.
   */
  protected abstract stages(resumed: boolean): readonly Stage[];

  /** What a user should know about the data and the settings before training begins, a sentence each; called after `stages`. */
  protected notes(): readonly string[] {
    return [];
  }

  /**
   * Measures on the data that was fitted, by the method's published protocol. A signal ends it where it may take long; it then
   * rejects with the signal's reason.
   */
  abstract evaluate(signal?: AbortSignal): Promise<Metrics>;

  /** What training goes on from. */
  protected abstract trainingState(): State;
  /** Goes on from a `trainingState`; called after `prepare`. */
  protected abstract restoreTraining(state: State): void;

  /** What use needs: networks, scalers, centres. `build` makes the networks from its json, then takes its tensors. */
  abstract modelState(): State;
  /** Makes the networks that a saved model describes, and takes its tensors. */
  protected abstract build(state: State): Promise<void>;
  /** The views that a saved model was trained on. */
  protected savedViews({ json }: State): readonly ViewShape[] {
    return json.views as unknown as ViewShape[];
  }

  /** Takes the tensors of a model into networks that are there. */
  protected abstract takeModel(state: State): void;

  /** Called once after the last epoch: whatever `predict` needs beyond the networks. */
  protected async finish(): Promise<void> {}

  /**
   * Measures on another data set of the same views; classes are the same where their names are, and samples of classes that the
   * model does not know are left out, with a note.
   * @throws UserError where the views are others than the model knows, or no class is the same.
   */
  abstract evaluateOn(data: MultiViewDataset, options?: MatchOptions): Promise<Metrics>;

  /**
   * What `evaluate` is over, or `evaluateOn` where data is given; undefined where its samples are not all of one data set, as
   * with a view that was added from another file.
   * @throws UserError where the views are others than the model knows.
   */
  abstract protocol(data?: MultiViewDataset): Protocol | undefined;

  /** The representation of every sample: a float32 matrix, samples × dimensions. @throws UserError where the views are others than the model knows. */
  abstract transform(data: MultiViewDataset, options?: MatchOptions): Promise<DenseMatrix>;

  /** Clusters, or classes where a classifier was trained (numbers of `classes`), one per sample. */
  abstract predict(data: MultiViewDataset, options?: MatchOptions): Promise<Int32Array>;

  /** The encoders as ONNX models: raw features in, scaling inside. */
  abstract exportModels(): ExportedModel[];

  /** Codes of all samples of one view, for methods that make them. @throws UserError where there is no such view. */
  encode?(view: string, data: MultiViewDataset, options?: MatchOptions): Promise<PackedCodes>;

  /**
   * Another data set as the model takes it: its views and columns found by name, in the model's order. What uses the model does
   * this by itself.
   * @throws UserError with the names of both sides where they do not fit.
   */
  match(data: MultiViewDataset, options: MatchOptions = {}): MultiViewDataset {
    return matchViews(data, this.views, { ...options, some: this.takesSomeViews });
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

  /** Curves of every direction of search as the last evaluation found them, for methods that search between views. */
  retrievalCurves?(): readonly RetrievalCurves[];

  /** Trains a network for a view that came after the fit, leaving all others as they are, for methods that can. */
  addView?(data: MultiViewDataset, view: string, hooks?: FitHooks): Promise<void>;

  /** The network of one view, to be kept apart from the others; `takeView` takes it up again. */
  viewState?(view: string): State;
  /** Takes up the network of one view; `data` is what the view is judged on from now on. */
  takeView?(state: State, data?: MultiViewDataset): void;

  /** Further ways to colour the samples on the embedding map, one value per sample. */
  colourings?(data: MultiViewDataset): readonly Colouring[];

  /** Learns from a data set. @throws UserError where the data does not fit the method, OutOfMemoryError where it takes too much memory. */
  async fit(data: MultiViewDataset, hooks: FitHooks = {}): Promise<this> {
    try {
      const resume = hooks.resume && { ...hooks.resume, ...this.#apart(hooks.resume) };
      return await this.#use.turn(() => this.#fit(data, { ...hooks, resume }));
    } catch (error) {
      const { batch } = this.options as { batch?: unknown };
      if (!(error instanceof OutOfMemoryError) || typeof batch !== "number") throw error;
      const advice =
        batch > 0 ? `lower option batch (${batch})` : "set option batch, which is 0: the whole set at once";
      throw new OutOfMemoryError(`${error.message}; ${advice}`);
    }
  }

  async #fit(data: MultiViewDataset, hooks: FitHooks): Promise<this> {
    const split = this.split(data);
    const stages = await this.#make(async () => {
      this.#fittedOn = data.name;
      await this.prepare(split);
      const found = fingerprints(split, this.trainedRows(split));
      this.#trained = found && fingerprintTensor(found);
      if (hooks.resume !== undefined) this.restoreTraining(hooks.resume);
      return this.stages(hooks.resume !== undefined);
    });
    const course = {
      stages,
      evaluate: (signal?: AbortSignal) => this.evaluate(signal),
      state: () => this.#withTrained(this.trainingState()),
    };
    await runStages(course, withNotes(hooks, [...this.notesOn(split), ...this.notes()]), hooks.resume?.position);
    await this.finish();
    return this;
  }

  /**
   * Takes up a saved model together with the data that it was fitted on, so that `evaluate` measures as after the fit.
   * @throws UserError where the data has other views or columns by now.
   */
  reopen(data: MultiViewDataset, saved: State): Promise<this> {
    const state = this.#apart(saved);
    return this.#use.turn(() =>
      this.#make(async () => {
        await this.prepare(this.split(matchViews(data, this.savedViews(state))));
        this.takeModel(state);
        this.#takeTrained(state);
        return this;
      }),
    );
  }

  /**
   * The model's state with the fingerprints of the samples that it was trained on: what is saved. A copy, which stays.
   * @throws UserError before the first fit or load.
   */
  state(): State {
    return this.#apart(this.#withTrained(this.modelState()));
  }

  /** The state with what of it lies in the engine's memory, and may go with the present model, copied. */
  #apart({ tensors, json }: State): State {
    const memory = this.#engine?.memory;
    const parts = Array.from(tensors, ([name, { shape, data }]) => {
      return [name, { shape, data: memory?.holds(data) ? data.slice() : data }] as const;
    });
    return { tensors: new Map(parts), json };
  }

  #withTrained(state: State): State {
    if (this.#trained === undefined) return state;
    const { tensor, views } = this.#trained;
    const { tensors, json } = state;
    return { tensors: new Map([...tensors, [trainedTensor, tensor]]), json: { ...json, trainedViews: [...views] } };
  }

  #takeTrained({ tensors, json }: State): void {
    const tensor = tensors.get(trainedTensor);
    this.#trained = tensor && { tensor, views: json.trainedViews as string[] };
  }

  /** Writes the fitted model as a run folder: settings, checkpoint, encoders. @throws UserError where it is not empty. */
  async save(folder: string): Promise<void> {
    const options = this.options as Record<string, unknown>;
    const seed = typeof options.seed === "number" ? options.seed : 0;
    const config = { method: this.name, dataset: { name: this.#fittedOn }, seed, options };
    await saveModel(folder, config, this.state(), this.exportModels());
  }

  /** Takes up a saved model in place of fitting. */
  restore(saved: State): Promise<this> {
    const state = this.#apart(saved);
    return this.#use.turn(() =>
      this.#make(async () => {
        await this.build(state);
        this.#takeTrained(state);
        return this;
      }),
    );
  }
}

const trainedTensor = "trained.fingerprints";

/** A tensor from a state. @throws RangeError where it is missing. */
export function stateTensor(state: State, name: string): NamedTensor {
  const tensor = state.tensors.get(name);
  if (tensor === undefined) throw new RangeError(`the saved model has no ${name}`);
  return tensor;
}
