/**
 * Training into a run folder, and the course of a training: what `fit` reports and can be stopped by, checkpoints, exported models.
 * @module vantage-ml/train
 */
export type { Device, NamedTensor } from "../core/runtime/index.js";
export type { ExportedModel } from "../methods/shared/types.js";
export {
  type Checkpoint,
  type EpochReport,
  type EpochResult,
  type FitHooks,
  InterruptedError,
  type Json,
  type Metrics,
  type OnStep,
  type Position,
  type Stage,
  type StagePlan,
  type State,
  type StepReport,
} from "../methods/training.js";
export type { RunConfig } from "../runs/config.js";
export type { ClusterSummary } from "../runs/result.js";
export type { StageSummary } from "../runs/stages.js";
export type { EventPlace } from "../runs/tensorboard/event-file.js";
export type { DataName, DataSettings, MediaSettings } from "../train/data-source.js";
export type { AnyMethod, TrainingOutcome, TrainingSummary } from "../train/summary.js";
export type { Estimate } from "../train/time-estimate.js";
export {
  type ResumeRequest,
  resumeTraining,
  type TrainingHooks,
  type TrainingRequest,
  trainRun,
} from "../train/train-run.js";
