// YAML files that users write and programs left.
import { Document, parse, Scalar, visit } from "yaml";
import { UserError } from "./errors.js";
import { readText } from "./files.js";
import { escapeHidden, isVisible } from "./visible.js";

/** The content of a YAML file; `merge` reads the keys `<<` of YAML 1.1. @throws UserError where it cannot be read or is not YAML. */
export function readYaml(path: string, { merge = false } = {}): unknown {
  const text = readText(path);
  try {
    return parse(text, { merge, logLevel: "error" });
  } catch (error) {
    throw new UserError(`${path} is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** A value as YAML in which every character is seen: those that a terminal would act upon are written as \u. */
export function writeYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && !isVisible(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ doubleQuotedAsJSON: true }).split("\n").map(escapeHidden).join("\n");
}
