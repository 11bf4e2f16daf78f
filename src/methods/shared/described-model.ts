// Models whose networks follow from the data's description (views, classes, scalers) and the options.

import { initialize, type Parameter } from "../../core/nn/index.js";
import type { NamedTensor, ParameterStore } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type Scaler, type ScalingKind, scalingNote } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import { viewShapes } from "../matching/views.js";
import type { Json, State } from "../training.js";
import type { Context, Model, ModelPart } from "./definition.js";
import { scalerTensors, storedScaler } from "./state.js";

/** What a model knows of the data that it is fitted on. */
export interface Description extends Model {
  readonly classes: number;
  /** Undefined where a run of an older version kept none. */
  readonly classNames: readonly string[] | undefined;
  /** One per view; none where the networks hold the scaling. */
  readonly scalers: readonly Scaler[];
}

/** What a method makes of a description. */
export interface Networks {
  /** Holds the values of all parameters. */
  readonly store: ParameterStore;
  readonly parameters: { readonly all: readonly Parameter[] };
}

/** Where scalers stand in a state. */
export interface ScalerNames<M> {
  /** All tensors of a model, scalers among them. */
  tensors(model: M): Map<string, NamedTensor>;
  /** The scalers of a state, one per view. */
  stored(state: State, kind: ScalingKind, views: readonly ViewShape[]): Scaler[];
}

/** Scalers as `scaler.0.scale`, `scaler.0.shift`, `scaler.1.scale` …, by the place of the view. */
export const placedScalers: ScalerNames<Description & Networks> = {
  tensors: ({ store, scalers }) =>
    new Map([...store.tensors(), ...scalers.flatMap((scaler, v) => scalerTensors(`scaler.${v}`, scaler))]),
  stored: (state, kind, views) => views.map((view, v) => storedScaler(state, `scaler.${v}`, kind, view)),
};

const noScalers: ScalerNames<Networks> = {
  tensors: ({ store }) => store.tensors(),
  stored: () => [],
};

/** What option `scaling` did to views that are far from unit scale, a sentence each. */
export function scalingNotes({ views, scalers }: Description): string[] {
  return scalers.flatMap((scaler, v) => scalingNote(scaler, views[v]!.name) ?? []);
}

/** What `describedModel` makes a model of. */
export interface DescribedModelParts<Options extends { readonly seed: number }, Made extends Networks> {
  /** What of the description a saved model keeps. */
  readonly keeps: readonly ("views" | "classes" | "classNames")[];
  /** Names of what the exported models give, which no view can have. */
  readonly outputs: readonly string[];
  /** Where scalers stand in a state; by default the networks hold the scaling among their parameters. */
  readonly scalers?: ScalerNames<Description & Made>;
  /** How views are scaled, where scalers are kept beside the networks. */
  scaling?(options: Options): ScalingKind;
  /** Fits the scalers, one per view. @param data with splits. */
  fitScalers?(data: MultiViewDataset, options: Options): Scaler[];
  /** Views as the model keeps them, where that is more than their names and columns. */
  views?(views: readonly ViewShape[], options: Options): readonly ViewShape[];
  /** Checks data and options before anything is made. @param data with splits. @throws UserError where they do not fit. */
  check(data: MultiViewDataset, options: Options): void;
  /** Networks, whose parameters get their first values or a saved model's afterwards. */
  make(context: Context<Options>, description: Description): Made;
  /** What the networks learn of the data before training. */
  fit?(context: Context<Options>, model: Description & Made, data: MultiViewDataset): void | Promise<void>;
}

/**
 * A model that is made from a description, its parameters initialized by the seed and their names.
 * @example
 * ```ts
 * import * as own from "vantage-ml/method";
 *
 * const model = own.describedModel<own.PerViewOptions, own.Networks>({
 *   keeps: ["views", "classNames"],
 *   outputs: ["representation"],
 *   check: (data) => own.checkCompleteViews("mine", data),
 *   make({ engine }, { views }) {
 *     const parameters = new own.nn.Parameters();
 *     views.forEach(({ columns }, v) => own.nn.linear(parameters.scope(v), columns, 8));
 *     return { parameters, store: new own.ParameterStore(engine.memory, parameters.all) };
 *   },
 * });
 * console.log(typeof model.prepare); // function
 * ```
 */
export function describedModel<Options extends { readonly seed: number }, Made extends Networks>(
  parts: DescribedModelParts<Options, Made>,
): ModelPart<Options, Description & Made> {
  const { keeps, outputs, scalers: names = noScalers } = parts;
  const describe = ({ options }: Context<Options>, state: State): Description => {
    const views = state.json.views as unknown as ViewShape[];
    const { classes, classNames } = state.json as { classes?: number; classNames?: string[] };
    const scalers = names.stored(state, parts.scaling?.(options) ?? "none", views);
    return { views, classNames, classes: classes ?? classNames?.length ?? 0, scalers };
  };
  const load = ({ store, scalers, views }: Description & Made, state: State) => {
    requireSameGraphs(views, state.json.views as unknown as ViewShape[] | undefined);
    store.load(state.tensors);
    // Pictures have none where other views have.
    const kind = scalers.find((each) => each.kind !== "none")?.kind ?? "none";
    names.stored(state, kind, views).forEach(({ scale, shift }, v) => {
      scalers[v]!.scale.set(scale);
      scalers[v]!.shift.set(shift);
    });
  };
  return {
    async prepare(context, data) {
      const { options, engine } = context;
      parts.check(data, options);
      const description: Description = {
        views: parts.views?.(viewShapes(data, outputs), options) ?? viewShapes(data, outputs),
        classes: data.classes,
        classNames: data.labels?.names ?? [],
        scalers: parts.fitScalers?.(data, options) ?? [],
      };
      const model = { ...description, ...parts.make(context, description) };
      initialize(engine.kernels, model.store, model.parameters.all, options.seed);
      await parts.fit?.(context, model, data);
      return model;
    },
    build(context, state) {
      const description = describe(context, state);
      const model = { ...description, ...parts.make(context, description) };
      load(model, state);
      return model;
    },
    state(model) {
      const { views, classes, classNames } = model;
      const known: Record<string, Json | undefined> = { views: views as unknown as Json, classes, classNames };
      const json = Object.fromEntries(keeps.flatMap((key) => (known[key] === undefined ? [] : [[key, known[key]!]])));
      return { tensors: names.tensors(model), json };
    },
    load,
    savedViews: ({ json }) => json.views as unknown as ViewShape[],
  };
}

/** @throws UserError where the files of an ONNX model say something else than when the state was made. */
function requireSameGraphs(views: readonly ViewShape[], saved: readonly ViewShape[] = []): void {
  for (const [v, { network }] of views.entries()) {
    if (network === undefined || JSON.stringify(network) === JSON.stringify(saved[v]?.network)) continue;
    throw new UserError(
      `${network.path}, or a file beside it, has changed since the run began: put the old one back or start a new run`,
    );
  }
}
