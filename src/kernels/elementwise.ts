// Passes over one array of floats in the shared memory.
import type { Kernels } from "./kernels.js";

const grain = 65536;

/**
 * Clips every value to [-limit, limit], in place (a Wasserstein discriminator's weights). NaN stays NaN.
 * @throws RangeError where the array lies outside the shared memory.
 */
export function clampValues(kernels: Kernels, x: Float32Array, limit: number): void {
  kernels.run("clampValues", x.length, grain, [kernels.memory.address(x), limit]);
}

/**
 * Sets every value.
 * @throws RangeError where the array lies outside the shared memory.
 */
export function fill(kernels: Kernels, x: Float32Array, value: number): void {
  kernels.run("fill", x.length, grain, [kernels.memory.address(x), value]);
}

/**
 * Multiplies every value by the factor, in place.
 * @throws RangeError where the array lies outside the shared memory.
 */
export function scale(kernels: Kernels, x: Float32Array, factor: number): void {
  kernels.run("scale", x.length, grain, [kernels.memory.address(x), factor]);
}

/**
 * Whether no value is NaN or infinite.
 * @throws RangeError where the array lies outside the shared memory.
 */
export function allFinite(kernels: Kernels, x: Float32Array): boolean {
  kernels.run("findNonFinite", x.length, grain, [kernels.memory.address(x), 0]);
  return kernels.result(1) === 0;
}
