// The error of a store that cannot answer now: the question was right, and the same one may be answered later.
import { UserError } from "../../errors.js";

/** A store's database is down, starting, full or overloaded. A server answers 503, where a plain UserError is the asker's. */
export class UnavailableError extends UserError {
  override readonly name: string = "UnavailableError";
  override readonly code: string = "ERR_UNAVAILABLE";
}
