// How long a training will take, from its epochs so far: the stage in progress and later ones of its kind.
import type { EpochReport, StagePlan, StepReport } from "../methods/training.js";

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

/** Of a first epoch that takes longer, in seconds, its steps are measured. */
const longEpoch = 20;

/** Gathers durations of epochs; one object for one training. */
export class TimeEstimate {
  /** Seconds per epoch by kind of stage. */
  readonly #known = new Map<string, number>();
  #steps: { readonly stage: string; readonly epoch: number; readonly step: number; readonly start: number } | undefined;
  #stage: { readonly name: string; readonly from: number; readonly start: number } | undefined;

  /**
   * Takes a step of an epoch that is in progress.
   * @param now seconds on any clock.
   * @returns the estimate once the steps of a long first epoch tell; undefined in any other case.
   */
  addStep({ stage, epoch, epochs, stages, step, steps }: StepReport, now: number): Estimate | undefined {
    if (this.#steps?.stage !== stage || this.#steps.epoch !== epoch) this.#steps = { stage, epoch, step, start: now };
    const plan = stages.findIndex(({ name }) => name === stage);
    const { step: from, start } = this.#steps;
    if (plan < 0 || this.#known.has(kindOf(stages[plan]!)) || step === from || now - start < longEpoch)
      return undefined;
    const each = ((now - start) / (step - from)) * steps;
    return this.#left(stages, plan, each * (epochs - epoch + 1 - step / steps), each);
  }

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
    return this.#left(stages, at, done ? 0 : each * (epochs - epoch), each);
  }

  /** @param own seconds that are left of the stage in progress. @param each seconds of one of its epochs. */
  #left(stages: readonly StagePlan[], at: number, own: number, each: number): Estimate {
    this.#known.set(kindOf(stages[at]!), each);
    const later = stages.slice(at + 1);
    const left = later.map((plan) => plan.epochs * (this.#known.get(kindOf(plan)) ?? 0));
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
