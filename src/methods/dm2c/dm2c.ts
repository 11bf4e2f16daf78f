// DM2C, Deep Mixed-Modal Clustering (Jiang et al., NeurIPS 2019): clusters of samples that are each in one modality only.

import { readModel } from "#model-files";
import type { Engine, NamedTensor } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { mixedModal, modalities } from "../../data/mixed-modal.js";
import { scalingNote } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { kmeans, nearestCentre } from "../../numerics/kmeans/kmeans.js";
import type { Colouring } from "../../runs/result.js";
import { requireClusters } from "../clusters.js";
import { allRows, type ViewShape } from "../feeding.js";
import { classesOf, unlabelledNotes, withLabel } from "../matching/labelled.js";
import { type MatchOptions, viewShapes } from "../matching/views.js";
import { type ExportedModel, Method } from "../method.js";
import { parseOptions } from "../options.js";
import type { Protocol } from "../protocol.js";
import { type Json, type Metrics, type Stage, type State, withTraining } from "../training.js";
import { Dm2cInference, exportDm2c, type Space } from "./inference.js";
import { type Dm2cModel, dm2cModel } from "./model.js";
import { type Dm2cOptions, dm2cOptions } from "./options.js";
import { takeAutoencoders } from "./reuse.js";
import { mixedModalSplit, trainingRows } from "./split.js";
import { Dm2cTraining } from "./training.js";

interface Model extends Dm2cModel {
  readonly classNames: readonly string[];
  readonly inference: Dm2cInference;
  /** Clusters that k-means looks for. */
  readonly clusters: number;
}

interface Fitted {
  /** Mixed-modal, with splits. */
  readonly data: MultiViewDataset;
  readonly training: Dm2cTraining;
  /** On the scaling of its modalities. */
  readonly notes: readonly string[];
}

/**
 * DM2C, Deep Mixed-Modal Clustering (Jiang et al., NeurIPS 2019): clusters of samples that exist in one modality each, by
 * autoencoders and mappings between their codes.
 */
export class DM2C extends Method<Dm2cOptions> {
  override readonly name = "dm2c";
  #model: Model | undefined;
  #fitted: Fitted | undefined;
  #centres: DenseMatrix | undefined;
  /** Whether the mappings are trained: before, codes stay in their own spaces. */
  #mapped = false;

  /** @param options see `Dm2cOptions`; those left out have the published defaults. @throws UserError where one is no good. */
  constructor(options: Partial<Dm2cOptions> = {}, engine?: Engine) {
    super(parseOptions("dm2c", dm2cOptions, options), engine);
    if (this.options.pretrainOnly && this.options.reuse !== undefined) {
      throw new UserError("options pretrainOnly and reuse: the one ends where the other begins, give one of them");
    }
  }

  /** Opens a model from a run folder. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<DM2C> {
    const { config, state } = readModel(folder, "dm2c");
    return new DM2C(config.options as Partial<Dm2cOptions>, engine).restore(state);
  }

  override get predicts(): "clusters" | undefined {
    return this.#centres === undefined ? undefined : "clusters";
  }

  override get views(): readonly ViewShape[] {
    return this.#requireModel().views;
  }

  protected override get takesSomeViews(): boolean {
    return true;
  }

  protected override notesOn(data: MultiViewDataset): readonly string[] {
    return unlabelledNotes(data, "they are trained on and left out of the measures");
  }

  /** Paired data becomes mixed-modal: each sample keeps one of its views, drawn by the seed. */
  override split(data: MultiViewDataset): MultiViewDataset {
    return mixedModalSplit(data, this.options.test, this.options.seed);
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const { engine, options } = this;
    requireClusters(data.name, options.clusters ?? data.classes);
    const rows = trainingRows(data);
    const views = viewShapes(data, ["code"]);
    this.#model = this.#makeModel(views, data.labels?.names ?? []);
    this.#mapped = false;
    this.#centres = undefined;
    const { preprocessing, store, clusters } = this.#model;
    const samples = rows.reduce((sum, own) => sum + own.length, 0);
    if (samples < clusters) throw new UserError(`${data.name}: ${samples} training samples for ${clusters} clusters`);
    this.#space();
    const notes: string[] = [];
    for (const [m, { fit }] of preprocessing.entries()) {
      const scaler = await fit(engine, store, data.views[m]!.matrix, rows[m]!);
      const note = scalingNote(scaler, data.views[m]!.name);
      if (note !== undefined) notes.push(note);
    }
    this.#fitted = { data, notes, training: new Dm2cTraining({ engine, model: this.#model, data, rows, options }) };
  }

