// Gradients of wide layers in factors: a product of two thin matrices, made a few rows at a time just before the optimizer
// reads them, so that they stay in the processor's cache and never exist in memory as a whole.
import { allFinite } from "../kernels/elementwise.js";
import { inputName, productOf, square, sum, type Tensor, transpose } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import type { KernelOptimizer } from "./kernel-optimizer.js";
import { bindProduct } from "./matmul.js";
import type { ParameterStore } from "./parameter-store.js";
import type { Execution } from "./program.js";
import type { BoundCall } from "./session.js";

/** Gradients of at least this many values (4 MiB) are worth it; smaller ones stay in the cache anyway. */
const SMALLEST = 2 ** 20;
/** Values of a gradient that are made at a time: 4 MiB, a part of the last-level cache. */
const CHUNK = 2 ** 20;
/** A product bounded by this is finite in float32, rounding included. */
const LARGEST_BOUND = 1e38;

export interface Factors {
  /** [rows, k] */
  readonly left: Tensor;
  /** [k, columns] */
  readonly right: Tensor;
}

/** The factors of a gradient that is one large matrix product and nothing else, where they are smaller than it is. */
export function factorsOf(gradient: Tensor): Factors | undefined {
  const product = productOf(gradient);
  const [rows, columns] = gradient.shape;
  if (product === undefined || typeof rows !== "number" || typeof columns !== "number") return undefined;
  if (rows * columns < SMALLEST) return undefined;
  const { a, b, transposeA, transposeB } = product;
  const summed = a.shape[transposeA ? 0 : 1];
  if (typeof summed === "number" && summed * (rows + columns) > rows * columns) return undefined;
  return { left: transposeA ? transpose(a) : a, right: transposeB ? transpose(b) : b };
}

/** One learned matrix whose gradient a program gives in factors, under the outputs' names here. */
export class FactoredGradient {
  readonly leftName: string;
  readonly rightName: string;
  readonly #calls = new WeakMap<Execution, Promise<BoundCall[]>>();
  readonly #chunkRows: number;
  readonly #scratch: Float32Array<SharedArrayBuffer>;
  readonly #rows: number;
  readonly #columns: number;
  readonly #start: number;

  constructor(
    private readonly engine: Engine,
    store: ParameterStore,
    parameter: Tensor,
  ) {
    const name = inputName(parameter);
    const { shape, range } = store.spec(name);
    [this.#rows, this.#columns] = shape as [number, number];
    this.#start = range.start;
    this.leftName = `gradient-left/${name}`;
    this.rightName = `gradient-right/${name}`;
    this.#chunkRows = Math.min(this.#rows, Math.max(1, Math.floor(CHUNK / this.#columns)));
    this.#scratch = engine.memory.float32(this.#chunkRows * this.#columns);
  }

  /** What `isFinite` needs of the program beside the factors. */
  outputs({ left, right }: Factors): Record<string, Tensor> {
    return {
      [this.leftName]: left,
      [this.rightName]: right,
      [`${this.leftName}/squares`]: sum(square(left)),
      [`${this.rightName}/squares`]: sum(square(right)),
    };
  }

  /** Whether the product of the factors is finite: by the factors' norms, or where these are too large, by making it. */
  async isFinite(execution: Execution): Promise<boolean> {
    const [left, right] = [this.leftName, this.rightName].map((name) => execution.outputs[`${name}/squares`]![0]!);
    // |lᵢ·rⱼ| ≤ ‖L‖ ‖R‖; NaN fails the comparison.
    if (Math.sqrt(left!) * Math.sqrt(right!) < LARGEST_BOUND) return true;
    for (const [i, call] of (await this.#bound(execution)).entries()) {
      await call.run();
      if (!allFinite(this.engine.kernels, this.#chunk(i))) return false;
    }
    return true;
  }

  /** Updates the parameter from the factors that the execution's last run left. */
  async update(execution: Execution, optimizer: KernelOptimizer, step: number): Promise<void> {
    const calls = await this.#bound(execution);
    for (const [i, call] of calls.entries()) {
      await call.run();
      optimizer.update(this.#start + i * this.#chunkRows * this.#columns, this.#chunk(i), step);
    }
  }

  /** The part of the scratch that the i-th rows fill. */
  #chunk(i: number): Float32Array {
    const rows = Math.min(this.#chunkRows, this.#rows - i * this.#chunkRows);
    return this.#scratch.subarray(0, rows * this.#columns);
  }

  #bound(execution: Execution): Promise<BoundCall[]> {
    const known = this.#calls.get(execution);
    if (known !== undefined) return known;
    const bound = this.#bind(execution);
    this.#calls.set(execution, bound);
    execution.onRelease(() => {
      // Where it failed there is nothing to release, and the caller has the error.
      bound.then(
        (calls) => {
          for (const call of calls) call.release();
        },
        () => {},
      );
    });
    return bound;
  }

  #bind({ outputs }: Execution): Promise<BoundCall[]> {
    const [left, right] = [outputs[this.leftName]!, outputs[this.rightName]!];
    const k = left.length / this.#rows;
    const calls: Promise<BoundCall>[] = [];
    for (let row = 0; row < this.#rows; row += this.#chunkRows) {
      const m = Math.min(this.#chunkRows, this.#rows - row);
      const target = this.#scratch.subarray(0, m * this.#columns);
      const shape = { m, k, n: this.#columns };
      calls.push(bindProduct(this.engine, left.subarray(row * k, (row + m) * k), right, target, shape));
    }
    return Promise.all(calls);
  }

  release(): void {
    this.engine.memory.free(this.#scratch);
  }
}
