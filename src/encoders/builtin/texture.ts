// What the surfaces of a picture are like: local binary patterns.
import { side } from "./frame.js";
import { rooted } from "./unit.js";

/** Distances of the eight neighbors in pixels: fine and coarse texture. */
const radii = [1, 3];
/** The picture is looked at in this many parts along each side. */
const parts = 2;
/** Patterns of at most two changes around the circle, and one bin for all others. */
const patterns = 59;
/** How much lighter a neighbor must be, in 0 … 1: less is noise of JPEG. */
const tolerance = 0.02;

export const textureDimensions = radii.length * parts * parts * patterns;

/** The bin of each pattern of eight bits. */
const bins = uniformBins();

function uniformBins(): Uint8Array {
  const table = new Uint8Array(256).fill(patterns - 1);
  let next = 0;
  for (let pattern = 0; pattern < 256; pattern++) {
    let changes = 0;
    for (let bit = 0; bit < 8; bit++) {
      if (((pattern >> bit) & 1) !== ((pattern >> ((bit + 1) % 8)) & 1)) changes++;
    }
    if (changes <= 2) table[pattern] = next++;
  }
  return table;
}

/**
 * Uniform local binary patterns (Ojala, Pietikäinen and Mäenpää, PAMI 2002) of the lightness at distances of 1 and 3 pixels in a quarter
 * of the picture each: 472 values, square roots, of length 1.
 */
export function textureFeatures(image: Float32Array): Float64Array {
  const gray = new Float32Array(side * side);
  for (let i = 0, at = 0; i < gray.length; i++, at += 3) {
    gray[i] = 0.299 * image[at]! + 0.587 * image[at + 1]! + 0.114 * image[at + 2]!;
  }
  const counts = new Float64Array(textureDimensions);
  for (const [r, radius] of radii.entries()) {
    const up = radius * side;
    const around = [radius, radius - up, -up, -up - radius, -radius, up - radius, up, up + radius];
    for (let y = radius; y < side - radius; y++) {
      for (let x = radius; x < side - radius; x++) {
        const place = y * side + x;
        const least = gray[place]! + tolerance;
        let pattern = 0;
        for (let bit = 0; bit < 8; bit++) if (gray[place + around[bit]!]! > least) pattern |= 1 << bit;
        const part = Math.floor((y * parts) / side) * parts + Math.floor((x * parts) / side);
        counts[(r * parts * parts + part) * patterns + bins[pattern]!]!++;
      }
    }
  }
  return rooted(counts);
}
