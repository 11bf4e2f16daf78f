// Gradients against finite differences of the graph as ONNX Runtime runs it, for tests.
import assert from "node:assert/strict";
import type { Execution } from "./program.js";

/** A value that the output `loss` depends on, where it lies in memory, and the gradient that is claimed for it. */
export interface Claim {
  readonly name: string;
  readonly values: Float32Array;
  readonly gradient: Float32Array;
}

/** Moves every value a little to both sides. @throws AssertionError where a gradient is not the slope of the loss. */
export async function assertSlopes(run: Execution, claims: readonly Claim[]): Promise<void> {
  for (const { name, values, gradient } of claims) {
    const lossAt = async (i: number, value: number) => {
      const kept = values[i]!;
      values[i] = value;
      await run.run();
      values[i] = kept;
      return run.outputs.loss![0]!;
    };
    const scale = Math.max(1, ...gradient.map(Math.abs));
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      const difference = async (h: number) => ((await lossAt(i, x + h)) - (await lossAt(i, x - h))) / (2 * h);
      // Richardson's extrapolation: the error of second order in h cancels.
      const expected = (4 * (await difference(0.02)) - (await difference(0.04))) / 3;
      assert.ok(
        Math.abs(gradient[i]! - expected) < 3e-3 * scale,
        `${name}[${i}]: gradient ${gradient[i]}, finite difference ${expected}`,
      );
    }
  }
}
