// YAML files that users write and programs left.
import { parse } from "yaml";
import { UserError } from "./errors.js";
import { readText } from "./files.js";

/** The content of a YAML file; `merge` reads the keys `<<` of YAML 1.1. @throws UserError where it cannot be read or is not YAML. */
export function readYaml(path: string, { merge = false } = {}): unknown {
  const text = readText(path);
  try {
    return parse(text, { merge, logLevel: "error" });
  } catch (error) {
    throw new UserError(`${path} is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
}
