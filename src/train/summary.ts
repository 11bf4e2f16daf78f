// What a training gives: its summary, which is the last line of `vantage train --json`, and the method and data in use.
import type { MultiViewDataset } from "../data/dataset.js";
import type { Method } from "../methods/method.js";
import type { Metrics } from "../methods/training.js";
import type { Baselines, ClusterSummary } from "../runs/result.js";
import type { StageSummary } from "../runs/stages.js";

/** A method whose options are known by its definition alone. */
export type AnyMethod = Method<Record<string, unknown>>;

/** A finished training in numbers: the last line of `vantage train --json`. */
export interface TrainingSummary {
  readonly method: string;
  readonly task: string;
  readonly dataset: {
    readonly name: string;
    readonly samples: number;
    readonly views: number[];
    readonly classes: number;
  };
  readonly seed: number;
  /** Named settings that the options come from; a run that is resumed does not say them again. */
  readonly preset?: string;
  /** Of the last stage: what option `epochs` sets. */
  readonly epochs: number;
  readonly stages: readonly StageSummary[];
  readonly metrics: Metrics;
  readonly baselines?: Baselines;
  readonly clusters?: ClusterSummary;
  readonly seconds: number;
  /** What it was expected to take, from the first epochs of its stages; absent where that was less than a minute. */
  readonly estimatedSeconds?: number;
  readonly secondsPerEpoch: number;
  /** The run folder. */
  readonly run: string;
}

/** A finished training. */
export interface TrainingOutcome {
  readonly summary: TrainingSummary;
  /** The trained method; its engine is closed unless it was given. */
  readonly method: AnyMethod;
  readonly data: MultiViewDataset;
}
