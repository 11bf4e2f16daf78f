// Drawing a picture's bytes to RGB of a given size with sharp (libvips), whatever they come from.
import type { Sharp, SharpOptions } from "sharp";
import type { PictureSize } from "./picture-size.js";

/** Pixels of a picture: height × width × 3 bytes (red, green, blue; sRGB), row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Seconds that one picture may take. */
export const seconds = 30;

/** @throws Error of libvips where the bytes cannot be decoded. @param failOn from which kind of fault on. */
export async function draw(bytes: Uint8Array, size: PictureSize, failOn: "error" | "warning"): Promise<Pixels> {
  const { width, height, fit, background = "white", kernel = "lanczos3" } = size;
  const picture = await openSharp(bytes, { limitInputPixels: false, failOn });
  const { data, info } = await picture
    .timeout({ seconds })
    .autoOrient()
    .resize(width, height, { fit, background, kernel })
    .flatten({ background })
    .toColorspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The bytes as sharp takes them; never a path, so that an SVG has no place to look up others from. */
export async function openSharp(bytes: Uint8Array, options: SharpOptions): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  return sharp(bytes, { sequentialRead: true, ...options });
}
