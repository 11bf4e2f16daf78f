// The course of a training run, the same for every method: stages of epochs, evaluations, checkpoints, interruption.

import { DivergenceError, type NamedTensor } from "../core/runtime/index.js";
import type { Imputation } from "../data/imputation/imputer.js";
import type { Metrics } from "../runs/metrics-log.js";

export type { Metrics };

/** What an epoch of a stage tells. */
export interface EpochResult {
  /** Means over the epoch by name; `total` is what was minimized. */
  readonly losses: Readonly<Record<string, number>>;
  /** The stage has converged: its remaining epochs are left out. */
  readonly done?: boolean;
  /** What a user should know about the data or the settings, a sentence each. */
  readonly notes?: readonly string[];
}

/** A stage before it runs. */
export interface StagePlan {
  readonly name: string;
  /** Epochs at most. */
  readonly epochs: number;
  /** Stages of one kind take about as long for an epoch: networks of the views. Default: its name. */
  readonly kind?: string | undefined;
}

/** A part of the training with its own losses, such as pre-training. */
/** Called after each step of an epoch: so many of how many are done. */
export type OnStep = (step: number, steps: number) => void;

export interface Stage extends StagePlan {
  /** One epoch, counted from 0. All randomness comes from the seed and this number. */
  run(epoch: number, onStep?: OnStep): Promise<EpochResult>;
  /** Measures after every so many epochs; 0: not during the stage. */
  readonly evaluateEvery: number;
}

/** Where a run stands: so many epochs of that stage are done. */
export interface Position {
  readonly stage: number;
  readonly epoch: number;
}

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Everything that a method needs to go on, or to be used, as named tensors and plain data. */
export interface State {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly json: { readonly [key: string]: Json };
}

/** The state of a model with that of its training beside it: the tensors of both, and the training's JSON as `training`. */
export function withTraining(model: State, { tensors, json }: State): State {
  return { tensors: new Map([...model.tensors, ...tensors]), json: { ...model.json, training: json } };
}

export interface Checkpoint extends State {
  readonly position: Position;
}

/** What `onEpoch` receives after each epoch. */
export interface EpochReport extends EpochResult {
  /** Name of the stage, such as "train". */
  readonly stage: string;
  /** From 1. */
  readonly epoch: number;
  /** Epochs that the stage has at most. */
  readonly epochs: number;
  /** Duration of this epoch, evaluation apart, in seconds. */
  readonly seconds: number;
  /** All stages of the training, in their order. */
  readonly stages: readonly StagePlan[];
  /** Where the epoch was evaluated. */
  readonly metrics?: Metrics;
}

/** What `onStep` receives in the middle of an epoch. */
export interface StepReport extends Pick<EpochReport, "stage" | "epoch" | "epochs" | "stages"> {
  /** Steps of this epoch that are done, from 1. */
  readonly step: number;
  readonly steps: number;
}

/** How to follow, interrupt and resume a training. */
export interface FitHooks {
  /** Data and options have passed every check, and training begins. */
  onStart?(): void | Promise<void>;
  /** Something about the data or the settings that a user should know, before the first epoch of a run. */
  onNote?(note: string): void;
  /** A step of an epoch that has several is done: to show the progress of long epochs. */
  onStep?(report: StepReport): void;
  /** An epoch is done, and measured where that was due. What it returns is waited for. */
  onEpoch?(report: EpochReport): void | Promise<void>;
  /** Offered after every epoch; the receiver decides whether to await `take` and store the result. `last` = nothing follows. */
  onCheckpoint?(take: () => Promise<Checkpoint>, last: boolean): void | Promise<void>;
  /** Aborting ends the run after the epoch in progress, with a last checkpoint. */
  readonly signal?: AbortSignal;
  /** Resumes from here in place of beginning; the same data and options give the bits of a run that never stopped. */
  readonly resume?: Checkpoint;
  /**
   * How single missing values are filled, here and wherever the model is used: learned from the training samples and kept in the
   * model. Views with missing values are marked `incomplete`. A resumed run does what it did before.
   */
  readonly impute?: Imputation;
}

/** The hooks, with notes given before the first epoch; a resumed run has given them before it stopped. */
export function withNotes(hooks: FitHooks, notes: readonly string[]): FitHooks {
  if (hooks.resume !== undefined) return hooks;
  return {
    ...hooks,
    async onStart() {
      await hooks.onStart?.();
      for (const note of notes) hooks.onNote?.(note);
    },
  };
}

