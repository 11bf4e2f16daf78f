// Pictures as the rows of a matrix: the middle of each, or for training a part of it by chance, as float32 in the order of convolutions.
import { Random } from "../../core/kernels/random.js";
import type { AugmentationKey, LazyMatrix } from "../matrix.js";
import type { Pixels } from "./decode.js";
import type { PixelFile } from "./pixel-file.js";

/** Where the part of a picture begins that is seen, and whether it is mirrored. */
interface Crop {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/**
 * Decoded pictures as a matrix with a row for each: 3 × side × side values from 0 to 255 (red, green, blue). A picture that is not
 * there is a row of zeros. Nothing is in memory but the picture that is read.
 *
 * Augmented, a picture is cut at a random place and mirrored in half of the cases (torchvision's RandomCrop and
 * RandomHorizontalFlip); both follow from seed, epoch and row, so that a resumed training sees the same parts.
 * @param side of the squares that are seen, no longer than those that are stored.
 */
export function pictureMatrix(file: Pick<PixelFile, "shape" | "present" | "read">, side: number): LazyMatrix {
  const { count, width, height } = file.shape;
  if (side > Math.min(width, height)) throw new RangeError(`pictureMatrix: ${side} of ${width} × ${height} pixels`);
  const columns = 3 * side * side;
  const pixels = Buffer.alloc(3 * width * height);
  const gather = (rows: ArrayLike<number>, target: Float32Array, cropOf: (row: number) => Crop) => {
    for (let i = 0; i < rows.length; i++) {
      const own = target.subarray(i * columns, (i + 1) * columns);
      if (file.present[rows[i]!] === 1) crop(file.read(rows[i]!, pixels), width, cropOf(rows[i]!), side, own);
      else own.fill(0);
    }
  };
  const [down, right] = [height - side, width - side];
  const middle = middleOf(width, height, side);
  return {
    kind: "lazy",
    rows: count,
    columns,
    gather: (rows, target) => gather(rows, target, () => middle),
    pictures: {
      shape: [3, side, side],
      gatherAugmented: (rows, target, key) => gather(rows, target, (row) => randomCrop(key, row, down, right)),
    },
  };
}

/** As torchvision's CenterCrop rounds. */
const middleOf = (width: number, height: number, side: number): Crop => ({
  top: Math.round((height - side) / 2),
  left: Math.round((width - side) / 2),
  mirrored: false,
});

/** The middle of a picture as a row of a matrix of pictures. @param target 3 × side × side values. */
export function middleOfPicture({ data, width, height }: Pixels, side: number, target: Float32Array): void {
  crop(data, width, middleOf(width, height, side), side, target);
}

function randomCrop({ seed, epoch }: AugmentationKey, row: number, down: number, right: number): Crop {
  const random = new Random(seed, "picture", epoch, row);
  return { top: random.integer(down + 1), left: random.integer(right + 1), mirrored: random.integer(2) === 1 };
}

/** The part of a picture's bytes that is seen, as three planes of side × side values. */
function crop(pixels: Uint8Array, width: number, { top, left, mirrored }: Crop, side: number, target: Float32Array) {
  const plane = side * side;
  const step = mirrored ? -1 : 1;
  for (let y = 0; y < side; y++) {
    let from = 3 * ((top + y) * width + left);
    let to = y * side + (mirrored ? side - 1 : 0);
    for (let x = 0; x < side; x++) {
      target[to] = pixels[from]!;
      target[to + plane] = pixels[from + 1]!;
      target[to + 2 * plane] = pixels[from + 2]!;
      from += 3;
      to += step;
    }
  }
}
