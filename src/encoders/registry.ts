// The encoders that there are, found by a spec: `scheme:rest`.
import { UserError } from "../errors.js";
import { bag } from "./bag-of-words.js";
import { builtin } from "./builtin/index.js";
import { emojiEncoders } from "./emoji.js";
import type { Encoder, EncoderContext, EncoderDefinition } from "./encoder.js";
import { httpEncoders } from "./http/index.js";
import { onnxEncoders } from "./onnx/index.js";
import { pixels } from "./pixels.js";
import { transformersEncoders } from "./transformers/index.js";

/** Every kind of encoder. */
export const encoderDefinitions: readonly EncoderDefinition[] = [
  builtin,
  emojiEncoders,
  onnxEncoders,
  transformersEncoders,
  httpEncoders,
  bag,
  pixels,
];

/**
 * Opens an encoder.
 * @param spec such as `builtin:pictures`, `onnx:models/text.onnx`, `transformers:Xenova/clip-vit-base-patch32`; `vantage encoders`
 *   of the documentation (docs/encoders.md) lists them.
 * @throws UserError where there is no such encoder, it takes other material, or it cannot be used.
 * @example
 * ```ts
 * import { openEncoder } from "vantage-ml/data";
 *
 * const words = await openEncoder("builtin:words", { corpus: ["a red bicycle", "two red cats"] });
 * if (words.material === "words") {
 *   const row = await words.encode(["red cat"]);
 *   console.log(row.length === words.dimensions); // true
 * }
 * await words.release();
 * ```
 */
export async function openEncoder(spec: string, context: EncoderContext = {}): Promise<Encoder> {
  const { definition, rest } = definitionOf(spec);
  const encoder = await definition.open(rest, context);
  const { material } = context;
  if (material === undefined || encoder.material === material) return encoder;
  await encoder.release();
  throw new UserError(`encoder "${spec}" takes ${encoder.material}, expected one for ${material}`);
}

/** Whether an encoder reads files or asks hosts of its own. @throws UserError where there is no such encoder. */
export function isOutside(spec: string): boolean {
  return definitionOf(spec).definition.isOutside;
}

function definitionOf(spec: string): { definition: EncoderDefinition; rest: string } {
  const colon = spec.indexOf(":");
  const definition = encoderDefinitions.find(({ scheme }) => colon > 0 && scheme === spec.slice(0, colon));
  if (definition !== undefined) return { definition, rest: spec.slice(colon + 1) };
  const forms = encoderDefinitions.map(({ scheme, form }) => `${scheme}:${form}`);
  throw new UserError(`there is no encoder "${spec.slice(0, 100)}"; there are ${forms.join(", ")}`);
}
