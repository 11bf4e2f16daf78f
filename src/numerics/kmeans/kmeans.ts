// k-means clustering: Lloyd's algorithm from many k-means++ starts that run side by side.

import { assignCentres } from "../../core/kernels/kmeans.js";
import { Random } from "../../core/kernels/random.js";
import type { Engine, OnEngine } from "../../core/runtime/engine.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { forEachProductBlock } from "../../metrics/product-blocks.js";
import { columnMeans, type Points, toPoints } from "../linear-algebra/points.js";
import { plusPlus } from "./kmeans-plus-plus.js";
import { assignRows, inertia, type KMeansRun, startRun, updateCenters } from "./kmeans-run.js";

/** How k-means is run. */
export interface KMeansOptions {
  readonly clusters: number;
  /** Independent runs, of which the one with least inertia is kept. Default 10. */
  readonly starts?: number;
  readonly seed: number;
  /** Default 300. */
  readonly maxIterations?: number;
  /** A run ends once its centers move by less than this times the mean variance of a column (squares, summed). Default 1e-4. */
  readonly tolerance?: number;
  readonly engine?: Engine;
  /** Ends it, rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What k-means found: the run with the least inertia. */
export interface KMeansResult {
  /** Cluster of each sample, 0 … clusters−1. */
  readonly labels: Int32Array;
  /** clusters × columns. */
  readonly centers: DenseMatrix;
  /** Sum over samples of the squared Euclidean distance to their center. */
  readonly inertia: number;
  /** Iterations of the run that was kept. */
  readonly iterations: number;
}

/**
 * Clusters the rows of x by k-means with scikit-learn's choices: greedy k-means++ seeding, Lloyd's iterations until no label
 * changes or the centers stand still, an emptied cluster given the row farthest from its center. The same seed gives the
 * same bits with any number of threads.
 * @throws UserError where there are fewer samples than clusters, or x holds NaN or infinity.
 */
export async function kmeans(x: DenseMatrix, options: OnEngine<KMeansOptions>): Promise<KMeansResult> {
  const { clusters, starts = 10, seed, maxIterations = 300, tolerance = 1e-4, engine } = options;
  for (const [name, value] of Object.entries({ clusters, starts, maxIterations })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new UserError(`k-means: ${name} is ${value}, expected a whole number from 1`);
    }
  }
  if (x.rows < clusters) throw new UserError(`k-means: ${clusters} clusters requested of ${x.rows} samples`);
  const points = toPoints(x);
  const random = Array.from({ length: starts }, (_, start) => new Random(seed, "k-means", start));
  let active = (await plusPlus(engine, points, clusters, random)).map((rows) => startRun(points, rows));
  const limit = tolerance * meanVariance(points);
  let best: KMeansRun | undefined;
  let least = Number.POSITIVE_INFINITY;
  while (active.length > 0) {
    options.signal?.throwIfAborted();
    await assign(engine, points, active);
    active = active.filter((run) => {
      if (!updateCenters(run, limit, maxIterations)) return true;
      const value = inertia(run);
      if (best === undefined || value < least) {
        best = run;
        least = value;
      }
      return false;
    });
  }
  const { labels, centers, iterations } = best!;
  return { labels, centers: fromPoints(points, clusters, centers), inertia: least, iterations };
}

/**
 * The number of the center nearest to each row of x (Euclidean; the first of equal centers).
 * @throws UserError where x holds NaN or infinity.
 */
export async function nearestCenter(x: DenseMatrix, centers: DenseMatrix, engine: Engine): Promise<Int32Array> {
  if (x.columns !== centers.columns) {
    throw new RangeError(`nearestCenter: rows of ${x.columns} values, centers of ${centers.columns}`);
  }
  const origin = columnMeans(centers);
  const { data, squares } = toPoints(centers, origin);
  const points = toPoints(x, origin);
  const labels = new Int32Array(x.rows);
  const shape = { rows: x.rows, columns: centers.rows, k: x.columns };
  await forEachProductBlock(engine, points.data, data, shape, (scores, first, count) => {
    for (let i = 0, e = 0; i < count; i++) {
      let best = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < centers.rows; c++, e++) {
        const score = scores[e]! - squares[c]! / 2;
        if (score > best) {
          best = score;
          labels[first + i] = c;
        }
      }
    }
  });
  return labels;
}

/** One assignment step of all runs, their centers side by side in one matrix product. */
async function assign(engine: Engine, points: Points, runs: readonly KMeansRun[]): Promise<void> {
  const { rows, columns } = points;
  const { clusters } = runs[0]!;
  const { memory } = engine;
  const total = runs.length * clusters;
  const centers = new Float32Array(total * columns);
  const centerNorms = memory.float32(total);
  const pointNorms = memory.float32(rows);
  pointNorms.set(points.squares);
  for (const [r, run] of runs.entries()) {
    centers.set(run.centers, r * clusters * columns);
    centerNorms.set(run.squares, r * clusters);
  }
  await forEachProductBlock(
    engine,
    points.data,
    centers,
    { rows, columns: total, k: columns },
    (scores, first, samples) => {
      const labels = memory.int32(runs.length * samples);
      const distances = memory.float32(runs.length * samples);
      assignCentres(engine.kernels, {
        samples,
        starts: runs.length,
        centres: clusters,
        scores,
        centreNorms: centerNorms,
        pointNorms: pointNorms.subarray(first, first + samples),
        labels,
        distances,
        inertia: new Float64Array(runs.length),
        changed: new Int32Array(runs.length),
      });
      for (const [r, run] of runs.entries()) assignRows(run, labels.subarray(r * samples, (r + 1) * samples), first);
      memory.free(labels);
      memory.free(distances);
    },
  );
  memory.free(centerNorms);
  memory.free(pointNorms);
}

function meanVariance({ squares, rows, columns }: Points): number {
  return columns === 0 ? 0 : squares.reduce((sum, square) => sum + square, 0) / (rows * columns);
}

function fromPoints({ origin, columns }: Points, rows: number, centers: Float32Array): DenseMatrix {
  return dense(
    rows,
    columns,
    centers.map((value, e) => value + origin[e % columns]!),
  );
}
