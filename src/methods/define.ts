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
 */
export function defineMethod<Options, M extends Model>(
  spec: MethodSpec<Options, M>,
): MethodSpec<Options, M> & MethodDefinition<Options> {
  return {
    ...spec,
    create: (options, engine) => new Method<Options>(spec as unknown as MethodSpec<Options>, options, engine),
  };
}
