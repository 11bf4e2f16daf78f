// Pictures as their pixels, for views whose network takes these: as the rows of a matrix of pictures are.
import type { Pixels } from "../data/media/decode.js";
import { middleOfPicture } from "../data/media/picture-matrix.js";
import { squareOf } from "../data/media/pixel-store.js";
import { UserError } from "../errors.js";
import type { EncoderDefinition, PictureEncoder } from "./encoder.js";
import { identityOf } from "./identity.js";

/** More is none that a network here was made for, and would fill a disk. */
const [leastSide, mostSide] = [32, 583];

/** The side of the squares that are stored for squares that are seen: 256 for 224. */
export const storedSide = (side: number): number => Math.round((side * 8) / 7);

/** The spec of pictures as pixels, side × side. @throws UserError where they are too small or too large. */
export function pixelsSpec(side: number): string {
  if (side >= leastSide && side <= mostSide) return `pixels:${side}`;
  throw new UserError(`pictures of ${side} × ${side} pixels: expected a side of ${leastSide} to ${mostSide}`);
}

/** The side of pictures as pixels; undefined for the spec of another encoder. @throws UserError where it is no side. */
export function pixelsSide(spec: string): number | undefined {
  if (!spec.startsWith("pixels:")) return undefined;
  const rest = spec.slice(7);
  if (!/^[1-9][0-9]*$/.test(rest))
    throw new UserError(`encoder "${spec.slice(0, 100)}": expected a side, such as pixels:224`);
  pixelsSpec(Number(rest));
  return Number(rest);
}

/**
 * `pixels:224`: the shorter side of a picture resized to 256, the 224 × 224 pixels in its middle, red, green and blue from 0 to 255
 * (torchvision's Resize and CenterCrop).
 */
export const pixels: EncoderDefinition = {
  scheme: "pixels",
  form: "SIDE",
  about: "the pixels of the middle of a picture, for networks that take pixels",
  isOutside: false,
  async open(rest): Promise<PictureEncoder> {
    const spec = `pixels:${rest}`;
    const side = pixelsSide(spec)!;
    const dimensions = 3 * side * side;
    return {
      spec,
      material: "pictures",
      dimensions,
      identity: identityOf(spec, "1"),
      isCostly: false,
      decoding: squareOf(storedSide(side)),
      async encode(pictures: readonly Pixels[], signal) {
        const rows = new Float32Array(pictures.length * dimensions);
        for (const [i, picture] of pictures.entries()) {
          signal?.throwIfAborted();
          middleOfPicture(picture, side, rows.subarray(i * dimensions, (i + 1) * dimensions));
        }
        return rows;
      },
      release: async () => {},
    };
  },
};
