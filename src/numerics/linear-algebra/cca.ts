// Canonical correlation analysis of any number of views, solved in one go.

import { type Engine, matmul } from "../../core/runtime/index.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { fitPca, transformPca } from "./pca.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** x ↦ x·weightᵀ + bias: a view's features to its canonical variates. */
export interface Projection {
  /** dimensions × columns, row-major. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A view after PCA and whitening: score e of sample i is the component e of (x_i − mean), times scale[e]. */
interface Whitened {
  /** samples × kept. */
  readonly scores: DenseMatrix;
  readonly mean: Float64Array;
  /** kept × columns. */
  readonly axes: Float32Array;
  readonly scale: Float64Array;
}

/**
 * MAXVAR generalized CCA (Kettenring, Biometrika 58, 1971; for two views Hotelling's CCA, Biometrika 28, 1936): with every
 * view whitened, the leading eigenvectors of the covariance of all views side by side. With a ridge r a whitened component of
 * variance v has the variance v/(v + r), and the covariance keeps that in its own blocks: ridge-MAXVAR. Vinod's canonical
 * ridge (J. Econometrics 4, 1976) has the identity there; without a ridge both are the same, and with 0.1 this ranks a little
 * better on Wikipedia.mat (mAP .260 and .213 for .259 and .212).
 * @param views the scaled training samples of each view, samples × columns.
 * @returns a projection per view, and of each variate the correlation between the views' training samples (with more than
 *   two views the mean over their pairs).
 */
export async function solveCca(
  engine: Engine,
  views: readonly DenseMatrix[],
  options: { readonly dimensions: number; readonly components: number; readonly regularisation: number },
): Promise<{ projections: Projection[]; correlations: Float64Array }> {
  const whitened: Whitened[] = [];
  for (const view of views) whitened.push(await whiten(engine, view, options));
  const { dimensions } = options;
  const { covariance, vectors, size } = await leading(engine, whitened);
  const projections: Projection[] = [];
  let offset = 0;
  for (const { scale, axes, mean } of whitened) {
    const kept = scale.length;
    const turned = new Float32Array(dimensions * kept);
    // √V: for two views each variate then has unit variance in both.
    for (let d = 0; d < dimensions; d++) {
      for (let e = 0; e < kept; e++) {
        turned[d * kept + e] = Math.sqrt(views.length) * vectors[d * size + offset + e]! * scale[e]!;
      }
    }
    const weight = await matmul(engine, turned, axes, { m: dimensions, k: kept, n: mean.length });
    const center = Float32Array.from(mean);
    const bias = await matmul(engine, weight, center, { m: dimensions, k: mean.length, n: 1 });
    projections.push({ weight, bias: bias.map((value) => -value) });
    offset += kept;
  }
  const widths = whitened.map(({ scale }) => scale.length);
  const correlations = Float64Array.from({ length: dimensions }, (_, d) =>
    meanCorrelation(covariance, vectors.subarray(d * size, (d + 1) * size), widths),
  );
  return { projections, correlations };
}

/**
 * The correlation of a variate between views, the mean over their pairs; 0 for a pair of which one does not vary.
 * @param covariance of all whitened views side by side: blocks on and below the diagonal, each whole.
 * @param vector what the variate takes of each component.
 */
function meanCorrelation(covariance: Float64Array, vector: Float64Array, widths: readonly number[]): number {
  const size = vector.length;
  const offsets = widths.map((_, v) => widths.slice(0, v).reduce((sum, width) => sum + width, 0));
  /** Covariance of the variate in view u and in a view v ≤ u. */
  const between = (u: number, v: number) => {
    let sum = 0;
    for (let i = offsets[u]!; i < offsets[u]! + widths[u]!; i++) {
      for (let j = offsets[v]!; j < offsets[v]! + widths[v]!; j++) {
        sum += vector[i]! * covariance[i * size + j]! * vector[j]!;
      }
    }
    return sum;
  };
  let [sum, pairs] = [0, 0];
  for (let u = 1; u < widths.length; u++) {
    for (let v = 0; v < u; v++, pairs++) {
      const spread = Math.sqrt(between(u, u) * between(v, v));
      if (spread > 0) sum += between(u, v) / spread;
    }
  }
  return sum / pairs;
}

/** How many variates there can be: each needs a component of the widest view's, or one of the other views' among them. */
export function mostVariates(columns: readonly number[], samples: number, components: number): number {
  const widths = columns.map((width) => Math.min(width, components, samples - 1));
  return widths.reduce((sum, width) => sum + width, 0) - Math.max(...widths);
}

async function whiten(
  engine: Engine,
  x: DenseMatrix,
  { components, regularisation }: { readonly components: number; readonly regularisation: number },
): Promise<Whitened> {
  const pca = await fitPca(x, Math.min(components, x.rows, x.columns), engine);
  const ridge = (regularisation * pca.variances.reduce((sum, variance) => sum + variance, 0)) / pca.variances.length;
  // Below this a variance is rounding noise (see fitPca), and its reciprocal would be too.
  const floor = 1e-6 * pca.variances[0]!;
  const scale = pca.variances.map((variance) => (variance <= floor ? 0 : 1 / Math.sqrt(variance + ridge)));
  const scores = await transformPca(pca, x, engine);
  for (let i = 0, e = 0; i < scores.rows; i++) {
    for (let j = 0; j < scores.columns; j++, e++) scores.data[e]! *= scale[j]!;
  }
  return { scores, mean: pca.mean, axes: pca.components.data, scale };
}

/** Eigenvectors of the covariance of all whitened views side by side. */
async function leading(engine: Engine, views: readonly Whitened[]) {
  const widths = views.map(({ scale }) => scale.length);
  const size = widths.reduce((sum, width) => sum + width, 0);
  const covariance = new Float64Array(size * size);
  let row = 0;
  for (const [u, a] of views.entries()) {
    let column = 0;
    for (const [v, b] of views.slice(0, u + 1).entries()) {
      const shape = { m: widths[u]!, k: a.scores.rows, n: widths[v]!, transposeA: true };
      const block = await matmul(engine, a.scores.data, b.scores.data, shape);
      for (let i = 0, e = 0; i < shape.m; i++) {
        for (let j = 0; j < shape.n; j++, e++) {
          covariance[(row + i) * size + column + j] = block[e]! / (a.scores.rows - 1);
        }
      }
      column += widths[v]!;
    }
    row += widths[u]!;
  }
  return { ...symmetricEigen(engine.kernels, covariance.slice(), size), covariance, size };
}
