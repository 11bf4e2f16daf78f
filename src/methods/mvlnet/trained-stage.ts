// A stage of training whose step is compiled when its first epoch begins and released after its last.
import { UserError } from "../../errors.js";
import type { EpochResult, Stage, State } from "../training.js";

/** What trains during a stage. All randomness comes from the seed and the number of the epoch. */
export interface Trainer {
  epoch(epoch: number): Promise<EpochResult>;
  /** Optimizer state and the like; parameters are not part of it. */
  state(): State;
  restore(state: State): void;
  release(): Promise<void>;
}

export class TrainedStage implements Stage {
  #trainer: Trainer | undefined;
  #saved: State | undefined;

  constructor(
    readonly name: string,
    readonly epochs: number,
    readonly evaluateEvery: number,
    private readonly start: () => Promise<Trainer>,
  ) {}

  readonly run = async (epoch: number): Promise<EpochResult> => {
    this.#trainer ??= await this.#begin();
    const result = await this.#trainer.epoch(epoch);
    if (result.done || epoch + 1 === this.epochs) await this.#end();
    return result;
  };

  async #begin(): Promise<Trainer> {
    const trainer = await this.start();
    if (this.#saved !== undefined) trainer.restore(this.#saved);
    this.#saved = undefined;
    return trainer;
  }

  async #end(): Promise<void> {
    await this.#trainer!.release();
    this.#trainer = undefined;
  }

  /** Of a stage in progress; undefined before and after. */
  state(): State | undefined {
    return this.#trainer?.state();
  }

  /** To be taken up when the stage goes on. */
  restore(state: State): void {
    this.#saved = state;
  }
}

/** @throws UserError where the stages have none of that name: options were changed in between. */
export function findStage(stages: readonly TrainedStage[], name: string): TrainedStage {
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined) {
    throw new UserError(
      `the checkpoint was made in stage "${name}", and this run has ${stages.map((s) => s.name).join(", ")}`,
    );
  }
  return stage;
}
