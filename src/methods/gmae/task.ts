// What GMAE is used for: k-means on the representation of all samples, or the classification head on held-out ones.

import type { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { randomSplit } from "../../data/splits.js";
import { classificationMetrics } from "../../metrics/classification.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { kmeans } from "../../numerics/kmeans/kmeans.js";
import { allRows } from "../feeding.js";
import { knownSamples } from "../matching/classes.js";
import { classesOf, withLabel } from "../matching/labeled.js";
import type { MatchOptions } from "../matching/views.js";
import type { Protocol } from "../protocol.js";
import { Cache } from "../shared/cache.js";
import type { Context, TaskPart, Uses } from "../shared/definition.js";
import { centersState, storedCenters } from "../shared/state.js";
import { labeledSplit, requireClasses } from "../shared/tasks/classification.js";
import { assignClusters, clusterMetrics } from "../shared/tasks/clustering.js";
import { requireData } from "../shared/tasks/per-view.js";
import type { Metrics, State } from "../training.js";
import type { GmaeModel } from "./gmae.js";
import { GmaeInference } from "./inference.js";
import type { GmaeOptions } from "./options.js";

export const gmaeTask: TaskPart<GmaeOptions, GmaeModel> = {
  /** Of samples without a label none is drawn. */
  split(data, { task, seed, testFraction }) {
    if (task !== "classification" || (data.splits.train && data.splits.test)) return data;
    const all = allRows(data.samples);
    const labeled = data.labels === undefined ? all : withLabel(data.labels, all);
    const { train, test } = randomSplit(labeled.length, { train: 1 - testFraction, seed });
    const rowsOf = (places: Int32Array) => places.map((place) => labeled[place]!);
    return data.withSplits({ ...data.splits, train: rowsOf(train), test: rowsOf(test) });
  },
  use: (context, model) => new GmaeUses(context, model),
};

class GmaeUses implements Uses {
  /** By whether scaling is done in the graph. */
  readonly #inference = new Cache<boolean, GmaeInference>();
  #centers: DenseMatrix | undefined;
  readonly #classify: boolean;

  constructor(
    private readonly context: Context<GmaeOptions>,
    private readonly model: GmaeModel,
  ) {
    this.#classify = context.options.task === "classification";
  }

  get predicts(): "clusters" | "classes" | undefined {
    if (this.#classify) return "classes";
    return this.#centers === undefined ? undefined : "clusters";
  }

  get classes(): readonly string[] | undefined {
    return this.#classify ? this.model.classNames : undefined;
  }

  /** Inference for data as it comes; for the fitted data, which is scaled already where it is corrupted, `fitted`. */
  #encoder(fitted = false): Promise<GmaeInference> {
    const scales = !fitted || this.context.options.corrupt === undefined;
    const { networks, store, scalers, shape } = this.model;
    const { dimensions, classes } = shape;
    const parts = { dimensions, classes, ...(scales && { scalers }) };
    return this.#inference.of(scales, () => GmaeInference.compile(this.context.engine, networks, store, parts));
  }

  async evaluate(): Promise<Metrics> {
    const data = requireData(this.context);
    const encoder = await this.#encoder(true);
    if (!this.#classify) return this.#evaluateClusters(data, encoder);
    const labels = requireClasses(data);
    const measure = (split: "train" | "test") => {
      const rows = labeledSplit(data, split);
      return this.#evaluateClasses(data, encoder, rows, classesOf(labels, rows));
    };
    const { kmeans: testClusters, ...metrics } = await measure("test");
    const { kmeans: trainClusters, ...train } = await measure("train");
    return { ...metrics, train, kmeans: { test: testClusters!, train: trainClusters! } };
  }

  async evaluateOn(data: MultiViewDataset, options: MatchOptions): Promise<Metrics> {
    const encoder = await this.#encoder();
    if (!this.#classify) return this.#evaluateClusters(data, encoder);
    const { rows, truth } = knownSamples(data, this.classes, options.onNote);
    return this.#evaluateClasses(data, encoder, rows, truth);
  }

  protocol(other?: MultiViewDataset): Protocol {
    const { task } = this.context.options;
    const { clusters } = this.model;
    const data = other ?? requireData(this.context);
    if (other !== undefined || !this.#classify) return { task, data, test: allRows(data.samples), clusters };
    return { task, data, test: data.splits.test!, train: data.splits.train!, clusters };
  }

  /** k-means on the representation against the labels; nothing where there are none. */
  async #evaluateClusters(data: MultiViewDataset, encoder: GmaeInference): Promise<Metrics> {
    if (data.labels?.kind !== "single" || withLabel(data.labels, allRows(data.samples)).length === 0) return {};
    const { labels } = await this.#cluster((await encoder.encode(data)).hidden);
    return clusterMetrics(data.labels, allRows(data.samples), (row) => labels[row]!)!;
  }

  /** @param truth class of each of the rows. */
  async #evaluateClasses(
    data: MultiViewDataset,
    encoder: GmaeInference,
    rows: Int32Array,
    truth: Int32Array,
  ): Promise<Metrics> {
    const { hidden, classes } = await encoder.encode(data, rows);
    const clusters = rows.length >= this.model.clusters ? await this.#cluster(hidden) : undefined;
    return {
      ...classificationMetrics(truth, classes!),
      kmeans: clusters === undefined ? {} : { ...clusteringMetrics(truth, clusters.labels) },
    };
  }

  #cluster(z: DenseMatrix) {
    const { engine, options } = this.context;
    return kmeans(z, { clusters: this.model.clusters, starts: options.starts, seed: options.seed, engine });
  }

  async finish(): Promise<void> {
    if (this.#classify) return;
    const { hidden } = await (await this.#encoder(true)).encode(requireData(this.context));
    this.#centers = (await this.#cluster(hidden)).centers;
  }

  /** The shared part and the specific parts side by side; a missing view counts as zeros. */
  async transform(data: MultiViewDataset): Promise<DenseMatrix> {
    return (await (await this.#encoder()).encode(data)).hidden;
  }

  async predict(data: MultiViewDataset): Promise<Int32Array> {
    const { hidden, classes } = await (await this.#encoder()).encode(data);
    return classes ?? assignClusters(hidden, this.#centers, this.context.engine);
  }

  state(): State {
    return centersState(this.#centers);
  }

  load(state: State): void {
    this.#centers = storedCenters(state) ?? this.#centers;
  }
}
