// The parts of Lloyd's k-means that are not matrix products, for many starts at once.
import type { Kernels } from "./kernels.js";

/** Samples per unit (assembly/kmeans.ts). */
const blockSamples = 256;

/** Sizes: `samples` n, `starts` S, `centres` k per start. */
export interface AssignCentres {
  readonly samples: number;
  readonly starts: number;
  readonly centres: number;
  /** X·Cᵀ, n × S·k row-major: the product of each sample with the centres of start 0, then start 1, … */
  readonly scores: Float32Array;
  /** ‖c‖² of the S·k centres. */
  readonly centreNorms: Float32Array;
  /** ‖x‖² of the n samples. */
  readonly pointNorms: Float32Array;
  /** In: the labels before (any values at first); out: the nearest centre 0 … k-1, the first of equals. S × n. */
  readonly labels: Int32Array;
  /** Out: squared distance to that centre, ‖x‖² - 2x·c + ‖c‖², not below 0. S × n. */
  readonly distances: Float32Array;
  /** Out: sum of each start's squared distances. S. */
  readonly inertia: Float64Array;
  /** Out: number of each start's labels that are not what they were. S. */
  readonly changed: Int32Array;
}

/**
 * The assignment step: the nearest centre of each sample in each start, with distances and inertia.
 * @throws RangeError where an array has another length, or (but for `inertia` and `changed`) lies outside the shared memory.
 */
export function assignCentres(kernels: Kernels, step: AssignCentres): void {
  const { samples, starts, centres } = step;
  const { memory } = kernels;
  const lengths = {
    scores: samples * starts * centres,
    centreNorms: starts * centres,
    pointNorms: samples,
    labels: starts * samples,
    distances: starts * samples,
    inertia: starts,
    changed: starts,
  };
  for (const name of Object.keys(lengths) as (keyof typeof lengths)[]) checkLength(name, step[name], lengths[name]);
  if (centres < 1) throw new RangeError("k-means without centres");
  const given = [step.scores, step.centreNorms, step.pointNorms].map((view) => memory.address(view));
  const found = [step.labels, step.distances].map((view) => memory.address(view));
  const units = Math.ceil(samples / blockSamples);
  const sums = memory.float64(units * starts);
  const changes = memory.int32(units * starts);
  const partial = [memory.address(sums), memory.address(changes)];
  kernels.run("assignCentres", units, 1, [...given, samples, starts, centres, ...found, ...partial]);
  step.inertia.fill(0);
  step.changed.fill(0);
  for (let unit = 0; unit < units; unit++) {
    for (let s = 0; s < starts; s++) {
      step.inertia[s]! += sums[unit * starts + s]!;
      step.changed[s]! += changes[unit * starts + s]!;
    }
  }
  memory.free(sums);
  memory.free(changes);
}

/** Sizes: `samples` n, `columns` d, `starts` S, `centres` k per start. */
export interface AccumulateCentres {
  readonly samples: number;
  readonly columns: number;
  readonly starts: number;
  readonly centres: number;
  /** X, n × d row-major. */
  readonly points: Float32Array;
  /** S × n labels 0 … k-1. */
  readonly labels: Int32Array;
  /** Out: sum of the samples of each cluster, S × k × d. */
  readonly sums: Float32Array;
  /** Out: number of samples of each cluster, S × k. */
  readonly counts: Int32Array;
}

/**
 * The update step: sums and sizes of all clusters of all starts; a centre is its sum divided by its size. Samples are added
 * in their order, in parts of 256.
 * @throws RangeError where a label is no centre, an array has another length or lies outside the shared memory.
 */
export function accumulateCentres(kernels: Kernels, step: AccumulateCentres): void {
  const { samples, columns, starts, centres } = step;
  const { memory } = kernels;
  checkLength("points", step.points, samples * columns);
  checkLength("labels", step.labels, starts * samples);
  checkLength("sums", step.sums, starts * centres * columns);
  checkLength("counts", step.counts, starts * centres);
  const [points, labels, sums, counts] = [step.points, step.labels, step.sums, step.counts].map((view) =>
    memory.address(view),
  ) as [number, number, number, number];
  const members = memory.int32(starts * samples);
  const ends = memory.int32(starts * centres);
  const [m, e] = [memory.address(members), memory.address(ends)];
  kernels.run("sortByLabel", starts, 1, [labels, samples, centres, m, e, counts, 0]);
  const wrongLabel = kernels.result(6) !== 0;
  if (!wrongLabel) {
    const units = starts * Math.ceil(columns / 32);
    kernels.run("sumClusters", units, 1, [points, samples, columns, starts, centres, m, e, counts, sums]);
  }
  memory.free(members);
  memory.free(ends);
  if (wrongLabel) throw new RangeError(`a label is not from 0 to ${centres - 1}`);
}

function checkLength(name: string, view: ArrayLike<number>, length: number): void {
  if (view.length !== length) throw new RangeError(`k-means: ${view.length} ${name}, expected ${length}`);
}
