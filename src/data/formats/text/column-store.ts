// Columns of doubles that grow row by row: rows are gathered in a block, which is then turned over into the columns.

/** Bytes that columns which lie together may take; what grows is copied in such pieces. */
const groupSize = 2 ** 26;

export class ColumnStore {
  rows = 0;
  /** Row-major values of the rows that are not in their columns yet. */
  readonly block: Float64Array;
  readonly blockRows: number;
  #capacity: number;
  readonly #groups: Float64Array[] = [];
  readonly #perGroup: number;

  /** @param expectedRows may be wrong: what is too small grows. */
  constructor(
    readonly columns: number,
    expectedRows: number,
  ) {
    this.blockRows = Math.min(4096, Math.max(8, Math.floor(2 ** 16 / Math.max(1, columns))));
    this.block = new Float64Array(this.blockRows * columns);
    this.#capacity = Math.max(16, expectedRows);
    this.#perGroup = Math.max(1, Math.floor(groupSize / 8 / this.#capacity));
    for (let column = 0; column < columns; column += this.#perGroup)
      this.#groups.push(new Float64Array(Math.min(this.#perGroup, columns - column) * this.#capacity));
  }

  /** Takes the first `count` rows of the block. */
  flush(count: number): void {
    if (this.rows + count > this.#capacity) this.#grow(Math.ceil((this.rows + count) * 1.5));
    const { block, columns } = this;
    for (const [g, group] of this.#groups.entries()) {
      const first = g * this.#perGroup;
      const width = Math.min(this.#perGroup, columns - first);
      for (let j = 0; j < width; j++) {
        let to = j * this.#capacity + this.rows;
        let from = first + j;
        for (let i = 0; i < count; i++, from += columns) group[to++] = block[from]!;
      }
    }
    this.rows += count;
  }

  /** The values of a column; a view of the store's own memory. */
  column(index: number): Float64Array {
    const start = (index % this.#perGroup) * this.#capacity;
    return this.#groups[Math.floor(index / this.#perGroup)]!.subarray(start, start + this.rows);
  }

  #grow(capacity: number): void {
    for (let g = 0; g < this.#groups.length; g++) {
      const old = this.#groups[g]!;
      const width = old.length / this.#capacity;
      const grown = new Float64Array(width * capacity);
      for (let j = 0; j < width; j++)
        grown.set(old.subarray(j * this.#capacity, j * this.#capacity + this.rows), j * capacity);
      this.#groups[g] = grown;
    }
    this.#capacity = capacity;
  }
}
