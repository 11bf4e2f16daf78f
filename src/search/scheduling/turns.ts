// Work on the event loop that is long as a whole: done a few milliseconds at a time, one asker in each turn of the loop.

/** Milliseconds of work in a turn. */
const slice = 4;
/** Those that want to go on, in the order of asking. */
const waiting: (() => void)[] = [];

function next(): void {
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(next);
}

/** One piece of long work. However many there are, requests that need little are answered between two turns. */
export class Turns {
  #since = Number.NEGATIVE_INFINITY;

  /** To be awaited between two small parts of the work. */
  async ifDue(): Promise<void> {
    if (performance.now() - this.#since < slice) return;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
    this.#since = performance.now();
  }
}
