// Canonical correlation analysis of any number of views, solved in one go.
import type { DenseMatrix } from "../../data/matrix.js";
import { fitPca, transformPca } from "../../evaluate/pca.js";
import { symmetricEigen } from "../../evaluate/symmetric-eigen.js";
import { type Engine, matmul } from "../../runtime/index.js";

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
 * MAXVAR generalised CCA (Kettenring, Biometrika 58, 1971; for two views Hotelling's CCA, Biometrika 28, 1936): with every
 * view whitened, the leading eigenvectors of the covariance of all views side by side. The ridge r stands on each view's
 * covariance, as in Vinod's canonical ridge.
 * @param views the scaled training samples of each view, samples × columns.
 * @returns a projection per view, and the mean correlation between views of each variate, descending.
 */
export async function solveCca(
  engine: Engine,
  views: readonly DenseMatrix[],
  options: { readonly dimensions: number; readonly components: number; readonly regularisation: number },
): Promise<{ projections: Projection[]; correlations: Float64Array }> {
  const whitened: Whitened[] = [];
  for (const view of views) whitened.push(await whiten(engine, view, options));
  const { dimensions } = options;
  const { values, vectors, size } = await leading(engine, whitened);
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
    const centre = Float32Array.from(mean);
    const bias = await matmul(engine, weight, centre, { m: dimensions, k: mean.length, n: 1 });
    projections.push({ weight, bias: bias.map((value) => -value) });
    offset += kept;
  }
  const correlations = values.slice(0, dimensions).map((value) => (value - 1) / (views.length - 1));
  return { projections, correlations };
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
  return { ...symmetricEigen(covariance, size), size };
}
