// Pairs of two views of the same hidden values, for tests of what learns from them.
import { Random } from "../core/kernels/random.js";
import { MultiViewDataset } from "../data/dataset.js";
import { dense } from "../data/matrix.js";

export interface PairsInit {
  readonly samples?: number;
  readonly columns?: readonly [image: number, text: number];
  readonly seed?: number;
  /** Adds a class to each sample. */
  readonly labeled?: boolean;
}

/** Complete pairs without splits, ids "p0", "p1", …. */
export function hiddenPairs({ samples = 80, columns = [12, 9], seed = 0, labeled }: PairsInit = {}): MultiViewDataset {
  const random = new Random(seed, "pairs");
  const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const hidden = normals(samples * 4);
  const view = (name: string, width: number) => {
    const weights = normals(4 * width);
    const values = normals(samples * width);
    for (let i = 0; i < samples; i++) {
      for (let j = 0; j < width; j++) {
        const at = i * width + j;
        values[at]! *= 0.1;
        for (let h = 0; h < 4; h++) values[at]! += hidden[i * 4 + h]! * weights[h * width + j]!;
      }
    }
    return { name, matrix: dense(samples, width, values) };
  };
  return new MultiViewDataset({
    name: "hidden",
    ids: Array.from({ length: samples }, (_, i) => `p${i}`),
    views: [view("image", columns[0]), view("text", columns[1])],
    ...(labeled && {
      labels: { kind: "single", values: Int32Array.from({ length: samples }, (_, i) => i % 3), names: ["a", "b", "c"] },
    }),
  });
}

/** The last `count` samples are held out. */
export function withHeldOut(data: MultiViewDataset, count: number): MultiViewDataset {
  const places = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  return data.withSplits({ train: places(0, data.samples - count), test: places(data.samples - count, data.samples) });
}
