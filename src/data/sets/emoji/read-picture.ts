// A user's PNG or SVG file drawn as the emoji were, so that the same features can be made of it.
import { UserError } from "../../../errors.js";
import type { Picture } from "./image-features.js";
import { drawer, pictureSide } from "./pictures.js";
import { plainSvg } from "./plain-svg.js";

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Pixels along a side of a PNG. */
const longestSide = 8192;

/**
 * The picture in a file's bytes, centered on a white square of `pictureSide` pixels.
 *
 * resvg may end the process over an SVG that is made for it: untrusted pictures are decoded in a child process.
 * @throws UserError where the bytes are neither a PNG nor an SVG, request other files, or show nothing.
 */
export async function readPicture(bytes: Uint8Array): Promise<Picture> {
  const draw = await drawer();
  try {
    const { body, width, height } = isPng(bytes) ? pngImage(bytes) : await svgImage(bytes);
    const pixels = draw(body, width, height);
    // What resvg cannot decode it leaves out.
    if (pixels.every((value) => value === 255)) throw new UserError("the picture is blank, or damaged");
    return { width: pictureSide, height: pictureSide, pixels };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the picture cannot be drawn: ${(error as Error).message.split("\n")[0]}`);
  }
}

interface Image {
  /** The inside of an SVG. */
  readonly body: string;
  readonly width: number;
  readonly height: number;
}

function isPng(bytes: Uint8Array): boolean {
  return pngSignature.equals(bytes.subarray(0, pngSignature.length));
}

function pngImage(bytes: Uint8Array): Image {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { width, height } = pngSize(file);
  const href = `data:image/png;base64,${file.toString("base64")}`;
  return { body: `<image width="${width}" height="${height}" href="${href}"/>`, width, height };
}

/** What the header says. @throws UserError where there is none, or it says too much. */
function pngSize(file: Buffer): { width: number; height: number } {
  if (!isPng(file) || file.length < 33 || file.toString("latin1", 12, 16) !== "IHDR") {
    throw new UserError("the PNG has no header");
  }
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  if (width < 1 || height < 1 || width > longestSide || height > longestSide) {
    throw new UserError(`the PNG is ${width} × ${height} pixels, expected 1 to ${longestSide} each way`);
  }
  return { width, height };
}

async function svgImage(bytes: Uint8Array): Promise<Image> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError("the picture is neither a PNG nor an SVG file");
  }
  if (!/<(?:[\w-]+:)?svg[\s>]/.test(text.slice(0, 4096)))
    throw new UserError("the picture is neither a PNG nor an SVG file");
  const body = plainSvg(text, (file) => {
    const { width, height } = pngSize(file);
    return width * height;
  });
  const { Resvg } = await import("@resvg/resvg-js");
  const { width, height } = new Resvg(body, { font: { loadSystemFonts: false } });
  if (!(width > 0 && height > 0)) throw new UserError("the SVG is empty");
  return { body, width, height };
}
