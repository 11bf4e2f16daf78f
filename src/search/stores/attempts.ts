// Work behind the scenes that may fail: reported once, and tried again after a pause that grows.

const firstPause = 60_000;
const longestPause = 60 * 60_000;

export class Attempts {
  #error: string | undefined;
  #pause = 0;
  #next = 0;

  constructor(
    /** What is tried, as in "the graph … cannot be built". */
    readonly what: string,
    private readonly onNote: (note: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether it is time to try. */
  get isDue(): boolean {
    return this.now() >= this.#next;
  }

  /** Why the last attempt failed; undefined where it did not. */
  get failure(): { readonly error: string; readonly retry: Date } | undefined {
    return this.#error === undefined ? undefined : { error: this.#error, retry: new Date(this.#next) };
  }

  failed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#pause = Math.min(longestPause, this.#pause === 0 ? firstPause : 2 * this.#pause);
    this.#next = this.now() + this.#pause;
    if (message !== this.#error) {
      this.onNote(
        `${this.what}: ${message}; the next attempt is in ${this.#pause / 60_000} min, later ones less often`,
      );
    }
    this.#error = message;
  }

  succeeded(): void {
    this.#error = undefined;
    this.#pause = 0;
    this.#next = 0;
  }
}
