// Work on the event loop that is long as a whole: done a few milliseconds at a time, one asker in each turn of the loop.

/** Those that want to go on, in the order of asking. */
const waiting: (() => void)[] = [];

function next(): void {
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(next);
}

/** One piece of long work. However many there are, requests that need little are answered between two turns. */
export class Turns {
  #since: number;
  readonly #slice: number;

  /**
   * @param options `slice`: milliseconds of work in a turn. `isBegun`: the work has the turn that it begins in, as no other begins in the
   * same; others wait for their first one too.
   */
  constructor({ slice = 4, isBegun = false } = {}) {
    this.#slice = slice;
    this.#since = isBegun ? performance.now() : Number.NEGATIVE_INFINITY;
  }

  /** To be awaited between two small parts of the work. True where others have had a turn. */
  async ifDue(): Promise<boolean> {
    if (performance.now() - this.#since < this.#slice) return false;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
    this.#since = performance.now();
    return true;
  }
}
