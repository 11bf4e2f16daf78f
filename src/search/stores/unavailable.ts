// The error of a store that cannot answer now: the question was right, and the same one may be answered later.
import { UserError } from "../../errors.js";

/**
 * A store's database is down, starting, full or overloaded. A server answers 503, where a plain UserError is the asker's.
 * @example
 * ```ts
 * import { openPostgresStore, UnavailableError } from "vantage-ml/search";
 *
 * const url = "postgres://user@127.0.0.1:1/none"; // nothing listens there
 * await openPostgresStore({ url, name: "codes" }).catch((error) => {
 *   console.log(error instanceof UnavailableError); // true
 * });
 * ```
 */
export class UnavailableError extends UserError {
  override readonly name: string = "UnavailableError";
  override readonly code: string = "ERR_UNAVAILABLE";
}
