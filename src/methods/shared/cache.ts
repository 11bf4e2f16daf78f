// What several calls need, made once: calls at the same time share it, and what failed is made again.
export class Cache<Key, Value> {
  readonly #made = new Map<Key, Promise<Value>>();

  /** What was made for the key. */
  of(key: Key, make: () => Promise<Value>): Promise<Value> {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    made.catch(() => this.#made.delete(key));
    return made;
  }
}
