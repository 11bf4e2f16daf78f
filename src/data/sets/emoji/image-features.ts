// Features of a picture without any trained network: a small color image, a color histogram and oriented gradients.

/** A picture of 8-bit pixels, row after row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and, with four values a pixel, alpha (not premultiplied): transparent parts count as white. */
  readonly pixels: Uint8Array | Uint8ClampedArray;
}

/** Raise when the features change, so that no old cache file is taken for the new ones. */
export const imageRecipe = 1;

/** The picture is brought to this size first. */
const side = 48;
/** The small color image has this many pixels along each side. */
const thumbnail = 8;
/** Levels of each color in the histogram. */
const levels = 4;
/** Cells of the gradient histograms along each side, and orientations in [0°, 180°). */
const cells = 6;
const orientations = 9;

const lengths = [thumbnail ** 2 * 3, levels ** 3, cells ** 2 * orientations] as const;

/** Numbers that `imageFeatures` gives. */
export const imageDimensions = lengths[0] + lengths[1] + lengths[2];

/**
 * 192 values of color (8 × 8 pixels, inverted so that white is 0), 64 of the color histogram (4 levels each of red, green
 * and blue, trilinear, square root), 324 of gradient histograms (6 × 6 cells, 9 orientations; Dalal and Triggs, CVPR 2005,
 * but normalized over the picture). Each of the three has norm √⅓ where it is not all zeros. A white border is cut off first,
 * so that the padding of a maker does not matter.
 * @throws RangeError where the pixels are not width × height × 3 or 4 values, or there are none.
 */
export function imageFeatures(picture: Picture): Float32Array {
  const image = square(onWhite(picture), picture.width, picture.height);
  const features = new Float32Array(imageDimensions);
  let at = 0;
  for (const [b, block] of [colors(image), histogram(image), gradients(image)].entries()) {
    const norm = Math.sqrt(3 * block.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) for (let i = 0; i < block.length; i++) features[at + i] = block[i]! / norm;
    at += lengths[b]!;
  }
  return features;
}

/** Red, green and blue in 0 … 255. */
function onWhite({ width, height, pixels }: Picture): Float64Array {
  const channels = pixels.length / (width * height);
  if (channels !== 3 && channels !== 4) {
    throw new RangeError(`imageFeatures: ${pixels.length} values for ${width} × ${height} pixels of 3 or 4`);
  }
  const rgb = new Float64Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    const alpha = channels === 4 ? pixels[p * 4 + 3]! / 255 : 1;
    for (let c = 0; c < 3; c++) rgb[p * 3 + c] = 255 + alpha * (pixels[p * channels + c]! - 255);
  }
  return rgb;
}

/** What lies inside the white border, centered in a square of `side` pixels, averaged over areas; values in 0 … 1. */
function square(rgb: Float64Array, width: number, height: number): Float64Array {
  const [left, top, right, bottom] = inked(rgb, width, height);
  const reach = Math.max(right - left, bottom - top) * 1.04;
  const [x0, y0] = [(left + right - reach) / 2, (top + bottom - reach) / 2];
  const across = overlaps(x0, reach, width);
  const down = overlaps(y0, reach, height);
  const image = new Float64Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const to = (y * side + x) * 3;
      let covered = 0;
      for (const [row, tall] of down[y]!) {
        for (const [column, wide] of across[x]!) {
          const weight = tall * wide;
          const from = (row * width + column) * 3;
          covered += weight;
          for (let c = 0; c < 3; c++) image[to + c]! += (weight * rgb[from + c]!) / 255;
        }
      }
      // Outside the picture everything is white. Whole bytes, so that rounding of places makes no gradients.
      for (let c = 0; c < 3; c++) image[to + c] = Math.round((image[to + c]! + 1 - covered) * 255) / 255;
    }
  }
  return image;
}

/** The smallest box around everything that is not nearly white; the whole picture where nothing is. */
function inked(rgb: Float64Array, width: number, height: number): [number, number, number, number] {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      if (Math.min(rgb[at]!, rgb[at + 1]!, rgb[at + 2]!) >= 250) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right > left ? [left, top, right, bottom] : [0, 0, width, height];
}

