// The tasks of methods that represent each view by itself: clustering, classification, retrieval of all views' representations.

import type { Labels, MultiViewDataset } from "../../../data/dataset.js";
import type { DenseMatrix } from "../../../data/matrix.js";
import { columnStatistics, constantColumns } from "../../../data/statistics.js";
import { UserError } from "../../../errors.js";
import { classificationMetrics } from "../../../metrics/classification.js";
import { type LinearSvm, predictLinearSvm } from "../../../numerics/classifiers/linear-svm.js";
import type { RetrievalCurves } from "../../../runs/result.js";
import { allRows } from "../../feeding.js";
import { knownSamples } from "../../matching/classes.js";
import { classesOf, labelsOf, withLabel } from "../../matching/labeled.js";
import type { MatchOptions } from "../../matching/views.js";
import type { Protocol } from "../../protocol.js";
import type { Metrics, State } from "../../training.js";
import type { Context, Model, TaskPart, Uses } from "../definition.js";
import type { PerViewOptions } from "../fields.js";
import { sideBySide } from "../side-by-side.js";
import { withTestSplit } from "../splits.js";
import { centersState, joinStates, storedCenters, storedSvm, svmState } from "../state.js";
import { evaluateClassifiers, labeledSplit, requireClasses } from "./classification.js";
import { assignClusters, evaluateClusters, requireClusters } from "./clustering.js";
import { cosinePairs, cosineRetrieval } from "./cosine-retrieval.js";

/** How a model represents its views. */
export interface Representation {
  /** The representation of each view [rows, dimensions], in the order of the rows. */
  represent(data: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix[]>;
  /** Called before every evaluation of the fitted data, for what depends on all training samples. */
  settle?(data: MultiViewDataset, train: Int32Array): Promise<void>;
  /** Clusters that are looked for. */
  readonly clusters: number;
  readonly classNames: readonly string[] | undefined;
}

/**
 * Clustering (k-means), classification (linear SVM, nearest neighbor, MLP) and retrieval (cosine), by option `task`.
 * @example
 * ```ts
 * import { type Model, type PerViewOptions, perViewTasks, type Representation } from "vantage-ml/method";
 *
 * const task = perViewTasks<PerViewOptions, Model & { readonly codes: Representation }>((_, { codes }) => codes);
 * console.log(task.verbs); // [ 'retrievalCurves' ]
 * ```
 */
export function perViewTasks<Options extends PerViewOptions, M extends Model>(
  represent: (context: Context<Options>, model: M) => Representation,
): TaskPart<Options, M> {
  return {
    verbs: ["retrievalCurves"],
    split: (data, { test, seed }) => withTestSplit(data, test, seed, (samples) => Math.ceil(samples / 2)),
    use: (context, model) => new PerViewUses(context, represent(context, model)),
  };
}

class PerViewUses implements Uses {
  #centers: DenseMatrix | undefined;
  #svm: LinearSvm | undefined;
  #curves: readonly RetrievalCurves[] = [];
  #measured: Metrics | undefined;

  constructor(
    private readonly context: Context<PerViewOptions>,
    private readonly by: Representation,
  ) {}

  get predicts(): "clusters" | "classes" | undefined {
    if (this.#svm !== undefined) return "classes";
    return this.#centers === undefined ? undefined : "clusters";
  }

  get classes(): readonly string[] | undefined {
    return this.context.options.task === "classification" ? this.by.classNames : undefined;
  }

  invalidate(): void {
    this.#measured = undefined;
  }

  /** Measures on the test samples. */
  async evaluate(signal?: AbortSignal): Promise<Metrics> {
    this.#measured ??= await this.#evaluate(this.#fitted(), signal);
    return this.#measured;
  }

  #fitted(): MultiViewDataset {
    return requireData(this.context);
  }

  async #evaluate(data: MultiViewDataset, signal: AbortSignal | undefined): Promise<Metrics> {
    const { train, test } = data.splits as { train: Int32Array; test: Int32Array };
    await this.by.settle?.(data, train);
    const tested = await this.by.represent(data, test);
    const { task, seed } = this.context.options;
    if (task === "retrieval") return this.#retrieve(data, test, tested, signal);
    if (task === "clustering") {
      const labels = data.labels && labelsOf(data.labels, test);
      const { metrics, centers } = await this.#cluster(tested, labels);
      this.#centers = centers;
      return metrics;
    }
    const labels = requireClasses(data);
    const part = async (rows: Int32Array) => {
      const labeled = withLabel(labels, rows);
      const z = sideBySide(labeled === test ? tested : await this.by.represent(data, labeled));
      return { z, labels: classesOf(labels, labeled) };
    };
    const { engine } = this.context;
    const { metrics, svm } = await evaluateClassifiers(await part(train), await part(test), { seed, engine });
    this.#svm = svm;
    return metrics;
  }

