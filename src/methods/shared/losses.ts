// Losses of an epoch: means over its steps, and an epoch of steps over batches.

import type { Execution, TrainingStep } from "../../core/runtime/index.js";

/** Weighted means by name, each over the steps that reported it. */
export class Means {
  readonly #sums = new Map<string, { sum: number; weight: number }>();

  get empty(): boolean {
    return this.#sums.size === 0;
  }

  add(values: Readonly<Record<string, number>>, weight = 1): void {
    for (const [name, value] of Object.entries(values)) {
      const entry = this.#sums.get(name) ?? { sum: 0, weight: 0 };
      this.#sums.set(name, { sum: entry.sum + value * weight, weight: entry.weight + weight });
    }
  }

  values(): Record<string, number> {
    return Object.fromEntries([...this.#sums].map(([name, { sum, weight }]) => [name, sum / weight]));
  }
}

/** Runs a step: what it reported, the loss that is minimized first, as `total`. */
export async function stepLosses(step: TrainingStep, run: Execution): Promise<Record<string, number>> {
  const { loss, ...parts } = await step.run(run);
  return { total: loss!, ...parts };
}

/**
 * A step for each batch, in their order.
 * @param load puts a batch into the step's inputs.
 * @returns the means of what the steps reported.
 */
export async function trainOn<Batch>(
  step: TrainingStep,
  batches: Iterable<Batch>,
  load: (batch: Batch) => Execution | Promise<Execution>,
): Promise<Record<string, number>> {
  const means = new Means();
  for (const batch of batches) means.add(await stepLosses(step, await load(batch)));
  return means.values();
}
