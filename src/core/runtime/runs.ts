// Runs in flight: what they use is freed only once they have ended.
export class Runs {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  get isIdle(): boolean {
    return this.#count === 0;
  }

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count === 0) for (const action of this.#waiting.splice(0)) action();
  }

  /** Does something once no run is in flight: at once where there is none. */
  whenIdle(action: () => void): void {
    if (this.isIdle) action();
    else this.#waiting.push(action);
  }
}
