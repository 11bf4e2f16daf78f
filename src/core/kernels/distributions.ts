// Random arrays in the shared memory, every value a function of seed, stream, step and place alone.
import type { Kernels } from "./kernels.js";
import { seedWords } from "./philox.js";

/**
 * Names the numbers of one array: the same key gives the same numbers on any machine, with any number of threads, and the
 * first n of a longer array are the array of length n.
 */
export interface RandomKey {
  /** Whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** What the numbers are for, 0 to 2^32 - 1: a place in a network, say. */
  readonly stream: number;
  /** When, 0 to 2^32 - 1: the training step. */
  readonly step: number;
}

/** Units per chunk, of 16 numbers each. */
const grain = 1024;

/**
 * Place i takes word i mod 4 of Philox4x32-10 (Salmon et al. 2011) at counter (⌊i/4⌋, step, stream, 0), key = seed. The
 * streams of the class Random have other keys.
 */
function common(target: Float32Array, key: RandomKey) {
  for (const name of ["stream", "step"] as const) {
    if (!(Number.isInteger(key[name]) && key[name] >= 0 && key[name] < 2 ** 32)) {
      throw new RangeError(`random key: ${name} ${key[name]}, expected a whole number from 0 to 2^32 - 1`);
    }
  }
  const [seedLow, seedHigh] = seedWords(key.seed);
  return { target, length: target.length, seedLow, seedHigh, step: key.step, stream: key.stream };
}

function unitsOf(target: Float32Array): number {
  return Math.ceil(target.length / 16);
}

/** Uniform numbers from [low, high), low + (high - low) · u with u a multiple of 2^-24. */
export function uniform(kernels: Kernels, target: Float32Array, key: RandomKey, low = 0, high = 1): void {
  const args = { ...common(target, key), low, range: high - low, most: floatBelow(high) };
  kernels.run("uniform", unitsOf(target), grain, args);
}

/** Normal numbers (Box and Muller 1958): mean + std · √(-2 ln u₁) · (cos 2πu₂, sin 2πu₂) at two neighbouring places. */
export function normal(kernels: Kernels, target: Float32Array, key: RandomKey, mean: number, std: number): void {
  kernels.run("normal", unitsOf(target), grain, { ...common(target, key), mean, deviation: std });
}

/**
 * A mask that drops a share p: 0 with probability p, otherwise 1/(1-p).
 * @throws RangeError where p is not from [0, 1).
 */
export function dropoutMask(kernels: Kernels, target: Float32Array, key: RandomKey, p: number): void {
  if (!(p >= 0 && p < 1)) throw new RangeError(`dropout ${p}: expected at least 0 and less than 1`);
  const args = { ...common(target, key), zeros: Math.round(p * 2 ** 24), kept: 1 / (1 - p) };
  kernels.run("dropoutMask", unitsOf(target), grain, args);
}

/** The largest float32 below the value. */
function floatBelow(value: number): number {
  const float = Math.fround(value);
  if (float < value) return float;
  if (float === 0) return -(2 ** -149);
  const bits = new Int32Array(Float32Array.of(float).buffer);
  bits[0]! += float > 0 ? -1 : 1;
  return new Float32Array(bits.buffer)[0]!;
}
