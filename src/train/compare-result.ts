// A result beside baselines; where there are no labels, its clusters beside the data.
import type { MultiViewDataset } from "../data/dataset.js";
import { type BaselineOptions, baselineNotes, describeClusters, measureBaselines } from "../methods/baselines/index.js";
import type { Method } from "../methods/method.js";
import { InterruptedError, type Metrics } from "../methods/training.js";
import type { Baselines, ClusterSummary } from "../runs/result.js";

export interface Comparison {
  /** What the result gains: fields of the last line of `--json`. */
  readonly parts: { readonly baselines?: Baselines; readonly clusters?: ClusterSummary };
  /** What is worse than a baseline, and what was left out. */
  readonly notes: readonly string[];
}

/**
 * Measures baselines on the samples of the evaluation that gave the metrics.
 * @param data what was given to `evaluateOn`; left out, the data that was fitted.
 * @throws InterruptedError where the signal ended it.
 */
export async function compareResult(
  method: Method<Record<string, unknown>>,
  metrics: Metrics,
  options: BaselineOptions,
  data?: MultiViewDataset,
): Promise<Comparison> {
  try {
    return await compare(method, metrics, options, data);
  } catch (error) {
    if (options.signal === undefined || error !== options.signal.reason) throw error;
    throw new InterruptedError(
      "interrupted while measuring baselines; the training is done, and --resume ends the run",
    );
  }
}

async function compare(
  method: Method<Record<string, unknown>>,
  metrics: Metrics,
  options: BaselineOptions,
  data: MultiViewDataset | undefined,
): Promise<Comparison> {
  options.signal?.throwIfAborted();
  const protocol = method.protocol(data);
  if (protocol === undefined) return { parts: {}, notes: ["no baselines: the views are not all of one data set"] };
  if (protocol.task === "clustering" && metrics.acc === undefined) {
    const found = await method.predict(protocol.data);
    const clusters = await describeClusters(protocol.data, found, await method.transform(protocol.data), options);
    return { parts: { clusters }, notes: [] };
  }
  // The method itself is the baseline of retrieval.
  if (protocol.task === "retrieval" && method.name === "cca") return { parts: {}, notes: [] };
  const baselines = await measureBaselines(protocol, options);
  return { parts: { baselines }, notes: baselineNotes(metrics, baselines) };
}
