// MvLNet, the Multi-view Laplacian Network (Huang et al., TIP 2021): clustering, classification, retrieval.
import type { z } from "zod";
import type { Labels, MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { nearestCentre } from "../../evaluate/kmeans.js";
import { type LinearSvm, predictLinearSvm } from "../../evaluate/linear-svm.js";
import { classificationMetrics } from "../../metrics/classification.js";
import { initialize } from "../../nn/index.js";
import type { RetrievalCurves } from "../../runs/result.js";
import type { Engine, NamedTensor } from "../../runtime/index.js";
import { allRows, matchViews, type ViewShape } from "../feeding.js";
import { labelsOf } from "../hashing/labels.js";
import { type ExportedModel, Method, stateTensor } from "../method.js";
import { parseOptions } from "../options.js";
import { readModel } from "../saving.js";
import type { Json, Metrics, Stage, State } from "../training.js";
import { checkTraining } from "./checks.js";
import { judgeClassifiers, judgeClusters, judgeRetrieval } from "./judges.js";
import { fitScalers, type MvlnetModel, makeModel, scalerTensors, storedScalers } from "./model.js";
import { type MvlnetOptions, mvlnetOptions } from "./options.js";
import { exportMvlnet, MvlnetEncoder, sideBySide } from "./representation.js";
import { takePretrained } from "./reuse.js";
import { withTestSplit } from "./split.js";
import { mvlnetStages } from "./stages.js";
import { findStage, type TrainedStage } from "./trained-stage.js";

interface Fitted {
  readonly data: MultiViewDataset;
  readonly stages: readonly TrainedStage[];
}

export class MvLNet extends Method<MvlnetOptions> {
  override readonly name = "mvlnet";
  #model: MvlnetModel | undefined;
  #fitted: Fitted | undefined;
  #encoder: MvlnetEncoder | undefined;
  #resumed = false;
  #centres: DenseMatrix | undefined;
  #svm: LinearSvm | undefined;
  #curves: readonly RetrievalCurves[] = [];
  /** Measures of the parameters as they are; undefined once they have moved on. */
  #measured: Metrics | undefined;

  /** @param options see `mvlnetOptions`; those left out have the published defaults. @throws UserError where one is no good. */
  constructor(options: z.input<typeof mvlnetOptions> = {}, engine?: Engine) {
    super(parseOptions("mvlnet", mvlnetOptions, options), engine);
  }

  /** Opens a model from a run folder. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<MvLNet> {
    const { config, state } = readModel(folder, "mvlnet");
    return new MvLNet(config.options as z.input<typeof mvlnetOptions>, engine).restore(state);
  }

  override get predicts(): "clusters" | "classes" | undefined {
    if (this.#svm !== undefined) return "classes";
    return this.#centres === undefined ? undefined : "clusters";
  }

  override split(data: MultiViewDataset): MultiViewDataset {
    return withTestSplit(data, this.options.test, this.options.seed);
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const { engine, options } = this;
    const classNames = data.labels?.names ?? [];
    checkTraining(data, options, options.clusters ?? classNames.length);
    const views = data.views.map(({ name, matrix }) => ({ name, columns: matrix.columns }));
    const model = makeModel(engine, options, { views, classNames, scalers: fitScalers(data, options) });
    initialize(engine.kernels, model.store, model.parameters.all, options.seed);
    this.#model = model;
    this.#encoder = undefined;
    this.#measured = undefined;
    this.#resumed = false;
    const onEpoch = () => {
      this.#measured = undefined;
    };
    this.#fitted = { data, stages: mvlnetStages({ engine, model, data, options, onEpoch }) };
  }

  protected override stages(): readonly Stage[] {
    const { reuse } = this.options;
    if (reuse !== undefined && !this.#resumed) takePretrained(this.#requireModel(), reuse);
    return this.#fitted!.stages;
  }

  /** Measures on the test samples, with the orthogonal layers as all training samples give them. */
  override async evaluate(): Promise<Metrics> {
    const { data } = this.#fitted!;
    const { train, test } = data.splits;
    this.#measured ??= await this.#judge(data, train!, test!);
    return this.#measured;
  }

  async #judge(data: MultiViewDataset, train: Int32Array, test: Int32Array): Promise<Metrics> {
    const encoder = await this.#requireEncoder();
    await encoder.orthogonalise(data, train);
    const tested = await encoder.represent(data, test);
    const labels = data.labels && labelsOf(data.labels, test);
    if (this.options.task === "retrieval") return this.#judgeRetrieval(data, tested, labels);
    const { seed, starts } = this.options;
    const { engine } = this;
    if (this.options.task === "clustering") {
      const { clusters } = this.#requireModel().shape;
      const judged = await judgeClusters(sideBySide(tested), labels, { clusters, starts, seed, engine });
      this.#centres = judged.centres;
      return judged.metrics;
    }
    const trained = await encoder.represent(data, train);
    const { metrics, svm } = await judgeClassifiers(
      { z: sideBySide(trained), labels: classesOf(labelsOf(data.labels!, train)) },
      { z: sideBySide(tested), labels: classesOf(labels!) },
      { seed, engine },
    );
    this.#svm = svm;
    return metrics;
  }

  async #judgeRetrieval(
    data: MultiViewDataset,
    representations: readonly DenseMatrix[],
    labels: Labels | undefined,
  ): Promise<Metrics> {
    if (labels === undefined) return {};
    const { metrics, curves } = await judgeRetrieval(data, representations, labels, this.engine);
    this.#curves = curves;
    return metrics;
  }

  override async evaluateOn(data: MultiViewDataset): Promise<Metrics> {
    const matched = matchViews(data, this.#requireModel().views);
    const { engine } = this;
    const { task, seed, starts } = this.options;
    const { labels } = matched;
    const representations = await (await this.#requireEncoder()).represent(matched, allRows(matched.samples));
    if (task === "retrieval") return this.#judgeRetrieval(matched, representations, labels);
    const z = sideBySide(representations);
    if (task === "clustering") {
      const { clusters } = this.#requireModel().shape;
      return (await judgeClusters(z, labels, { clusters, starts, seed, engine })).metrics;
    }
    if (labels?.kind !== "single") return {};
    return { ...classificationMetrics(labels.values, predictLinearSvm(this.#requireSvm(), z)) };
  }

  protected override async finish(): Promise<void> {
    await this.evaluate();
  }

  /** The representations of all views side by side. */
  override async transform(data: MultiViewDataset): Promise<DenseMatrix> {
    const matched = matchViews(data, this.#requireModel().views);
    return sideBySide(await (await this.#requireEncoder()).represent(matched, allRows(matched.samples)));
  }

  override async predict(data: MultiViewDataset): Promise<Int32Array> {
    if (this.options.task === "retrieval") {
      throw new UserError(
        "this model was trained for retrieval and predicts neither classes nor clusters: use transform",
      );
    }
    const z = await this.transform(data);
    if (this.options.task === "classification") return predictLinearSvm(this.#requireSvm(), z);
    if (this.#centres === undefined)
      throw new UserError("this model has no clusters to assign: its training was not finished");
    return nearestCentre(z, this.#centres, this.engine);
  }

  override retrievalCurves(): readonly RetrievalCurves[] {
    return this.#curves;
  }

  override exportModels(): ExportedModel[] {
    return exportMvlnet(this.#requireModel());
  }

  protected override trainingState(): State {
    const model = this.modelState();
    const active = this.#fitted!.stages.find((stage) => stage.state() !== undefined);
    if (active === undefined) return model;
    const { tensors, json } = active.state()!;
    const training = { stage: active.name, ...json };
    return { tensors: new Map([...model.tensors, ...tensors]), json: { ...model.json, training } };
  }

  protected override restoreTraining({ tensors, json }: State): void {
    this.takeModel({ tensors, json });
    this.#resumed = true;
    const training = json.training as State["json"] | undefined;
    if (training === undefined) return;
    findStage(this.#fitted!.stages, training.stage as string).restore({ tensors, json: training });
  }

  override modelState(): State {
    const { views, classNames, scalers, store } = this.#requireModel();
    const tensors = new Map<string, NamedTensor>([...store.tensors(), ...scalerTensors(scalers)]);
    const centres = this.#centres;
    if (centres) tensors.set("centres", { shape: [centres.rows, centres.columns], data: centres.data });
    const svm = this.#svm;
    if (svm) {
      tensors.set("svm.weights", { shape: [svm.weights.rows, svm.weights.columns], data: svm.weights.data });
      tensors.set("svm.intercepts", { shape: [svm.intercepts.length], data: Float32Array.from(svm.intercepts) });
    }
    const svmClasses = svm === undefined ? null : [...svm.classes];
    return { tensors, json: { views: views as unknown as Json, classNames, svmClasses } };
  }

  protected override async build(state: State): Promise<void> {
    const views = state.json.views as unknown as ViewShape[];
    const scalers = storedScalers(state, this.options, views);
    this.#model = makeModel(this.engine, this.options, {
      views,
      classNames: state.json.classNames as string[],
      scalers,
    });
    this.takeModel(state);
  }

  protected override takeModel(state: State): void {
    const { store, scalers } = this.#requireModel();
    store.load(state.tensors);
    storedScalers(state, this.options, this.#requireModel().views).forEach(({ scale, shift }, v) => {
      scalers[v]!.scale.set(scale);
      scalers[v]!.shift.set(shift);
    });
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

  #requireModel(): MvlnetModel {
    if (this.#model === undefined) throw new Error("fit or load first");
    return this.#model;
  }

  #requireSvm(): LinearSvm {
    if (this.#svm === undefined) throw new UserError("this model has no classifier: its training was not finished");
    return this.#svm;
  }

  async #requireEncoder(): Promise<MvlnetEncoder> {
    this.#encoder ??= await MvlnetEncoder.compile(this.engine, this.#requireModel());
    return this.#encoder;
  }
}

function classesOf(labels: Labels): Int32Array {
  return (labels as Extract<Labels, { kind: "single" }>).values;
}
