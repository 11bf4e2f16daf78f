// One optimisation step: forward, loss and gradients as one graph, then the optimizers' updates.
import { dropoutMask } from "../kernels/distributions.js";
import { allFinite, clampValues } from "../kernels/elementwise.js";
import { gradients, inputName, type Tensor } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import { FactoredGradient, factorsOf } from "./factored-gradient.js";
import { GradientBlock, type GradientSegment } from "./gradient-block.js";
import { Optimizer, type OptimizerSettings } from "./optimizer.js";
import type { NamedTensor, ParameterStore } from "./parameter-store.js";
import { type Execution, Program, type Sizes } from "./program.js";

/** A dropout mask that the graph takes as an input: 0 with probability p, otherwise 1/(1−p). */
export interface DropoutInput {
  readonly tensor: Tensor;
  readonly probability: number;
}

/** A parameter that a step sets instead of learning it: running statistics. */
export interface StateUpdate {
  readonly parameter: Tensor;
  readonly value: Tensor;
}

/** What a training step is compiled from. */
export interface StepParts {
  /** For messages and the names in checkpoints. */
  readonly name: string;
  /** Holds the parameters. */
  readonly store: ParameterStore;
  /** The scalar to minimise. */
  readonly loss: Tensor;
  /** Scalars reported beside it. */
  readonly report?: Readonly<Record<string, Tensor>>;
  /** Larger results to be read after a step. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** Which parameters are learned, and how. */
  readonly groups: readonly { readonly parameters: readonly Tensor[]; readonly optimizer: OptimizerSettings }[];
  /** The masks that each step draws: `Forward.dropoutInputs`. */
  readonly dropout?: readonly DropoutInput[];
  /** The running statistics that each step stores: `Forward.updates`. */
  readonly updates?: readonly StateUpdate[];
  /** Learned parameters are clipped to ± this after each update (Wasserstein critics). */
  readonly clamp?: number;
  /** What the masks depend on, with the number of the step. */
  readonly seed: number;
}

/** A loss or a gradient is no longer a number; the parameters are those before the step. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  readonly code = "ERR_DIVERGENCE";
}

/** A loss and its gradients as one compiled graph, with an optimizer for each group of parameters. */
export class TrainingStep {
  /** Updates made so far (t of the optimizers). */
  steps = 0;
  /** One for each group of parameters. */
  readonly optimizers: readonly Optimizer[];
  /** The gradients that are kept whole, by group. */
  readonly #segments: readonly (readonly GradientSegment[])[];

