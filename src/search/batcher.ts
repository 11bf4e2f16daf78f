// Requests that arrive at the same time, done together: while one batch is worked on, the next one gathers.

interface Waiting<T, R> {
  readonly request: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

export class Batcher<T, R> {
  #waiting: Waiting<T, R>[] = [];
  #isScheduled = false;

  /**
   * @param work results of a batch, in its order.
   * @param most requests in a batch.
   */
  constructor(
    private readonly work: (batch: readonly T[]) => Promise<readonly R[]>,
    private readonly most: number,
  ) {}

  add(request: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#schedule();
    });
  }

  /** A batch begins once this turn's other requests have been read too. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    const batch = this.#waiting.splice(0, this.most);
    try {
      const results = await this.work(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, i) => {
        resolve(results[i]!);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#isScheduled = false;
    if (this.#waiting.length > 0) this.#schedule();
  }
}