/**
 * The run was ended by its signal; what was done so far is in the last checkpoint.
 * @example
 * ```ts
 * import { GMAE, InterruptedError } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const controller = new AbortController();
 * try {
 *   await using gmae = new GMAE({ epochs: 50 });
 *   const onEpoch = () => controller.abort();
 *   await gmae.fit(synthetic({ samples: 60, classes: 3 }), { signal: controller.signal, onEpoch });
 * } catch (error) {
 *   console.log(error instanceof InterruptedError); // true
 * }
 * ```
 */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly code = "ERR_INTERRUPTED";
  /** The folder of the run that was interrupted, where it has one. */
  run?: string;
}

export interface Course {
  readonly stages: readonly Stage[];
  /** May be ended by the signal, and then rejects with its reason. */
  evaluate(signal?: AbortSignal): Promise<Metrics>;
  /** Brings what a device holds to where `state` reads it. */
  download(): Promise<void>;
  state(): State;
}

/**
 * Runs stages from a position to their end.
 * @throws InterruptedError when the signal aborts: after a last checkpoint, or without one where an evaluation had to be
 *   ended, since going on then repeats its epoch; DivergenceError where a checkpoint would hold
 *   values that are no numbers.
 */
export async function runStages(
  course: Course,
  hooks: FitHooks,
  from: Position = { stage: 0, epoch: 0 },
): Promise<void> {
  await hooks.onStart?.();
  const stages = course.stages.map(({ name, epochs, kind }): StagePlan => ({ name, epochs, kind }));
  for (let stage = from.stage; stage < course.stages.length; stage++) {
    const { name, epochs, run, evaluateEvery } = course.stages[stage]!;
    for (let epoch = stage === from.stage ? from.epoch : 0; epoch < epochs; epoch++) {
      const start = performance.now();
      const result = await run(epoch, (step, steps) => {
        if (steps > 1 && step > 0) hooks.onStep?.({ stage: name, epoch: epoch + 1, epochs, stages, step, steps });
      });
      const seconds = (performance.now() - start) / 1000;
      const ends = epoch + 1 === epochs || result.done === true;
      const due = evaluateEvery > 0 && ((epoch + 1) % evaluateEvery === 0 || ends);
      const metrics = due ? await evaluated(course, hooks.signal, `${name}, epoch ${epoch + 1}`) : undefined;
      await hooks.onEpoch?.({ stage: name, epoch: epoch + 1, epochs, seconds, stages, metrics, ...result });
      const position = ends ? { stage: stage + 1, epoch: 0 } : { stage, epoch: epoch + 1 };
      const last = position.stage === course.stages.length || hooks.signal?.aborted === true;
      const take = async () => {
        await course.download();
        return { ...finiteState(course.state(), name, epoch + 1), position };
      };
      await hooks.onCheckpoint?.(take, last);
      if (hooks.signal?.aborted && position.stage < course.stages.length) {
        throw new InterruptedError(`interrupted in stage ${name} after epoch ${epoch + 1}`);
      }
      if (ends) break;
    }
  }
}

/** An evaluation that goes on for longer than this after the signal is ended, in milliseconds. */
const evaluationPatience = 5000;

/** Evaluates. @throws InterruptedError where that had to be ended. */
async function evaluated(course: Course, signal: AbortSignal | undefined, when: string): Promise<Metrics> {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const endSoon = () => {
    timer = setTimeout(() => ending.abort(), evaluationPatience);
  };
  if (signal?.aborted) endSoon();
  else signal?.addEventListener("abort", endSoon, { once: true });
  try {
    return await course.evaluate(ending.signal);
  } catch (error) {
    if (error !== ending.signal.reason) throw error;
    throw new InterruptedError(`interrupted during evaluation in stage ${when}, which will be repeated`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", endSoon);
  }
}

/** The state as it is. @throws DivergenceError where it holds NaN or infinity: gradients can overflow though no loss did. */
function finiteState(state: State, stage: string, epoch: number): State {
  for (const [name, { data }] of state.tensors) {
    let sum = 0;
    // 0 times a number is 0; times NaN or infinity it is NaN.
    for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
    if (sum !== 0) {
      throw new DivergenceError(
        `${stage}, epoch ${epoch}: ${name} is no longer finite; a smaller learning rate or scaled data may help`,
      );
    }
  }
  return state;
}
