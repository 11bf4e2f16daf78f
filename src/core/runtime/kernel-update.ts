// A step's update where runs compute in the processor's memory: the graph leaves gradients there, and kernels take them.
import { allFinite, clampValues } from "../kernels/elementwise.js";
import { gradients, inputName, type Tensor } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import { FactoredGradient, factorsOf } from "./factored-gradient.js";
import { GradientBlock, type GradientSegment } from "./gradient-block.js";
import { KernelOptimizer } from "./kernel-optimizer.js";
import type { NamedTensor } from "./parameter-store.js";
import { type Execution, Program } from "./program.js";
import { restoreInto, type SavedState, type StepParts, type StepUpdate } from "./step-parts.js";

/** Optimizers as kernels over blocks of parameters and gradients. */
export class KernelUpdate implements StepUpdate {
  readonly optimizers: readonly KernelOptimizer[];
  /** The gradients that are kept whole, by group. */
  readonly #segments: readonly (readonly GradientSegment[])[];

  private constructor(
    private readonly engine: Engine,
    private readonly parts: StepParts,
    readonly program: Program,
    private readonly gradients: GradientBlock,
    private readonly factored: ReadonlyMap<Tensor, FactoredGradient>,
  ) {
    this.optimizers = parts.groups.map(
      ({ parameters, optimizer }) =>
        new KernelOptimizer(engine.kernels, parts.store, parameters.map(inputName), optimizer),
    );
    this.#segments = parts.groups.map(({ parameters }) =>
      gradients.segments(parameters.filter((parameter) => !factored.has(parameter)).map(inputName)),
    );
  }

  /** @param results what the graph computes beside gradients. */
  static async compile(
    engine: Engine,
    parts: StepParts,
    results: Readonly<Record<string, Tensor>>,
  ): Promise<KernelUpdate> {
    const { name, store, loss, groups, updates = [] } = parts;
    const learned = groups.flatMap((group) => group.parameters);
    const outputs: Record<string, Tensor> = { ...results };
    const targets: Record<string, Float32Array> = {};
    for (const { parameter, value } of updates) outputs[`update/${inputName(parameter)}`] = value;
    const factored = new Map<Tensor, FactoredGradient>();
    const whole = new Map<string, Tensor>();
    gradients(loss, learned).forEach((gradient, i) => {
      const parameter = learned[i]!;
      const factors = engine.backend.memory === "shared" ? factorsOf(gradient) : undefined;
      if (factors === undefined) {
        whole.set(inputName(parameter), gradient);
        return;
      }
      const rows = new FactoredGradient(engine, store, parameter);
      Object.assign(outputs, rows.outputs(factors));
      factored.set(parameter, rows);
    });
    const block = new GradientBlock(engine.memory, store, [...whole.keys()]);
    for (const [parameter, gradient] of whole) {
      outputs[`gradient/${parameter}`] = gradient;
      targets[`gradient/${parameter}`] = block.of(parameter);
    }
    const program = await Program.compile(engine, { name, outputs, store, targets });
    return new KernelUpdate(engine, parts, program, block, factored);
  }

  async begin(): Promise<void> {}

  async notFinite(execution: Execution): Promise<string | undefined> {
    const { kernels } = this.engine;
    if (!this.gradients.isFinite(kernels)) return "a gradient";
    for (const [parameter, gradient] of this.factored) {
      if (!(await gradient.isFinite(execution))) return `the gradient of ${inputName(parameter)}`;
    }
    const odd = this.#updates(execution).find(([, values]) => !allFinite(kernels, values));
    return odd && `the new value of ${odd[0]}`;
  }

  async lost(execution: Execution): Promise<readonly string[]> {
    return this.#updates(execution).flatMap(([name, values]) => (values.some(Number.isNaN) ? [name] : []));
  }

  async apply(execution: Execution, step: number): Promise<void> {
    const { groups, store, clamp } = this.parts;
    for (const [i, { parameters }] of groups.entries()) {
      const optimizer = this.optimizers[i]!;
      for (const { start, values } of this.#segments[i]!) optimizer.update(start, values, step);
      for (const parameter of parameters) await this.factored.get(parameter)?.update(execution, optimizer, step);
    }
    for (const [name, values] of this.#updates(execution)) store.set(name, values);
    if (clamp === undefined) return;
    for (const parameter of groups.flatMap((group) => group.parameters)) {
      clampValues(this.engine.kernels, store.values(inputName(parameter)), clamp);
    }
  }

  /** New values of running statistics. */
  #updates({ outputs }: Execution): (readonly [name: string, values: Float32Array])[] {
    const names = (this.parts.updates ?? []).map(({ parameter }) => inputName(parameter));
    return names.map((name) => [name, outputs[`update/${name}`]!] as const);
  }

  gradient(name: string): Float32Array {
    return this.gradients.of(name);
  }

  state(): Map<string, NamedTensor> {
    const tensors = new Map<string, NamedTensor>();
    this.optimizers.forEach(({ slots }, i) => {
      slots.forEach((data, j) => {
        tensors.set(`${this.parts.name}/optimizer.${i}.${j}`, { shape: [data.length], data });
      });
    });
    return tensors;
  }

  restore(tensors: SavedState): void {
    restoreInto(
      Array.from(this.state(), ([name, { data }]) => [name, data] as const),
      tensors,
    );
  }

  async release(): Promise<void> {
    await this.program.release();
    for (const optimizer of this.optimizers) optimizer.release();
    for (const gradient of this.factored.values()) gradient.release();
    this.gradients.release();
  }
}
