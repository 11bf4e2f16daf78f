// What methods that represent each view by itself have in common: splits, the papers' three tasks, and the judges' state.

import type { NamedTensor } from "../../core/runtime/index.js";
import type { Labels, MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { classificationMetrics } from "../../metrics/classification.js";
import { type LinearSvm, predictLinearSvm } from "../../numerics/classifiers/linear-svm.js";
import { nearestCentre } from "../../numerics/kmeans/kmeans.js";
import type { RetrievalCurves } from "../../runs/result.js";
import { allRows } from "../feeding.js";
import { labelsOf } from "../hashing/labels.js";
import { knownSamples } from "../matching/classes.js";
import { unlabelledNotes, withLabel } from "../matching/labelled.js";
import type { MatchOptions } from "../matching/views.js";
import { Method, stateTensor } from "../method.js";
import type { Protocol } from "../protocol.js";
import type { Metrics, State } from "../training.js";
import { judgeClassifiers, judgeClusters, judgeRetrieval, pairedRetrieval } from "./judges.js";
import type { PerViewOptions } from "./options.js";
import { sideBySide } from "./side-by-side.js";
import { withTestSplit } from "./split.js";

/**
 * A method that gives each view a representation of its own: splits, clustering (k-means), classification (linear SVM, nearest
 * neighbour, MLP), retrieval and their measures are here; a subclass says what `represent` gives.
 */
export abstract class PerViewMethod<Options extends PerViewOptions> extends Method<Options> {
  #fittedOn: MultiViewDataset | undefined;
  #centres: DenseMatrix | undefined;
  #svm: LinearSvm | undefined;
  #curves: readonly RetrievalCurves[] = [];
  #measured: Metrics | undefined;

  /** The representation of each view [rows, dimensions], in the order of the rows. */
  protected abstract represent(data: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix[]>;

  /** How many clusters are looked for. */
  protected abstract clusterCount(): number;

  /** Called before every evaluation of the fitted data: what depends on all training samples is settled here. */
  protected async settle(_data: MultiViewDataset, _train: Int32Array): Promise<void> {}

  override get predicts(): "clusters" | "classes" | undefined {
    if (this.#svm !== undefined) return "classes";
    return this.#centres === undefined ? undefined : "clusters";
  }

  override split(data: MultiViewDataset): MultiViewDataset {
    return withTestSplit(data, this.options.test, this.options.seed);
  }

  protected override notesOn(data: MultiViewDataset): readonly string[] {
    return unlabelledNotes(data, "they are trained on, and left out of classifiers and measures");
  }

  /** The data that `evaluate` measures on from now on. */
  protected judgeOn(data: MultiViewDataset): void {
    this.#fittedOn = data;
    this.#measured = undefined;
    this.#centres = undefined;
    this.#svm = undefined;
  }

  /** To be called whenever the parameters have moved on: the next evaluation measures anew. */
  protected moved(): void {
    this.#measured = undefined;
  }

  /** Measures on the test samples. */
  override async evaluate(signal?: AbortSignal): Promise<Metrics> {
    const { train, test } = this.#fittedOn!.splits;
    this.#measured ??= await this.#judge(this.#fittedOn!, train!, test!, signal);
    return this.#measured;
  }

  async #judge(
    data: MultiViewDataset,
    train: Int32Array,
    test: Int32Array,
    signal: AbortSignal | undefined,
  ): Promise<Metrics> {
    await this.settle(data, train);
    const tested = await this.represent(data, test);
    const { task, seed, starts } = this.options;
    const { engine } = this;
    if (task === "retrieval") return this.#judgeRetrieval(data, test, tested, signal);
    const labels = data.labels && labelsOf(data.labels, test);
    if (task === "clustering") {
      const options = { clusters: this.clusterCount(), starts, seed, engine };
      const judged = await judgeClusters(sideBySide(tested), labels, options);
      this.#centres = judged.centres;
      return judged.metrics;
    }
    const part = async (rows: Int32Array) => {
      const labelled = withLabel(data.labels!, rows);
      return {
        z: sideBySide(labelled === test ? tested : await this.represent(data, labelled)),
        labels: (labelsOf(data.labels!, labelled) as Extract<Labels, { kind: "single" }>).values,
      };
    };
    const { metrics, svm } = await judgeClassifiers(await part(train), await part(test), { seed, engine });
    this.#svm = svm;
    return metrics;
  }

  /** Search among those of the rows that have a label. @param representations of all of the rows. */
  async #judgeRetrieval(
    data: MultiViewDataset,
    rows: Int32Array,
    whole: readonly DenseMatrix[],
    signal?: AbortSignal,
  ): Promise<Metrics> {
    const options = { engine: this.engine, signal };
    const pairs = await pairedRetrieval(data, whole, options);
    if (data.labels === undefined) return pairs;
    const labelled = withLabel(data.labels, rows);
    if (labelled.length === 0) return pairs;
    const labels = labelsOf(data.labels, labelled);
    const representations = labelled === rows ? whole : await this.represent(data, labelled);
    const { metrics, curves } = await judgeRetrieval(data, representations, labels, options);
    this.#curves = curves;
    return { ...metrics, ...pairs };
  }

  override async evaluateOn(data: MultiViewDataset, options: MatchOptions = {}): Promise<Metrics> {
    const matched = this.match(data, options);
    const { engine } = this;
    const { task, seed, starts } = this.options;
    const { labels } = matched;
    if (task === "classification") {
      if (labels?.kind !== "single") return {};
      const { rows, truth } = knownSamples(data, this.classes, options.onNote);
      const z = sideBySide(await this.represent(matched, rows));
      return { ...classificationMetrics(truth, predictLinearSvm(this.#requireSvm(), z)) };
    }
    const rows = allRows(matched.samples);
    const representations = await this.represent(matched, rows);
    if (task === "retrieval") return this.#judgeRetrieval(matched, rows, representations);
    const z = sideBySide(representations);
    return (await judgeClusters(z, labels, { clusters: this.clusterCount(), starts, seed, engine })).metrics;
  }

  override protocol(data?: MultiViewDataset): Protocol {
    const { task } = this.options;
    const matched = data && this.match(data);
    const test = matched === undefined ? this.#fittedOn!.splits.test! : allRows(matched.samples);
    // Clusters are those of the measured samples themselves.
    const train = matched === undefined && task !== "clustering" ? this.#fittedOn!.splits.train : undefined;
    const parts = { task, data: matched ?? this.#fittedOn!, test, ...(train && { train }) };
    return task === "retrieval" ? { ...parts, database: test } : { ...parts, clusters: this.clusterCount() };
  }

  protected override async finish(): Promise<void> {
    await this.evaluate();
  }

  /** The representations of all views side by side. */
  override async transform(data: MultiViewDataset, options: MatchOptions = {}): Promise<DenseMatrix> {
    const matched = this.match(data, options);
    return sideBySide(await this.represent(matched, allRows(matched.samples)));
  }

  override async predict(data: MultiViewDataset, options: MatchOptions = {}): Promise<Int32Array> {
    if (this.options.task === "retrieval") {
      throw new UserError(
        "this model was trained for retrieval and predicts neither classes nor clusters: use transform",
      );
    }
    const z = await this.transform(data, options);
    if (this.options.task === "classification") return predictLinearSvm(this.#requireSvm(), z);
    if (this.#centres === undefined)
      throw new UserError("this model has no clusters to assign: its training was not finished");
    return nearestCentre(z, this.#centres, this.engine);
  }

  override retrievalCurves(): readonly RetrievalCurves[] {
    return this.#curves;
  }

  /** What the judges have learned, as a part of the model's state. */
  protected judgeState(): State {
    const tensors = new Map<string, NamedTensor>();
    const centres = this.#centres;
    if (centres) tensors.set("centres", { shape: [centres.rows, centres.columns], data: centres.data });
    const svm = this.#svm;
    if (svm) {
      tensors.set("svm.weights", { shape: [svm.weights.rows, svm.weights.columns], data: svm.weights.data });
      tensors.set("svm.intercepts", { shape: [svm.intercepts.length], data: Float32Array.from(svm.intercepts) });
    }
    return { tensors, json: { svmClasses: svm === undefined ? null : [...svm.classes] } };
  }

  /** Takes what `judgeState` gave. */
  protected takeJudges(state: State): void {
    const centres = state.tensors.get("centres");
    if (centres) this.#centres = dense(centres.shape[0]!, centres.shape[1]!, centres.data);
    if (state.json.svmClasses === null) return;
    const weights = stateTensor(state, "svm.weights");
    this.#svm = {
      classes: Int32Array.from(state.json.svmClasses as number[]),
      weights: dense(weights.shape[0]!, weights.shape[1]!, weights.data),
      intercepts: Float64Array.from(stateTensor(state, "svm.intercepts").data),
      converged: true,
    };
  }

  #requireSvm(): LinearSvm {
    if (this.#svm === undefined) throw new UserError("this model has no classifier: its training was not finished");
    return this.#svm;
  }
}
