// What DM2C is used for: k-means fitted on the codes of the training samples, in the common space.

import type { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { mixedModal, modalities } from "../../data/mixed-modal.js";
import { kmeans } from "../../numerics/kmeans/kmeans.js";
import type { Coloring } from "../../runs/result.js";
import { allRows } from "../feeding.js";
import { withLabel } from "../matching/labeled.js";
import type { Protocol } from "../protocol.js";
import type { Context, TaskPart, Uses } from "../shared/definition.js";
import { withTestSplit } from "../shared/splits.js";
import { centersState, joinStates, storedCenters } from "../shared/state.js";
import { assignClusters, clusterMetrics } from "../shared/tasks/clustering.js";
import { requireData } from "../shared/tasks/per-view.js";
import type { Metrics, State } from "../training.js";
import { type FittedModel, presentSpace } from "./dm2c.js";
import { Dm2cInference } from "./inference.js";
import type { Dm2cOptions } from "./options.js";

export const dm2cTask: TaskPart<Dm2cOptions, FittedModel> = {
  verbs: ["colorings"],
  takesSomeViews: true,
  /** Paired data becomes mixed-modal: each sample keeps one of its views, drawn by the seed. */
  split: (data, { test, seed }) =>
    withTestSplit(mixedModal(data, seed), test, seed, (samples) => Math.floor(samples / 5)),
  use: (context, model) => new Dm2cUses(context, model),
};

class Dm2cUses implements Uses {
  readonly #inference: Dm2cInference;
  #centers: DenseMatrix | undefined;

  constructor(
    private readonly context: Context<Dm2cOptions>,
    private readonly model: FittedModel,
  ) {
    this.#inference = new Dm2cInference(context.engine, model);
  }

  get predicts(): "clusters" | undefined {
    return this.#centers === undefined ? undefined : "clusters";
  }

  /** k-means fitted on the training codes and used on the test codes; nothing without labels. */
  async evaluate(): Promise<Metrics> {
    const data = requireData(this.context);
    const { labels: truth, splits } = data;
    if (truth?.kind !== "single") return {};
    const { labels, centers } = await this.#clusterTraining(data);
    const clusterOf = new Map(Array.from(splits.train!, (row, i) => [row, labels[i]!]));
    const train = clusterMetrics(truth, splits.train!, (row) => clusterOf.get(row)!);
    const test = withLabel(truth, splits.test!);
    if (test.length === 0) return train ? { train } : {};
    const clusters = await assignClusters(await this.#encode(data, test), centers, this.context.engine);
    const clusterOfTest = new Map(Array.from(test, (row, i) => [row, clusters[i]!]));
    return { ...clusterMetrics(truth, test, (row) => clusterOfTest.get(row)!), ...(train && { train }) };
  }

  /** Measures of the clusters that `predict` gives; nothing without labels. */
  async evaluateOn(data: MultiViewDataset): Promise<Metrics> {
    const clusters = await this.predict(data);
    return clusterMetrics(data.labels, allRows(data.samples), (row) => clusters[row]!) ?? {};
  }

  protocol(other?: MultiViewDataset): Protocol {
    const { clusters } = this.model;
    if (other !== undefined) {
      const data = this.#mixed(other);
      return { task: "clustering", data, test: allRows(data.samples), clusters };
    }
    const data = requireData(this.context);
    return { task: "clustering", data, test: data.splits.test!, train: data.splits.train!, clusters };
  }

  #mixed(data: MultiViewDataset): MultiViewDataset {
    return mixedModal(data, this.context.options.seed);
  }

  /** @param data mixed-modal. */
  #encode(data: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix> {
    const space = presentSpace(this.model, this.context.options);
    return this.#inference.encode(data, this.#places(data), rows, space);
  }

  /** Of each view of matched data, the place among the model's modalities. */
  #places({ views }: MultiViewDataset): number[] {
    return views.map(({ name }) => this.model.views.findIndex((view) => view.name === name));
  }

  async #clusterTraining(data: MultiViewDataset) {
    const { engine, options } = this.context;
    const codes = await this.#encode(data, data.splits.train!);
    return kmeans(codes, { clusters: this.model.clusters, starts: options.starts, seed: options.seed, engine });
  }

  async finish(): Promise<void> {
    this.#centers = (await this.#clusterTraining(requireData(this.context))).centers;
  }

  /** Codes in the common space. Samples with several views are given one of them, as in training. */
  transform(data: MultiViewDataset): Promise<DenseMatrix> {
    return this.#encode(this.#mixed(data), allRows(data.samples));
  }

  async predict(data: MultiViewDataset): Promise<Int32Array> {
    return assignClusters(await this.transform(data), this.#centers, this.context.engine);
  }

  /** The modality of each sample, in which one sees on a map whether the modalities came together. */
  colorings(data: MultiViewDataset): Coloring[] {
    const mixed = this.#mixed(data);
    const places = this.#places(mixed);
    const values = modalities(mixed).map((v) => places[v]!);
    return [{ name: "modality", values, names: this.model.views.map(({ name }) => name) }];
  }

  state(): State {
    return joinStates({ tensors: new Map(), json: { mapped: this.model.mapped } }, centersState(this.#centers));
  }

  load(state: State): void {
    this.model.mapped = state.json.mapped === true;
    this.#centers = storedCenters(state) ?? this.#centers;
  }
}
