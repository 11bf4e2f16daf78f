// JSON from files.
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
