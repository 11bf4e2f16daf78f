// Requests that arrive at the same time, done together; what takes long, or hangs, does not stop the others.
import { UnavailableError } from "../stores/unavailable.js";

interface Waiting<T, R> {
  readonly request: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

export interface BatchLimits {
  /** Requests in a batch. */
  readonly together: number;
  /** Batches under way at a time. */
  readonly atOnce: number;
  /** Requests that may wait. */
  readonly waiting: number;
  /** Milliseconds after which a batch's requests fail without an answer. */
  readonly patience: number;
}

/** How a request is to be treated. */
export interface Treatment {
  /** Goes before those that are not. */
  readonly isUrgent?: boolean;
  /** Takes the request out where it still waits. */
  readonly signal?: AbortSignal;
}

/**
 * While batches are worked on, the next one gathers. A batch that does not end in time fails with UnavailableError; it goes on
 * taking its place until it does end, since what it works with is in use, so that no more than `atOnce` ever run.
 */
export class Batcher<T, R> {
  readonly #urgent: Waiting<T, R>[] = [];
  readonly #others: Waiting<T, R>[] = [];
  #running = 0;
  /** Batches that are over time and have not ended. */
  #overdue = 0;
  #isScheduled = false;
  /** What waits under each signal. */
  readonly #leaving = new WeakMap<AbortSignal, Set<() => void>>();

  /** @param work results of a batch, in its order. */
  constructor(
    private readonly work: (batch: readonly T[]) => Promise<readonly R[]>,
    private readonly limits: BatchLimits,
  ) {}

  /** @throws UnavailableError where too many wait, all batches hang, or this one does not end. */
  add(request: T, { isUrgent = false, signal }: Treatment = {}): Promise<R> {
    const queue = isUrgent ? this.#urgent : this.#others;
    if (this.#overdue === this.limits.atOnce) {
      return Promise.reject(new UnavailableError("earlier requests are still unanswered: try again later"));
    }
    if (queue.length >= this.limits.waiting) {
      return Promise.reject(new UnavailableError("too many requests are waiting: try again"));
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(given());
        return;
      }
      const leave = () => {
        const place = queue.indexOf(waiting);
        if (place < 0) return;
        queue.splice(place, 1);
        reject(given());
      };
      const end = () => signal && this.#leaving.get(signal)?.delete(leave);
      const waiting: Waiting<T, R> = {
        request,
        resolve(result) {
          end();
          resolve(result);
        },
        reject(error) {
          end();
          reject(error);
        },
      };
      if (signal) this.#whenAborted(signal, leave);
      queue.push(waiting);
      this.#schedule();
    });
  }

  /** One listener a signal, however many of its requests wait: Node.js warns of a leak from the eleventh on. */
  #whenAborted(signal: AbortSignal, leave: () => void): void {
    const known = this.#leaving.get(signal);
    if (known) {
      known.add(leave);
      return;
    }
    const leaving = new Set([leave]);
    this.#leaving.set(signal, leaving);
    signal.addEventListener("abort", () => leaving.forEach((each) => void each()), { once: true });
  }

  /** A batch begins once this turn's other requests have been read too. */
  #schedule(): void {
    if (this.#isScheduled || this.#running >= this.limits.atOnce) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#run();
      if (this.#urgent.length + this.#others.length > 0) this.#schedule();
    });
  }

  async #run(): Promise<void> {
    const { together, patience } = this.limits;
    // Some places are for those that are not urgent, so that they come to an end too.
    const batch = this.#urgent.splice(0, this.#others.length > 0 ? Math.ceil((3 * together) / 4) : together);
    batch.push(...this.#others.splice(0, together - batch.length));
    if (batch.length === 0) return;
    this.#running++;
    let isOverdue = false;
    const timer = setTimeout(() => {
      isOverdue = true;
      this.#overdue++;
      const late = new UnavailableError(`no answer within ${patience / 1000} s: try again later`);
      for (const { reject } of batch) reject(late);
      // Nobody would ever come to those that wait behind batches that all hang.
      if (this.#overdue < this.limits.atOnce) return;
      for (const { reject } of [...this.#urgent.splice(0), ...this.#others.splice(0)]) reject(late);
    }, patience);
    try {
      const results = await this.work(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, i) => {
        resolve(results[i]!);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    clearTimeout(timer);
    if (isOverdue) this.#overdue--;
    this.#running--;
    if (this.#urgent.length + this.#others.length > 0) this.#schedule();
  }
}

function given(): UnavailableError {
  return new UnavailableError("the client no longer waits for this request");
}
