// A compiled graph over a parameter store: its inputs and outputs as typed arrays, for any size of its named dimensions.
import { ClosedError } from "../../errors.js";
import { encodeModel } from "../onnx/model.js";
import { inputName, isInput, nodesOf, type Tensor } from "../tensor/index.js";
import { type BufferParts, BufferSet, type Execution, type Sizes } from "./buffer-set.js";
import { type Engine, engineClosed } from "./engine.js";
import { type Lease, LeasePool } from "./lease.js";
import type { ParameterStore } from "./parameter-store.js";
import type { DeviceTensor, Place, Session } from "./session.js";

export type { Execution, Sizes } from "./buffer-set.js";

/** What a program is compiled from. */
export interface ProgramParts {
  /** For messages. */
  readonly name: string;
  /** What it computes, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Holds the inputs that are parameters: those whose names it knows. */
  readonly store?: ParameterStore;
  /** Inputs that are neither parameters nor fed: all calls read them from these places. */
  readonly held?: Readonly<Record<string, Place>>;
  /** Outputs that are written to places of the caller's: gradients in a block, the next values of parameters. All calls write them. */
  readonly targets?: Readonly<Record<string, Float32Array | DeviceTensor>>;
}

/** Where a program finds parameters. */
function places(engine: Engine, store: ParameterStore, names: readonly string[]): BufferParts["parameters"] {
  if (engine.backend.memory !== "own") {
    const buffer = (name: string) => ({ data: store.values(name), shape: store.spec(name).shape });
    return { at: Object.fromEntries(names.map((name) => [name, buffer(name)])) };
  }
  const device = store.on(engine);
  return {
    at: Object.fromEntries(names.map((name) => [name, device.tensor(name)])),
    bringUp: (run) => device.before(names, run),
  };
}

/** A compiled graph: computes its outputs from what its inputs hold and from the values that its parameters have at the time. */
export class Program {
  /** Inputs that are no parameters, by name. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** The buffers of whoever has the program for themselves: a training. */
  readonly #own: BufferSet;
  readonly #leases: LeasePool;
  #released: Promise<void> | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly session: Session,
    private readonly parts: ProgramParts,
    inputs: readonly Tensor[],
  ) {
    const { name, outputs, store, held = {}, targets = {} } = parts;
    const names = inputs.map(inputName);
    const fed = (input: string) => !store?.has(input) && held[input] === undefined;
    this.feeds = new Map(inputs.filter((t) => fed(inputName(t))).map((tensor) => [inputName(tensor), tensor]));
    const parameters = names.filter((input) => store?.has(input));
    const buffers = {
      program: name,
      memory: engine.memory,
      session,
      feeds: this.feeds,
      outputs,
      parameters: store && places(engine, store, parameters),
      held,
      targets,
    };
    this.#own = new BufferSet(buffers);
    // While as many run as there are threads, one more is fed or read.
    this.#leases = new LeasePool(() => new BufferSet(buffers), engine.threads + 1);
  }

  /**
   * Compiles a graph for the engine.
   * @throws GraphError where it has no ONNX form, RuntimeError where the runtime refuses it, ClosedError where the engine is closed.
   * @example
   * ```ts
   * import { Engine } from "vantage-ml";
   * import { Program, tensor } from "vantage-ml/method";
   *
   * await using engine = await Engine.open({ threads: 1 });
   * const y = tensor.softmax(tensor.input("x", ["n", 2]));
   * const program = await Program.compile(engine, { name: "softmax", outputs: { y } });
   * const feed = [1, 1, 0, Math.log(3)];
   * console.log(await program.call({ n: 2 }, (run) => run.inputs.x!.set(feed), ({ y }) => [...y!])); // [ 0.5, 0.5, 0.25, 0.75 ]
   * ```
   */
  static async compile(engine: Engine, parts: ProgramParts): Promise<Program> {
    const forProcessor = engine.backend.name === "cpu";
    const model = encodeModel({ name: parts.name, outputs: parts.outputs, forProcessor });
    const inputs = nodesOf(Object.values(parts.outputs))
      .flatMap((node) => node.outputs)
      .filter(isInput);
    return new Program(engine, await engine.load(model), parts, inputs);
  }

  #checkOpen(): void {
    this.engine.checkOpen();
    if (this.#released !== undefined) throw new ClosedError(`program ${this.parts.name} is released`);
  }

  /**
   * The program for one user alone, a training: whoever calls this shares the buffers. All others take a lease.
   * @param sizes a size for each named dimension of the inputs.
   * @throws ClosedError where the program is released, RuntimeError where the buffers would have to be replaced under a run in flight.
   */
  at(sizes: Sizes = {}): Execution {
    this.#checkOpen();
    return this.#own.at(sizes);
  }

  /**
   * Buffers of the caller's own, to be released; leases of the same time run side by side. At most one more than the engine has
   * threads are lent at a time, the next ones wait.
   * @throws ClosedError where the program or its engine is released.
   */
  async lease(sizes: Sizes): Promise<Lease> {
    this.#checkOpen();
    try {
      const lease = await this.#leases.lease(sizes);
      if (!this.engine.isClosed) return lease;
      lease.release();
    } catch (error) {
      // Where the engine was closed meanwhile, its session is released and cannot be bound.
      if (!this.engine.isClosed) throw error;
    }
    throw engineClosed();
  }

  /**
   * Feeds, runs and takes the outputs of a lease.
   * @param feed fills the inputs.
   * @param take reads the outputs; they are another call's afterwards.
   * @throws ClosedError where the program is released.
   */
  async call<R>(sizes: Sizes, feed: (run: Execution) => void, take: (outputs: Execution["outputs"]) => R): Promise<R> {
    const lease = await this.lease(sizes);
    try {
      feed(lease);
      await lease.run();
      return take(lease.outputs);
    } finally {
      lease.release();
    }
  }

  /** Frees the program after the leases and runs that were begun before; later ones are refused. */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    await this.#leases.whenIdle();
    await this.#own.whenIdle();
    await this.session.release();
    this.#own.release();
    this.#leases.release();
  }
}
