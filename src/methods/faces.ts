// Methods with the verbs that not all have, as types.

import { Method } from "./method.js";
import type { CodeSearchOptions, PerViewOptions } from "./shared/fields.js";

type Verb<Name extends keyof Method> = NonNullable<Method[Name]>;

/**
 * A method that gives each view a representation of its own: clustering (k-means), classification (linear SVM, nearest
 * neighbor, MLP) or retrieval (cosine).
 */
export class PerViewMethod<Options extends PerViewOptions> extends Method<Options> {
  declare readonly retrievalCurves: Verb<"retrievalCurves">;
}

/** A method that gives each view hash codes, for search between views. */
export class HashingMethod<Options extends CodeSearchOptions> extends Method<Options> {
  declare readonly encode: Verb<"encode">;
  declare readonly retrievalCurves: Verb<"retrievalCurves">;
}
