// Losses of an epoch: means over its steps, and an epoch of steps over batches.

import type { Execution, TrainingStep } from "../../core/runtime/index.js";
import type { OnStep } from "../training.js";

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

/**
 * Runs a step: what it reported, the loss that is minimized first, as `total`.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { nn, ParameterStore, stepLosses, tensor, TrainingStep } from "vantage-ml/method";
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
 * console.log(Object.keys(await stepLosses(step, run))); // [ 'total' ]
 * ```
 */
export async function stepLosses(step: TrainingStep, run: Execution): Promise<Record<string, number>> {
  const { loss, ...parts } = await step.run(run);
  return { total: loss!, ...parts };
}

/**
 * A step for each batch, in their order.
 * @param load puts a batch into the step's inputs.
 * @param onStep called after each step.
 * @returns the means of what the steps reported.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { nn, ParameterStore, tensor, TrainingStep, trainOn } from "vantage-ml/method";
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
 * const load = (batch: readonly number[]) => {
 *   run.inputs.x!.set(batch);
 *   return run;
 * };
 * console.log(Object.keys(await trainOn(step, [[1, 0, 0, 1, 1, 1, 0, 0], [0, 1, 1, 0, 1, 1, 0, 0]], load)));
 * ```
 */
export async function trainOn<Batch>(
  step: TrainingStep,
  batches: readonly Batch[],
  load: (batch: Batch) => Execution | Promise<Execution>,
  onStep?: OnStep,
): Promise<Record<string, number>> {
  const means = new Means();
  for (const [i, batch] of batches.entries()) {
    means.add(await stepLosses(step, await load(batch)));
    onStep?.(i + 1, batches.length);
  }
  return means.values();
}
