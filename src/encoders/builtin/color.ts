// Which colors a picture has and where, in CIELAB, whose distances are those that people see.
import { side } from "./frame.js";
import { rooted, toUnit } from "./unit.js";

/** Levels of lightness, and of each of the two color axes, in the histogram. */
const [lightLevels, colorLevels] = [4, 6];
/** Values of the color axes beyond these (of −1.1 … 1.1) count as these. */
const [widest, highest] = [0.8, 0.9];
/** The small picture has this many pixels along each side. */
const cells = 8;

const histogramBins = lightLevels * colorLevels * colorLevels;
const layoutValues = cells * cells * 3;

export const colorDimensions = histogramBins + layoutValues;

/** 144 values of a color histogram (trilinear, square roots) and 192 of a picture of 8 × 8 pixels, each of length 1. */
export function colorFeatures(image: Float32Array): Float64Array {
  const lab = toLab(image);
  const features = new Float64Array(colorDimensions);
  features.set(histogram(lab));
  features.set(layout(lab), histogramBins);
  return features;
}

/** sRGB in 0 … 1 to linear light, in steps of a 1024th. */
const linear = Float64Array.from({ length: 1025 }, (_, i) => {
  const value = i / 1024;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** sRGB (IEC 61966-2-1) to CIELAB (CIE 15, white D65), a hundredth of each. */
export function toLab(image: Float32Array): Float32Array {
  const lab = new Float32Array(image.length);
  const light = (value: number) => linear[Math.min(1024, Math.max(0, Math.round(value * 1024)))]!;
  const curve = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  for (let at = 0; at < image.length; at += 3) {
    const [red, green, blue] = [light(image[at]!), light(image[at + 1]!), light(image[at + 2]!)];
    const x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
    const y = curve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
    const z = curve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
    lab[at] = 1.16 * y - 0.16;
    lab[at + 1] = 5 * (x - y);
    lab[at + 2] = 2 * (y - z);
  }
  return lab;
}

/** Each pixel shared out among the eight nearest of the histogram's colors. */
function histogram(lab: Float32Array): Float64Array {
  const counts = new Float64Array(histogramBins);
  const levels = [lightLevels, colorLevels, colorLevels];
  const [low, share] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  const onAxis = (value: number, reach: number) =>
    ((Math.max(-1, Math.min(1, value / reach)) + 1) / 2) * (colorLevels - 1);
  for (let at = 0; at < lab.length; at += 3) {
    const light = Math.max(0, Math.min(1, lab[at]!)) * (lightLevels - 1);
    const places = [light, onAxis(lab[at + 1]!, widest), onAxis(lab[at + 2]!, highest)];
    for (let c = 0; c < 3; c++) {
      low[c] = Math.min(levels[c]! - 2, Math.floor(places[c]!));
      share[c] = places[c]! - low[c]!;
    }
    for (let corner = 0; corner < 8; corner++) {
      let [weight, bin] = [1, 0];
      for (let c = 0; c < 3; c++) {
        const upper = (corner >> c) & 1;
        weight *= upper ? share[c]! : 1 - share[c]!;
        bin = bin * levels[c]! + low[c]! + upper;
      }
      counts[bin]! += weight;
    }
  }
  return rooted(counts);
}

/** Means of cells; lightness inverted, so that white paper is 0. */
function layout(lab: Float32Array): Float64Array {
  const sums = new Float64Array(layoutValues);
  const step = side / cells;
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      const to = (Math.floor(y / step) * cells + Math.floor(x / step)) * 3;
      sums[to]! += 1 - lab[at]!;
      sums[to + 1]! += lab[at + 1]!;
      sums[to + 2]! += lab[at + 2]!;
    }
  }
  return toUnit(sums);
}
