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
import type { Context, ModelPart, Training } from "../shared/definition.js";
import { type Description, describedModel, type Networks, placedScalers } from "../shared/described-model.js";
import { exportView } from "../shared/export.js";
import { checkCompleteViews, checkTask, perViewTasks } from "../shared/tasks/per-view.js";
import { ViewPrograms } from "../shared/view-programs.js";
import type { EpochResult } from "../training.js";
import { type CcaOptions, ccaOptions, usualVariates } from "./options.js";

interface CcaNetworks extends Networks {
  /** Canonical variates of each view. */
  readonly dimensions: number;
  /** Features of view v [n, columns] to its canonical variates [n, dimensions]. */
  variates(features: Tensor, view: number): Tensor;
}

function ccaNetworks({ options, engine }: Context<CcaOptions>, { views, scalers }: Description): CcaNetworks {
  const dimensions = options.dimensions ?? usualVariates;
  const parameters = new Parameters();
  const layers = views.map(({ columns }, v): Layer => linear(parameters.scope(`view.${v}`), columns, dimensions));
  return {
    dimensions,
    parameters,
    store: new ParameterStore(engine.memory, parameters.all),
    variates: (features, v) => layers[v]!(scaleInGraph(features, scalers[v]!), new Forward(false)),
  };
}

/** How many variates there can be. @param data with splits. */
function most({ dimensions, splits }: MultiViewDataset, { components }: CcaOptions): number {
  return mostVariates(dimensions, splits.train!.length, components);
}

/** @throws UserError where the data does not fit the task, or there are fewer variates than dimensions. */
function check(data: MultiViewDataset, options: CcaOptions): void {
  const { dimensions = 1, task, clusters } = options;
  if (data.views.length < 2) throw new UserError(`${data.name} has one view; CCA correlates two or more`);
  checkCompleteViews("cca", data);
  checkTask(data, task, clusters ?? data.classes);
  const limit = most(data, options);
  if (dimensions > limit) {
    throw new UserError(
      `option dimensions: ${dimensions} variates of ${data.splits.train!.length} training samples in views of ${data.dimensions.join(", ")} columns; there can be ${limit}`,
    );
  }
}

/** The networks of a description; how many variates they have is an option, what the data allows, or what was saved. */
function ccaModel(): ModelPart<CcaOptions, Description & CcaNetworks> {
  const model = describedModel<CcaOptions, CcaNetworks>({
    keeps: ["views", "classes", "classNames"],
    outputs: ["representation"],
    scalers: placedScalers,
    scaling: ({ scaling }) => scaling,
    fitScalers: ({ views, splits }, { scaling }) => views.map(({ matrix }) => fitScaler(scaling, matrix, splits.train)),
    check,
    make: ccaNetworks,
  });
  const having = (context: Context<CcaOptions>, dimensions: number): Context<CcaOptions> => ({
    ...context,
    options: { ...context.options, dimensions },
  });
  return {
    ...model,
    prepare(context, data) {
      check(data, context.options);
      const { dimensions = Math.min(usualVariates, most(data, context.options)) } = context.options;
      return model.prepare(having(context, dimensions), data);
    },
    build: (context, state) => model.build(having(context, state.tensors.get("view.0.weight")!.shape[0]!), state),
  };
}

/** What a user should know of the data. */
function dataNotes(data: MultiViewDataset, options: CcaOptions): string[] {
  const notes = [...unlabeledNotes(data, "they are trained on, and left out of classifiers and measures")];
  const limit = most(data, options);
  if (options.dimensions !== undefined || limit >= usualVariates) return notes;
  const [columns, { length }] = [data.dimensions.join(", "), data.splits.train!];
  const why = `${length} training samples in views of ${columns} columns have no more`;
  return [
    ...notes,
    `${limit} canonical variates of each view instead of ${usualVariates} (option dimensions), since ${why}`,
  ];
}

/** One stage, one epoch: the projections in closed form. */
function training(
  { engine, options }: Context<CcaOptions>,
  { scalers, store, dimensions }: Description & CcaNetworks,
  { views, splits }: MultiViewDataset,
): Training {
  const solve = async (): Promise<EpochResult> => {
    const scaled = views.map(({ matrix }, v) => toDense(applyScaler(scalers[v]!, matrix, splits.train!)));
    const { projections, correlations } = await solveCca(engine, scaled, { ...options, dimensions });
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
  model: ccaModel(),
  dataNotes,
  training,
  task: perViewTasks(({ engine, options }, model) => {
    const programs = new ViewPrograms(engine, model, (x, v) => ({ variates: model.variates(x, v) }));
    return {
      represent: (data, rows) => programs.all("variates", model.dimensions, data, rows),
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
