// Encoders as runs, indexes and data sets remember them, opened again so that new pictures and words become rows in the same way.
import type { Engine } from "../core/runtime/index.js";
import type { ViewEncoding } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Encoder } from "./encoder.js";
import { openEncoder } from "./registry.js";

/** What is kept of an encoder. */
export function encodingOf({ spec, material, identity, state }: Encoder): ViewEncoding {
  return { encoder: spec, material, identity, ...(state !== undefined && { state }) };
}

/**
 * Opens an encoder again.
 * @throws UserError where it is not the same any more: a file was replaced, a service gives other rows, a package has another version.
 */
export async function reopenEncoder(
  { encoder: spec, material, identity, state }: ViewEncoding,
  engine?: Engine,
): Promise<Encoder> {
  const encoder = await openEncoder(spec, { material, engine, ...(state !== undefined && { state }) });
  if (identity === undefined || identity === encoder.identity) return encoder;
  await encoder.release();
  throw new UserError(
    `encoder "${spec}" has changed since the features were made: its rows would not compare with them; make the features and the index again`,
  );
}
