// Small pictures for tests, made by sharp in every format.
import sharp, { type Sharp } from "sharp";

/** Left half red, right half blue. */
export function twoHalves(width: number, height: number): Sharp {
  const raw = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) raw[3 * i + (i % width < width / 2 ? 0 : 2)] = 255;
  return sharp(raw, { raw: { width, height, channels: 3 } });
}

/** Bytes that no encoder makes small, so that a cut hits pixels. */
export function noise(width: number, height: number): Sharp {
  let state = 1;
  const raw = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return sharp(raw, { raw: { width, height, channels: 3 } });
}
