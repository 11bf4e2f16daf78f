// Doubles that grow at their end or anywhere.

const empty = new Float64Array(0);

export class GrowingDoubles {
  #values = empty;
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) this.#grow(this.length + 1);
    this.#values[this.length++] = value;
  }

  /** Sets values at a place; NaN stands wherever nothing was set. */
  set(at: number, values: ArrayLike<number>): void {
    const end = at + values.length;
    if (end > this.#values.length) this.#grow(end);
    this.#values.set(values, at);
    if (end > this.length) this.length = end;
  }

  /** The first `length` values; a view. */
  first(length: number): Float64Array {
    if (this.#values.length < length) this.#grow(length);
    return this.#values.subarray(0, length);
  }

  #grow(least: number): void {
    const grown = new Float64Array(Math.max(least, 16, this.#values.length * 2)).fill(Number.NaN, this.#values.length);
    grown.set(this.#values);
    this.#values = grown;
  }
}
