// What a method is made of: its name and options, its model, its training, its tasks and its encoders.

import type { z } from "zod";
import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import type { Coloring, RetrievalCurves } from "../../runs/result.js";
import type { ViewShape } from "../feeding.js";
import type { MatchOptions } from "../matching/views.js";
import type { Protocol } from "../protocol.js";
import type { Metrics, Stage, State } from "../training.js";
import type { ExportedModel, PackedCodes, Task } from "./types.js";

/** The surroundings of one model, given to every part of its method. */
export interface Context<Options> {
  /** The method's name. */
  readonly name: string;
  readonly options: Options;
  /** Runs the model, and owns what the model takes of memory. */
  readonly engine: Engine;
  /** The data that the model is fitted on, with splits; undefined where the model was loaded without it. */
  readonly data: MultiViewDataset | undefined;
  /** Gives back a part of the model once no call uses it. */
  whenUnused(action: () => void): void;
}

/** What every model has; a method's own has networks, their parameters and scalers besides. */
export interface Model {
  /** The views that it was trained on, in its order. */
  readonly views: readonly ViewShape[];
}

/** How a model is made, saved and loaded: `describedModel` for those whose networks follow from views and classes. */
export interface ModelPart<Options, M extends Model> {
  /** Checks the data and makes networks with their first values. @throws UserError where the data does not fit. */
  prepare(context: Context<Options>, data: MultiViewDataset): M | Promise<M>;
  /** Makes the networks that a saved model describes, with its values. */
  build(context: Context<Options>, state: State): M | Promise<M>;
  /** What use needs: networks, scalers, as tensors that may lie in the engine's memory. */
  state(model: M): State;
  /** Loads the values of a state into networks that are there. */
  load(model: M, state: State): void;
  /** The views that a saved model was trained on. */
  savedViews(state: State): readonly ViewShape[];
}

/** A training from its first epoch to its last: `stagedTraining` for one whose stages have a trainer each. */
export interface Training {
  readonly stages: readonly Stage[];
  /** What a user should know about the data and the settings before the first epoch, a sentence each; called after `begin`. */
  notes?(): readonly string[];
  /** Called before the first epoch of a run that is not resumed. What it refuses is refused before anything is written. */
  begin?(): void;
  /** The model's state with that of the training beside it: what a checkpoint holds. */
  state(model: State): State;
  /** Resumes from such a state, whose model is loaded already. */
  restore(state: State): void;
}

/** Verbs that only some methods have. */
export type OptionalVerb = "encode" | "retrievalCurves" | "colorings";

/** What a model is used for: one object a model. Data comes matched: with the model's views and columns, in its order. */
export interface Uses {
  /** What `predict` gives, as far as the training has come. */
  readonly predicts?: "clusters" | "classes";
  /** Names of the classes that `predict` gives the numbers of. */
  readonly classes?: readonly string[];
  /** Measures on the data that was fitted. It may be ended by the signal, and then rejects with its reason. */
  evaluate(signal?: AbortSignal): Promise<Metrics>;
  /** Measures on other data. */
  evaluateOn(data: MultiViewDataset, options: MatchOptions): Promise<Metrics>;
  /** What `evaluate` is over, or `evaluateOn` where data is given; undefined where that is not one data set. */
  protocol(data?: MultiViewDataset): Protocol | undefined;
  /** The representation [samples, dimensions]. */
  transform(data: MultiViewDataset): Promise<DenseMatrix>;
  /** A cluster or class for each sample. @throws UserError where the model predicts neither. */
  predict(data: MultiViewDataset): Promise<Int32Array>;
  /** Packed codes of all samples of one view; the data is not matched yet. */
  encode?(view: string, data: MultiViewDataset, options: MatchOptions): Promise<PackedCodes>;
  /** Curves of the last evaluation, by direction. */
  retrievalCurves?(): readonly RetrievalCurves[];
  /** Further ways to color the samples on the embedding map. */
  colorings?(data: MultiViewDataset): readonly Coloring[];
  /** Called once after the last epoch: learns what `predict` needs beyond the networks. */
  finish?(): Promise<void>;
  /** The parameters have changed: measures that were kept are out of date. */
  invalidate?(): void;
  /** What was learned beside the networks, such as centers of clusters, as a part of the model's state. */
  state?(): State;
  /** Loads what `state` gave; called after the networks' values were loaded. */
  load?(state: State): void;
}

/** A task or several: which samples train and test, and what a fitted model is used for. */
export interface TaskPart<Options, M extends Model> {
  readonly verbs?: readonly OptionalVerb[];
  /** Whether other data may lack some of the views. */
  readonly takesSomeViews?: boolean;
  /** The data set with the splits that the method trains and is evaluated on; splits that are there are kept. */
  split(data: MultiViewDataset, options: Options): MultiViewDataset;
  /** The uses of a model. */
  use(context: Context<Options>, model: M): Uses;
}

/** For methods that train views alone: views that come after the fit. Data comes as the user gave it. */
export interface AddedViewsPart<Options, M extends Model> {
  /**
   * Makes a network for the view, or loads it from `resume`, and says how it is trained.
   * @throws UserError where the data does not fit.
   */
  add(context: Context<Options>, model: M, data: MultiViewDataset, view: string, resume?: State): Training;
  /** The network of one view. @throws RangeError where there is no such view. */
  state(model: M, view: string): State;
  /** Loads the network of one view; `data` is what the view is evaluated on from then on, or what it was. */
  load(context: Context<Options>, model: M, state: State, data?: MultiViewDataset): void;
}

/** What the command line, the report and the documentation say of a method. */
export interface MethodInfo<Options> {
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
  /**
   * Settings that end within a minute on two cores for a few thousand samples, to try the method: `--preset quick`. They are not the
   * published ones. Methods that are trained for epochs have them.
   */
  readonly quick?: Partial<Options>;
}

/** A method whole, as `defineMethod` takes it. */
export interface MethodSpec<Options, M extends Model = Model> extends MethodInfo<Options> {
  /** Checks the options together; each by itself is valid. @throws UserError where two do not fit each other. */
  checkOptions?(options: Options): void;
  /** Whether views may be pixels of pictures; by default they are refused. */
  readonly takesPictures?: boolean;
  readonly model: ModelPart<Options, M>;
  /** The data as it is trained on, where that is not the data as it is split: a corrupted copy. */
  workingData?(context: Context<Options>, model: M, data: MultiViewDataset): MultiViewDataset;
  /** The samples that train; by default those of split `train`, or all. @param data with splits. */
  trainedRows?(data: MultiViewDataset, options: Options): Int32Array;
  /** What a user should know about the data that the model is trained on, a sentence each. @param data with splits. */
  dataNotes?(data: MultiViewDataset, options: Options): readonly string[];
  /** How the model is trained, from its first values on. @param data as it is trained on. */
  training(context: Context<Options>, model: M, data: MultiViewDataset): Training | Promise<Training>;
  readonly task: TaskPart<Options, M>;
  /** The encoders as ONNX models: raw features in, scaling inside. */
  exportModels(context: Context<Options>, model: M): ExportedModel[];
  readonly addedViews?: AddedViewsPart<Options, M>;
}
