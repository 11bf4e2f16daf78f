// What is said before long work: how long it will take, and which flags make it shorter.
import { type Estimate, longTraining } from "../../train/time-estimate.js";
import { formatDuration, say } from "./output.js";

/** Says what a long training will take. @param shorter the flags that make it shorter. */
export function sayEstimate({ seconds, unknown }: Estimate, shorter: string): void {
  const without = unknown.length === 0 ? "" : `, without the time for ${unknown.join(", ")}`;
  say(`about ${formatDuration(seconds)} for this training${without}; ${shorter}`);
}

/** Looks on at tasks that count what is done, and says once for each how long it will take, where that is long. */
export class LongWork {
  #task: string | undefined;
  #start = { time: 0, done: 0 };
  #isSaid = false;

  /** @param shorter the flags that make it shorter; empty where there are none. */
  constructor(
    private readonly shorter: string,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {}

  /** @returns the line, where it is due. */
  update(task: string, done: number, total: number): string | undefined {
    const now = this.now();
    if (task !== this.#task) {
      this.#task = task;
      this.#isSaid = false;
      this.#start = { time: now, done };
    }
    const { time, done: before } = this.#start;
    // A first part may make things ready.
    if (this.#isSaid || done <= before || now - time < 2) return undefined;
    this.#isSaid = true;
    const left = ((now - time) / (done - before)) * (total - done);
    if (left < longTraining) return undefined;
    return `about ${formatDuration(left)} for ${task}${this.shorter && `; ${this.shorter}`}`;
  }
}
