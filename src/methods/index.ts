// All methods: a new one is a folder here and a line in this list, or registered from outside.
import { UserError } from "../errors.js";
import { cca } from "./cca/index.js";
import { dchn } from "./dchn/index.js";
import type { MethodDefinition } from "./define.js";
import { djsrh } from "./djsrh/index.js";
import { dm2c } from "./dm2c/index.js";
import { gmae } from "./gmae/index.js";
import { identity } from "./identity/index.js";
import { itq } from "./itq/index.js";
import { lsh } from "./lsh/index.js";
import { mvlnet } from "./mvlnet/index.js";
import { signs } from "./signs/index.js";

/** A method whose options are of any kind. */
export type AnyDefinition = MethodDefinition<Record<string, unknown>>;
/** The names of the package's methods. */
export type OwnName = "gmae" | "djsrh" | "dchn" | "mvlnet" | "dm2c" | "cca" | "identity" | "signs" | "itq" | "lsh";

/** The methods of the package by name. */
export type NamedMethods = Readonly<Record<OwnName, AnyDefinition>>;

const named = { gmae, djsrh, dchn, mvlnet, dm2c, cca, identity, signs, itq, lsh } as unknown as NamedMethods;
const known = Object.values(named);

/** Every method, with its options and how it is made; those of the package by name as well: `methods.gmae`. */
export const methods: readonly AnyDefinition[] & NamedMethods = Object.assign(known, named);

/** @throws UserError that lists the methods where there is none of that name. */
export function findMethod(name: string): MethodDefinition<Record<string, unknown>> {
  const method = methods.find((each) => each.name === name);
  if (method === undefined) {
    throw new UserError(`unknown method ${name}; there are ${methods.map((each) => each.name).join(", ")}`);
  }
  return method;
}

/**
 * Adds a method to `methods` and to the command line.
 * @throws UserError where there is one of its name, or the name is no lower-case word.
 * @example
 * ```ts
 * import { methods } from "vantage-ml";
 * import { defineMethod, registerMethod } from "vantage-ml/method";
 *
 * // Makes a method known to the command line and to `trainRun`, by its name.
 * export function add(method: ReturnType<typeof defineMethod>): void {
 *   if (!methods.some(({ name }) => name === method.name)) registerMethod(method);
 * }
 * ```
 */
export function registerMethod<Options>(definition: MethodDefinition<Options>): void {
  const { name } = definition;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new UserError(`method "${name}": expected a name of lower-case letters, digits and "-"`);
  }
  if (known.some((each) => each.name === name)) throw new UserError(`method ${name} already exists`);
  known.push(definition as unknown as MethodDefinition<Record<string, unknown>>);
}