/** For each of `side` equal parts of `reach` pixels from `start`: the pixels 0 … length-1 in it and their shares of it. */
function overlaps(start: number, reach: number, length: number): [pixel: number, share: number][][] {
  const step = reach / side;
  return Array.from({ length: side }, (_, i) => {
    const [from, to] = [start + i * step, start + (i + 1) * step];
    const parts: [number, number][] = [];
    for (let pixel = Math.max(0, Math.floor(from)); pixel < Math.min(length, to); pixel++) {
      parts.push([pixel, (Math.min(pixel + 1, to) - Math.max(pixel, from)) / step]);
    }
    return parts;
  });
}

function colors(image: Float64Array): Float64Array {
  const small = new Float64Array(lengths[0]);
  const step = side / thumbnail;
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++, at += 3) {
      const to = (Math.floor(y / step) * thumbnail + Math.floor(x / step)) * 3;
      for (let c = 0; c < 3; c++) small[to + c]! += 1 - image[at + c]!;
    }
  }
  return small;
}

/** Each pixel shared out among the eight nearest of the histogram's colors. */
function histogram(image: Float64Array): Float64Array {
  const counts = new Float64Array(lengths[1]);
  const low = [0, 0, 0];
  const share = [0, 0, 0];
  for (let at = 0; at < image.length; at += 3) {
    for (let c = 0; c < 3; c++) {
      const value = image[at + c]! * (levels - 1);
      low[c] = Math.max(0, Math.min(levels - 2, Math.floor(value)));
      share[c] = value - low[c]!;
    }
    for (let corner = 0; corner < 8; corner++) {
      let weight = 1;
      let bin = 0;
      for (let c = 0; c < 3; c++) {
        const upper = (corner >> c) & 1;
        weight *= upper ? share[c]! : 1 - share[c]!;
        bin = bin * levels + low[c]! + upper;
      }
      counts[bin]! += weight;
    }
  }
  // Rounding can leave a share a hair below 0.
  return counts.map((value) => Math.sqrt(Math.max(0, value)));
}

/** Each pixel's strongest color gradient, shared out among the nearest two orientations and four cells. */
function gradients(image: Float64Array): Float64Array {
  const light = image.map((value) => Math.sqrt(Math.max(0, value)));
  const sums = new Float64Array(lengths[2]);
  for (let y = 0; y < side; y++) {
    const [above, below] = [Math.max(0, y - 1), Math.min(side - 1, y + 1)];
    for (let x = 0; x < side; x++) {
      const [before, after] = [Math.max(0, x - 1), Math.min(side - 1, x + 1)];
      let [square, gx, gy] = [0, 0, 0];
      for (let c = 0; c < 3; c++) {
        const dx = light[(y * side + after) * 3 + c]! - light[(y * side + before) * 3 + c]!;
        const dy = light[(below * side + x) * 3 + c]! - light[(above * side + x) * 3 + c]!;
        if (dx * dx + dy * dy > square) [square, gx, gy] = [dx * dx + dy * dy, dx, dy];
      }
      if (square === 0) continue;
      const turn = ((Math.atan2(gy, gx) / Math.PI + 1) % 1) * orientations;
      const bin = Math.floor(turn) % orientations;
      for (const [row, tall] of nearestCells[y]!) {
        for (const [column, wide] of nearestCells[x]!) {
          const weight = Math.sqrt(square) * tall * wide;
          const to = (row * cells + column) * orientations;
          sums[to + bin]! += weight * (1 - (turn - bin));
          sums[to + ((bin + 1) % orientations)]! += weight * (turn - bin);
        }
      }
    }
  }
  return sums.map((value) => Math.sqrt(Math.max(0, value)));
}

/** For each pixel along a side: the two cells whose centers are nearest and how near each is; those outside are left out. */
const nearestCells: readonly [cell: number, share: number][][] = Array.from({ length: side }, (_, pixel) => {
  const position = ((pixel + 0.5) * cells) / side - 0.5;
  const first = Math.floor(position);
  const share = position - first;
  const both: [number, number][] = [
    [first, 1 - share],
    [first + 1, share],
  ];
  return both.filter(([cell]) => cell >= 0 && cell < cells);
});
