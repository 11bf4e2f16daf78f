// JSON from files, and values checked against a schema.
import type { z } from "zod";
import { UserError } from "./errors.js";

/**
 * The value of a JSON text.
 * @param place what to name in the error.
 * @throws UserError where it is not JSON.
 */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${place} is not JSON: ${(error as Error).message}`);
  }
}

/**
 * A value as a schema has it.
 * @param place what to name in the error.
 * @throws UserError that names the first part that is otherwise.
 */
export function parseAs<Schema extends z.ZodType>(schema: Schema, value: unknown, place: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue!.path.length > 0 ? `${issue!.path.join(".").slice(0, 100)}: ` : "";
  throw new UserError(`${place}: ${where}${issue!.message.slice(0, 300)}`);
}
