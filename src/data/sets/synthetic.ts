// Made-up multi-view data with known structure: factors that all views share, factors of one view alone, nonlinear mixing.

import { Random } from "../../core/kernels/random.js";
import { UserError } from "../../errors.js";
import { MultiViewDataset, type View } from "../dataset.js";
import { dense } from "../matrix.js";

/** What the data set is like; every field has its default in `syntheticDefaults`. */
export interface SyntheticOptions {
  readonly samples: number;
  readonly views: number;
  readonly classes: number;
  /** Columns of every view, or of each. */
  readonly dimensions: number | readonly number[];
  /** Factors that carry the class and that every view shows. */
  readonly sharedFactors: number;
  /** Factors of each view that say nothing about the class. */
  readonly privateFactors: number;
  /** Standard deviation of the noise on every value; the values without it lie in (-1, 1). */
  readonly noise: number;
  readonly seed: number;
}

/** What `synthetic` makes by default. */
export const syntheticDefaults: SyntheticOptions = {
  samples: 2000,
  views: 2,
  classes: 10,
  dimensions: 64,
  sharedFactors: 8,
  privateFactors: 8,
  noise: 0.2,
  seed: 0,
};

/** Distance of the class centers from 0 per shared factor, where the samples of a class have deviation 1. */
const separation = 1.2;

/**
 * Samples of balanced classes in random order. Sample i of class c has shared factors s_i ~ N(μ_c, 1) with centers
 * μ_c ~ N(0, 1.2²), and in view v private factors p_iv ~ N(0, 1). Column j of view v is tanh(w_vj · [s_i, p_iv] + b_vj) +
 * noise, with weights w ~ N(0, 1/(number of factors)) and b ~ N(0, 0.5²). The same options give the same bits; 12.8 million values
 * take about a second. The data set's source is the catalog name that makes it again.
 * @throws UserError for sizes that are not whole numbers from 1 (private factors and noise: from 0), more classes than
 *   samples, or another number of dimensions than views.
 * @example
 * ```ts
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4, views: 3, dimensions: [8, 16, 32], seed: 1 });
 * console.log(data.samples, data.dimensions); // 200 [ 8, 16, 32 ]
 * ```
 */
export function synthetic(options: Partial<SyntheticOptions> = {}): MultiViewDataset {
  const settings = { ...syntheticDefaults, ...options };
  check(settings);
  const { samples, views, classes, dimensions, sharedFactors, privateFactors, noise, seed } = settings;
  const random = new Random(seed, "synthetic");
  const labels = random
    .fork("labels")
    .permutation(samples)
    .map((place) => place % classes);
  const centers = normals(random.fork("centres"), classes * sharedFactors, separation);
  const shared = normals(random.fork("shared"), samples * sharedFactors, 1);
  for (let i = 0; i < samples; i++) {
    for (let k = 0; k < sharedFactors; k++) shared[i * sharedFactors + k]! += centers[labels[i]! * sharedFactors + k]!;
  }

  const factors = sharedFactors + privateFactors;
  const made: View[] = [];
  for (let v = 0; v < views; v++) {
    const stream = random.fork(v);
    const columns = typeof dimensions === "number" ? dimensions : dimensions[v]!;
    const weights = normals(stream.fork("weights"), columns * factors, 1 / Math.sqrt(factors));
    const bias = normals(stream.fork("bias"), columns, 0.5);
    const own = stream.fork("private");
    const addNoise = noiseSource(stream.fork("noise"), noise);
    const matrix = dense(samples, columns);
    const latent = new Float32Array(factors);
    for (let i = 0; i < samples; i++) {
      latent.set(shared.subarray(i * sharedFactors, (i + 1) * sharedFactors));
      for (let k = sharedFactors; k < factors; k++) latent[k] = own.normal();
      const row = matrix.data.subarray(i * columns, (i + 1) * columns);
      for (let j = 0; j < columns; j++) {
        let sum = bias[j]!;
        for (let k = 0; k < factors; k++) sum += weights[j * factors + k]! * latent[k]!;
        row[j] = Math.tanh(sum);
      }
      addNoise(row);
    }
    made.push({ name: `view${v + 1}`, matrix });
  }
  return new MultiViewDataset({
    name: "synthetic",
    views: made,
    labels: { kind: "single", values: labels, names: Array.from({ length: classes }, (_, c) => `class ${c}`) },
    source: `synthetic:${Object.entries(settings)
      .map(([name, value]) => `${name}=${[value].flat().join("/")}`)
      .join(",")}`,
  });
}

function normals(random: Random, count: number, deviation: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = deviation * random.normal();
  return values;
}

/**
 * Adds noise to values. Each is drawn from a pool of 65,536 normal numbers, two to a random word: five times as fast as new
 * normal numbers, and nobody can tell them apart by a data set.
 */
function noiseSource(random: Random, deviation: number): (values: Float32Array) => void {
  if (deviation === 0) return () => {};
  const pool = normals(random.fork("pool"), 65_536, deviation);
  return (values) => {
    for (let j = 0; j < values.length; j += 2) {
      const word = random.integer(2 ** 32);
      values[j]! += pool[word & 0xffff]!;
      if (j + 1 < values.length) values[j + 1]! += pool[word >>> 16]!;
    }
  };
}

function check(options: SyntheticOptions): void {
  const { samples, views, classes, dimensions, sharedFactors, privateFactors, noise } = options;
  const counts = { samples, views, classes, sharedFactors };
  for (const [name, value] of Object.entries(counts)) requireCount(name, value, 1);
  for (const value of [dimensions].flat()) requireCount("dimensions", value, 1);
  requireCount("privateFactors", privateFactors, 0);
  if (!(noise >= 0 && noise < Number.POSITIVE_INFINITY))
    throw new UserError(`synthetic: noise is ${noise}, expected 0 or more`);
  if (typeof dimensions !== "number" && dimensions.length !== views) {
    throw new UserError(`synthetic: ${dimensions.length} dimensions for ${views} views`);
  }
  if (classes > samples)
    throw new UserError(`synthetic: ${classes} classes for ${samples} samples; every class needs one`);
}

function requireCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UserError(`synthetic: ${name} is ${value}, expected a whole number from ${least}`);
  }
}
