// Work that must not overlap, done piece after piece in the order in which it was requested.
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work once all that was requested before it has ended, successfully or not. */
  take<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
