// How long a training will take, from its epochs so far: the stage in progress and later ones of its kind.
import type { EpochReport, StagePlan } from "../methods/training.js";

/** How much is still to be done. */
export interface Estimate {
  /** What is left, in seconds: at most, since stages may end early. */
  readonly seconds: number;
  /** Later stages of which nothing is known yet, by name. */
  readonly unknown: readonly string[];
}

/** A training that takes longer is announced, in seconds. */
export const longTraining = 60;

/** A first epoch makes programs ready, so that it alone says too much. */
const enough = { epochs: 2, seconds: 2 };

/** Gathers durations of epochs; one object for one training. */
export class TimeEstimate {
  /** Seconds per epoch by kind of stage. */
  readonly #known = new Map<string, number>();
  #stage: { readonly name: string; readonly from: number; readonly start: number } | undefined;

  /**
   * Takes an epoch that is done.
   * @param now seconds on any clock, evaluations included.
   * @returns the estimate as soon as the stage has been measured.
   */
  add({ stage, epoch, epochs, seconds, stages, done }: EpochReport, now: number): Estimate | undefined {
    if (this.#stage?.name !== stage) this.#stage = { name: stage, from: epoch, start: now };
    const { from, start } = this.#stage;
    const isMeasured = epoch - from >= enough.epochs || seconds > enough.seconds;
    const at = stages.findIndex(({ name }) => name === stage);
    if (!isMeasured || at < 0) return undefined;
    const each = epoch > from ? (now - start) / (epoch - from) : seconds;
    this.#known.set(kindOf(stages[at]!), each);
    const later = stages.slice(at + 1);
    const left = later.map((plan) => plan.epochs * (this.#known.get(kindOf(plan)) ?? 0));
    const own = done ? 0 : each * (epochs - epoch);
    return {
      seconds: own + left.reduce((sum, one) => sum + one, 0),
      // A single epoch is a solution, not a training: no stage to speak of.
      unknown: later.filter((plan) => plan.epochs > 1 && !this.#known.has(kindOf(plan))).map(({ name }) => name),
    };
  }
}

function kindOf({ kind, name }: StagePlan): string {
  return kind ?? name;
}
