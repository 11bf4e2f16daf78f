// All methods: a new one is a folder here and a line in this list.
import { UserError } from "../errors.js";
import { cca } from "./cca/index.js";
import { dchn } from "./dchn/index.js";
import type { MethodDefinition } from "./define.js";
import { djsrh } from "./djsrh/index.js";
import { dm2c } from "./dm2c/index.js";
import { gmae } from "./gmae/index.js";
import { mvlnet } from "./mvlnet/index.js";

/** Every method, with its options and how it is made. */
export const methods = [gmae, djsrh, dchn, mvlnet, dm2c, cca] as unknown as readonly MethodDefinition<
  Record<string, unknown>
>[];

/** @throws UserError that lists the methods where there is none of that name. */
export function findMethod(name: string): MethodDefinition<Record<string, unknown>> {
  const method = methods.find((each) => each.name === name);
  if (method === undefined) {
    throw new UserError(`there is no method ${name}; there are ${methods.map((each) => each.name).join(", ")}`);
  }
  return method;
}
