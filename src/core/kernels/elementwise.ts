// Passes over one array of floats in the shared memory.
import type { Kernels } from "./kernels.js";

const grain = 65536;

/**
 * Clips every value to [-limit, limit], in place (a Wasserstein discriminator's weights). NaN stays NaN.
 * @throws RangeError where the array lies outside the shared memory.
 */
export function clampValues(kernels: Kernels, x: Float32Array, limit: number): void {
  kernels.run("clampValues", x.length, grain, { x, limit });
}

/**
 * Whether no value is NaN or infinite.
 * @throws RangeError where the array lies outside the shared memory.
 */
export function allFinite(kernels: Kernels, x: Float32Array): boolean {
  kernels.run("findNonFinite", x.length, grain, { x, found: 0 });
  return kernels.result("findNonFinite", "found") === 0;
}
