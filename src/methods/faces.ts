// Methods as typed classes: what `evaluate` gives by task, and the verbs that not all have.

import type { MultiViewDataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { PerViewEvaluations, RetrievalEvaluation } from "./evaluations.js";
import type { MatchOptions } from "./matching/views.js";
import { Method } from "./method.js";
import type { CodeSearchOptions, PerViewOptions } from "./shared/fields.js";
import type { Metrics } from "./training.js";

type Verb<Name extends keyof Method> = NonNullable<Method[Name]>;

/** The options of a class whose measures follow from its task: `Task` is inferred from option `task`. */
export type TaskOptions<Options, Task extends string> = Partial<Options> & { readonly task?: Task };

/** A measure that is there whenever anything was measured, by task. */
const firstMeasure: Readonly<Record<string, string>> = { clustering: "acc", classification: "accuracy" };

/**
 * A method whose measures have types: `Fitted` is what `evaluate` gives, `Other` what `evaluateOn` gives. Where the method has
 * several tasks and TypeScript does not see which, both are unions that `"acc" in metrics` (clustering) and `"accuracy" in metrics`
 * (classification) tell apart.
 * @example
 * ```ts
 * import { CCA } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import { MeasuredMethod } from "vantage-ml/method";
 *
 * await using cca = await new CCA({ task: "classification" }).fit(synthetic({ samples: 100, classes: 4 }));
 * if (cca instanceof MeasuredMethod) console.log(typeof (await cca.evaluate()).accuracy); // number
 * ```
 */
export class MeasuredMethod<
  Options extends { readonly task: string },
  Fitted extends Metrics,
  Other extends Metrics = Fitted,
> extends Method<Options> {
  /**
   * Measures on the data that was fitted, by the method's published protocol.
   * @throws UserError where clusters or classes are to be measured and no sample has a label.
   */
  override async evaluate(signal?: AbortSignal): Promise<Fitted> {
    return this.#requireMeasures(await super.evaluate(signal)) as Fitted;
  }

  /**
   * Measures on another data set of the same views; see `Method.evaluateOn`.
   * @throws UserError where the views are others than the model knows, no class is the same, or no sample has a label.
   */
  override async evaluateOn(data: MultiViewDataset, options: MatchOptions = {}): Promise<Other> {
    return this.#requireMeasures(await super.evaluateOn(data, options)) as Other;
  }

  #requireMeasures(metrics: Metrics): Metrics {
    const first = firstMeasure[this.options.task];
    if (first === undefined || first in metrics) return metrics;
    throw new UserError(`${this.name}: no evaluation sample has a single label; ${this.options.task} needs labels`);
  }
}

/**
 * A method that gives each view a representation of its own: clustering (k-means), classification (linear SVM, nearest
 * neighbor, MLP) or retrieval (cosine).
 * @example
 * ```ts
 * import { CCA } from "vantage-ml";
 * import { PerViewMethod } from "vantage-ml/method";
 *
 * console.log(new CCA() instanceof PerViewMethod); // true
 * ```
 */
export class PerViewMethod<
  Options extends PerViewOptions,
  Task extends PerViewOptions["task"] = PerViewOptions["task"],
> extends MeasuredMethod<Options, PerViewEvaluations[Task]["fitted"], PerViewEvaluations[Task]["other"]> {
  declare readonly retrievalCurves: Verb<"retrievalCurves">;
}

/**
 * A method that gives each view hash codes, for search between views.
 * @example
 * ```ts
 * import { DJSRH } from "vantage-ml";
 * import { HashingMethod } from "vantage-ml/method";
 *
 * console.log(new DJSRH({ bits: 32 }) instanceof HashingMethod); // true
 * ```
 */
export class HashingMethod<Options extends CodeSearchOptions> extends MeasuredMethod<Options, RetrievalEvaluation> {
  declare readonly encode: Verb<"encode">;
  declare readonly retrievalCurves: Verb<"retrievalCurves">;
}