  private constructor(
    private readonly engine: Engine,
    private readonly parts: StepParts,
    private readonly program: Program,
    private readonly gradients: GradientBlock,
    private readonly factored: ReadonlyMap<Tensor, FactoredGradient>,
  ) {
    this.optimizers = parts.groups.map(
      ({ parameters, optimizer }) => new Optimizer(engine.kernels, parts.store, parameters.map(inputName), optimizer),
    );
    this.#segments = parts.groups.map(({ parameters }) =>
      gradients.segments(parameters.filter((parameter) => !factored.has(parameter)).map(inputName)),
    );
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
   * console.log(store.values("weight")); // close to 1, 2
   * ```
   */
  static async compile(engine: Engine, parts: StepParts): Promise<TrainingStep> {
    const { store, loss, report = {}, outputs = {}, updates = [] } = parts;
    const learned = parts.groups.flatMap((group) => group.parameters);
    const targets: Record<string, Float32Array> = {};
    const results: Record<string, Tensor> = { ...outputs, loss };
    for (const [name, tensor] of Object.entries(report)) results[`report/${name}`] = tensor;
    for (const { parameter, value } of updates) results[`update/${inputName(parameter)}`] = value;
    const factored = new Map<Tensor, FactoredGradient>();
    const whole = new Map<string, Tensor>();
    gradients(loss, learned).forEach((gradient, i) => {
      const parameter = learned[i]!;
      const factors = engine.backend.inPlace ? factorsOf(gradient) : undefined;
      if (factors === undefined) {
        whole.set(inputName(parameter), gradient);
        return;
      }
      const rows = new FactoredGradient(engine, store, parameter);
      Object.assign(results, rows.outputs(factors));
      factored.set(parameter, rows);
    });
    const block = new GradientBlock(engine.memory, store, [...whole.keys()]);
    for (const [name, gradient] of whole) {
      results[`gradient/${name}`] = gradient;
      targets[`gradient/${name}`] = block.of(name);
    }
    const program = await Program.compile(engine, { name: parts.name, outputs: results, store, targets });
    return new TrainingStep(engine, parts, program, block, factored);
  }

  /** The buffers of the step at given sizes: fill its inputs before `run`. */
  at(sizes: Sizes = {}): Execution {
    return this.program.at(sizes);
  }

  /**
   * One step on what the inputs of `execution` hold: draws masks, computes, updates. Returns the loss and the report.
   * @throws DivergenceError where the loss, a gradient or a running statistic is not finite; nothing is updated then.
   */
  async run(execution: Execution): Promise<Record<string, number>> {
    const { dropout = [], report = {}, updates = [], store, clamp, seed } = this.parts;
    dropout.forEach(({ tensor, probability }, stream) => {
      const mask = execution.inputs[inputName(tensor)]!;
      dropoutMask(this.engine.kernels, mask, { seed, stream, step: this.steps }, probability);
    });
    await execution.run();
    const values: Record<string, number> = { loss: execution.outputs.loss![0]! };
    for (const key of Object.keys(report)) values[key] = execution.outputs[`report/${key}`]![0]!;
    const odd = await this.#notFinite(execution, values.loss!);
    if (odd !== undefined) {
      const parts = Object.entries(values).map(([key, value]) => `${key} ${value}`);
      throw new DivergenceError(
        `${this.parts.name}, step ${this.steps + 1}: ${odd} is not finite (${parts.join(", ")}); a smaller learning rate or scaled data may help`,
      );
    }
    this.steps++;
    for (const [i, { parameters }] of this.parts.groups.entries()) {
      const optimizer = this.optimizers[i]!;
      for (const { start, values } of this.#segments[i]!) optimizer.update(start, values, this.steps);
      for (const parameter of parameters) await this.factored.get(parameter)?.update(execution, optimizer, this.steps);
    }
    for (const { parameter } of updates) {
      const key = inputName(parameter);
      store.values(key).set(execution.outputs[`update/${key}`]!);
    }
    if (clamp !== undefined) {
      for (const parameter of this.parts.groups.flatMap((group) => group.parameters)) {
        clampValues(this.engine.kernels, store.values(inputName(parameter)), clamp);
      }
    }
    return values;
  }

  /** What of the last run's results is not finite; undefined where all is. */
  async #notFinite(execution: Execution, loss: number): Promise<string | undefined> {
    const { kernels } = this.engine;
    if (!Number.isFinite(loss)) return "the loss";
    if (!this.gradients.isFinite(kernels)) return "a gradient";
    for (const [parameter, gradient] of this.factored) {
      if (!(await gradient.isFinite(execution))) return `the gradient of ${inputName(parameter)}`;
    }
    for (const { parameter } of this.parts.updates ?? []) {
      const key = inputName(parameter);
      if (!allFinite(kernels, execution.outputs[`update/${key}`]!)) return `the new value of ${key}`;
    }
    return undefined;
  }

  /** The gradient that the last run left for a parameter, in place. @throws RangeError for one that is kept in factors. */
  gradient(name: string): Float32Array {
    return this.gradients.of(name);
  }

  /** The optimizers' state for a checkpoint, in place; `steps` belongs to it. */
  state(): Map<string, NamedTensor> {
    const tensors = new Map<string, NamedTensor>();
    this.optimizers.forEach(({ slots }, i) => {
      slots.forEach((data, j) => {
        tensors.set(`${this.parts.name}/optimizer.${i}.${j}`, { shape: [data.length], data });
      });
    });
    return tensors;
  }

  /** Takes up the state of a checkpoint. @throws RangeError where it is another step's. */
  restore(steps: number, tensors: ReadonlyMap<string, { readonly data: ArrayLike<number> }>): void {
    for (const [name, { data }] of this.state()) {
      const saved = tensors.get(name);
      if (saved?.data.length !== data.length) throw new RangeError(`the checkpoint's ${name} does not fit`);
      data.set(saved.data);
    }
    this.steps = steps;
  }

  /** Frees the graph, the gradients and the state of the optimizers, after the run in flight; the parameters stay. */
  async release(): Promise<void> {
    await this.program.release();
    for (const optimizer of this.optimizers) optimizer.release();
    for (const gradient of this.factored.values()) gradient.release();
    this.gradients.release();
  }
}
