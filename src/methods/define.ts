// Methods as definitions: what the command line, the report and the search take.

import type { Engine } from "../core/runtime/index.js";
import { Method } from "./method.js";
import type { MethodInfo, MethodSpec, Model } from "./shared/definition.js";

/** What a method can do and how it is set, for the command line and documentation; and how one is made. */
export interface MethodDefinition<Options = object> extends MethodInfo<Options> {
  /** The method, not fitted yet. @throws UserError where an option is invalid. */
  create(options: Partial<Options>, engine?: Engine): Method<Options>;
}

/**
 * A method from its parts. It gets the verbs of `Method` (fit, transform, save …), the rules of calls that overlap, resuming,
 * run folders and exported encoders.
 * @example
 * ```ts
 * import { defineMethod } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import * as own from "vantage-ml/method";
 * import { nn, tensor, z } from "vantage-ml/method";
 *
 * const options = z.strictObject({
 *   ...own.perViewFields,
 *   dimensions: z.number().int().min(1).default(16).describe("width of a representation"),
 * });
 * type Options = z.output<typeof options>;
 * interface Projections extends own.Networks {
 *   project(x: tensor.Tensor, view: number): tensor.Tensor;
 * }
 *
 * const projection = defineMethod<Options, own.Description & Projections>({
 *   name: "projection",
 *   title: "Random projections, a baseline without training",
 *   paper: "Johnson and Lindenstrauss 1984",
 *   tasks: ["clustering", "classification", "retrieval"],
 *   options,
 *   model: own.describedModel<Options, Projections>({
 *     keeps: ["views", "classes", "classNames"],
 *     outputs: ["representation"],
 *     check: (data) => own.checkCompleteViews("projection", data),
 *     make({ engine, options }, { views }) {
 *       const parameters = new nn.Parameters();
 *       const maps = views.map(({ columns }, v) => nn.linear(parameters.scope(v), columns, options.dimensions));
 *       const store = new own.ParameterStore(engine.memory, parameters.all);
 *       return { parameters, store, project: (x, v) => maps[v]!(x, new nn.Forward(false)) };
 *     },
 *   }),
 *   training: () => own.stagedTraining([]),
 *   task: own.perViewTasks(({ engine, options }, model) => {
 *     const programs = new own.ViewPrograms(engine, model, (x, v) => ({ y: model.project(x, v) }));
 *     return {
 *       clusters: options.clusters ?? model.classes,
 *       classNames: model.classNames,
 *       represent: (data, rows) => programs.all("y", options.dimensions, data, rows),
 *     };
 *   }),
 *   exportModels: (_, { views, store, project }) =>
 *     views.map((view, v) => own.exportView("projection", view, store, (x) => ({ representation: project(x, v) }))),
 * });
 *
 * await using model = await projection.create({ dimensions: 8 }).fit(synthetic({ samples: 200, classes: 4 }));
 * console.log(await model.evaluate());
 * ```
 */
export function defineMethod<Options, M extends Model>(
  spec: MethodSpec<Options, M>,
): MethodSpec<Options, M> & MethodDefinition<Options> {
  return {
    ...spec,
    create: (options, engine) => new Method<Options>(spec as unknown as MethodSpec<Options>, options, engine),
  };
}
