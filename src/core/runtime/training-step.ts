// One optimization step: forward, loss and gradients as one graph, then the optimizers' updates.
import { dropoutMask } from "../kernels/distributions.js";
import { inputName, type Tensor } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import { GraphUpdate } from "./graph-update.js";
import { KernelUpdate } from "./kernel-update.js";
import type { Optimizer } from "./optimizer.js";
import type { NamedTensor } from "./parameter-store.js";
import type { Execution, Sizes } from "./program.js";
import type { SavedState, StepParts, StepUpdate } from "./step-parts.js";

/**
 * A loss or a gradient is no longer a number; the parameters are those before the step.
 * @example
 * ```ts
 * import { DivergenceError, GMAE } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * try {
 *   await using gmae = new GMAE({ lr: 1e30, epochs: 5 });
 *   await gmae.fit(synthetic({ samples: 60, classes: 3 }));
 * } catch (error) {
 *   if (error instanceof DivergenceError) console.log("take a smaller learning rate:", error.message);
 * }
 * ```
 */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  readonly code = "ERR_DIVERGENCE";

  /**
   * Takes what was not finite, as one line.
   * @param lost running statistics whose new values are no numbers.
   */
  constructor(
    message: string,
    /** Running statistics whose new values are no numbers. */
    readonly lost: readonly string[] = [],
  ) {
    super(message);
  }
}

/** A loss and its gradients as one compiled graph, with an optimizer for each group of parameters. */
export class TrainingStep {
  /** Updates made so far (t of the optimizers). */
  steps = 0;

  private constructor(
    private readonly engine: Engine,
    private readonly parts: StepParts,
    private readonly update: StepUpdate,
  ) {}

  /** One for each group of parameters. */
  get optimizers(): readonly Optimizer[] {
    return this.update.optimizers;
  }

  /**
   * Differentiates the loss and compiles it with its gradients.
   * @throws GraphError where the loss is no scalar or does not depend on a parameter of a group.
   * @example
   * ```ts
   * import { Engine } from "vantage-ml";
   * import { nn, ParameterStore, TrainingStep, tensor } from "vantage-ml/method";
   *
   * await using engine = await Engine.open({ threads: 1 });
   * const parameters = new nn.Parameters();
   * const layer = nn.linear(parameters, 2, 1);
   * const [x, y] = [tensor.input("x", ["n", 2]), tensor.input("y", ["n", 1])];
   * const loss = nn.meanSquaredError(layer(x, new nn.Forward(true)), y);
   * const store = new ParameterStore(engine.memory, parameters.all);
   * nn.initialize(engine.kernels, store, parameters.all, 0);
   * const groups = [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 0.1 } as const }];
   * const step = await TrainingStep.compile(engine, { name: "regression", store, loss, groups, seed: 0 });
   *
   * const run = step.at({ n: 3 });
   * run.inputs.x!.set([1, 0, 0, 1, 1, 1]);
   * run.inputs.y!.set([1, 2, 3]);
   * for (let i = 0; i < 200; i++) await step.run(run);
   * console.log(store.values("weight")); // such as 0.89, 1.89
   * ```
   */
  static async compile(engine: Engine, parts: StepParts): Promise<TrainingStep> {
    const { loss, report = {}, outputs = {} } = parts;
    const results: Record<string, Tensor> = { ...outputs, loss };
    for (const [name, tensor] of Object.entries(report)) results[`report/${name}`] = tensor;
    const way = engine.backend.memory === "own" ? GraphUpdate : KernelUpdate;
    return new TrainingStep(engine, parts, await way.compile(engine, parts, results));
  }

  /** The buffers of the step at given sizes: fill its inputs before `run`. */
  at(sizes: Sizes = {}): Execution {
    return this.update.program.at(sizes);
  }

  /**
   * One step on what the inputs of `execution` hold: draws masks, computes, updates. Returns the loss and the report.
   * @throws DivergenceError where the loss, a gradient or a running statistic is not finite; nothing is updated then.
   */
  async run(execution: Execution): Promise<Record<string, number>> {
    const { dropout = [], report = {}, seed } = this.parts;
    dropout.forEach(({ tensor, probability }, stream) => {
      const mask = execution.inputs[inputName(tensor)]!;
      dropoutMask(this.engine.kernels, mask, { seed, stream, step: this.steps }, probability);
    });
    await this.update.begin(this.steps + 1);
    await execution.run();
    const values: Record<string, number> = { loss: execution.outputs.loss![0]! };
    for (const key of Object.keys(report)) values[key] = execution.outputs[`report/${key}`]![0]!;
    const odd = Number.isFinite(values.loss) ? await this.update.notFinite(execution) : "the loss";
    if (odd !== undefined) {
      const parts = Object.entries(values).map(([key, value]) => `${key} ${value}`);
      throw new DivergenceError(
        `${this.parts.name}, step ${this.steps + 1}: ${odd} is not finite (${parts.join(", ")}); a smaller learning rate or scaled data may help`,
        await this.update.lost(execution),
      );
    }
    this.steps++;
    await this.update.apply(execution, this.steps);
    return values;
  }

  /** The gradient that the last run left for a parameter, in place. @throws RangeError for one that is kept in factors or on a device. */
  gradient(name: string): Float32Array {
    return this.update.gradient(name);
  }

  /**
   * The optimizers' state for a checkpoint, in place; `steps` belongs to it.
   * @throws StaleError where a step has changed it on a device since the last `Engine.download`.
   */
  state(): Map<string, NamedTensor> {
    return this.update.state();
  }

  /** Takes up the state of a checkpoint, of whatever engine. @throws RangeError where it is another step's. */
  restore(steps: number, tensors: SavedState): void {
    this.update.restore(tensors);
    this.steps = steps;
  }

  /** Frees the graph, the gradients and the state of the optimizers, after the run in flight; the parameters stay. */
  release(): Promise<void> {
    return this.update.release();
  }
}
