// Which definition is meant: a YAML file, or the name of one that comes with the package.
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.js";
import { type Definition, readDefinition } from "./definition.js";

export interface FoundDefinition {
  readonly definition: Definition;
  /** Where a user's definition lies: its data files may lie beside it. */
  readonly folder?: string;
}

const shippedFolder = fileURLToPath(new URL("../../src/reproduce/tables/", import.meta.url));
const isYaml = (file: string): boolean => [".yaml", ".yml"].includes(extname(file).toLowerCase());

/** The definitions that come with the package, by name. */
export function shippedDefinitions(): readonly Definition[] {
  return shippedNames().map((name) => readDefinition(join(shippedFolder, `${name}.yaml`)));
}

function shippedNames(): string[] {
  return readdirSync(shippedFolder)
    .filter(isYaml)
    .map((file) => basename(file, extname(file)))
    .sort();
}

/** @throws UserError where there is no such file or name, or the file is no definition. */
export function findDefinition(nameOrPath: string): FoundDefinition {
  if (isYaml(nameOrPath)) return { definition: readDefinition(nameOrPath), folder: dirname(nameOrPath) };
  const names = shippedNames();
  if (!names.includes(nameOrPath)) {
    const hint = existsSync(nameOrPath) ? "a definition is a .yaml file; " : "";
    throw new UserError(`there is no table ${nameOrPath}: ${hint}the package has ${names.join(", ")}`);
  }
  return { definition: readDefinition(join(shippedFolder, `${nameOrPath}.yaml`)) };
}
