// Options of methods: checked by their schema, with one clear line for what is wrong.
import type { z } from "zod";
import { UserError } from "../errors.js";

/** The options with defaults filled in. @throws UserError that names the option, what was found and what was expected. */
export function parseOptions<T extends z.ZodType>(method: string, schema: T, options: unknown): z.output<T> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys((schema as unknown as z.ZodObject).shape).join(", ");
    throw new UserError(`${method} has no option ${issue.keys[0]}; its options are ${known}`);
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
  throw new UserError(`option ${issue.path.join(".")}: ${issue.message} (got ${JSON.stringify(value)})`);
}
