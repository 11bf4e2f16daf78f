// A picture without its plain border, brought to a square of one size: what all built-in features are made from.
import type { Pixels } from "../../data/media/decode.js";

/** Pixels along each side of a framed picture. */
export const side = 64;

/** Difference of a channel (0 … 255) up to which four corners are of one color, and up to which a pixel belongs to the border. */
const [cornerTolerance, borderTolerance] = [16, 12];

/**
 * What lies inside a border of one color, stretched to `side` × `side` and averaged over areas; the whole picture where its corners
 * differ, as in photographs. Stretched, since on clip art that finds more than centering (docs/encoders.md).
 * @returns red, green and blue of each pixel, row after row, in 0 … 1.
 */
export function framed({ width, height, data }: Pixels): Float32Array {
  const [left, top, right, bottom] = content(data, width, height);
  const across = overlaps(left, right);
  const down = overlaps(top, bottom);
  const scale = 1 / 255;
  const image = new Float32Array(side * side * 3);
  for (let y = 0, to = 0; y < side; y++) {
    const rows = down[y]!;
    for (let x = 0; x < side; x++, to += 3) {
      let [red, green, blue] = [0, 0, 0];
      for (const [row, tall] of rows) {
        for (const [column, wide] of across[x]!) {
          const weight = tall * wide * scale;
          const from = (row * width + column) * 3;
          red += weight * data[from]!;
          green += weight * data[from + 1]!;
          blue += weight * data[from + 2]!;
        }
      }
      image[to] = red;
      image[to + 1] = green;
      image[to + 2] = blue;
    }
  }
  return image;
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** The smallest box around everything that differs from the border; the whole picture where nothing does. */
function content(data: Uint8Array, width: number, height: number): Box {
  const whole: Box = [0, 0, width, height];
  const border = borderColor(data, width, height);
  if (border === undefined) return whole;
  const [red, green, blue] = border;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const isBorder =
        Math.abs(data[at]! - red) <= borderTolerance &&
        Math.abs(data[at + 1]! - green) <= borderTolerance &&
        Math.abs(data[at + 2]! - blue) <= borderTolerance;
      if (isBorder) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  return right > left ? [left, top, right, bottom] : whole;
}

/** The color of all four corners; undefined where they differ. */
function borderColor(data: Uint8Array, width: number, height: number): [number, number, number] | undefined {
  const corners = [0, width - 1, (height - 1) * width, height * width - 1];
  const color: [number, number, number] = [0, 0, 0];
  for (let c = 0; c < 3; c++) {
    const values = corners.map((pixel) => data[pixel * 3 + c]!).sort((a, b) => a - b);
    if (values[3]! - values[0]! > cornerTolerance) return undefined;
    color[c] = (values[1]! + values[2]!) / 2;
  }
  return color;
}

/** For each of `side` equal parts of from … to: the pixels in it and their shares of it. */
function overlaps(from: number, to: number): [pixel: number, share: number][][] {
  const step = (to - from) / side;
  return Array.from({ length: side }, (_, i) => {
    const [start, end] = [from + i * step, from + (i + 1) * step];
    const parts: [number, number][] = [];
    for (let pixel = Math.floor(start); pixel < Math.min(to, end); pixel++) {
      parts.push([pixel, (Math.min(pixel + 1, end) - Math.max(pixel, start)) / step]);
    }
    return parts;
  });
}
