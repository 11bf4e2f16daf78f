// What the log says about the stages of a training: how many epochs each has had, and how long one took.
import type { MetricLine } from "./metrics-log.js";

/** A stage of a training, such as "pretrain" or "train". */
export interface StageSummary {
  readonly name: string;
  /** Epochs that are done. */
  readonly epochs: number;
  /** Mean duration of its epochs, evaluation apart; 0 where it is not known. */
  readonly secondsPerEpoch: number;
}

/** The stages in their order. */
export function stageSummaries(lines: readonly MetricLine[]): StageSummary[] {
  const names = [...new Set(lines.map(({ stage }) => stage))];
  return names.map((name) => {
    const own = lines.filter(({ stage }) => stage === name);
    const timed = own.flatMap(({ epochSeconds }) => epochSeconds ?? []);
    const seconds = timed.reduce((sum, each) => sum + each, 0) / Math.max(1, timed.length);
    return { name, epochs: own.at(-1)!.epoch, secondsPerEpoch: Number(seconds.toFixed(5)) };
  });
}
