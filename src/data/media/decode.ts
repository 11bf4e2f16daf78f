// A picture as RGB bytes of a given size: decoded by sharp (libvips), within limits, from files that may be a stranger's.
import type { Sharp, SharpOptions } from "sharp";
import { UserError } from "../../errors.js";
import { otherKind, type PictureKind, pictureKind } from "./picture-kinds.js";
import { readBytes } from "./read-bytes.js";
import { refuseReferences } from "./svg-references.js";

/** The size that a picture is decoded to, and how it gets there. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  /**
   * "contain": whole, centered on the background; "cover": centered, what is too long cut off; "fill": stretched; "inside": whole,
   * the result is as large as fits into the size (and may be larger than the file).
   */
  readonly fit: "contain" | "cover" | "fill" | "inside";
  /** What shows around and behind a picture; white by default. */
  readonly background?: string;
  /** How pixels are interpolated; "lanczos3" by default. Encoders that were trained with another filter name theirs. */
  readonly kernel?: "nearest" | "linear" | "cubic" | "lanczos3";
}

/** Pixels of a picture: height × width × 3 bytes (red, green, blue; sRGB), row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What one picture may take: bytes of its file, pixels, pixels along a side, seconds. */
export const limits = { bytes: 2 ** 28, svgBytes: 2 ** 23, pixels: 200_000_000, side: 32_767, seconds: 30 } as const;

/**
 * Decodes JPEG, PNG, WebP, AVIF, GIF (its first picture), TIFF (its first page) and SVG, by content whatever the name is. Turned as EXIF says, converted
 * to sRGB with 8 bits a channel (from CMYK, gray, 16 bits, by an embedded profile), what is transparent laid on the background.
 * It runs outside the JavaScript thread.
 * @example
 * const { data } = await decodePicture("cat.jpg", { width: 224, height: 224, fit: "cover" });
 * data.length // 150528
 * @param source path of a file, or its bytes.
 * @throws UserError where it cannot be read, is no such picture, truncated or damaged, larger than the limits, or an SVG that
 *   refers to other files.
 */
export async function decodePicture(source: string | Uint8Array, size: PictureSize): Promise<Pixels> {
  const { name, bytes, kind } = await openPicture(source);
  try {
    return await pixels(bytes, kind, size);
  } catch (error) {
    throw new UserError(`${name}: ${reason(error as Error)}`);
  }
}

/** A picture's bytes, and what its header says. */
export interface OpenedPicture {
  /** As messages call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind: PictureKind;
  /** Pixels, after the turn that EXIF asks for. */
  readonly width: number;
  readonly height: number;
}

/** Reads a picture and its header, without decoding its pixels. @throws UserError as `decodePicture`. */
export async function openPicture(source: string | Uint8Array): Promise<OpenedPicture> {
  const name = typeof source === "string" ? source : "the picture";
  const bytes = typeof source === "string" ? await readBytes(source, limits.bytes) : source;
  const kind = pictureKind(bytes);
  if (!kind) throw new UserError(`${name} is ${otherKind(bytes)}`);
  try {
    const most = kind === "svg" ? limits.svgBytes : limits.bytes;
    if (bytes.length > most) throw new UserError(`it has ${bytes.length} bytes, expected ${most} at most`);
    if (kind === "svg") refuseReferences(new TextDecoder().decode(bytes));
    const { autoOrient } = await (await open(bytes, { limitInputPixels: false })).metadata();
    const { width, height } = autoOrient;
    if (width > limits.side || height > limits.side || width * height > limits.pixels) {
      const expected = `expected ${limits.side} a side and ${limits.pixels} in all at most`;
      throw new UserError(`it is ${width} × ${height} pixels, ${expected}`);
    }
    return { name, bytes, kind, width, height };
  } catch (error) {
    throw new UserError(`${name}: ${reason(error as Error)}`);
  }
}

async function pixels(bytes: Uint8Array, kind: PictureKind, size: PictureSize): Promise<Pixels> {
  if (kind !== "jpeg") return draw(bytes, "error", size);
  try {
    // Below warnings, a JPEG whose data is damaged half way down is drawn without a word.
    return await draw(bytes, "warning", size);
  } catch (error) {
    if (!isHarmless((error as Error).message)) throw error;
    return draw(bytes, "error", size);
  }
}

/** Cameras and editors leave bytes between the parts of a JPEG; they are no part of the picture. */
function isHarmless(message: string): boolean {
  return message
    .split("\n")
    .every((line) => line === "" || /extraneous bytes before marker|^Warning treated as error/.test(line));
}

async function draw(bytes: Uint8Array, failOn: SharpOptions["failOn"], size: PictureSize): Promise<Pixels> {
  const { width, height, fit, background = "white", kernel = "lanczos3" } = size;
  const picture = await open(bytes, { limitInputPixels: limits.pixels, failOn });
  const { data, info } = await picture
    .timeout({ seconds: limits.seconds })
    .autoOrient()
    .resize(width, height, { fit, background, kernel })
    .flatten({ background })
    .toColorspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

async function open(bytes: Uint8Array, options: SharpOptions): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  return sharp(bytes, { sequentialRead: true, ...options });
}

/** What is wrong, in words of a user: libvips' own messages name its functions. */
function reason(error: Error): string {
  if (error instanceof UserError) return error.message;
  const message = error.message.split("\n").find((line) => line !== "" && !line.startsWith("Warning treated")) ?? "";
  if (/timeout/i.test(message)) return `it takes more than ${limits.seconds} seconds to decode`;
  if (
    /premature end|read error|bad seek|Unexpected|not enough data|end of (?:file|data|stream)|truncated/i.test(message)
  ) {
    return `it is truncated or damaged (${message})`;
  }
  return `it cannot be decoded (${message || "no reason given"})`;
}
