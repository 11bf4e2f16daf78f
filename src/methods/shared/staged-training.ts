// A training of stages with a trainer each, which is made when its first epoch begins and released after its last.

import type { TrainingStep } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { type EpochResult, type OnStep, type Stage, type State, withTraining } from "../training.js";
import type { Training } from "./definition.js";

/** What trains during a stage. All randomness comes from the seed and the number of the epoch. */
export interface Trainer {
  /** Trains one epoch, counted from 0: its losses, and whether it is the last one. */
  epoch(epoch: number, onStep?: OnStep): Promise<EpochResult>;
  /** Optimizer state and the like; parameters are not part of it. */
  state(): State;
  /** Resumes from what `state` gave. */
  restore(state: State): void;
  /** Gives back the memory after the last epoch. */
  release(): Promise<void>;
}

/**
 * A trainer whose state is that of one step.
 * @param more what else it keeps from epoch to epoch.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { nn, ParameterStore, stepLosses, stepTrainer, tensor, TrainingStep } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const parameters = new nn.Parameters();
 * const y = nn.linear(parameters, 2, 1)(tensor.input("x", [4, 2]), new nn.Forward(true));
 * const store = new ParameterStore(engine.memory, parameters.all);
 * nn.initialize(engine.kernels, store, parameters.all, 0);
 * const groups = [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 0.1 } as const }];
 * const loss = tensor.mean(tensor.square(y));
 * const step = await TrainingStep.compile(engine, { name: "example", store, loss, groups, seed: 0 });
 * const run = step.at();
 * run.inputs.x!.set([1, 0, 0, 1, 1, 1, 0, 0]);
 * const trainer = stepTrainer(step, async () => ({ losses: await stepLosses(step, run) }));
 * console.log(Object.keys((await trainer.epoch(0)).losses)); // [ 'total' ]
 * await trainer.release();
 * ```
 */
export function stepTrainer(
  step: TrainingStep,
  epoch: Trainer["epoch"],
  more?: { state(): State["json"]; restore(json: State["json"]): void },
): Trainer {
  return {
    epoch,
    state: () => ({ tensors: step.state(), json: { steps: step.steps, ...more?.state() } }),
    restore({ tensors, json }) {
      step.restore(json.steps as number, tensors);
      more?.restore(json);
    },
    release: () => step.release(),
  };
}

/**
 * A stage whose trainer is there already, or is made when the stage begins.
 * @example
 * ```ts
 * import { TrainedStage, type Trainer } from "vantage-ml/method";
 *
 * const trainer: Trainer = {
 *   epoch: async (epoch) => ({ losses: { total: 1 / (epoch + 1) } }),
 *   state: () => ({ tensors: new Map(), json: {} }),
 *   restore() {},
 *   release: async () => {},
 * };
 * const stage = new TrainedStage("train", 3, 0, async () => trainer);
 * console.log((await stage.run(1)).losses); // { total: 0.5 }
 * ```
 */
export class TrainedStage implements Stage {
  #trainer: Trainer | undefined;
  #saved: State | undefined;

  /**
   * A stage that has not begun.
   * @param name as the report and checkpoints have it.
   * @param epochs at most; the trainer may end earlier.
   * @param evaluateEvery epochs between measurements; 0: none during the stage.
   * @param start makes the trainer, when the first epoch begins.
   * @param kind what stages that take as long for an epoch have in common: see `StagePlan`.
   */
  constructor(
    readonly name: string,
    readonly epochs: number,
    readonly evaluateEvery: number,
    private readonly start: () => Promise<Trainer>,
    readonly kind?: string,
  ) {}

  readonly run = async (epoch: number, onStep?: OnStep): Promise<EpochResult> => {
    this.#trainer ??= await this.#begin();
    const result = await this.#trainer.epoch(epoch, onStep);
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

  /** Resumed from when the stage begins. */
  restore(state: State): void {
    this.#saved = state;
  }
}

/**
 * The training of some stages; a checkpoint holds the name and the state of the one in progress.
 * @example
 * ```ts
 * import { stagedTraining, TrainedStage, type Trainer } from "vantage-ml/method";
 *
 * const trainer: Trainer = {
 *   epoch: async (epoch) => ({ losses: { total: 1 / (epoch + 1) } }),
 *   state: () => ({ tensors: new Map(), json: {} }),
 *   restore() {},
 *   release: async () => {},
 * };
 * const training = stagedTraining([new TrainedStage("train", 3, 0, async () => trainer)]);
 * console.log(training.stages.map(({ name, epochs }) => [name, epochs])); // [ [ 'train', 3 ] ]
 * ```
 */
export function stagedTraining(stages: readonly TrainedStage[], notes?: () => readonly string[]): Training {
  return {
    stages,
    notes,
    state(model) {
      for (const stage of stages) {
        const state = stage.state();
        if (state === undefined) continue;
        return withTraining(model, { tensors: state.tensors, json: { stage: stage.name, ...state.json } });
      }
      return model;
    },
    restore({ tensors, json }) {
      const training = json.training as State["json"] | undefined;
      if (training === undefined) return;
      // Runs of older versions of methods of one stage keep no name.
      const stage = training.stage === undefined ? stages[0]! : findStage(stages, training.stage as string);
      stage.restore({ tensors, json: training });
    },
  };
}

/** @throws UserError where the stages have none of that name: options were changed in between. */
function findStage(stages: readonly TrainedStage[], name: string): TrainedStage {
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined) {
    throw new UserError(
      `the checkpoint was made in stage "${name}", and this run has ${stages.map((s) => s.name).join(", ")}`,
    );
  }
  return stage;
}
