// A map of a representation: points in the plane such that neighbors stay neighbors (t-SNE).

import { Random } from "../../core/kernels/random.js";
import type { Engine } from "../../core/runtime/engine.js";
import { type DenseMatrix, gatherRows } from "../../data/matrix.js";
import { fitPca, transformPca } from "../linear-algebra/pca.js";
import { neighbors } from "../neighbors/knn.js";
import { type Affinities, symmetricAffinities } from "./tsne-affinities.js";

export interface EmbeddingMap {
  /** The rows that are on the map, ascending. */
  readonly rows: Int32Array;
  /** Two coordinates per row of the map. */
  readonly positions: Float64Array;
}

export interface EmbeddingMapOptions {
  readonly seed: number;
  /** Rows on the map at most, drawn at random where there are more. Default 2000. */
  readonly points?: number;
  /** Pairs of points looked at in all iterations together, which bounds the time. Default 1e9: a few seconds. */
  readonly pairs?: number;
  readonly engine: Engine;
}

const mostIterations = 750;
const exaggeration = 12;
/** Milliseconds of work after which the event loop gets a turn. */
const turn = 50;

/**
 * t-SNE (van der Maaten and Hinton, JMLR 9, 2008) with exact repulsion, attraction among the 3 · perplexity nearest
 * neighbors (van der Maaten, JMLR 15, 2014), perplexity 30 or a third of the points, from the first two principal
 * components; early exaggeration 12, rate and gains as scikit-learn has them. The number of iterations follows from the
 * number of points, so that the time is bounded and the map depends on nothing but x and the seed.
 * @throws UserError where x holds NaN or infinity.
 */
export async function embeddingMap(x: DenseMatrix, options: EmbeddingMapOptions): Promise<EmbeddingMap> {
  const { seed, points = 2000, pairs = 1e9, engine } = options;
  const random = new Random(seed, "embedding map");
  const rows =
    x.rows > points ? random.choice(x.rows, points).sort() : Int32Array.from({ length: x.rows }, (_, i) => i);
  const n = rows.length;
  const sample: DenseMatrix = { kind: "dense", rows: n, columns: x.columns, data: new Float32Array(n * x.columns) };
  gatherRows(x, rows, sample.data);
  const positions = await principalPlane(sample, engine);
  if (n < 4) return { rows, positions };
  // points that coincide would never part
  for (let e = 0; e < positions.length; e++) positions[e]! += 1e-6 * random.normal();
  const perplexity = Math.min(30, (n - 1) / 3);
  const k = Math.min(n - 1, Math.floor(3 * perplexity));
  const affinities = symmetricAffinities(await neighbors(sample, sample, k + 1, { engine }), n, k, perplexity);
  await descend(positions, affinities, n, pairs);
  return { rows, positions };
}

/** Coordinates along the first two principal components, scaled to a deviation of 1e-4 along the first. */
async function principalPlane(x: DenseMatrix, engine: Engine): Promise<Float64Array> {
  const positions = new Float64Array(2 * x.rows);
  const components = Math.min(2, x.rows, x.columns);
  if (components === 0) return positions;
  const pca = await fitPca(x, components, engine);
  const { data } = await transformPca(pca, x, engine);
  const scale = pca.variances[0]! > 0 ? 1e-4 / Math.sqrt(pca.variances[0]!) : 0;
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < components; c++) positions[2 * i + c] = data[i * components + c]! * scale;
  }
  return positions;
}

/** Gradient descent with momentum and gains, in place. */
async function descend(positions: Float64Array, affinities: Affinities, n: number, pairs: number): Promise<void> {
  const iterations = Math.min(mostIterations, Math.floor(pairs / ((n * n) / 2)));
  const early = Math.floor(iterations / 3);
  const rate = Math.max(n / exaggeration / 4, 50);
  const gradient = new Float64Array(2 * n);
  const velocity = new Float64Array(2 * n);
  const gains = new Float64Array(2 * n).fill(1);
  let lastTurn = performance.now();
  for (let iteration = 0; iteration < iterations; iteration++) {
    gradient.fill(0);
    repel(positions, gradient, n);
    attract(positions, affinities, iteration < early ? exaggeration : 1, gradient);
    const momentum = iteration < early ? 0.5 : 0.8;
    for (let e = 0; e < 2 * n; e++) {
      const opposed = velocity[e]! * gradient[e]! < 0;
      gains[e] = Math.max(0.01, opposed ? gains[e]! + 0.2 : gains[e]! * 0.8);
      velocity[e] = momentum * velocity[e]! - rate * gains[e]! * gradient[e]!;
      positions[e]! += velocity[e]!;
    }
    if (performance.now() - lastTurn > turn) {
      await new Promise((resolve) => setTimeout(resolve));
      lastTurn = performance.now();
    }
  }
}

/** Sets the gradient to −4 Σ_j q_ij w_ij (y_i − y_j), w = 1/(1 + d²), q = w / Σ w. */
function repel(positions: Float64Array, gradient: Float64Array, n: number): void {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const x = positions[2 * i]!;
    const y = positions[2 * i + 1]!;
    let gx = 0;
    let gy = 0;
    for (let j = 0; j < i; j++) {
      const dx = x - positions[2 * j]!;
      const dy = y - positions[2 * j + 1]!;
      const w = 1 / (1 + dx * dx + dy * dy);
      total += w;
      const fx = w * w * dx;
      const fy = w * w * dy;
      gx += fx;
      gy += fy;
      gradient[2 * j]! += fx;
      gradient[2 * j + 1]! += fy;
    }
    gradient[2 * i]! -= gx;
    gradient[2 * i + 1]! -= gy;
  }
  const scale = 4 / (2 * total);
  for (let e = 0; e < 2 * n; e++) gradient[e]! *= scale;
}

/** Adds 4 Σ_j s p_ij w_ij (y_i − y_j). */
function attract(positions: Float64Array, { from, to, p }: Affinities, s: number, gradient: Float64Array): void {
  for (let e = 0; e < p.length; e++) {
    const i = 2 * from[e]!;
    const j = 2 * to[e]!;
    const dx = positions[i]! - positions[j]!;
    const dy = positions[i + 1]! - positions[j + 1]!;
    const force = (4 * s * p[e]!) / (1 + dx * dx + dy * dy);
    gradient[i]! += force * dx;
    gradient[i + 1]! += force * dy;
  }
}