  #makeModel(views: readonly ViewShape[], classNames: readonly string[]): Model {
    const { engine, options } = this;
    const model = dm2cModel(engine, views, options, options.seed);
    const clusters = options.clusters ?? classNames.length;
    return { ...model, classNames, clusters, inference: new Dm2cInference(engine, model) };
  }

  protected override stages(resumed: boolean): readonly Stage[] {
    const { epochs, pretrainEpochs, pretrainOnly, reuse, evaluateEvery } = this.options;
    const { training } = this.#fitted!;
    const model = this.#requireModel();
    if (reuse !== undefined && !resumed) takeAutoencoders(model, reuse);
    const pretraining = model.views.map(
      ({ name }, m, { length }): Stage => ({
        name: `pretrain ${name}`,
        epochs: pretrainEpochs,
        // At the end: what the codes are worth before they are brought together.
        evaluateEvery: m === length - 1 ? pretrainEpochs : 0,
        run: (epoch) => training.pretrain(m, epoch),
      }),
    );
    const main: Stage = {
      name: "train",
      epochs,
      evaluateEvery,
      run: async (epoch) => {
        this.#mapped = true;
        return training.train(epoch);
      },
    };
    if (pretrainOnly) return pretraining;
    return reuse === undefined ? [...pretraining, main] : [main];
  }

  protected override notes(): readonly string[] {
    return this.#fitted!.notes;
  }

  /** Where codes are compared: the space that `unify` names, or each its own. @throws UserError for an unknown modality. */
  #space(): Space {
    const { views } = this.#requireModel();
    const { unify } = this.options;
    const place = unify === "first" ? 0 : unify === "second" ? 1 : views.findIndex(({ name }) => name === unify);
    if (place < 0 && unify !== "neither") {
      throw new UserError(
        `option unify: there is no modality ${unify}; expected first, second, neither, ${views.map(({ name }) => name).join(", ")}`,
      );
    }
    return place < 0 || !this.#mapped ? undefined : place;
  }

  /** k-means fitted on the training codes and used on the test codes; nothing without labels. */
  override async evaluate(): Promise<Metrics> {
    const { data } = this.#fitted!;
    if (data.labels?.kind !== "single") return {};
    const { labels: truth, splits } = data;
    const { labels, centres } = await this.#clusterTraining();
    const test = withLabel(truth, splits.test!);
    const clusterOf = new Map(Array.from(splits.train!, (row, i) => [row, labels[i]!]));
    const train = withLabel(truth, splits.train!);
    const onTrain =
      train.length > 0 &&
      clusteringMetrics(
        classesOf(truth, train),
        train.map((row) => clusterOf.get(row)!),
      );
    if (test.length === 0) return onTrain ? { train: { ...onTrain } } : {};
    const testClusters = await nearestCentre(await this.#encodeFitted(test), centres, this.engine);
    return { ...clusteringMetrics(classesOf(truth, test), testClusters), ...(onTrain && { train: { ...onTrain } }) };
  }

  override protocol(data?: MultiViewDataset): Protocol {
    const { clusters } = this.#requireModel();
    if (data !== undefined) {
      const mixed = mixedModal(this.match(data), this.options.seed);
      return { task: "clustering", data: mixed, test: allRows(mixed.samples), clusters };
    }
    const { data: own } = this.#fitted!;
    return { task: "clustering", data: own, test: own.splits.test!, train: own.splits.train!, clusters };
  }

  #encodeFitted(rows: Int32Array): Promise<DenseMatrix> {
    const { data } = this.#fitted!;
    const places = data.views.map((_, v) => v);
    return this.#requireModel().inference.encode(data, places, rows, this.#space());
  }

  async #clusterTraining() {
    const { starts, seed } = this.options;
    const { clusters } = this.#requireModel();
    const codes = await this.#encodeFitted(this.#fitted!.data.splits.train!);
    return kmeans(codes, { clusters, starts, seed, engine: this.engine });
  }

  protected override async finish(): Promise<void> {
    this.#centres = (await this.#clusterTraining()).centres;
  }

  /** Measures of the clusters that `predict` gives; nothing without labels. */
  override async evaluateOn(data: MultiViewDataset, options: MatchOptions = {}): Promise<Metrics> {
    const { labels } = data;
    const clusters = await this.predict(data, options);
    if (labels?.kind !== "single") return {};
    const rows = withLabel(labels, allRows(data.samples));
    if (rows.length === 0) return {};
    return {
      ...clusteringMetrics(
        classesOf(labels, rows),
        rows.map((row) => clusters[row]!),
      ),
    };
  }

  /** Codes in the common space. Samples with several views are given one of them, as in training. */
  override async transform(data: MultiViewDataset, options: MatchOptions = {}): Promise<DenseMatrix> {
    const mixed = mixedModal(this.match(data, options), this.options.seed);
    return this.#requireModel().inference.encode(mixed, this.#places(mixed), allRows(data.samples), this.#space());
  }

  /** Of each view of matched data, the place among the model's modalities. */
  #places({ views }: MultiViewDataset): number[] {
    return views.map(({ name }) => this.#requireModel().views.findIndex((view) => view.name === name));
  }

  override async predict(data: MultiViewDataset, options: MatchOptions = {}): Promise<Int32Array> {
    const codes = await this.transform(data, options);
    if (this.#centres === undefined)
      throw new UserError("this model has no clusters to assign: its training was not finished");
    return nearestCentre(codes, this.#centres, this.engine);
  }

  /** The modality of each sample, in which one sees on a map whether the modalities came together. */
  override colourings(data: MultiViewDataset): Colouring[] {
    const mixed = mixedModal(this.match(data), this.options.seed);
    const places = this.#places(mixed);
    const values = modalities(mixed).map((v) => places[v]!);
    return [{ name: "modality", values, names: this.#requireModel().views.map(({ name }) => name) }];
  }

  /** `<modality>.onnx`: raw features, an input named as the modality, to `code` in the common space. */
  override exportModels(): ExportedModel[] {
    return exportDm2c(this.#requireModel(), this.#space());
  }

  protected override trainingState(): State {
    return withTraining(this.modelState(), this.#fitted!.training.state());
  }

  protected override restoreTraining({ tensors, json }: State): void {
    this.takeModel({ tensors, json });
    this.#fitted!.training.restore({ tensors, json: json.training as State["json"] });
  }

  override modelState(): State {
    const { views, classNames, store } = this.#requireModel();
    const tensors = new Map<string, NamedTensor>(store.tensors());
    const centres = this.#centres;
    if (centres) tensors.set("centres", { shape: [centres.rows, centres.columns], data: centres.data });
    return { tensors, json: { views: views as unknown as Json, classNames, mapped: this.#mapped } };
  }

  protected override async build(state: State): Promise<void> {
    this.#model = this.#makeModel(state.json.views as unknown as ViewShape[], state.json.classNames as string[]);
    this.takeModel(state);
  }

  protected override takeModel({ tensors, json }: State): void {
    this.#requireModel().store.load(tensors);
    this.#mapped = json.mapped === true;
    const centres = tensors.get("centres");
    if (centres) this.#centres = dense(centres.shape[0]!, centres.shape[1]!, centres.data);
  }

  #requireModel(): Model {
    if (this.#model === undefined) throw new Error("fit or load first");
    return this.#model;
  }
}
