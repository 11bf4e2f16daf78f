// How many items an index has and whether its store answers, without asking it more than it can bear.
import { setTimeout as sleep } from "node:timers/promises";
import type { SearchIndex } from "../../search/index/search-index.js";

/** Milliseconds that a store may take to answer. */
const patience = 2000;
/** Milliseconds for which it is known whether a store answers. */
const probeRest = 1000;
/** Counting that takes longer, in milliseconds, is done again after a hundred times as long only. */
const quick = 20;

/** Of one index. */
export class StoreState {
  #counts: ReadonlyMap<string, number> = new Map();
  readonly #count: Question;
  readonly #probe: Question;

  constructor({ store }: SearchIndex) {
    this.#count = new Question(
      async () => {
        this.#counts = await store.counts();
      },
      (took) => (took < quick ? 0 : 100 * took),
    );
    // Every store looks up an id by a key, also one that is not there.
    this.#probe = new Question(
      () => store.get("ready?"),
      () => probeRest,
    );
  }

  /** Items by view: where the store does not answer, those of its last answer. */
  async counts(): Promise<{ readonly isAvailable: boolean; readonly counts: ReadonlyMap<string, number> }> {
    const isAvailable = await this.#count.isAnswered();
    return { isAvailable, counts: this.#counts };
  }

  isAvailable(): Promise<boolean> {
    return this.#probe.isAnswered();
  }
}

/** Asked once for all who want to know at the same time; while it hangs it is not asked again. */
class Question {
  #asking: Promise<boolean> | undefined;
  #isAnswered = false;
  #until = 0;

  /** @param keep for how many milliseconds an answer holds that took so many. */
  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly keep: (took: number) => number,
  ) {}

  /** False where the answer is an error, or does not come in time. */
  async isAnswered(): Promise<boolean> {
    if (performance.now() < this.#until) return this.#isAnswered;
    this.#asking ??= this.#ask();
    const stop = new AbortController();
    const late = sleep(patience, false, { signal: stop.signal, ref: false }).catch(() => false);
    try {
      return await Promise.race([this.#asking, late]);
    } finally {
      stop.abort();
    }
  }

  async #ask(): Promise<boolean> {
    const started = performance.now();
    this.#isAnswered = await this.ask().then(
      () => true,
      () => false,
    );
    const now = performance.now();
    this.#until = now + (this.#isAnswered ? this.keep(now - started) : probeRest);
    this.#asking = undefined;
    return this.#isAnswered;
  }
}

/** By the names of the indexes. */
export type StoreStates = ReadonlyMap<string, StoreState>;

export function storeStates(indexes: ReadonlyMap<string, SearchIndex>): StoreStates {
  return new Map([...indexes].map(([name, index]) => [name, new StoreState(index)]));
}
