// The parts of Lloyd's k-means that are not matrix products, for many starts at once.
import type { Kernels } from "./kernels.js";
import { temporarily } from "./memory.js";

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
  const units = Math.ceil(samples / blockSamples);
  temporarily(memory, (scope) => {
    const sums = scope.float64(units * starts);
    const changes = scope.int32(units * starts);
    kernels.run("assignCentres", units, 1, { ...step, inertia: sums, changes });
    step.inertia.fill(0);
    step.changed.fill(0);
    for (let unit = 0; unit < units; unit++) {
      for (let s = 0; s < starts; s++) {
        step.inertia[s]! += sums[unit * starts + s]!;
        step.changed[s]! += changes[unit * starts + s]!;
      }
    }
  });
}

function checkLength(name: string, view: ArrayLike<number>, length: number): void {
  if (view.length !== length) throw new RangeError(`k-means: ${view.length} ${name}, expected ${length}`);
}
