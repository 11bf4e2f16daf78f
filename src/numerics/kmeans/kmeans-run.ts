// One run of Lloyd's algorithm: its labels and centers, and the sums that the centers are means of.
import { gatherPoints, type Points } from "../linear-algebra/points.js";

export interface KMeansRun {
  readonly points: Points;
  readonly clusters: number;
  /** clusters × columns, less the points' origin. */
  readonly centers: Float32Array;
  /** Squared norm of each center. */
  readonly squares: Float64Array;
  /** Cluster of each row, −1 before the first assignment. */
  readonly labels: Int32Array;
  /** clusters × columns: sum of the rows that have the label; kept up to date by each change of label. */
  readonly sums: Float64Array;
  readonly counts: Int32Array;
  /** 1 where the cluster won or lost a row since its center was computed. */
  readonly stale: Uint8Array;
  /** Labels changed in the present iteration. */
  changes: number;
  iterations: number;
  /** The centers stay as they are; labels are assigned once more. */
  settled: boolean;
}

/** A run that starts with the given rows as centers. */
export function startRun(points: Points, seeds: Int32Array): KMeansRun {
  const clusters = seeds.length;
  return {
    points,
    clusters,
    centers: gatherPoints(points, seeds),
    squares: Float64Array.from(seeds, (row) => points.squares[row]!),
    labels: new Int32Array(points.rows).fill(-1),
    sums: new Float64Array(clusters * points.columns),
    counts: new Int32Array(clusters),
    stale: new Uint8Array(clusters),
    changes: 0,
    iterations: 0,
    settled: false,
  };
}

/** Gives rows first, first+1, … the labels in turn. */
export function assignRows(run: KMeansRun, labels: Int32Array, first: number): void {
  for (let i = 0; i < labels.length; i++) {
    if (run.labels[first + i] !== labels[i]) move(run, first + i, labels[i]!);
  }
}

/**
 * Ends an iteration: moves the centers to the means of their rows.
 * @param limit squared movement of all centers together under which the run settles.
 * @returns whether the run is over: no label changed, or it had settled before.
 */
export function updateCenters(run: KMeansRun, limit: number, maxIterations: number): boolean {
  if (run.settled || run.changes === 0) return true;
  run.iterations++;
  for (let c = 0; c < run.clusters; c++) if (run.counts[c] === 0) refill(run, c);
  const { columns } = run.points;
  let movement = 0;
  for (let c = 0; c < run.clusters; c++) {
    if (!run.stale[c] || run.counts[c] === 0) continue;
    let square = 0;
    for (let e = c * columns; e < (c + 1) * columns; e++) {
      const before = run.centers[e]!;
      run.centers[e] = run.sums[e]! / run.counts[c]!;
      movement += (run.centers[e]! - before) ** 2;
      square += run.centers[e]! ** 2;
    }
    run.squares[c] = square;
  }
  run.stale.fill(0);
  run.changes = 0;
  run.settled = movement <= limit || run.iterations >= maxIterations;
  return false;
}

/** Sum of squared distances of the rows to the centers of their labels: Σ‖x‖² + Σ n‖c‖² − 2 c·Σx, from the sums kept. */
export function inertia(run: KMeansRun): number {
  const { columns, squares } = run.points;
  let total = squares.reduce((sum, square) => sum + square, 0);
  for (let c = 0; c < run.clusters; c++) {
    let product = 0;
    for (let e = c * columns; e < (c + 1) * columns; e++) product += run.centers[e]! * run.sums[e]!;
    total += run.counts[c]! * run.squares[c]! - 2 * product;
  }
  return Math.max(0, total);
}

function move(run: KMeansRun, row: number, label: number): void {
  const { counts, stale, labels } = run;
  const from = labels[row]!;
  moveSums(run, row, from, label);
  if (from >= 0) {
    counts[from]!--;
    stale[from] = 1;
  }
  counts[label]!++;
  stale[label] = 1;
  labels[row] = label;
  run.changes++;
}

function moveSums({ sums, points: { columns, data } }: KMeansRun, row: number, from: number, to: number): void {
  const start = row * columns;
  const target = to * columns;
  if (from < 0) {
    for (let j = 0; j < columns; j++) sums[target + j]! += data[start + j]!;
    return;
  }
  const source = from * columns;
  for (let j = 0; j < columns; j++) {
    const value = data[start + j]!;
    sums[source + j]! -= value;
    sums[target + j]! += value;
  }
}

/** Gives an empty cluster the row farthest from the center of its label; leaves it empty where every row is on its center. */
function refill(run: KMeansRun, cluster: number): void {
  const { columns, data, rows } = run.points;
  let farthest = -1;
  let most = 0;
  for (let i = 0; i < rows; i++) {
    const label = run.labels[i]!;
    if (run.counts[label] === 1) continue;
    let distance = 0;
    for (let j = 0, e = i * columns, c = label * columns; j < columns; j++) {
      distance += (data[e + j]! - run.centers[c + j]!) ** 2;
    }
    if (distance > most) {
      most = distance;
      farthest = i;
    }
  }
  if (farthest >= 0) move(run, farthest, cluster);
}
