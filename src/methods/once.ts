// What several calls need of a model, made once: calls at the same time share it, another model gets its own.
export class Once<Model extends object, T> {
  readonly #made = new WeakMap<Model, Promise<T>>();

  /** What was made for the model; where that failed it is made again. */
  of(model: Model, make: () => Promise<T>): Promise<T> {
    const known = this.#made.get(model);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(model, made);
    made.catch(() => this.#made.delete(model));
    return made;
  }
}
