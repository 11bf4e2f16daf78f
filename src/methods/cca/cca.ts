// CCA, canonical correlation analysis (Hotelling 1936; several views: Kettenring 1971): the linear baseline.

import { Forward, type Layer, linear, Parameters } from "../../core/nn/index.js";
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import type { Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { mostVariates, solveCca } from "../../numerics/linear-algebra/cca.js";
import { defineMethod } from "../define.js";
import { PerViewMethod, type TaskOptions } from "../faces.js";
import { scaleInGraph } from "../feeding.js";
import { unlabeledNotes } from "../matching/labeled.js";
import type { Context, Training } from "../shared/definition.js";
import { type Description, describedModel, type Networks, placedScalers } from "../shared/described-model.js";
import { exportView } from "../shared/export.js";
import { checkCompleteViews, checkTask, perViewTasks } from "../shared/tasks/per-view.js";
import { ViewPrograms } from "../shared/view-programs.js";
import type { EpochResult } from "../training.js";
import { type CcaOptions, ccaOptions } from "./options.js";

interface CcaNetworks extends Networks {
  /** Features of view v [n, columns] to its canonical variates [n, dimensions]. */
  variates(features: Tensor, view: number): Tensor;
}

function ccaNetworks({ options, engine }: Context<CcaOptions>, { views, scalers }: Description): CcaNetworks {
  const parameters = new Parameters();
  const layers = views.map(
    ({ columns }, v): Layer => linear(parameters.scope(`view.${v}`), columns, options.dimensions),
  );
  return {
    parameters,
    store: new ParameterStore(engine.memory, parameters.all),
    variates: (features, v) => layers[v]!(scaleInGraph(features, scalers[v]!), new Forward(false)),
  };
}

/** @throws UserError where the data does not fit the task, or there are fewer variates than dimensions. */
function check(data: MultiViewDataset, { dimensions, components, task, clusters }: CcaOptions): void {
  if (data.views.length < 2) throw new UserError(`${data.name} has one view; CCA correlates two or more`);
  checkCompleteViews("cca", data);
  checkTask(data, task, clusters ?? data.classes);
  const { length } = data.splits.train!;
  const most = mostVariates(data.dimensions, length, components);
  if (dimensions > most) {
    throw new UserError(
      `option dimensions: ${dimensions} variates of ${length} training samples in views of ${data.dimensions.join(", ")} columns; there can be ${most}`,
    );
  }
}

/** One stage, one epoch: the projections in closed form. */
function training(
  { engine, options }: Context<CcaOptions>,
  { scalers, store }: Description & Networks,
  { views, splits }: MultiViewDataset,
): Training {
  const solve = async (): Promise<EpochResult> => {
    const scaled = views.map(({ matrix }, v) => toDense(applyScaler(scalers[v]!, matrix, splits.train!)));
    const { projections, correlations } = await solveCca(engine, scaled, options);
    for (const [v, { weight, bias }] of projections.entries()) {
      store.values(`view.${v}.weight`).set(weight);
      store.values(`view.${v}.bias`).set(bias);
    }
    const mean = correlations.reduce((sum, correlation) => sum + correlation, 0) / correlations.length;
    return { losses: { total: 1 - mean, correlation: mean } };
  };
  return {
    stages: [{ name: "solve", epochs: 1, evaluateEvery: 1, run: solve }],
    state: (model) => model,
    restore: () => {},
  };
}

export const cca = defineMethod<CcaOptions, Description & CcaNetworks>({
  name: "cca",
  title: "Canonical Correlation Analysis, the linear baseline",
  paper: "Hotelling, Biometrika 1936; several views: Kettenring, Biometrika 1971",
  tasks: ["clustering", "classification", "retrieval"],
  options: ccaOptions,
  model: describedModel<CcaOptions, CcaNetworks>({
    keeps: ["views", "classes", "classNames"],
    outputs: ["representation"],
    scalers: placedScalers,
    scaling: ({ scaling }) => scaling,
    fitScalers: ({ views, splits }, { scaling }) => views.map(({ matrix }) => fitScaler(scaling, matrix, splits.train)),
    check,
    make: ccaNetworks,
  }),
  dataNotes: (data) => unlabeledNotes(data, "they are trained on, and left out of classifiers and measures"),
  training,
  task: perViewTasks(({ engine, options }, model) => {
    const programs = new ViewPrograms(engine, model, (x, v) => ({ variates: model.variates(x, v) }));
    return {
      represent: (data, rows) => programs.all("variates", options.dimensions, data, rows),
      clusters: options.clusters ?? model.classes,
      classNames: model.classNames,
    };
  }),
  /** `<view>.onnx`: raw features, an input named as the view, to `representation`. */
  exportModels: (_, { views, store, variates }) =>
    views.map((view, v) => exportView("cca", view, store, (x) => ({ representation: variates(x, v) }))),
});

/**
 * CCA, canonical correlation analysis, for any number of views (Hotelling 1936; Kettenring 1971): the linear baseline, in closed form.
 * @example
 * ```ts
 * import { CCA } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4 });
 * await using cca = await new CCA({ task: "retrieval", dimensions: 8 }).fit(data);
 * console.log(await cca.evaluate());
 * ```
 */
export class CCA<Task extends CcaOptions["task"] = "clustering"> extends PerViewMethod<CcaOptions, Task> {
  /** @param options see `CcaOptions`; those left out have their defaults. @throws UserError where one is invalid. */
  constructor(options: TaskOptions<CcaOptions, Task> = {}, engine?: Engine) {
    super(cca, options, engine);
  }
}
