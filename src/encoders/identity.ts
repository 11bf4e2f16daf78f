// The identity of an encoder: a digest of everything that its rows depend on.
import { createHash } from "node:crypto";

/** SHA-256 in hexadecimal; the parts are kept apart by their lengths. */
export function identityOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}
