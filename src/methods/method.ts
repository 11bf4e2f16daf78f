// What every method is to its users: options in, fit / transform / predict / save / load.
import type { z } from "zod";
import type { MultiViewDataset } from "../data/dataset.js";
import type { DenseMatrix } from "../data/matrix.js";
import type { Colouring, RetrievalCurves } from "../runs/result.js";
import { type Engine, type NamedTensor, sharedEngine } from "../runtime/index.js";
import type { Protocol } from "./protocol.js";
import { saveModel } from "./saving.js";
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

/**
 * A method in scikit-learn's manner. The constructor takes options only; `fit` learns from a data set and nothing that it
 * learns is an option. Subclasses say what is built, which stages train it and how it is judged.
 */
export abstract class Method<Options = object> {
  #engine: Engine | undefined;
  #fittedOn = "data";

  /** Takes the options; nothing is opened yet. @param engine what runs it; by default the shared engine, opened by the first `fit` or `restore`. */
  constructor(
    readonly options: Options,
    engine?: Engine,
  ) {
    this.#engine = engine;
  }

  /** What runs the model. @throws Error before the first fit or load. */
  protected get engine(): Engine {
    if (this.#engine === undefined) throw new Error("fit or load first");
    return this.#engine;
  }

  /** As in the registry of methods: "gmae". */
  abstract readonly name: string;

  /** What `predict` tells of a sample: its cluster, its class, or nothing. */
  abstract get predicts(): "clusters" | "classes" | undefined;

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
  /** Takes the tensors of a model into networks that are there. */
  protected abstract takeModel(state: State): void;

  /** Called once after the last epoch: whatever `predict` needs beyond the networks. */
  protected async finish(): Promise<void> {}

  /** Measures on another data set of the same views. */
  abstract evaluateOn(data: MultiViewDataset): Promise<Metrics>;

  /**
   * What `evaluate` is over, or `evaluateOn` where data is given; undefined where its samples are not all of one data set, as
   * with a view that was added from another file.
   * @throws UserError where the views are others than the model knows.
   */
  abstract protocol(data?: MultiViewDataset): Protocol | undefined;

  /** The representation of every sample: a float32 matrix, samples × dimensions. @throws UserError where the views are others than the model knows. */
  abstract transform(data: MultiViewDataset): Promise<DenseMatrix>;

  /** Clusters, or classes where a classifier was trained, one per sample. */
  abstract predict(data: MultiViewDataset): Promise<Int32Array>;

  /** The encoders as ONNX models: raw features in, scaling inside. */
  abstract exportModels(): ExportedModel[];

  /** Codes of all samples of one view, for methods that make them. @throws UserError where there is no such view. */
  encode?(view: string, data: MultiViewDataset): Promise<PackedCodes>;

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

  /** Learns from a data set. @throws UserError where the data does not fit the method. */
  async fit(data: MultiViewDataset, hooks: FitHooks = {}): Promise<this> {
    this.#engine ??= await sharedEngine();
    this.#fittedOn = data.name;
    await this.prepare(this.split(data));
    if (hooks.resume !== undefined) this.restoreTraining(hooks.resume);
    const stages = this.stages(hooks.resume !== undefined);
    const course = {
      stages,
      evaluate: (signal?: AbortSignal) => this.evaluate(signal),
      state: () => this.trainingState(),
    };
    await runStages(course, withNotes(hooks, this.notes()), hooks.resume?.position);
    await this.finish();
    return this;
  }

  /** Takes up a saved model together with the data that it was fitted on, so that `evaluate` measures as after the fit. */
  async reopen(data: MultiViewDataset, state: State): Promise<this> {
    this.#engine ??= await sharedEngine();
    await this.prepare(this.split(data));
    this.takeModel(state);
    return this;
  }

  /** Writes the fitted model as a run folder: settings, checkpoint, encoders. @throws UserError where it is not empty. */
  async save(folder: string): Promise<void> {
    const options = this.options as Record<string, unknown>;
    const seed = typeof options.seed === "number" ? options.seed : 0;
    const config = { method: this.name, dataset: { name: this.#fittedOn }, seed, options };
    await saveModel(folder, config, this.modelState(), this.exportModels());
  }

  /** Takes up a saved model in place of fitting. */
  async restore(state: State): Promise<this> {
    this.#engine ??= await sharedEngine();
    await this.build(state);
    return this;
  }
}

/** A tensor from a state. @throws RangeError where it is missing. */
export function stateTensor(state: State, name: string): NamedTensor {
  const tensor = state.tensors.get(name);
  if (tensor === undefined) throw new RangeError(`the saved model has no ${name}`);
  return tensor;
}
