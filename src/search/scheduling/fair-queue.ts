// Work that waits, taken from its askers in turn: who requests much waits for it, and nobody else does.

/** Bounded, in all and for each asker. */
export class FairQueue<T> {
  /** The asker whose turn comes next stands first. */
  readonly #waiting = new Map<string, T[]>();
  #size = 0;

  /**
   * @param most how much may wait in all.
   * @param mostEach how much of one asker.
   */
  constructor(
    private readonly most: number,
    private readonly mostEach: number,
  ) {}

  get size(): number {
    return this.#size;
  }

  /** False where there is no room. */
  add(asker: string, work: T): boolean {
    const own = this.#waiting.get(asker) ?? [];
    if (this.#size >= this.most || own.length >= this.mostEach) return false;
    own.push(work);
    this.#waiting.set(asker, own);
    this.#size++;
    return true;
  }

  /** The work of the asker whose turn it is, of those that may have one; its next turn comes after all others'. */
  take(mayHave: (asker: string) => boolean = () => true): { readonly asker: string; readonly work: T } | undefined {
    for (const [asker, own] of this.#waiting) {
      if (!mayHave(asker)) continue;
      const work = own.shift()!;
      this.#size--;
      this.#waiting.delete(asker);
      if (own.length > 0) this.#waiting.set(asker, own);
      return { asker, work };
    }
    return undefined;
  }

  /** Takes work out that nobody waits for any more. */
  remove(asker: string, work: T): void {
    const own = this.#waiting.get(asker) ?? [];
    const place = own.indexOf(work);
    if (place < 0) return;
    own.splice(place, 1);
    this.#size--;
    if (own.length === 0) this.#waiting.delete(asker);
  }
}
