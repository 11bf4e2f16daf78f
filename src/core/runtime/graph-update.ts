// A step's update on engines with memory of their own: the graph holds the optimizers, and gives each parameter's and each
// moment's next values into a second tensor. The two change places once all of it is known to be finite.
import { add, constant, gradients, inputName, maximum, minimum, mul, sum, type Tensor } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import { completeSettings, type Optimizer } from "./optimizer.js";
import { type OptimizerGraph, optimizerGraph } from "./optimizer-graph.js";
import { OptimizerState } from "./optimizer-state.js";
import type { NamedTensor } from "./parameter-store.js";
import { type Execution, Program } from "./program.js";
import type { DeviceTensor, Place } from "./session.js";
import type { SavedState, StepParts, StepUpdate } from "./step-parts.js";

/** A tensor that a step replaces. */
interface Pair {
  /** What runs read. */
  readonly present: DeviceTensor;
  /** What the step writes. */
  readonly next: DeviceTensor;
  /** Says that the values of the device are the latest. */
  changed(): void;
}

/** Optimizers as operations of the graph. */
export class GraphUpdate implements StepUpdate {
  private constructor(
    private readonly engine: Engine,
    private readonly parts: StepParts,
    readonly program: Program,
    readonly optimizers: readonly Optimizer[],
    private readonly graphs: readonly OptimizerGraph[],
    /** Scalars of the optimizers' inputs, by group. */
    private readonly numbers: readonly Float32Array[],
    private readonly states: OptimizerState,
    private readonly pairs: ReadonlyMap<string, Pair>,
  ) {}

  /** @param results what the graph computes beside updates. */
  static async compile(
    engine: Engine,
    parts: StepParts,
    results: Readonly<Record<string, Tensor>>,
  ): Promise<GraphUpdate> {
    const { name, store, loss, groups, updates = [], clamp } = parts;
    const device = store.on(engine);
    const states = new OptimizerState(engine, name, store, groups);
    const outputs: Record<string, Tensor> = { ...results };
    const held: Record<string, Place> = {};
    const pairs = new Map<string, Pair>();
    const setParameter = (parameter: string, value: Tensor) => {
      const key = `update/${parameter}`;
      outputs[key] = value;
      const present = device.tensor(parameter);
      pairs.set(key, { present, next: engine.tensor(present.shape), changed: () => device.setOnDevice(parameter) });
    };

    const learned = groups.flatMap((group) => group.parameters);
    const slopes = new Map(gradients(loss, learned).map((gradient, i) => [learned[i]!, gradient]));
    const graphs: OptimizerGraph[] = [];
    const numbers: Float32Array<SharedArrayBuffer>[] = [];
    for (const [i, { parameters, optimizer }] of groups.entries()) {
      const graph = optimizerGraph(completeSettings(optimizer), `${name}/optimizer.${i}/`);
      const scalars = engine.memory.float32(graph.numbers.inputs.length);
      graph.numbers.inputs.forEach((scalar, k) => {
        held[inputName(scalar)] = { data: scalars.subarray(k, k + 1), shape: [] };
      });
      for (const parameter of parameters) {
        const own = states.of(i, inputName(parameter));
        const next = graph.update(
          parameter,
          slopes.get(parameter)!,
          own.map(({ input }) => input),
        );
        setParameter(inputName(parameter), clamp === undefined ? next.parameter : clip(next.parameter, clamp));
        own.forEach(({ input, tensor: present, changed }, j) => {
          held[inputName(input)] = present;
          const key = `next/${inputName(input)}`;
          outputs[key] = next.states[j]!;
          pairs.set(key, { present, next: engine.tensor(present.shape), changed });
        });
      }
      graphs.push(graph);
      numbers.push(scalars);
    }
    for (const { parameter, value } of updates) setParameter(inputName(parameter), value);
    outputs["zero/gradients"] = zeroIfFinite([...slopes.values()]);
    outputs["zero/updates"] = zeroIfFinite(updates.map(({ value }) => value));

    const targets = Object.fromEntries(Array.from(pairs, ([key, { next }]) => [key, next]));
    const program = await Program.compile(engine, { name, outputs, store, held, targets });
    const optimizers = groups.map(({ optimizer: { lr } }): Optimizer => ({ lr }));
    return new GraphUpdate(engine, parts, program, optimizers, graphs, numbers, states, pairs);
  }

  async begin(step: number): Promise<void> {
    this.graphs.forEach(({ numbers }, i) => {
      this.numbers[i]!.set(numbers.values(this.optimizers[i]!.lr, step));
    });
    await this.states.upload();
  }

  async notFinite({ outputs }: Execution): Promise<string | undefined> {
    if (outputs["zero/gradients"]![0] !== 0) return "a gradient";
    if (outputs["zero/updates"]![0] === 0) return undefined;
    const odd = await this.#updated((values) => !values.every(Number.isFinite));
    return `the new value of ${odd[0]}`;
  }

  lost(): Promise<readonly string[]> {
    return this.#updated((values) => values.some(Number.isNaN));
  }

  /** Running statistics whose new values are so. */
  async #updated(isSo: (values: Float32Array) => boolean): Promise<string[]> {
    const found: string[] = [];
    for (const { parameter, value } of this.parts.updates ?? []) {
      const name = inputName(parameter);
      const values = new Float32Array((value.shape as number[]).reduce((product, dim) => product * dim, 1));
      await this.pairs.get(`update/${name}`)!.next.read(values);
      if (isSo(values)) found.push(name);
    }
    return found;
  }

  async apply(): Promise<void> {
    for (const { present, next, changed } of this.pairs.values()) {
      present.exchange(next);
      changed();
    }
  }

  gradient(name: string): Float32Array {
    throw new RangeError(`the gradient of ${name} is not kept: it is used up on the device`);
  }

  state(): Map<string, NamedTensor> {
    return this.states.tensors();
  }

  restore(tensors: SavedState): void {
    this.states.restore(tensors);
  }

  async release(): Promise<void> {
    await this.program.release();
    for (const { next } of this.pairs.values()) this.engine.free(next);
    this.states.release();
    for (const scalars of this.numbers) this.engine.memory.free(scalars);
  }
}

/** max(−limit, min(limit, x)) */
function clip(x: Tensor, limit: number): Tensor {
  return maximum(minimum(x, limit), -limit);
}

/** A scalar: 0 where all values of the tensors are finite, otherwise NaN. */
function zeroIfFinite(tensors: readonly Tensor[]): Tensor {
  // 0 times a number is 0; times NaN or infinity it is NaN. As a second reader it also keeps ONNX Runtime from fusing a gradient's
  // product with the optimizer's first operation, which would round otherwise.
  return tensors.map((tensor) => sum(mul(tensor, 0))).reduce(add, constant(0));
}
