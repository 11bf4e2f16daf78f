// A picture's bytes as the pixels that an encoder takes.
import { decodePicture, type Pixels } from "../data/media/decode.js";
import { readPicture } from "../data/sets/emoji/index.js";
import type { PictureEncoder } from "./encoder.js";

/** @throws UserError where the bytes are no picture that can be decoded. */
export async function pixelsFor(bytes: Uint8Array, decoding: PictureEncoder["decoding"]): Promise<Pixels> {
  if (decoding !== "emoji") return decodePicture(bytes, decoding);
  const { width, height, pixels } = await readPicture(bytes);
  return { width, height, data: Uint8Array.from(pixels) };
}
