// The identity: features as they are, compared by cosine. What a method has to be better than.
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import { mul } from "../../core/tensor/index.js";
import { toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler } from "../../data/scaling.js";
import { defineMethod } from "../define.js";
import { PerViewMethod, type TaskOptions } from "../faces.js";
import { scaleInGraph } from "../feeding.js";
import { unlabeledNotes } from "../matching/labeled.js";
import { type Description, describedModel, type Networks, placedScalers } from "../shared/described-model.js";
import { exportView } from "../shared/export.js";
import { checkOneSpace } from "../shared/linear-hashing.js";
import { checkCompleteViews, checkTask, perViewTasks } from "../shared/tasks/per-view.js";
import { type IdentityOptions, identityOptions } from "./options.js";

export const identity = defineMethod<IdentityOptions, Description & Networks>({
  name: "identity",
  title: "Features as they are, compared by cosine, a baseline",
  paper: "no training",
  tasks: ["clustering", "classification", "retrieval"],
  options: identityOptions,
  model: describedModel<IdentityOptions, Networks>({
    keeps: ["views", "classes", "classNames"],
    outputs: ["representation"],
    scalers: placedScalers,
    scaling: ({ scaling }) => scaling,
    fitScalers: ({ views, splits }, { scaling }) => views.map(({ matrix }) => fitScaler(scaling, matrix, splits.train)),
    check(data, { task, clusters }) {
      checkCompleteViews("identity", data);
      if (task === "retrieval") checkOneSpace("identity", data);
      checkTask(data, task, clusters ?? data.classes);
    },
    make: ({ engine }) => ({ parameters: { all: [] }, store: new ParameterStore(engine.memory, []) }),
  }),
  dataNotes: (data) => unlabeledNotes(data, "they are left out of classifiers and measures"),
  training: () => ({
    stages: [{ name: "scaling", epochs: 1, evaluateEvery: 1, run: async () => ({ losses: {} }) }],
    state: (model) => model,
    restore: () => {},
  }),
  task: perViewTasks(({ engine, options }, { classes, classNames, scalers }) => ({
    async represent(data, rows) {
      // it computes nothing with it, and is closed with it all the same
      engine.checkOpen();
      return data.views.map(({ matrix }, v) => toDense(applyScaler(scalers[v]!, matrix, rows)));
    },
    clusters: options.clusters ?? classes,
    classNames,
  })),
  /** `<view>.onnx`: raw features, an input named as the view, to `representation`, which is another tensor even without a scaling. */
  exportModels: (_, { views, scalers, store }) =>
    views.map((view, v) =>
      exportView("identity", view, store, (x) => ({ representation: mul(scaleInGraph(x, scalers[v]!), 1) })),
    ),
});

/**
 * Features as they are, compared by cosine: what a trained representation has to be better than, and for embeddings of one space, such as CLIP's,
 * hard to beat. For search between views these must have one width.
 * @example
 * ```ts
 * import { Identity } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4, dimensions: [16, 16] });
 * await using identity = await new Identity({ task: "classification" }).fit(data);
 * console.log(await identity.evaluate());
 * ```
 */
export class Identity<Task extends IdentityOptions["task"] = "retrieval"> extends PerViewMethod<IdentityOptions, Task> {
  /** @param options see `IdentityOptions`; those left out have their defaults. @throws UserError where one is invalid. */
  constructor(options: TaskOptions<IdentityOptions, Task> = {}, engine?: Engine) {
    super(identity, options, engine);
  }
}
