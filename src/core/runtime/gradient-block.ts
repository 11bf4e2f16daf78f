// Where a step's gradients live: a block in which parameters that are neighbours in their store are neighbours too.
import { allFinite } from "../kernels/elementwise.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Memory } from "../kernels/memory.js";
import type { ParameterStore, Range } from "./parameter-store.js";

export interface GradientSegment {
  /** Where its parameters begin in the store's block. */
  readonly start: number;
  readonly values: Float32Array;
}

export class GradientBlock {
  readonly #block: Float32Array<SharedArrayBuffer>;
  /** Segments of the store, each with its place in this block. */
  readonly #segments: readonly (Range & { readonly at: number })[];

  constructor(
    private readonly memory: Memory,
    private readonly store: ParameterStore,
    names: readonly string[],
  ) {
    let end = 0;
    this.#segments = store.segments(names).map((range) => {
      end += range.length;
      return { ...range, at: end - range.length };
    });
    this.#block = memory.float32(end);
  }

  /** A parameter's gradient, in place. */
  of(name: string): Float32Array<SharedArrayBuffer> {
    const { start, length } = this.store.spec(name).range;
    const at = this.#place(start, length);
    return this.#block.subarray(at, at + length);
  }

  /** The gradients of some parameters in as few pieces as they lie in. */
  segments(names: readonly string[]): GradientSegment[] {
    return this.store.segments(names).map(({ start, length }) => {
      const at = this.#place(start, length);
      return { start, values: this.#block.subarray(at, at + length) };
    });
  }

  #place(start: number, length: number): number {
    const segment = this.#segments.find((s) => s.start <= start && start + length <= s.start + s.length);
    if (segment === undefined) throw new RangeError(`no gradient is kept for parameters ${start} … ${start + length}`);
    return segment.at + start - segment.start;
  }

  /** Whether every gradient is finite. */
  isFinite(kernels: Kernels): boolean {
    return this.#block.length === 0 || allFinite(kernels, this.#block);
  }

  release(): void {
    this.memory.free(this.#block);
  }
}
