// Options of methods: checked by their schema, with one clear line for what is wrong.
import type { z } from "zod";
import { UserError } from "../errors.js";
import { didYouMean } from "../near-names.js";

/** The options with defaults filled in. @throws UserError that names the option, what was found and what was expected. */
export function parseOptions<T extends z.ZodType>(method: string, schema: T, options: unknown): z.output<T> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys((schema as unknown as z.ZodObject).shape);
    const hint = didYouMean(issue.keys[0]!, known) ?? `its options are ${known.join(", ")}`;
    throw new UserError(`${method} has no option ${issue.keys[0]}; ${hint}`);
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
  throw new UserError(`option ${issue.path.join(".")}: ${explain(issue)} (got ${JSON.stringify(value)})`);
}

/** What an issue says was expected. */
function explain(issue: z.core.$ZodIssue): string {
  const isOwn = !/^(Invalid|Too )/.test(issue.message);
  if (isOwn) return issue.message;
  switch (issue.code) {
    case "too_small":
      return `expected ${sizeOf(issue.origin)}${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `expected ${sizeOf(issue.origin)}${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_type":
      return `expected ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values.map(String).join(" or ")}`;
    case "not_multiple_of":
      return `expected a multiple of ${issue.divisor}`;
    case "invalid_union":
      return "expected a different kind of value";
    default:
      return issue.message;
  }
}

function sizeOf(origin: string): string {
  return origin === "array" ? "a list of " : origin === "string" ? "a text of length " : "";
}

const kinds: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  string: "text",
  array: "a list, such as [500,200]",
  object: "an object",
};
