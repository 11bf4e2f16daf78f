// GMAE, the Generalized Multi-view Auto-Encoder (Zou et al., TPAMI 2026): clustering and classification.

import { readModel } from "#model-files";
import { initialize, Parameters } from "../../core/nn/index.js";
import { type Engine, type NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import { corrupt, parseCorruption } from "../../data/corruption.js";
import { type Labels, MultiViewDataset, presentRows } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { applyScaler, fitScaler, type Scaler } from "../../data/scaling.js";
import { randomSplit } from "../../data/splits.js";
import { UserError } from "../../errors.js";
import { classificationMetrics } from "../../metrics/classification.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { kmeans, nearestCentre } from "../../numerics/kmeans/kmeans.js";
import { requireClusters } from "../clusters.js";
import { allRows, type ViewShape } from "../feeding.js";
import { knownSamples } from "../matching/classes.js";
import { classesOf, unlabelledNotes, withLabel } from "../matching/labelled.js";
import { type MatchOptions, viewShapes } from "../matching/views.js";
import { type ExportedModel, Method, stateTensor } from "../method.js";
import { Once } from "../once.js";
import { parseOptions } from "../options.js";
import type { Protocol } from "../protocol.js";
import { type Json, type Metrics, type Stage, type State, withTraining } from "../training.js";
import { exportGmae, GmaeInference } from "./inference.js";
import { type GmaeNetworks, type GmaeShape, gmaeNetworks } from "./networks.js";
import { type GmaeOptions, gmaeOptions, publishedEpochs } from "./options.js";
import { GmaeTraining } from "./training.js";

/** What is known once data has been seen or a model loaded. */
interface Model {
  readonly views: readonly ViewShape[];
  readonly classNames: readonly string[];
  readonly shape: GmaeShape;
  readonly scalers: readonly Scaler[];
  readonly parameters: Parameters;
  readonly networks: GmaeNetworks;
  readonly store: ParameterStore;
  /** Clusters that k-means looks for. */
  readonly clusters: number;
}

interface Fitted {
  /** The data as it is trained on: scaled and corrupted where a corruption is asked for. */
  readonly data: MultiViewDataset;
  readonly training: GmaeTraining;
  readonly inference: GmaeInference;
}

/**
 * GMAE, the Generalized Multi-view Auto-Encoder (Zou et al., TPAMI 2026): one representation of all views of a sample, a shared
 * part and a part for each view, with k-means or a classification head on it.
 */
export class GMAE extends Method<GmaeOptions> {
  override readonly name = "gmae";
  #model: Model | undefined;
  #fitted: Fitted | undefined;
  readonly #inference = new Once<Model, GmaeInference>();
  #centres: DenseMatrix | undefined;

  /** @param options see `GmaeOptions`; those left out have the published defaults. @throws UserError where one is no good. */
  constructor(options: Partial<GmaeOptions> = {}, engine?: Engine) {
    super(parseOptions("gmae", gmaeOptions, options), engine);
  }

  /** Opens a model from a run folder. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<GMAE> {
    const { config, state } = readModel(folder, "gmae");
    return new GMAE(config.options as Partial<GmaeOptions>, engine).restore(state);
  }

  override get predicts(): "clusters" | "classes" | undefined {
    if (this.#classify) return "classes";
    return this.#centres === undefined ? undefined : "clusters";
  }

  get #classify(): boolean {
    return this.options.task === "classification";
  }

  override get views(): readonly ViewShape[] {
    return this.#requireModel().views;
  }

  override get classes(): readonly string[] | undefined {
    return this.#classify ? this.#requireModel().classNames : undefined;
  }

  /** Of samples without a label none is drawn. */
  override split(data: MultiViewDataset): MultiViewDataset {
    if (!this.#classify || (data.splits.train && data.splits.test)) return data;
    const { seed, testFraction } = this.options;
    const all = allRows(data.samples);
    const labelled = data.labels === undefined ? all : withLabel(data.labels, all);
    const { train, test } = randomSplit(labelled.length, { train: 1 - testFraction, seed });
    const rowsOf = (places: Int32Array) => places.map((place) => labelled[place]!);
    return data.withSplits({ ...data.splits, train: rowsOf(train), test: rowsOf(test) });
  }

  protected override trainedRows(data: MultiViewDataset): Int32Array {
    if (!this.#classify) return allRows(data.samples);
    return this.#labelled(data, "train");
  }

  protected override notesOn(data: MultiViewDataset): readonly string[] {
    if (this.#classify) return unlabelledNotes(data, "they are left out of training and measures");
    return unlabelledNotes(data, "they are trained on and left out of the measures");
  }

  /** The samples of a split that have a label. @throws UserError where there is none. */
  #labelled(data: MultiViewDataset, split: "train" | "test"): Int32Array {
    const rows = withLabel(singleLabels(data, "classification"), data.splits[split]!);
    if (rows.length === 0) throw new UserError(`${data.name}: no sample of split ${split} has a label`);
    return rows;
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const { options } = this;
    const labels = this.#classify ? singleLabels(data, "classification") : data.labels;
    const views = viewShapes(data, ["representation", "probabilities", "code"]);
    const scalers = data.views.map((view) => fitScaler("minmax", view.matrix, presentRows(view)));
    if (!this.#classify) requireClusters(data.name, options.clusters ?? data.classes);
    this.#model = this.#makeModel(views, labels?.names ?? [], scalers);
    this.#centres = undefined;
    const { networks, parameters, store } = this.#model;
    initialize(this.engine.kernels, store, parameters.all, options.seed);
    const work = options.corrupt === undefined ? data : corruptScaled(data, scalers, options.corrupt, options.seed);
    const { clusters } = this.#model;
    const parts = { networks, parameters, store, clusters, scalers: work === data ? scalers : undefined };
    const rows = this.trainedRows(data);
    if (this.#classify) this.#labelled(data, "test");
    if (rows.length < clusters) {
      throw new UserError(`${data.name}: ${rows.length} samples for ${clusters} clusters`);
    }
    const dimensions = data.dimensions;
    this.#fitted = {
      data: work,
      training: await GmaeTraining.compile({ engine: this.engine, data: work, rows, options, ...parts }),
      inference: await GmaeInference.compile(this.engine, networks, store, {
        dimensions,
        classes: this.#model.shape.classes,
        scalers: parts.scalers,
      }),
    };
  }

  #makeModel(views: readonly ViewShape[], classNames: readonly string[], scalers: readonly Scaler[]): Model {
    const { hidden, latent, discriminatorHidden, dropout, headDropout } = this.options;
    const shape: GmaeShape = {
      dimensions: views.map((view) => view.columns),
      hidden,
      latent,
      discriminatorHidden,
      dropout,
      headDropout,
      classes: this.#classify ? classNames.length : 0,
    };
    const parameters = new Parameters();
    const networks = gmaeNetworks(parameters, shape);
    const store = new ParameterStore(this.engine.memory, parameters.all);
    const clusters = this.options.clusters ?? classNames.length;
    return { views, classNames, shape, scalers, parameters, networks, store, clusters };
  }

  protected override stages(): readonly Stage[] {
    const { epochs, evaluateEvery, task } = this.options;
    const { training } = this.#fitted!;
    return [
      { name: "train", epochs: epochs ?? publishedEpochs[task], evaluateEvery, run: (epoch) => training.epoch(epoch) },
    ];
  }

  override async evaluate(): Promise<Metrics> {
    const { data, inference } = this.#fitted!;
    if (!this.#classify) return this.#judgeClusters(data, (await inference.encode(data)).hidden);
    const { values } = singleLabels(data, "classification");
    const judge = (split: "train" | "test") => {
      const rows = this.#labelled(data, split);
      return this.#judgeClassifier(
        data,
        inference,
        rows,
        rows.map((row) => values[row]!),
      );
    };
    const onTest = await judge("test");
    const { kmeans: testClusters, ...metrics } = onTest;
    const { kmeans: trainClusters, ...trainMetrics } = await judge("train");
    return { ...metrics, train: trainMetrics, kmeans: { test: testClusters!, train: trainClusters! } };
  }

  override async evaluateOn(data: MultiViewDataset, options: MatchOptions = {}): Promise<Metrics> {
    const matched = this.match(data, options);
    const inference = await this.#freeInference();
    if (this.#classify) {
      const { rows, truth } = knownSamples(data, this.classes, options.onNote);
      return this.#judgeClassifier(matched, inference, rows, truth);
    }
    return this.#judgeClusters(matched, (await inference.encode(matched)).hidden);
  }

  override protocol(data?: MultiViewDataset): Protocol {
    const { task } = this.options;
    const { clusters } = this.#requireModel();
    if (data !== undefined) {
      const matched = this.match(data);
      return { task, data: matched, test: allRows(matched.samples), clusters };
    }
    const { data: own } = this.#fitted!;
    if (this.#classify) return { task, data: own, test: own.splits.test!, train: own.splits.train!, clusters };
    return { task, data: own, test: allRows(own.samples), clusters };
  }

  /** k-means on the representation against the labels; nothing where there are none. */
  async #judgeClusters(data: MultiViewDataset, z: DenseMatrix): Promise<Metrics> {
    if (data.labels?.kind !== "single") return {};
    const rows = withLabel(data.labels, allRows(data.samples));
    if (rows.length === 0) return {};
    const { labels } = await this.#cluster(z);
    return {
      ...clusteringMetrics(
        classesOf(data.labels, rows),
        rows.map((row) => labels[row]!),
      ),
    };
  }

  /** @param truth class of each of the rows. */
  async #judgeClassifier(
    data: MultiViewDataset,
    inference: GmaeInference,
    rows: Int32Array,
    truth: Int32Array,
  ): Promise<Metrics> {
    const { hidden, classes } = await inference.encode(data, rows);
    const clusters = rows.length >= this.#model!.clusters ? await this.#cluster(hidden) : undefined;
    return {
      ...classificationMetrics(truth, classes!),
      kmeans: clusters === undefined ? {} : { ...clusteringMetrics(truth, clusters.labels) },
    };
  }

  #cluster(z: DenseMatrix) {
    const { starts, seed } = this.options;
    const { clusters } = this.#requireModel();
    return kmeans(z, { clusters, starts, seed, engine: this.engine });
  }

  protected override async finish(): Promise<void> {
    if (this.#classify) return;
    const { data, inference } = this.#fitted!;
    this.#centres = (await this.#cluster((await inference.encode(data)).hidden)).centres;
  }

  /** The representation [samples, dimensions]: the shared part and the specific parts side by side; a missing view counts as zeros. @throws UserError where the views are others than the model knows. */
  override async transform(data: MultiViewDataset, options: MatchOptions = {}): Promise<DenseMatrix> {
    const matched = this.match(data, options);
    return (await (await this.#freeInference()).encode(matched)).hidden;
  }

  override async predict(data: MultiViewDataset, options: MatchOptions = {}): Promise<Int32Array> {
    const matched = this.match(data, options);
    const { hidden, classes } = await (await this.#freeInference()).encode(matched);
    if (classes !== undefined) return classes;
    if (this.#centres === undefined)
      throw new UserError("this model has no clusters to assign: its training was not finished");
    return nearestCentre(hidden, this.#centres, this.engine);
  }

  /** `representation.onnx` for all views together, and `specific-<view>.onnx` for the specific part of one. */
  override exportModels(): ExportedModel[] {
    const { networks, store, views, scalers, shape } = this.#requireModel();
    return exportGmae(networks, store, views, scalers, shape.classes);
  }

  protected override trainingState(): State {
    return withTraining(this.modelState(), this.#fitted!.training.state());
  }

  protected override restoreTraining({ tensors, json }: State): void {
    this.takeModel({ tensors, json });
    this.#fitted!.training.restore({ tensors, json: json.training as State["json"] });
  }

  override modelState(): State {
    const { views, classNames, scalers, store } = this.#requireModel();
    const tensors = new Map<string, NamedTensor>(store.tensors());
    scalers.forEach(({ scale, shift, columns }, v) => {
      tensors.set(`scaler.${v}.scale`, { shape: [columns], data: scale });
      tensors.set(`scaler.${v}.shift`, { shape: [columns], data: shift });
    });
    const centres = this.#centres;
    if (centres) tensors.set("centres", { shape: [centres.rows, centres.columns], data: centres.data });
    return { tensors, json: { views: views as unknown as Json, classNames } };
  }

  protected override async build(state: State): Promise<void> {
    const views = state.json.views as unknown as ViewShape[];
    const scalers = views.map(({ columns }, v): Scaler => {
      const [scale, shift] = ["scale", "shift"].map((part) => stateTensor(state, `scaler.${v}.${part}`).data);
      return { kind: "minmax", columns, scale: scale!, shift: shift! };
    });
    this.#model = this.#makeModel(views, state.json.classNames as string[], scalers);
    this.takeModel(state);
  }

  protected override takeModel({ tensors }: State): void {
    this.#requireModel().store.load(tensors);
    const centres = tensors.get("centres");
    if (centres) this.#centres = dense(centres.shape[0]!, centres.shape[1]!, centres.data);
  }

  #requireModel(): Model {
    if (this.#model === undefined) throw new Error("fit or load first");
    return this.#model;
  }

  /** Inference for data from outside, scaled inside the graph. */
  #freeInference(): Promise<GmaeInference> {
    const model = this.#requireModel();
    const { networks, store, scalers, shape } = model;
    const { dimensions, classes } = shape;
    return this.#inference.of(model, () =>
      GmaeInference.compile(this.engine, networks, store, { dimensions, classes, scalers }),
    );
  }
}

function singleLabels({ name, labels }: MultiViewDataset, use: string): Extract<Labels, { kind: "single" }> {
  if (labels === undefined) throw new UserError(`${name}: ${use} needs labels, and there are none`);
  if (labels.kind !== "single")
    throw new UserError(`${name}: ${use} needs one label per sample, these are multi-labels`);
  return labels;
}

/** The data scaled to [0, 1], then spoilt: noise of deviation 0.5 means half the range of a feature. */
function corruptScaled(
  data: MultiViewDataset,
  scalers: readonly Scaler[],
  how: string,
  seed: number,
): MultiViewDataset {
  const views = data.views.map((view, v) => ({ ...view, matrix: applyScaler(scalers[v]!, view.matrix) }));
  return corrupt(new MultiViewDataset({ ...data, views }), parseCorruption(how), seed);
}
