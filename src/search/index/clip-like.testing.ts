// Vectors that lie as those of CLIP do: two views of the same samples around two distant means, pairs nearer than others.
import { Random } from "../../core/kernels/random.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";

/** Views image and text of unit vectors: matched pairs have a cosine of some 0.3, others of some 0.17, within a view of some 0.5. */
export function clipLike(samples: number, dimensions: number, seed = 0): MultiViewDataset {
  const random = new Random(seed, "clip");
  const spectrum = Float64Array.from({ length: dimensions }, (_, j) => (j + 1) ** -0.5);
  const normal = () => Float64Array.from({ length: dimensions }, () => random.normal());
  const axis = unit(normal());
  const other = unit(normal());
  const gaps = [axis, unit(axis.map((value, j) => 0.35 * value + 0.93 * other[j]!))];
  const views = gaps.map(() => dense(samples, dimensions));
  for (let i = 0; i < samples; i++) {
    const shared = unit(normal().map((value, j) => value * spectrum[j]!));
    for (const [v, gap] of gaps.entries()) {
      const own = unit(normal().map((value, j) => value * spectrum[j]!));
      const part = unit(shared.map((value, j) => 0.55 * value + 0.9 * own[j]!));
      views[v]!.data.set(unit(gap.map((value, j) => value + part[j]!)), i * dimensions);
    }
  }
  const [image, text] = views as [DenseMatrix, DenseMatrix];
  return new MultiViewDataset({
    name: "clip",
    views: [
      { name: "image", matrix: image },
      { name: "text", matrix: text },
    ],
    ids: Array.from({ length: samples }, (_, i) => `s${i}`),
  });
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

/** Ids and cosines of the nearest rows, nearest first, computed for all of them. */
export function nearestByCosine(
  { rows, columns, data }: DenseMatrix,
  query: Float32Array,
  k: number,
): { readonly id: string; readonly cosine: number }[] {
  const norm = (vector: Float32Array) => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const all = Array.from({ length: rows }, (_, i) => {
    const row = data.subarray(i * columns, (i + 1) * columns);
    const dot = row.reduce((sum, value, j) => sum + value * query[j]!, 0);
    return { id: `s${i}`, cosine: dot / norm(row) / norm(query) };
  });
  return all.sort((a, b) => b.cosine - a.cosine).slice(0, k);
}
