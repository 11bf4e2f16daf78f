// CCA, canonical correlation analysis (Hotelling 1936; several views: Kettenring 1971): the linear baseline.

import { readModel } from "#model-files";
import { Forward, type Layer, linear, Parameters } from "../../core/nn/index.js";
import { encodeModel } from "../../core/onnx/model.js";
import { type Engine, ParameterStore, Program } from "../../core/runtime/index.js";
import { input, type Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler, type Scaler } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { outputRows, scaleInGraph, type ViewShape } from "../feeding.js";
import { viewShapes } from "../matching/views.js";
import type { ExportedModel } from "../method.js";
import { modelName } from "../model-name.js";
import { parseOptions } from "../options.js";
import { checkCompleteViews, checkTask } from "../per-view/checks.js";
import { PerViewMethod } from "../per-view/per-view-method.js";
import { scalerTensors, storedScalers } from "../per-view/scalers.js";
import type { EpochResult, Json, Stage, State } from "../training.js";
import { type CcaOptions, ccaOptions } from "./options.js";
import { mostVariates, solveCca } from "./solve.js";

interface Model {
  readonly views: readonly ViewShape[];
  readonly classes: number;
  /** Undefined in runs of older versions. */
  readonly classNames: readonly string[] | undefined;
  readonly scalers: readonly Scaler[];
  readonly layers: readonly Layer[];
  readonly store: ParameterStore;
}

/**
 * CCA, canonical correlation analysis, for any number of views (Hotelling 1936; Kettenring 1971): the linear baseline, in closed form.
 */
export class CCA extends PerViewMethod<CcaOptions> {
  override readonly name = "cca";
  #model: Model | undefined;
  #data: MultiViewDataset | undefined;
  #programs: Program[] = [];

  /** @param options see `CcaOptions`; those left out have their defaults. @throws UserError where one is no good. */
  constructor(options: Partial<CcaOptions> = {}, engine?: Engine) {
    super(parseOptions("cca", ccaOptions, options), engine);
  }

  /** Opens a model from a run folder. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<CCA> {
    const { config, state } = readModel(folder, "cca");
    return new CCA(config.options as Partial<CcaOptions>, engine).restore(state);
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const { dimensions, components, scaling, task, clusters } = this.options;
    if (data.views.length < 2) throw new UserError(`${data.name} has one view; CCA correlates two or more`);
    checkCompleteViews("cca", data);
    checkTask(data, task, clusters ?? data.classes);
    const train = data.splits.train!;
    const most = mostVariates(data.dimensions, train.length, components);
    if (dimensions > most) {
      throw new UserError(
        `option dimensions: ${dimensions} variates of ${train.length} training samples in views of ${data.dimensions.join(", ")} columns; there can be ${most}`,
      );
    }
    const views = viewShapes(data, ["representation"]);
    const scalers = data.views.map(({ matrix }) => fitScaler(scaling, matrix, train));
    await this.#makeModel(views, data.classes, data.labels?.names ?? [], scalers);
    this.#data = data;
    this.judgeOn(data);
  }

  async #makeModel(
    views: readonly ViewShape[],
    classes: number,
    classNames: readonly string[] | undefined,
    scalers: readonly Scaler[],
  ): Promise<void> {
    for (const program of this.#programs.splice(0)) await program.release();
    this.#model?.store.release();
    const parameters = new Parameters();
    const layers = views.map(({ columns }, v) =>
      linear(parameters.scope(`view.${v}`), columns, this.options.dimensions),
    );
    const store = new ParameterStore(this.engine.memory, parameters.all);
    this.#model = { views, classes, classNames, scalers, layers, store };
    for (const [v, { name, columns }] of views.entries()) {
      const outputs = { variates: this.#variates(v, input("x", ["n", columns])) };
      this.#programs.push(await Program.compile(this.engine, { name, outputs, store }));
    }
  }

  #variates(view: number, features: Tensor): Tensor {
    const { layers, scalers } = this.#requireModel();
    return layers[view]!(scaleInGraph(features, scalers[view]!), new Forward(false));
  }

  protected override stages(): readonly Stage[] {
    return [{ name: "solve", epochs: 1, evaluateEvery: 1, run: () => this.#solve() }];
  }

  async #solve(): Promise<EpochResult> {
    const { scalers, store } = this.#requireModel();
    const { views, splits } = this.#data!;
    const scaled = views.map(({ matrix }, v) => toDense(applyScaler(scalers[v]!, matrix, splits.train!)));
    const { projections, correlations } = await solveCca(this.engine, scaled, this.options);
    for (const [v, { weight, bias }] of projections.entries()) {
      store.values(`view.${v}.weight`).set(weight);
      store.values(`view.${v}.bias`).set(bias);
    }
    this.moved();
    const mean = correlations.reduce((sum, correlation) => sum + correlation, 0) / correlations.length;
    return { losses: { total: 1 - mean, correlation: mean } };
  }

  override get views(): readonly ViewShape[] {
    return this.#requireModel().views;
  }

  override get classes(): readonly string[] | undefined {
    return this.options.task === "classification" ? this.#requireModel().classNames : undefined;
  }

  protected override clusterCount(): number {
    return this.options.clusters ?? this.#requireModel().classes;
  }

  protected override async represent(data: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix[]> {
    const { dimensions } = this.options;
    const all: DenseMatrix[] = [];
    for (const [v, program] of this.#programs.entries()) {
      all.push(await outputRows(program, "variates", dimensions, data.views[v]!.matrix, rows));
    }
    return all;
  }

  /** `<view>.onnx`: raw features, an input named as the view, to `representation`. */
  override exportModels(): ExportedModel[] {
    const { views, store } = this.#requireModel();
    const weights = new Map(store.names.map((name) => [name, store.values(name) as Float32Array]));
    return views.map(({ name, columns }, v) => {
      const outputs = { representation: this.#variates(v, input(name, ["n", columns])) };
      const metadata = { method: "cca", view: name };
      return { name: modelName(name), bytes: encodeModel({ name: `cca-${name}`, outputs, weights, metadata }) };
    });
  }

  override modelState(): State {
    const { views, classes, classNames, scalers, store } = this.#requireModel();
    const judges = this.judgeState();
    return {
      tensors: new Map([...store.tensors(), ...scalerTensors(scalers), ...judges.tensors]),
      json: { views: views as unknown as Json, classes, ...(classNames && { classNames }), ...judges.json },
    };
  }

  protected override trainingState(): State {
    return this.modelState();
  }

  protected override restoreTraining(state: State): void {
    this.takeModel(state);
  }

  protected override async build(state: State): Promise<void> {
    const views = state.json.views as unknown as ViewShape[];
    const { classes, classNames } = state.json as { classes: number; classNames?: string[] };
    await this.#makeModel(views, classes, classNames, storedScalers(state, this.options.scaling, views));
    this.takeModel(state);
  }

  protected override takeModel(state: State): void {
    this.#requireModel().store.load(state.tensors);
    this.takeJudges(state);
  }

  #requireModel(): Model {
    if (this.#model === undefined) throw new Error("fit or load first");
    return this.#model;
  }
}
