// Small pictures with words for tests: one color by class, with noise.
import { Random } from "../../core/kernels/random.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { pictureMatrix } from "../../data/media/picture-matrix.js";

/** Squares of `stored` pixels, of which a network sees `side`, in three classes; view `image`, and view `text` of six columns. */
export function coloredPictures(samples: number, stored: number, side: number): MultiViewDataset {
  const picture = (row: number) => {
    const random = new Random(5, "picture", row);
    const color = [0, 1, 2].map((channel) => (channel === row % 3 ? 200 : 60));
    return Buffer.from(Uint8Array.from({ length: 3 * stored * stored }, (_, i) => color[i % 3]! + random.integer(50)));
  };
  const pixels = Array.from({ length: samples }, (_, row) => picture(row));
  const shape = { count: samples, width: stored, height: stored };
  const file = { shape, present: new Uint8Array(samples).fill(1), read: (row: number) => pixels[row]! };
  const word = (_: unknown, i: number) => (Math.floor(i / 6) % 3 === i % 3 ? 1 : 0.1 * (i % 7));
  return new MultiViewDataset({
    name: "colors",
    views: [
      { name: "image", matrix: pictureMatrix(file, side) },
      { name: "text", matrix: dense(samples, 6, Float32Array.from({ length: 6 * samples }, word)) },
    ],
    labels: { kind: "single", values: Int32Array.from(pixels, (_, i) => i % 3), names: ["r", "g", "b"] },
  });
}
