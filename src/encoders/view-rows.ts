// The rows of a view as they come in, dense or sparse, and which samples have one.
import type { View } from "../data/dataset.js";
import { dense, type Matrix } from "../data/matrix.js";

/** Collects the rows of a view; samples without one have zeros, and are not present. */
export class ViewRows {
  readonly #present: Uint8Array;
  readonly #dense: Float32Array | undefined;
  readonly #sparse: ({ readonly indices: Uint32Array; readonly values: Float32Array } | undefined)[] = [];

  constructor(
    private readonly samples: number,
    private readonly columns: number,
    isSparse: boolean,
  ) {
    this.#present = new Uint8Array(samples);
    this.#dense = isSparse ? undefined : new Float32Array(samples * columns);
  }

  /** Samples that have a row. */
  get count(): number {
    return this.#present.reduce((sum, value) => sum + value, 0);
  }

  set(sample: number, row: Float32Array): void {
    this.#present[sample] = 1;
    if (this.#dense) {
      this.#dense.set(row, sample * this.columns);
      return;
    }
    const indices = Uint32Array.from(row.keys()).filter((column) => row[column] !== 0);
    this.#sparse[sample] = { indices, values: Float32Array.from(indices, (column) => row[column]!) };
  }

  view(name: string): View {
    const isWhole = this.#present.every((value) => value === 1);
    return { name, matrix: this.#matrix(), ...(!isWhole && { present: this.#present }) };
  }

  #matrix(): Matrix {
    if (this.#dense) return dense(this.samples, this.columns, this.#dense);
    const offsets = new Uint32Array(this.samples + 1);
    for (let i = 0; i < this.samples; i++) offsets[i + 1] = offsets[i]! + (this.#sparse[i]?.indices.length ?? 0);
    const indices = new Uint32Array(offsets[this.samples]!);
    const values = new Float32Array(indices.length);
    for (const [i, row] of this.#sparse.entries()) {
      if (row === undefined) continue;
      indices.set(row.indices, offsets[i]!);
      values.set(row.values, offsets[i]!);
    }
    return { kind: "sparse", rows: this.samples, columns: this.columns, offsets, indices, values };
  }
}
