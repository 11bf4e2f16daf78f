// A picture as RGB bytes of a given size: decoded by sharp (libvips), within limits, from files that may be a stranger's.
import { UserError } from "../../errors.js";
import { draw, openSharp, type Pixels, seconds } from "./draw.js";
import { drawApart } from "./draw-apart.js";
import { otherKind, type PictureKind, pictureKind } from "./picture-kinds.js";
import type { PictureSize } from "./picture-size.js";
import { readBytes } from "./read-bytes.js";
import { refuseReferences } from "./svg-references.js";

export type { Pixels } from "./draw.js";
export type { PictureSize } from "./picture-size.js";

/** What one picture may take: bytes of its file, pixels, pixels along a side. */
export const limits = { bytes: 2 ** 28, svgBytes: 2 ** 23, pixels: 200_000_000, side: 32_767 } as const;

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
    const { autoOrient } = await (await openSharp(bytes, { limitInputPixels: false })).metadata();
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
  if (kind === "svg") return drawApart(bytes, size);
  if (kind !== "jpeg") return draw(bytes, size, "error");
  try {
    // Below warnings, a JPEG whose data is damaged half way down is drawn without a word.
    return await draw(bytes, size, "warning");
  } catch (error) {
    if (!isHarmless((error as Error).message)) throw error;
    return draw(bytes, size, "error");
  }
}

/** Cameras and editors leave bytes between the parts of a JPEG; they are no part of the picture. */
function isHarmless(message: string): boolean {
  return message
    .split("\n")
    .every((line) => line === "" || /extraneous bytes before marker|^Warning treated as error/.test(line));
}

/** What is wrong, in words of a user: libvips' own messages name its functions. */
function reason(error: Error): string {
  if (error instanceof UserError) return error.message;
  const message = error.message.split("\n").find((line) => line !== "" && !line.startsWith("Warning treated")) ?? "";
  if (/timeout/i.test(message)) return `it takes more than ${seconds} seconds to decode`;
  if (
    /premature end|read error|bad seek|Unexpected|not enough data|end of (?:file|data|stream)|truncated/i.test(message)
  ) {
    return `it is truncated or damaged (${message})`;
  }
  return `it cannot be decoded (${message || "no reason given"})`;
}