  #cluster(representations: readonly DenseMatrix[], labels: Labels | undefined) {
    const { engine, options } = this.context;
    const { starts, seed } = options;
    return evaluateClusters(sideBySide(representations), labels, { clusters: this.by.clusters, starts, seed, engine });
  }

  /** Search among those of the rows that have a label. @param representations of all of the rows. */
  async #retrieve(
    data: MultiViewDataset,
    rows: Int32Array,
    representations: readonly DenseMatrix[],
    signal?: AbortSignal,
  ): Promise<Metrics> {
    const search = { engine: this.context.engine, signal };
    const pairs = await cosinePairs(data, representations, search);
    if (data.labels === undefined) return pairs;
    const labeled = withLabel(data.labels, rows);
    if (labeled.length === 0) return pairs;
    const labels = labelsOf(data.labels, labeled);
    const own = labeled === rows ? representations : await this.by.represent(data, labeled);
    const { metrics, curves } = await cosineRetrieval(data, own, labels, search);
    this.#curves = curves;
    return { ...metrics, ...pairs };
  }

  async evaluateOn(data: MultiViewDataset, options: MatchOptions): Promise<Metrics> {
    const { task } = this.context.options;
    const { labels } = data;
    if (task === "classification") {
      if (labels?.kind !== "single") return {};
      const { rows, truth } = knownSamples(data, this.classes, options.onNote);
      const z = sideBySide(await this.by.represent(data, rows));
      return { ...classificationMetrics(truth, predictLinearSvm(this.#requireSvm(), z)) };
    }
    const rows = allRows(data.samples);
    const representations = await this.by.represent(data, rows);
    if (task === "retrieval") return this.#retrieve(data, rows, representations);
    return (await this.#cluster(representations, labels)).metrics;
  }

  protocol(other?: MultiViewDataset): Protocol {
    const { task } = this.context.options;
    const data = other ?? this.#fitted();
    const test = other === undefined ? data.splits.test! : allRows(data.samples);
    // Clusters are those of the measured samples themselves.
    const train = other === undefined && task !== "clustering" ? data.splits.train : undefined;
    const parts = { task, data, test, ...(train && { train }) };
    return task === "retrieval" ? { ...parts, database: test } : { ...parts, clusters: this.by.clusters };
  }

  async finish(): Promise<void> {
    await this.evaluate();
  }

  /** The representations of all views side by side. */
  async transform(data: MultiViewDataset): Promise<DenseMatrix> {
    return sideBySide(await this.by.represent(data, allRows(data.samples)));
  }

  async predict(data: MultiViewDataset): Promise<Int32Array> {
    const { task } = this.context.options;
    if (task === "retrieval") {
      throw new UserError(
        "this model was trained for retrieval and predicts neither classes nor clusters: use transform",
      );
    }
    const z = await this.transform(data);
    if (task === "classification") return predictLinearSvm(this.#requireSvm(), z);
    return assignClusters(z, this.#centers, this.context.engine);
  }

  retrievalCurves(): readonly RetrievalCurves[] {
    return this.#curves;
  }

  state(): State {
    return joinStates(centersState(this.#centers), svmState(this.#svm));
  }

  load(state: State): void {
    this.#centers = storedCenters(state) ?? this.#centers;
    this.#svm = storedSvm(state) ?? this.#svm;
  }

  #requireSvm(): LinearSvm {
    if (this.#svm === undefined) throw new UserError("this model has no classifier: its training was not finished");
    return this.#svm;
  }
}

/** The data that a model is fitted on. @throws UserError where it was loaded without. */
export function requireData({ name, data }: Pick<Context<unknown>, "name" | "data">): MultiViewDataset {
  if (data !== undefined) return data;
  throw new UserError(
    `this ${name} model was loaded without the data that it was fitted on: use evaluateOn, or reopen`,
  );
}

/**
 * Checks that every sample has every view.
 * @throws UserError where one lacks a view, or a view is the same for all training samples.
 * @example
 * ```ts
 * import { UserError } from "vantage-ml";
 * import { corrupt, synthetic } from "vantage-ml/data";
 * import { checkCompleteViews } from "vantage-ml/method";
 *
 * try {
 *   checkCompleteViews("mine", corrupt(synthetic({ samples: 20, classes: 2 }), { kind: "missing", rate: 0.5 }, 0));
 * } catch (error) {
 *   console.log(error instanceof UserError); // true
 * }
 * ```
 */
export function checkCompleteViews(method: string, { name: dataset, views, splits }: MultiViewDataset): void {
  for (const { name, matrix, present } of views) {
    const missing = present?.reduce((count, has) => count + 1 - has, 0) ?? 0;
    if (missing > 0) {
      throw new UserError(
        `${dataset}: ${missing} samples lack view "${name}"; ${method} needs every sample in every view: leave out samples that lack a view with --drop-incomplete`,
      );
    }
    if (constantColumns(columnStatistics(matrix, splits.train)).length === matrix.columns) {
      throw new UserError(
        `${dataset}: view "${name}" is the same for all ${splits.train!.length} training samples, so nothing can be learned from it; choose others with --views`,
      );
    }
  }
}

/**
 * Checks that data suits a task.
 * @param data with splits.
 * @throws UserError where it has not the labels that the task needs, or too few test samples for the clusters.
 * @example
 * ```ts
 * import { MultiViewDataset, type UserError } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import { checkTask } from "vantage-ml/method";
 *
 * const { views } = synthetic({ samples: 20, classes: 2 });
 * const data = new MultiViewDataset({ name: "small", views, splits: { test: Int32Array.of(0, 1) } });
 * try {
 *   checkTask(data, "clustering", 3);
 * } catch (error) {
 *   console.log((error as UserError).message); // small: 2 test samples for 3 clusters
 * }
 * ```
 */
export function checkTask(data: MultiViewDataset, task: PerViewOptions["task"], clusters: number): void {
  const { name, splits } = data;
  if (task === "clustering") {
    requireClusters(name, clusters);
    if (splits.test!.length < clusters) {
      throw new UserError(`${name}: ${splits.test!.length} test samples for ${clusters} clusters`);
    }
  }
  if (task !== "classification") return;
  const labels = requireClasses(data);
  const train = labeledSplit(data, "train");
  labeledSplit(data, "test");
  if (new Set(classesOf(labels, train)).size < 2)
    throw new UserError(`${name}: all training samples are of one class; classification needs two or more`);
}
