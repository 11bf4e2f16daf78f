// Methods from files that the user names: --method-file FILE before the command. No other file is ever run.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.js";
import type { MethodDefinition } from "../methods/define.js";
import { registerMethod } from "../methods/index.js";

export const methodFileFlag = "--method-file";

/** Runs the files that the flags before the command name, and registers the method that each has as its default export. */
export async function loadMethodFiles(args: readonly string[]): Promise<void> {
  for (let i = 0; args[i]?.split("=")[0] === methodFileFlag; i++) {
    const inline = args[i]!.slice(methodFileFlag.length + 1);
    const file = inline === "" ? args[++i] : inline;
    if (file !== undefined) registerMethod(await definitionIn(file));
  }
}

/** @throws UserError where the file cannot be run, or defines no method. */
async function definitionIn(file: string): Promise<MethodDefinition> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UserError(`${methodFileFlag} ${file}: no such file`);
  let found: { readonly default?: Partial<MethodDefinition> };
  try {
    found = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new UserError(`${methodFileFlag} ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { default: definition } = found;
  if (typeof definition?.create !== "function" || typeof definition.name !== "string") {
    throw new UserError(
      `${methodFileFlag} ${file}: its default export is not a method; expected the result of defineMethod`,
    );
  }
  return definition as MethodDefinition;
}
