// MvLNet, the Multi-view Laplacian Network (Huang et al., TIP 2021): clustering, classification, retrieval.

import { readModel } from "#model-files";
import { initialize } from "../../core/nn/index.js";
import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { scalingNote } from "../../data/scaling.js";
import type { ViewShape } from "../feeding.js";
import { viewShapes } from "../matching/views.js";
import type { ExportedModel } from "../method.js";
import { Once } from "../once.js";
import { parseOptions } from "../options.js";
import { PerViewMethod } from "../per-view/per-view-method.js";
import { scalerTensors, storedScalers } from "../per-view/scalers.js";
import { type Json, type Stage, type State, withTraining } from "../training.js";
import { checkTraining } from "./checks.js";
import { fitScalers, type MvlnetModel, makeModel } from "./model.js";
import { type MvlnetOptions, mvlnetOptions } from "./options.js";
import { exportMvlnet, MvlnetEncoder } from "./representation.js";
import { takePretrained } from "./reuse.js";
import { mvlnetStages } from "./stages.js";
import { findStage, type TrainedStage } from "./trained-stage.js";

/**
 * MvLNet, the Multi-view Laplacian Network (Huang et al., TIP 2021): a spectral embedding for each view, the views in agreement.
 */
export class MvLNet extends PerViewMethod<MvlnetOptions> {
  override readonly name = "mvlnet";
  #model: MvlnetModel | undefined;
  #trainedStages: readonly TrainedStage[] = [];
  readonly #encoder = new Once<MvlnetModel, MvlnetEncoder>();

  /** @param options see `MvlnetOptions`; those left out have the published defaults. @throws UserError where one is no good. */
  constructor(options: Partial<MvlnetOptions> = {}, engine?: Engine) {
    super(parseOptions("mvlnet", mvlnetOptions, options), engine);
  }

  /** Opens a model from a run folder. @throws UserError where there is none of this method. */
  static async load(folder: string, engine?: Engine): Promise<MvLNet> {
    const { config, state } = readModel(folder, "mvlnet");
    return new MvLNet(config.options as Partial<MvlnetOptions>, engine).restore(state);
  }

  protected override async prepare(data: MultiViewDataset): Promise<void> {
    const { engine, options } = this;
    const classNames = data.labels?.names ?? [];
    checkTraining(data, options, options.clusters ?? classNames.length);
    const views = viewShapes(data, ["representation"]);
    const model = makeModel(engine, options, { views, classNames, scalers: fitScalers(data, options) });
    initialize(engine.kernels, model.store, model.parameters.all, options.seed);
    this.#model = model;
    this.judgeOn(data);
    this.#trainedStages = mvlnetStages({ engine, model, data, options, onEpoch: () => this.moved() });
  }

  protected override stages(resumed: boolean): readonly Stage[] {
    const { reuse } = this.options;
    if (reuse !== undefined && !resumed) takePretrained(this.#requireModel(), reuse);
    return this.#trainedStages;
  }

  protected override notes(): readonly string[] {
    const { views, scalers } = this.#requireModel();
    return scalers.flatMap((scaler, v) => scalingNote(scaler, views[v]!.name) ?? []);
  }

  override get views(): readonly ViewShape[] {
    return this.#requireModel().views;
  }

  override get classes(): readonly string[] | undefined {
    return this.options.task === "classification" ? this.#requireModel().classNames : undefined;
  }

  protected override clusterCount(): number {
    return this.#requireModel().shape.clusters;
  }

  /** The orthogonal layers as all training samples give them. */
  protected override async settle(data: MultiViewDataset, train: Int32Array): Promise<void> {
    await (await this.#requireEncoder()).orthogonalise(data, train);
  }

  protected override async represent(data: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix[]> {
    return (await this.#requireEncoder()).represent(data, rows);
  }

  /** `<view>.onnx`: raw features, an input named as the view, to `representation`. */
  override exportModels(): ExportedModel[] {
    return exportMvlnet(this.#requireModel());
  }

  protected override trainingState(): State {
    const model = this.modelState();
    const active = this.#trainedStages.find((stage) => stage.state() !== undefined);
    if (active === undefined) return model;
    const { tensors, json } = active.state()!;
    return withTraining(model, { tensors, json: { stage: active.name, ...json } });
  }

  protected override restoreTraining({ tensors, json }: State): void {
    this.takeModel({ tensors, json });
    const training = json.training as State["json"] | undefined;
    if (training === undefined) return;
    findStage(this.#trainedStages, training.stage as string).restore({ tensors, json: training });
  }

  override modelState(): State {
    const { views, classNames, scalers, store } = this.#requireModel();
    const judges = this.judgeState();
    return {
      tensors: new Map([...store.tensors(), ...scalerTensors(scalers), ...judges.tensors]),
      json: { views: views as unknown as Json, classNames, ...judges.json },
    };
  }

  protected override async build(state: State): Promise<void> {
    const views = state.json.views as unknown as ViewShape[];
    const scalers = storedScalers(state, this.options.scaling, views);
    this.#model = makeModel(this.engine, this.options, {
      views,
      classNames: state.json.classNames as string[],
      scalers,
    });
    this.takeModel(state);
  }

  protected override takeModel(state: State): void {
    const { store, scalers, views } = this.#requireModel();
    store.load(state.tensors);
    storedScalers(state, this.options.scaling, views).forEach(({ scale, shift }, v) => {
      scalers[v]!.scale.set(scale);
      scalers[v]!.shift.set(shift);
    });
    this.takeJudges(state);
  }

  #requireModel(): MvlnetModel {
    if (this.#model === undefined) throw new Error("fit or load first");
    return this.#model;
  }

  #requireEncoder(): Promise<MvlnetEncoder> {
    const model = this.#requireModel();
    return this.#encoder.of(model, () => MvlnetEncoder.compile(this.engine, model));
  }
}
