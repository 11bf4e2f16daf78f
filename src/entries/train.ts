/**
 * The course of a training: what `fit` reports and can be stopped by, checkpoints and their state, what trained models export.
 * @module vantage-ml/train
 */
export type { Device, NamedTensor } from "../core/runtime/index.js";
export type { ExportedModel } from "../methods/method.js";
export {
  type Checkpoint,
  type EpochReport,
  type EpochResult,
  type FitHooks,
  InterruptedError,
  type Json,
  type Metrics,
  type Position,
  type Stage,
  type State,
} from "../methods/training.js";
