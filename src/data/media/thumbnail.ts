// A small picture for a page, as WebP.
import { decodePicture } from "./decode.js";

/** How well WebP keeps the picture, of 100. */
const QUALITY = 80;

/**
 * The picture in a file, as WebP of at most `side` pixels along its longer side.
 * @throws UserError as `decodePicture`.
 * @example
 * const bytes = await thumbnail("cat.jpg", 256);
 */
export async function thumbnail(path: string, side: number): Promise<Uint8Array> {
  const { width, height, data } = await decodePicture(path, { width: side, height: side, fit: "inside" });
  const { default: sharp } = await import("sharp");
  return sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality: QUALITY })
    .toBuffer();
}
